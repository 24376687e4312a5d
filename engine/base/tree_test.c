/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/prng.h>
#include <engine/base/tree.h>
#include <tests/unit/unit.h>

#define COUNT 300

struct item {
	struct tree_node node; /* first: the node is the item */
	uint32_t key;
};

static struct item item[COUNT];

static bool before(const struct tree_node *a, const struct tree_node *b)
{
	return ((const struct item *)a)->key < ((const struct item *)b)->key;
}

static unsigned depth(const struct tree_node *n)
{
	if (!n)
		return 0;
	unsigned left = depth(n->left), right = depth(n->right);

	return 1 + (left > right ? left : right);
}

static const struct tree_node *next(const struct tree_node *n)
{
	const struct tree_node *right = n->right;

	if (right) {
		while (right->left)
			right = right->left;
		return right;
	}
	while (n->parent && n->parent->right == n)
		n = n->parent;
	return n->parent;
}

/* Order, ranks and count against what a walk over all items says. */
static void check(const struct tree *t)
{
	const struct tree_node *n = tree_first(t);
	uint32_t in = 0, rank = 0, last = 0;

	for (int i = 0; i < COUNT; i++)
		in += tree_has(&item[i].node);
	assert_int_equal(tree_count(t), in);
	for (; n; n = next(n)) {
		assert_true(rank == 0 || ((const struct item *)n)->key > last);
		last = ((const struct item *)n)->key;
		assert_int_equal(tree_rank(n), rank++);
	}
	assert_int_equal(rank, in);
}

static void agrees_with_a_walk(void **state)
{
	struct prng prng;
	struct tree t;

	prng_init(&prng, 9);
	tree_init(&t, before);
	assert_null(tree_first(&t));
	for (uint32_t i = 0; i < COUNT; i++)
		item[i] = (struct item){.key = i * 7 % COUNT};
	for (int i = 0; i < 5000; i++) {
		struct item *it = &item[prng_below(&prng, COUNT)];

		if (tree_has(&it->node))
			tree_del(&t, &it->node);
		else
			tree_add(&t, &it->node);
		if (i % 16 == 0)
			check(&t);
	}
	for (int i = 0; i < COUNT; i++)
		tree_del(&t, &item[i].node); /* those that are not in it too */
	check(&t);
	assert_null(t.root);
}

/* Keys in order are what idle agents and waiting contacts come in: the worst for a plain tree. */
static void stays_shallow(void **state)
{
	struct tree t;

	tree_init(&t, before);
	for (uint32_t i = 0; i < COUNT; i++) {
		item[i] = (struct item){.key = i};
		tree_add(&t, &item[i].node);
	}
	check(&t);
	assert_in_range(depth(t.root), 8, 30);
}

static void lets_a_changed_key_go(void **state)
{
	struct tree t;

	tree_init(&t, before);
	for (uint32_t i = 0; i < 10; i++) {
		item[i] = (struct item){.key = i};
		tree_add(&t, &item[i].node);
	}
	item[3].key = 100;
	tree_del(&t, &item[3].node);
	tree_add(&t, &item[3].node);
	assert_int_equal(tree_rank(&item[3].node), 9);
	assert_int_equal(tree_rank(&item[4].node), 3);
}

/* A walk says so as long as it is so. */
static void knows_its_faults(void **state)
{
	struct tree t, other;
	struct tree_node *n;

	tree_init(&t, before);
	tree_init(&other, before);
	assert_true(tree_sound(&t));
	for (uint32_t i = 0; i < 20; i++) {
		item[i] = (struct item){.key = i};
		tree_add(i < 10 ? &t : &other, &item[i].node);
	}
	assert_true(tree_sound(&t));
	assert_true(tree_holds(&t, &item[3].node));
	assert_false(tree_holds(&t, &item[13].node));
	tree_del(&t, &item[3].node);
	assert_false(tree_holds(&t, &item[3].node));
	item[5].key = 100;
	assert_false(tree_sound(&t));
	item[5].key = 5;
	n = t.root->left;
	n->size++;
	assert_false(tree_sound(&t));
	n->size--;
	n->parent = n;
	assert_false(tree_sound(&t));
	n->parent = t.root;
	n->weight = t.root->weight + 1;
	assert_false(tree_sound(&t));
	n->weight = 0;
	n = t.root;
	n->parent = &item[0].node;
	assert_false(tree_sound(&t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_walk),
		cmocka_unit_test(stays_shallow),
		cmocka_unit_test(lets_a_changed_key_go),
		cmocka_unit_test(knows_its_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
