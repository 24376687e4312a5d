/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * No machine that tests run on has a NIC to steer: what is proven is that the plan, carried out as
 * the specification of RSS says (DPDK's own software Toeplitz hash), brings each port home.
 */
#include <rte_thash.h>
#include <tandem/media.h>
#include <tests/unit/unit.h>
#include <dataplane/port/steer.h>

#define UDP_AND_PORT (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_L4_DST_ONLY)

static struct steer plan(uint64_t offloads, uint16_t table, uint8_t key, unsigned queues,
	uint16_t port_min, uint16_t port_max)
{
	struct rte_eth_dev_info info = {
		.flow_type_rss_offloads = offloads, .reta_size = table, .hash_key_size = key};
	struct steer s;

	steer_plan(&s, &info, queues, port_min, port_max);
	return s;
}

static unsigned owner(unsigned port, unsigned queues, uint16_t port_min, uint16_t port_max)
{
	return td_leg_worker(
		(port - port_min) / 2, queues, td_legs_per_address(port_min, port_max));
}

/* A device that hashes zeros for addresses and source port, and one that leaves them out. */
static unsigned queue_of(const struct steer *s, unsigned port)
{
	uint32_t tuple[] = {0, 0, port}, alone[] = {port << 16};
	uint32_t hash = rte_softrss(tuple, 3, s->key);

	assert_int_equal(hash, rte_softrss(alone, 1, s->key));
	return s->table[hash & (s->table_size - 1)];
}

static void ports_come_home(void **state)
{
	static const struct {
		uint16_t min, max;
	} range[] = {{20000, 29999}, {1024, 65535}, {16384, 32767}, {40000, 40001}, {30000, 30099}};
	static const uint16_t tables[] = {64, 128, 512};

	for (unsigned r = 0; r < RTE_DIM(range); r++)
		for (unsigned t = 0; t < RTE_DIM(tables); t++)
			for (unsigned queues = 2; queues <= WORKER_MAX; queues++) {
				uint16_t min = range[r].min, max = range[r].max;
				struct steer s =
					plan(UDP_AND_PORT, tables[t], 40, queues, min, max);
				unsigned astray = 0, span = 1;

				assert_int_equal(s.kind, STEER_PORTS);
				while (span < (unsigned)(min ^ max) + 1)
					span *= 2; /* ports that the index's bits tell apart */
				for (unsigned port = min; port <= max; port++)
					astray +=
						queue_of(&s, port) != owner(port, queues, min, max);
				/* Of a stretch in which two ranges meet, half at most. */
				assert_true(
					astray <= (queues - 1) * (span / tables[t]) / 2 + queues);
				if (max - min == 16383 && queues == 2)
					assert_int_equal(astray, 0);
			}
}

/* RTCP is beside its RTP, whatever bits the table tells apart. */
static void pairs_stay_together(void **state)
{
	struct steer s = plan(UDP_AND_PORT, 512, 52, 3, 30000, 30099);

	assert_int_equal(s.key_size, 52);
	for (unsigned port = 30000; port < 30100; port += 2)
		assert_int_equal(queue_of(&s, port), queue_of(&s, port + 1));
}

static void a_device_gets_what_it_can(void **state)
{
	struct rte_eth_conf conf = {0};
	struct steer s;

	s = plan(0, 128, 40, 2, 20000, 29999);
	assert_int_equal(s.kind, STEER_NONE);
	steer_configure(&s, &conf);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
	assert_int_equal(plan(UDP_AND_PORT, 128, 40, 1, 20000, 29999).kind, STEER_NONE);
	assert_int_equal(plan(RTE_ETH_RSS_L4_DST_ONLY, 128, 40, 2, 20000, 29999).kind, STEER_NONE);
	/* no table to write, one of a strange size, a key that we have no room for */
	assert_int_equal(plan(UDP_AND_PORT, 0, 40, 2, 20000, 29999).kind, STEER_SPREAD);
	assert_int_equal(plan(UDP_AND_PORT, 96, 40, 2, 20000, 29999).kind, STEER_SPREAD);
	assert_int_equal(plan(UDP_AND_PORT, 128, 80, 2, 20000, 29999).kind, STEER_SPREAD);

	s = plan(RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_IPV4,
		128, 40, 2, 20000, 29999);
	assert_int_equal(s.kind, STEER_SPREAD);
	steer_configure(&s, &conf);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_RSS);
	assert_true(conf.rx_adv_conf.rss_conf.rss_hf ==
		    (RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP));
	assert_null(conf.rx_adv_conf.rss_conf.rss_key);

	s = plan(UDP_AND_PORT, 128, 0, 2, 20000, 29999); /* it does not say its key's length */
	steer_configure(&s, &conf);
	assert_true(conf.rx_adv_conf.rss_conf.rss_hf == UDP_AND_PORT);
	assert_ptr_equal(conf.rx_adv_conf.rss_conf.rss_key, s.key);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_key_len, STEER_KEY_LEAST);
}

static void rules_cover_each_port_once(void **state)
{
	struct steer_rule rule[STEER_RULES_MAX];

	for (unsigned queues = 1; queues <= WORKER_MAX; queues++) {
		unsigned n = steer_rules(rule, queues, 20000, 29999);

		for (unsigned port = 0; port < 65536; port++) {
			unsigned hits = 0, queue = 0;

			for (unsigned i = 0; i < n; i++)
				if ((port & rule[i].mask) == rule[i].port) {
					hits++;
					queue = rule[i].queue;
				}
			assert_int_equal(hits, port >= 20000 && port <= 29999);
			if (hits)
				assert_int_equal(queue, owner(port, queues, 20000, 29999));
		}
	}
	assert_in_range(steer_rules(rule, WORKER_MAX, 1026, 65535), 1, STEER_RULES_MAX);
	assert_int_equal(steer_rules(rule, 2, 32768, 65535), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_come_home),
		cmocka_unit_test(pairs_stay_together),
		cmocka_unit_test(a_device_gets_what_it_can),
		cmocka_unit_test(rules_cover_each_port_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
