/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/ports.h>
#include <tests/unit/unit.h>

#define ADDRESSES 2

static const struct td_addr address[ADDRESSES] = {
	{.family = 4, .ip4 = 0x0100140a}, {.family = 4, .ip4 = 0x01001e0a}};
static const uint8_t device[ADDRESSES] = {0, 1};

static void worker_formulas_are_inverse(void **state)
{
	for (uint32_t per = 1; per < 40; per++)
		for (uint32_t workers = 1; workers <= per && workers < 9; workers++)
			for (uint32_t w = 0; w < workers; w++) {
				uint32_t end = td_worker_first(w + 1, workers, per);

				for (uint32_t i = td_worker_first(w, workers, per); i < end; i++)
					assert_int_equal(td_leg_worker(per + i, workers, per), w);
			}
	assert_int_equal(td_legs_per_address(20000, 29999), 5000);
	assert_int_equal(td_leg_port(5003, 20000, 5000), 20006);
	assert_int_equal(td_leg_number(1, 20006, 20000, 5000), 5003);
}

static void numbers_are_unique_and_oldest_first(void **state)
{
	struct ports p;
	int me;
	uint32_t first, second, leg;

	/* ten legs an address; three workers get 3, 3 and 4 */
	assert_int_equal(ports_init(&p, address, device, ADDRESSES, 20000, 20019, 3), 0);
	first = ports_get(&p, 1, 2, &me);
	assert_int_equal(first, 16);
	second = ports_get(&p, 1, 2, &me);
	assert_ptr_equal(ports_owner(&p, first), &me);
	assert_int_equal(ports_rtp(&p, first).port, 20012);
	assert_int_equal(ports_rtp(&p, first).ip4, address[1].ip4);
	assert_int_equal(ports_in_use(&p), 2);
	ports_put(&p, first);
	assert_null(ports_owner(&p, first));
	ports_put(&p, second);
	/* the two that were never used come first, then those given back, in order */
	leg = ports_get(&p, 1, 2, &me);
	assert_true(leg != first && leg != second);
	leg = ports_get(&p, 1, 2, &me);
	assert_true(leg != first && leg != second);
	assert_int_equal(ports_get(&p, 1, 2, &me), first);
	assert_int_equal(ports_get(&p, 1, 2, &me), second);
	assert_int_equal(ports_get(&p, 1, 2, &me), TD_LEG_NONE);
	assert_int_equal(ports_get(&p, 1, 1, &me), 13);
	assert_null(ports_owner(&p, 20));
	ports_fini(&p);
}

/* A call asks for a worker once, and then for two numbers of it, perhaps on two addresses. */
static void calls_spread_over_workers(void **state)
{
	struct ports p;
	int me;
	uint32_t legs[2 * 10], n = 0;

	assert_int_equal(ports_init(&p, address, device, ADDRESSES, 20000, 20019, 3), 0);
	for (uint32_t call = 0; call < 9; call++) {
		uint32_t w = ports_worker(&p, 0);

		assert_int_equal(w, call % 3);
		for (uint32_t a = 0; a < ADDRESSES; a++) {
			legs[n] = ports_get(&p, a, w, &me);
			assert_int_equal(ports_worker_of(&p, legs[n]), w);
			n++;
		}
	}
	/* Worker 2 has one number more: who has none is not chosen, however few its legs. */
	assert_int_equal(ports_room(&p, 0, 0), 0);
	assert_int_equal(ports_room(&p, 1, 2), 1);
	assert_int_equal(ports_worker(&p, 0), 2);
	ports_put(&p, legs[1]); /* worker 0's on address 1 */
	assert_int_equal(ports_worker(&p, 1), 0);
	assert_int_equal(ports_worker(&p, 0), 2);
	assert_int_equal(ports_in_use(&p), 17);
	ports_fini(&p);
}

static void local_address_is_found(void **state)
{
	struct ports p;
	struct td_addr a = address[1];

	assert_int_equal(ports_init(&p, address, device, ADDRESSES, 20000, 20019, 1), 0);
	a.port = 5060;
	assert_int_equal(ports_address(&p, &a), 1);
	a.ip4++;
	assert_int_equal(ports_address(&p, &a), -ENOENT);
	ports_fini(&p);
}

static int build(void)
{
	struct ports p;
	int rc = ports_init(&p, address, device, ADDRESSES, 20000, 20019, 2);

	ports_fini(&p);
	return rc;
}

static void init_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static void media_has_the_family_asked_for(void **state)
{
	static const struct td_addr both[] = {
		{.family = 4, .ip4 = 1},
		{.family = 6, .ip6 = {0x20, 1}},
		{.family = 4, .ip4 = 2},
		{.family = 6, .ip6 = {0x20, 2}},
		{.family = 4, .ip4 = 3},
	};
	static const uint8_t on[] = {0, 0, 1, 1, 2};
	static const struct td_addr stranger = {.family = 6, .ip6 = {0x20, 3}};
	struct ports p;

	assert_int_equal(ports_init(&p, both, on, 5, 20000, 20019, 1), 0);
	assert_int_equal(ports_media(&p, &both[0], 0), 0);
	assert_int_equal(ports_media(&p, &both[0], 4), 0);
	assert_int_equal(ports_media(&p, &both[0], 6), 1);
	assert_int_equal(ports_media(&p, &both[3], 4), 2);
	assert_int_equal(ports_media(&p, &both[3], 6), 3);
	assert_int_equal(ports_media(&p, &both[4], 6), -ENOENT);
	assert_int_equal(ports_media(&p, &stranger, 4), -ENOENT);
	ports_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worker_formulas_are_inverse),
		cmocka_unit_test(numbers_are_unique_and_oldest_first),
		cmocka_unit_test(calls_spread_over_workers),
		cmocka_unit_test(local_address_is_found),
		cmocka_unit_test(media_has_the_family_asked_for),
		cmocka_unit_test(init_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
