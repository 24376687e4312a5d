/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/acct.h>
#include <engine/call/state/object.h>
#include <stdio.h>
#include <tests/unit/unit.h>

#define MANY 100

static int build(void)
{
	struct objects t;
	int rc = 0;

	objects_init(&t, sizeof(struct object) + 8);
	for (int i = 0; i < MANY && rc == 0; i++) {
		char name[TD_NAME_BYTES];

		snprintf(name, sizeof(name), "n%d", MANY - i);
		rc = objects_add(&t, name);
	}
	objects_fini(&t);
	return rc;
}

static void add_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static void numbers_stay_with_names(void **state)
{
	struct objects t;
	struct object *o;

	objects_init(&t, sizeof(struct object));
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++) {
			char name[TD_NAME_BYTES];

			snprintf(name, sizeof(name), "n%d", MANY - i);
			assert_int_equal(objects_add(&t, name), 0);
		}
		objects_sort(&t);
	}
	assert_int_equal(t.count, MANY);
	o = objects_lookup(&t, "n97");
	assert_non_null(o);
	assert_int_equal(o->number, 4);
	assert_ptr_equal(objects_get(&t, 4), o);
	assert_null(objects_configured(&t, "n97"));
	o->configured = true;
	assert_ptr_equal(objects_configured(&t, "n97"), o);
	assert_null(objects_lookup(&t, "n0"));
	assert_null(objects_get(&t, 0));
	assert_null(objects_get(&t, MANY + 1));
	objects_fini(&t);
}

static void names_are_taken_back(void **state)
{
	struct objects t;
	struct object *o;

	objects_init(&t, sizeof(struct object));
	assert_int_equal(objects_add(&t, "m"), 0);
	assert_int_equal(objects_add(&t, "c"), 0);
	objects_sort(&t);
	o = objects_lookup(&t, "c");
	assert_int_equal(objects_add(&t, "a"), 0);
	assert_int_equal(objects_add(&t, "z"), 0);
	objects_sort(&t);
	objects_cut(&t, 2);
	assert_int_equal(t.count, 2);
	assert_null(objects_lookup(&t, "a"));
	assert_null(objects_lookup(&t, "z"));
	assert_ptr_equal(objects_lookup(&t, "c"), o);
	assert_int_equal(objects_add(&t, "b"), 0);
	objects_sort(&t);
	o = objects_lookup(&t, "b");
	assert_int_equal(o->number, 3);
	objects_fini(&t);
}

static void rows_are_given_once(void **state)
{
	struct acct a;
#define ROWS         1024
#define ROW(c, t, q) acct_row(&a, &(struct acct_key){.codec = (c), .trunk = (t), .queue = (q)})

	assert_int_equal(acct_init(&a, ROWS), 0);
	assert_int_equal(ROW(1, ACCT_AGENTS, 1), 1);
	assert_int_equal(ROW(2, ACCT_AGENTS, 1), 2);
	assert_int_equal(ROW(1, ACCT_AGENTS, 1), 1);
	for (uint32_t i = 3; i < ROWS; i++)
		assert_int_equal(ROW(1, i, 1), i);
	assert_int_equal(ROW(1, 7, 7), 0);
	assert_int_equal(ROW(1, ROWS - 1, 1), ROWS - 1);
	acct_fini(&a);
	assert_int_equal(acct_init(&a, 1), 0);
	assert_int_equal(ROW(1, 7, 7), 0);
	acct_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_survives_oom),
		cmocka_unit_test(numbers_stay_with_names),
		cmocka_unit_test(names_are_taken_back),
		cmocka_unit_test(rows_are_given_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
