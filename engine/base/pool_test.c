/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/pool.h>
#include <tests/unit/unit.h>

static void gives_each_once(void **state)
{
	struct pool p;
	void *object[3];

	assert_int_equal(pool_init(&p, 3, 20), 0);
	for (uint32_t i = 0; i < 3; i++) {
		object[i] = pool_alloc(&p);
		assert_non_null(object[i]);
		assert_int_equal(pool_index(&p, object[i]), i);
		assert_ptr_equal(pool_at(&p, i), object[i]);
		assert_int_equal((uintptr_t)object[i] % _Alignof(max_align_t), 0);
		memset(object[i], 0xff, 20);
	}
	assert_null(pool_alloc(&p));
	pool_free(&p, NULL);
	assert_null(pool_alloc(&p));
	pool_free(&p, object[1]);
	assert_ptr_equal(pool_alloc(&p), object[1]);
	for (int i = 0; i < 20; i++)
		assert_int_equal(((unsigned char *)object[1])[i], 0);
	assert_int_equal(((unsigned char *)object[2])[0], 0xff);
	pool_fini(&p);
}

static void may_be_empty(void **state)
{
	struct pool p;

	assert_int_equal(pool_init(&p, 0, 8), 0);
	assert_null(pool_alloc(&p));
	pool_fini(&p);
}

static int build(void)
{
	struct pool p;
	int rc = pool_init(&p, 10, 10);

	if (rc == 0)
		pool_fini(&p);
	return rc;
}

static void survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_once),
		cmocka_unit_test(may_be_empty),
		cmocka_unit_test(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
