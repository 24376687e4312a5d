/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <rte_ip.h>
#include <tests/unit/unit.h>
#include <dataplane/net/neighbour.h>

#define IP(a, b, c, d) RTE_BE32(RTE_IPV4(a, b, c, d))
#define SEC            TD_NSEC_PER_SEC

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
static _Atomic unsigned woken;

static void synchronize(void *ctx)
{
}

static void wanted(void *ctx)
{
	woken++;
}

static const struct fib_params params = {
	.nexthops = 64, .synchronize = synchronize, .wanted = wanted};
static const struct fib_route routes[] = {
	{.ip = 0, .bits = 0, .gateway = IP(10, 0, 0, 254), .port = 0, .metric = 100},
	{.ip = IP(10, 0, 0, 0), .bits = 24, .port = 0},
	{.ip = IP(10, 1, 0, 0), .bits = 16, .port = 1},
	{.ip = IP(192u, 168, 0, 0), .bits = 16, .port = FIB_ELSEWHERE},
	{.ip = IP(10, 1, 2, 0), .bits = 24, .gateway = IP(10, 0, 0, 253), .port = 0, .metric = 20},
	{.ip = IP(10, 1, 2, 0), .bits = 24, .gateway = IP(10, 1, 0, 1), .port = 1, .metric = 10},
};

static int build(void)
{
	struct fib f;
	struct neighbours *n;
	int rc = fib_init(&f, &params);

	if (rc)
		return rc;
	rc = fib_routes_set(&f, routes, 6);
	if (!rc) {
		n = neighbours_alloc(&f, NULL, NULL);
		rc = n ? 0 : -ENOMEM;
		neighbours_free(n);
	}
	fib_fini(&f);
	return rc;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static void assert_leads(struct fib *f, uint32_t to, unsigned port, uint32_t via)
{
	uint32_t i = fib_get(f, to), ip;
	unsigned p;

	assert_int_not_equal(i, FIB_NO_ROUTE);
	fib_key(f, i, &p, &ip);
	assert_int_equal(p, port);
	assert_int_equal(ip, via);
	fib_put(f, i);
}

static void the_longest_prefix_leads(void **state)
{
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_get(&f, IP(10, 0, 0, 9)), FIB_NO_ROUTE);
	assert_int_equal(fib_routes_set(&f, routes, 6), 0);
	assert_int_equal(f.generation, 1);
	assert_leads(&f, IP(10, 0, 0, 9), 0, IP(10, 0, 0, 9));
	assert_leads(&f, IP(10, 1, 9, 9), 1, IP(10, 1, 9, 9));
	assert_leads(&f, IP(10, 1, 2, 9), 1, IP(10, 1, 0, 1)); /* the lower metric */
	assert_leads(&f, IP(8, 8, 8, 8), 0, IP(10, 0, 0, 254));
	assert_int_equal(fib_get(&f, IP(192u, 168, 1, 1)), FIB_NO_ROUTE);
	fib_fini(&f);
}

static void numbers_live_while_referenced(void **state)
{
	uint32_t i, j, ip;
	unsigned port;
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, 6), 0);
	woken = 0;
	i = fib_get(&f, IP(10, 0, 0, 9));
	j = fib_get(&f, IP(10, 0, 0, 9));
	assert_int_equal(i, j);
	assert_int_equal(woken, 1);
	assert_int_equal(fib_wanted(&f), i);
	assert_int_equal(fib_wanted(&f), FIB_NO_ROUTE);
	assert_int_equal(nexthop_word(&f, i), 0);
	fib_resolve(&f, 0, IP(10, 0, 0, 9), mac);
	assert_int_equal(nexthop_port(nexthop_word(&f, i)), 0);
	assert_memory_equal(f.eth + i, mac, 6);
	assert_false(fib_reclaim(&f, i)); /* got since the last look, and referenced */
	assert_false(fib_reclaim(&f, i)); /* still referenced */
	fib_put(&f, i);
	fib_put(&f, j);
	assert_true(fib_reclaim(&f, i));
	assert_int_equal(nexthop_word(&f, i), 0);
	fib_key(&f, i, &port, &ip);
	assert_int_equal(port, FIB_ELSEWHERE);
	assert_int_equal(fib_lookup(&f, 0, IP(10, 0, 0, 9)), FIB_NO_ROUTE);
	fib_fini(&f);
}

