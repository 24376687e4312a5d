/* SPDX-License-Identifier: BSD-3-Clause */
#include <pthread.h>
#include <rte_ip.h>
#include <stdatomic.h>
#include <tests/unit/unit.h>
#include <dataplane/net/neighbour.h>

#define IP(a, b, c, d) RTE_BE32(RTE_IPV4(a, b, c, d))
#define SEC            TD_NSEC_PER_SEC

#define V4(a, b, c, d)                             \
	{                                          \
		.family = 4, .ip4 = IP(a, b, c, d) \
	}
#define V6(net, host)                                                               \
	{                                                                           \
		.family = 6, .ip6 = { 0x20, 0x01, 0x0d, 0xb8, 0, net, [15] = host } \
	}

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
	{.to = {.family = 4}, .bits = 0, .gateway = V4(10, 0, 0, 254), .port = 0, .metric = 100},
	{.to = V4(10, 0, 0, 0), .bits = 24, .port = 0},
	{.to = V4(10, 1, 0, 0), .bits = 16, .port = 1},
	{.to = V4(192u, 168, 0, 0), .bits = 16, .port = FIB_ELSEWHERE},
	{.to = V4(10, 1, 2, 0), .bits = 24, .gateway = V4(10, 0, 0, 253), .port = 0, .metric = 20},
	{.to = V4(10, 1, 2, 0), .bits = 24, .gateway = V4(10, 1, 0, 1), .port = 1, .metric = 10},
	{.to = V6(0, 0), .bits = 48, .port = FIB_ELSEWHERE},
	{.to = V6(0, 0), .bits = 48, .port = 0},
	{.to = V6(0, 0), .bits = 48, .port = FIB_ELSEWHERE},
	{.to = V6(1, 0), .bits = 48, .port = 1},
	{.to = V6(1, 0x80), .bits = 121, .gateway = V6(0, 0x99), .port = 0},
	{.to = {.family = 6},
		.bits = 0,
		.gateway = {.family = 6, .ip6 = {0xfe, 0x80, [15] = 1}},
		.port = 1},
	{.to = V4(10, 6, 0, 0), .bits = 16, .gateway = V6(0, 0x99), .port = 0}, /* RFC 5549 */
};
#define ROUTES (sizeof(routes) / sizeof(routes[0]))

static uint32_t fib_get4(struct fib *f, uint32_t ip)
{
	struct td_addr to = addr_v4(ip);

	return fib_get(f, &to);
}

static int build(void)
{
	struct fib f;
	struct neighbours *n;
	int rc = fib_init(&f, &params);

	if (rc)
		return rc;
	rc = fib_routes_set(&f, routes, ROUTES);
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

static void assert_leads(struct fib *f, struct td_addr to, unsigned port, struct td_addr via)
{
	uint32_t i = fib_get(f, &to);
	struct td_addr ip;
	unsigned p;

	assert_int_not_equal(i, FIB_NO_ROUTE);
	fib_key(f, i, &p, &ip);
	assert_int_equal(p, port);
	assert_true(addr_equal_ip(&ip, &via));
	fib_put(f, i);
}

static void the_longest_prefix_leads(void **state)
{
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_get4(&f, IP(10, 0, 0, 9)), FIB_NO_ROUTE);
	assert_int_equal(fib_routes_set(&f, routes, ROUTES), 0);
	assert_int_equal(f.generation, 1);
	assert_leads(&f, (struct td_addr)V4(10, 0, 0, 9), 0, (struct td_addr)V4(10, 0, 0, 9));
	assert_leads(&f, (struct td_addr)V4(10, 1, 9, 9), 1, (struct td_addr)V4(10, 1, 9, 9));
	assert_leads(&f, (struct td_addr)V4(10, 1, 2, 9), 1,
		(struct td_addr)V4(10, 1, 0, 1)); /* the lower metric */
	assert_leads(&f, (struct td_addr)V4(8, 8, 8, 8), 0, (struct td_addr)V4(10, 0, 0, 254));
	assert_int_equal(fib_get4(&f, IP(192u, 168, 1, 1)), FIB_NO_ROUTE);
	fib_fini(&f);
}

static void both_families_have_routes(void **state)
{
	static const struct td_addr far = {.family = 6, .ip6 = {0x26, 0x06, [15] = 1}};
	static const struct td_addr router = {.family = 6, .ip6 = {0xfe, 0x80, [15] = 1}};
	/* Its first bytes are those of 10.0.0.9. */
	static const struct td_addr lookalike = {.family = 6, .ip6 = {10, 0, 0, 9}};
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, ROUTES), 0);
	assert_leads(&f, (struct td_addr)V6(0, 9), 0, (struct td_addr)V6(0, 9));
	assert_leads(&f, (struct td_addr)V6(1, 0x7f), 1, (struct td_addr)V6(1, 0x7f));
	assert_leads(&f, (struct td_addr)V6(1, 0xff), 0, (struct td_addr)V6(0, 0x99));
	assert_leads(&f, far, 1, router);
	assert_leads(&f, lookalike, 1, router);
	assert_leads(&f, (struct td_addr)V4(10, 6, 1, 1), 0, (struct td_addr)V6(0, 0x99));
	assert_leads(&f, (struct td_addr)V4(10, 0, 0, 9), 0, (struct td_addr)V4(10, 0, 0, 9));
	fib_fini(&f);
}

