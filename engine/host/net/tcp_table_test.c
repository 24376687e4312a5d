/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_table.h>
#include <tests/unit/unit.h>

static struct td_flow flow_to(unsigned port)
{
	return (struct td_flow){.local = {.family = 4, .port = 5060, .ip4 = 1},
		.remote = {.family = 4, .port = (uint16_t)port, .ip4 = 2},
		.transport = TD_TRANSPORT_TCP};
}

static void connections_are_found_by_number_and_by_where_they_go(void **state)
{
	struct td_flow a = flow_to(1), b = flow_to(2), theirs = flow_to(3);
	struct tcp_table t;
	uint32_t first, second;

	assert_int_equal(tcp_table_init(&t, 3, 1), 0);
	assert_false(tcp_table_has(&t, 0));
	first = tcp_table_make(&t, &a);
	second = tcp_table_make(&t, &b);
	assert_int_equal(first % 2, 1); /* the even ones are the thread's */
	assert_int_equal(second % 2, 1);
	assert_int_not_equal(first, second);
	theirs.connection = 2;
	tcp_table_add(&t, &theirs);
	assert_true(tcp_table_has(&t, first) && tcp_table_has(&t, second) && tcp_table_has(&t, 2));
	assert_int_equal(tcp_table_made(&t, &a), first);
	assert_int_equal(tcp_table_made(&t, &b), second);
	assert_int_equal(
		tcp_table_made(&t, &theirs), 0);     /* the port it came from is no listener's */
	assert_int_equal(tcp_table_make(&t, &a), 0); /* full */
	tcp_table_del(&t, first);
	tcp_table_del(&t, first);
	assert_false(tcp_table_has(&t, first));
	assert_int_equal(tcp_table_made(&t, &a), 0);
	assert_int_not_equal(tcp_table_make(&t, &a), first); /* a number is not used twice */
	tcp_table_fini(&t);
}

static int build(void)
{
	struct tcp_table t;
	int rc = tcp_table_init(&t, 3, 1);

	if (rc == 0)
		tcp_table_fini(&t);
	return rc;
}

static void each_allocation_may_fail(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_are_found_by_number_and_by_where_they_go),
		cmocka_unit_test(each_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