/* A table full of strangers takes no more, breaks nothing, and empties again. */
static void a_full_table_refuses(void **state)
{
	unsigned refused = 0, taken = 0;
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, 6), 0);
	for (unsigned i = 0; i < 5000; i++) {
		uint32_t n = fib_get(&f, IP(10, 1, 16 + i / 250, i % 250));

		refused += n == FIB_NO_ROUTE;
		fib_put(&f, n);
	}
	assert_true(refused > 0);
	for (int sweep = 0; sweep < 2; sweep++)
		for (uint32_t i = 1; i < fib_size(&f); i++)
			taken += fib_reclaim(&f, i);
	assert_int_equal(taken, 5000 - refused);
	fib_fini(&f);
}

#define ROUNDS 1000000

static void *getter(void *ctx)
{
	struct fib *f = ctx;
	uint32_t r = (uint32_t)(uintptr_t)&r, ip;
	unsigned port, wrong = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t to, n;

		r = r * 1664525 + 1013904223;
		to = IP(10, 1, 9, r >> 28);
		n = fib_get(f, to);
		fib_key(f, n, &port, &ip);
		wrong += n == FIB_NO_ROUTE || ip != to || port != 1;
		fib_put(f, n);
	}
	return (void *)(uintptr_t)wrong;
}

/* Two threads get and put while a third takes numbers back as fast as it can: no holder ever sees
 * its number become another address's. */
static void reclaim_races_with_get(void **state)
{
	pthread_t t[2];
	unsigned taken = 0;
	void *wrong;
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, 6), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, getter, &f), 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		taken += fib_reclaim(&f, 1 + i % (fib_size(&f) - 1));
	for (int i = 0; i < 2; i++) {
		pthread_join(t[i], &wrong);
		assert_null(wrong);
	}
	assert_true(taken > 0);
	fib_fini(&f);
}

static struct {
	unsigned count, unicast;
	uint32_t ip;
} asked;

static void request(void *ctx, unsigned port, uint32_t ip, const uint8_t *to)
{
	asked.count++;
	asked.unicast += to && !memcmp(to, mac, 6);
	asked.ip = ip;
}

static void neighbours_age(void **state)
{
	uint32_t peer = IP(10, 1, 9, 9), i;
	struct neighbours *n;
	struct fib f;

	memset(&asked, 0, sizeof(asked));
	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, 6), 0);
	n = neighbours_alloc(&f, request, NULL);
	i = fib_get(&f, peer);
	neighbours_want(n, i, 0);
	assert_int_equal(asked.count, 1);
	assert_int_equal(asked.ip, peer);
	for (unsigned t = 1; t <= 7; t++)
		neighbours_turn(n, t * SEC);
	assert_int_equal(asked.count, 3); /* failed now; asked again 5 s later */
	neighbours_turn(n, 8 * SEC);
	assert_int_equal(asked.count, 4);
	neighbours_learn(n, 1, IP(10, 1, 9, 8), mac, 8 * SEC); /* nobody wants that one */
	neighbours_learn(n, 1, peer, mac, 8 * SEC);
	assert_memory_equal(f.eth + i, mac, 6);
	neighbours_turn(n, 37 * SEC);
	assert_int_equal(asked.count, 4);
	for (unsigned t = 38; t < 41; t++) {
		neighbours_turn(n, t * SEC);
		assert_int_not_equal(nexthop_word(&f, i), 0); /* probed, and used meanwhile */
	}
	assert_int_equal(asked.unicast, 3);
	neighbours_turn(n, 41 * SEC);
	assert_int_equal(nexthop_word(&f, i), 0);
	neighbours_forget(n, i);
	asked.count = 0;
	neighbours_turn(n, 100 * SEC);
	assert_int_equal(asked.count, 0);
	neighbours_free(n);
	fib_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alloc_survives_oom),
		cmocka_unit_test(the_longest_prefix_leads),
		cmocka_unit_test(numbers_live_while_referenced),
		cmocka_unit_test(a_full_table_refuses),
		cmocka_unit_test(reclaim_races_with_get),
		cmocka_unit_test(neighbours_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