static void numbers_live_while_referenced(void **state)
{
	struct td_addr peer = V4(10, 0, 0, 9), ip;
	uint32_t i, j;
	unsigned port;
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, ROUTES), 0);
	woken = 0;
	i = fib_get4(&f, IP(10, 0, 0, 9));
	j = fib_get4(&f, IP(10, 0, 0, 9));
	assert_int_equal(i, j);
	assert_int_equal(woken, 1);
	assert_int_equal(fib_wanted(&f), i);
	assert_int_equal(fib_wanted(&f), FIB_NO_ROUTE);
	assert_int_equal(nexthop_word(&f, i), 0);
	fib_resolve(&f, 0, &peer, mac);
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
	assert_int_equal(fib_lookup(&f, 0, &peer), FIB_NO_ROUTE);
	fib_fini(&f);
}

/* How many numbers nobody holds. The first look at a number only marks it as not used. */
static unsigned reclaim_all(struct fib *f)
{
	unsigned taken = 0;

	for (int sweep = 0; sweep < 2; sweep++)
		for (uint32_t i = 1; i < fib_size(f); i++)
			taken += fib_reclaim(f, i);
	return taken;
}

/* A table full of strangers takes no more, breaks nothing, and empties again. */
static void a_full_table_refuses(void **state)
{
	unsigned refused = 0;
	struct fib f;

	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, ROUTES), 0);
	for (unsigned i = 0; i < 5000; i++) {
		uint32_t n = fib_get4(&f, IP(10, 1, 16 + i / 250, i % 250));

		refused += n == FIB_NO_ROUTE;
		fib_put(&f, n);
	}
	assert_true(refused > 0);
	assert_int_equal(reclaim_all(&f), 5000 - refused);
	fib_fini(&f);
}

#define ROUNDS 1000000

static atomic_uint getters; /* that are not done yet */

static void *getter(void *ctx)
{
	struct fib *f = ctx;
	uint32_t r = (uint32_t)(uintptr_t)&r;
	unsigned port, wrong = 0;
	struct td_addr ip;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct td_addr to = V4(10, 1, 9, 0), to6 = V6(1, 0);
		uint32_t n;

		r = r * 1664525 + 1013904223;
		to.ip4 = IP(10, 1, 9, r >> 28);
		to6.ip6[15] = r >> 28 & 7;
		if (r & 1 << 20)
			to = to6;
		n = fib_get(f, &to);
		fib_key(f, n, &port, &ip);
		wrong += n == FIB_NO_ROUTE || !addr_equal_ip(&ip, &to) || port != 1;
		fib_put(f, n);
	}
	atomic_fetch_sub(&getters, 1);
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
	assert_int_equal(fib_routes_set(&f, routes, ROUTES), 0);
	atomic_store(&getters, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, getter, &f), 0);
	for (unsigned i = 0; atomic_load(&getters); i++)
		taken += fib_reclaim(&f, 1 + i % (fib_size(&f) - 1));
	for (int i = 0; i < 2; i++) {
		pthread_join(t[i], &wrong);
		assert_null(wrong);
	}
	/* The threads may have had the CPUs for themselves: whatever is left is taken now. */
	assert_true(taken + reclaim_all(&f) > 0);
	fib_fini(&f);
}

static struct {
	unsigned count, unicast;
	struct td_addr ip;
} asked;

static void request(void *ctx, unsigned port, const struct td_addr *ip, const uint8_t *to)
{
	asked.count++;
	asked.unicast += to && !memcmp(to, mac, 6);
	asked.ip = *ip;
}

static void neighbours_age(void **state)
{
	struct td_addr peer = V6(1, 9), other = V6(1, 8);
	uint32_t i;
	struct neighbours *n;
	struct fib f;

	memset(&asked, 0, sizeof(asked));
	assert_int_equal(fib_init(&f, &params), 0);
	assert_int_equal(fib_routes_set(&f, routes, ROUTES), 0);
	n = neighbours_alloc(&f, request, NULL);
	i = fib_get(&f, &peer);
	neighbours_want(n, i, 0);
	assert_int_equal(asked.count, 1);
	assert_true(addr_equal_ip(&asked.ip, &peer));
	for (unsigned t = 1; t <= 7; t++)
		neighbours_turn(n, t * SEC);
	assert_int_equal(asked.count, 3); /* failed now; asked again 5 s later */
	neighbours_turn(n, 8 * SEC);
	assert_int_equal(asked.count, 4);
	neighbours_learn(n, 1, &other, mac, 8 * SEC); /* nobody wants that one */
	neighbours_learn(n, 1, &peer, mac, 8 * SEC);
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
		cmocka_unit_test(both_families_have_routes),
		cmocka_unit_test(numbers_live_while_referenced),
		cmocka_unit_test(a_full_table_refuses),
		cmocka_unit_test(reclaim_races_with_get),
		cmocka_unit_test(neighbours_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
