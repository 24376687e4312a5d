/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <tests/unit/unit.h>
#include <dataplane/net/fib.h>
#include <dataplane/net/way.h>

static const uint8_t near_mac[6] = {2, 0, 0, 0, 0, 1}, other_mac[6] = {2, 0, 0, 0, 0, 2};

static struct td_addr v4(uint32_t host)
{
	return addr_v4(htonl(0x0a000000u + host));
}

static int build(void)
{
	struct ways *w = ways_alloc();

	ways_free(w);
	return w ? 0 : -ENOMEM;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static void an_answer_goes_back_by_the_way_of_the_last_message(void **state)
{
	struct td_addr a = v4(1), other_port = v4(1),
		       six = addr_v6((const uint8_t[16]){10, 0, 0, 1});
	struct ways *w = ways_alloc();

	a.port = 5060;
	other_port.port = 7;
	assert_int_equal(way_lookup(w, &a, 0), 0);
	way_learn(w, &a, 3, near_mac, 5);
	assert_int_equal(way_lookup(w, &a, 5), nexthop_make(3, near_mac));
	assert_int_equal(nexthop_port(way_lookup(w, &a, 5)), 3);
	assert_int_equal(way_lookup(w, &other_port, 5), nexthop_make(3, near_mac));
	assert_int_equal(way_lookup(w, &six, 5), 0); /* its first octets are those of 10.0.0.1 */
	way_learn(w, &a, 4, other_mac, 6);
	assert_int_equal(way_lookup(w, &a, 6), nexthop_make(4, other_mac));
	assert_int_equal(way_lookup(w, &a, 6 + WAY_NS - 1), nexthop_make(4, other_mac));
	assert_int_equal(way_lookup(w, &a, 6 + WAY_NS), 0);
	ways_free(w);
}

/* Never by the way of somebody else, however many have come. */
static void a_place_is_one_address_s(void **state)
{
	struct ways *w = ways_alloc();
	unsigned kept = 0;

	for (uint32_t i = 0; i < 4 * WAY_PLACES; i++) {
		uint8_t mac[6] = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		struct td_addr a = v4(i);

		way_learn(w, &a, 0, mac, 1);
	}
	for (uint32_t i = 0; i < 4 * WAY_PLACES; i++) {
		uint8_t mac[6] = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
		struct td_addr a = v4(i);
		uint64_t way = way_lookup(w, &a, 1);

		assert_true(!way || way == nexthop_make(0, mac));
		kept += way != 0;
	}
	assert_in_range(kept, WAY_PLACES / 2, WAY_PLACES);
	ways_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(alloc_survives_oom),
		cmocka_unit_test(an_answer_goes_back_by_the_way_of_the_last_message),
		cmocka_unit_test(a_place_is_one_address_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
