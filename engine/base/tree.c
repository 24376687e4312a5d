/* SPDX-License-Identifier: BSD-3-Clause */
/* Seidel and Aragon, "Randomized search trees" (1996). */
#include <engine/base/tree.h>

static uint32_t size_of(const struct tree_node *n)
{
	return n ? n->size : 0;
}

/* The pointer that holds n. */
static struct tree_node **holder(struct tree *t, const struct tree_node *n)
{
	struct tree_node *p = n->parent;

	if (!p)
		return &t->root;
	return p->left == n ? &p->left : &p->right;
}

/* n takes its parent's place. */
static void rotate_up(struct tree *t, struct tree_node *n)
{
	struct tree_node *p = n->parent, *between;
	struct tree_node **place = holder(t, p);

	if (p->left == n) {
		between = n->right;
		p->left = between;
		n->right = p;
	} else {
		between = n->left;
		p->right = between;
		n->left = p;
	}
	if (between)
		between->parent = p;
	*place = n;
	n->parent = p->parent;
	p->parent = n;
	n->size = p->size;
	p->size = 1 + size_of(p->left) + size_of(p->right);
}

void tree_init(struct tree *t, bool (*before)(const struct tree_node *, const struct tree_node *))
{
	*t = (struct tree){.before = before};
}

void tree_add(struct tree *t, struct tree_node *n)
{
	struct tree_node **place = &t->root, *parent = NULL;

	while (*place) {
		parent = *place;
		parent->size++;
		place = t->before(n, parent) ? &parent->left : &parent->right;
	}
	t->weight = t->weight * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
	*n = (struct tree_node){.parent = parent, .size = 1, .weight = (uint32_t)(t->weight >> 32)};
	*place = n;
	while (n->parent && n->parent->weight < n->weight)
		rotate_up(t, n);
}

void tree_del(struct tree *t, struct tree_node *n)
{
	if (!tree_has(n))
		return;
	while (n->left || n->right) {
		struct tree_node *up = n->left;

		if (!up || (n->right && n->right->weight > up->weight))
			up = n->right;
		rotate_up(t, up);
	}
	*holder(t, n) = NULL;
	for (struct tree_node *p = n->parent; p; p = p->parent)
		p->size--;
	*n = (struct tree_node){0};
}

struct tree_node *tree_first(const struct tree *t)
{
	struct tree_node *n = t->root;

	while (n && n->left)
		n = n->left;
	return n;
}

uint32_t tree_rank(const struct tree_node *n)
{
	uint32_t rank = size_of(n->left);

	for (; n->parent; n = n->parent)
		if (n->parent->right == n)
			rank += 1 + size_of(n->parent->left);
	return rank;
}

uint32_t tree_count(const struct tree *t)
{
	return size_of(t->root);
}

bool tree_holds(const struct tree *t, const struct tree_node *n)
{
	if (!tree_has(n))
		return false;
	while (n->parent)
		n = n->parent;
	return n == t->root;
}

/* Its order is that between the nodes around the subtree, which may be NULL. */
static bool sound(const struct tree *t, const struct tree_node *n, const struct tree_node *low,
	const struct tree_node *high)
{
	const struct tree_node *child[] = {n->left, n->right};

	if ((low && !t->before(low, n)) || (high && !t->before(n, high)) ||
		n->size != 1 + size_of(n->left) + size_of(n->right))
		return false;
	for (int i = 0; i < 2; i++)
		if (child[i] && (child[i]->parent != n || child[i]->weight > n->weight ||
					!sound(t, child[i], i ? n : low, i ? high : n)))
			return false;
	return true;
}

bool tree_sound(const struct tree *t)
{
	return !t->root || (!t->root->parent && sound(t, t->root, NULL, NULL));
}
