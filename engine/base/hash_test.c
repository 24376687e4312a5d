/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <engine/base/hash.h>
#include <tests/unit/unit.h>

#define COUNT 500

struct item {
	struct hash_node node; /* first: the node is the item */
	char key[16];
};

static struct item item[COUNT];

static struct item *find(const struct hash *h, const char *key)
{
	struct hash_node *n = hash_first(h, str_of(key));

	while (n && strcmp(((struct item *)n)->key, key) != 0)
		n = hash_next(n);
	return (struct item *)n;
}

/* Made with CPython's own SipHash-1-3 and a key of zeros: PYTHONHASHSEED=0, hash(b"..."). */
static void is_siphash(void **state)
{
	static const struct hash zero;

	assert_true(hash_bytes(&zero, STR("a")) == 0x407448d2b89b1813u);
	assert_true(hash_bytes(&zero, STR("abcdefg")) == 0x6db12aae9070f506u);
	assert_true(hash_bytes(&zero, STR("abcdefgh")) == 0x3f7b849c0b8e35eau);
	assert_true(hash_bytes(&zero, STR("a84b4c76e66710@tandem.example")) == 0xd61715738134c027u);
}

static void is_keyed(void **state)
{
	static const struct hash h = {.seed = {1, 2}};
	static const uint64_t same[2] = {1, 2}, other[2] = {1, 3};

	assert_true(hash_keyed(same, STR("abc")) == hash_bytes(&h, STR("abc")));
	assert_true(hash_keyed(other, STR("abc")) != hash_bytes(&h, STR("abc")));
}

static void finds_what_was_added(void **state)
{
	struct hash h;

	assert_int_equal(hash_init(&h, COUNT / 8, 1), 0); /* long buckets on purpose */
	for (int i = 0; i < COUNT; i++) {
		snprintf(item[i].key, sizeof(item[i].key), "key %d", i);
		hash_add(&h, &item[i].node, str_of(item[i].key));
	}
	assert_int_equal(h.count, COUNT);
	for (int i = 0; i < COUNT; i += 2)
		hash_del(&h, &item[i].node);
	hash_del(&h, &item[0].node); /* not there: nothing happens */
	assert_int_equal(h.count, COUNT / 2);
	for (int i = 0; i < COUNT; i++)
		assert_ptr_equal(find(&h, item[i].key), i % 2 ? &item[i] : NULL);
	assert_null(find(&h, ""));
	hash_fini(&h);
}

static void keeps_doubles(void **state)
{
	struct hash h;

	assert_int_equal(hash_init(&h, 0, 1), 0);
	hash_add(&h, &item[0].node, STR("x"));
	hash_add(&h, &item[1].node, STR("x"));
	struct hash_node *n = hash_first(&h, STR("x"));

	assert_ptr_equal(n, &item[1].node);
	assert_ptr_equal(hash_next(n), &item[0].node);
	assert_null(hash_next(&item[0].node));
	hash_fini(&h);
}

static void seed_matters(void **state)
{
	struct hash a, b;

	assert_int_equal(hash_init(&a, 1, 1), 0);
	assert_int_equal(hash_init(&b, 1, 2), 0);
	assert_true(hash_bytes(&a, STR("x")) != hash_bytes(&b, STR("x")));
	hash_fini(&b);
	hash_fini(&a);
}

static void knows_its_faults(void **state)
{
	struct hash h;

	assert_int_equal(hash_init(&h, 16, 1), 0);
	for (int i = 0; i < 20; i++) {
		snprintf(item[i].key, sizeof(item[i].key), "%d", i);
		hash_add(&h, &item[i].node, str_of(item[i].key));
	}
	assert_true(hash_sound(&h));
	h.count++;
	assert_false(hash_sound(&h));
	h.count -= 2;
	assert_false(hash_sound(&h));
	h.count++;
	item[7].node.key_hash++;
	assert_false(hash_sound(&h));
	hash_fini(&h);
}

static int build(void)
{
	struct hash h;
	int rc = hash_init(&h, 100, 1);

	if (rc == 0)
		hash_fini(&h);
	return rc;
}

static void survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_siphash),
		cmocka_unit_test(is_keyed),
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(keeps_doubles),
		cmocka_unit_test(seed_matters),
		cmocka_unit_test(knows_its_faults),
		cmocka_unit_test(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
