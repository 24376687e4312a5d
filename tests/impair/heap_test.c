/* SPDX-License-Identifier: BSD-3-Clause */
#include <tests/impair/heap.h>
#include <tests/unit/unit.h>

#include <errno.h>
#include <stdlib.h>

/* Times that fall and rise; a byte of data says which one it is. */
static void test_order(void **state)
{
	struct heap h = {0};
	uint64_t last = 0;
	unsigned count = 0;

	for (uint8_t i = 0; i < 200; i++)
		assert_int_equal(heap_push(&h, (i * 37u) % 50, i & 1, &i, 1), 0);
	for (const struct heap_item *it; (it = heap_peek(&h)); heap_pop(&h)) {
		assert_true(it->due >= last);
		assert_int_equal((it->data[0] * 37u) % 50, it->due);
		assert_int_equal(it->data[0] & 1, it->from);
		last = it->due;
		count++;
	}
	assert_int_equal(count, 200);
	heap_free(&h);
}

static void test_equal_times_keep_their_order(void **state)
{
	struct heap h = {0};

	for (uint8_t i = 0; i < 100; i++)
		assert_int_equal(heap_push(&h, 5, 0, &i, 1), 0);
	for (uint8_t i = 0; i < 100; i++, heap_pop(&h))
		assert_int_equal(heap_peek(&h)->data[0], i);
	assert_null(heap_peek(&h));
	heap_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_equal_times_keep_their_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
