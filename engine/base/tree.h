/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An intrusive ordered set that knows ranks: add, delete, first and rank are O(log n) (a treap with
 * subtree sizes) and nothing allocates. The order is the owner's, strict: of two nodes in a tree
 * exactly one comes before the other. Deletion does not compare, so an owner may take a node out
 * after its key has changed, and put it back in.
 */
#ifndef TANDEM_ENGINE_BASE_TREE_H
#define TANDEM_ENGINE_BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tree_node {
	struct tree_node *parent, *left, *right;
	uint32_t size;   /* of the subtree; 0 = in no tree. Zero it before the first use. */
	uint32_t weight; /* the heap's order: a parent's is not below its children's */
};

struct tree {
	struct tree_node *root;
	bool (*before)(const struct tree_node *a, const struct tree_node *b);
	uint64_t weight; /* state of its own generator: no other seed changes the shape */
};

void tree_init(struct tree *t, bool (*before)(const struct tree_node *, const struct tree_node *));
void tree_add(struct tree *t, struct tree_node *n);
void tree_del(struct tree *t, struct tree_node *n); /* harmless when it is in no tree */
struct tree_node *tree_first(const struct tree *t); /* NULL when empty */
uint32_t tree_rank(const struct tree_node *n);      /* how many come before it */
uint32_t tree_count(const struct tree *t);
bool tree_holds(const struct tree *t, const struct tree_node *n); /* n is in this very tree */
/* Order, sizes, weights and links hold throughout. It visits every node. */
bool tree_sound(const struct tree *t);

static inline bool tree_has(const struct tree_node *n)
{
	return n->size > 0;
}

#endif
