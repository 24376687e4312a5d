/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash of RSS is linear (Toeplitz): each bit of what is hashed that is 1 adds the 32 bits of
 * the key that begin at its place. Our key has one bit set in every 16. Then
 *
 *     - a 16-bit field adds the same wherever it lies in what is hashed: it matters not whether a
 *       device leaves the other fields out or hashes zeros in their places;
 *     - each bit of the destination port adds one bit to the low half of the hash: the low bits of
 *       the hash, which are the table's index, are bits of the port.
 *
 * Which bits, the place of the 1 decides: the highest in which two media ports can differ comes
 * first, the next below it second, ... A table of 128 entries thus tells 128 stretches of the
 * range apart. Where two workers' ranges meet within one, the fewer packets are handed over.
 */
#include <tandem/media.h>
#include <dataplane/port/steer.h>

/* The highest bit in which ports of the range differ. */
static unsigned steer_top_bit(uint16_t port_min, uint16_t port_max)
{
	return 31u - (unsigned)__builtin_clz((unsigned)(port_min ^ port_max) | 1u);
}

/* Bit b of the port lands in bit (top - b) mod 16 of the hash. */
static void steer_key(uint8_t *key, unsigned size, unsigned top)
{
	unsigned at = (2 * STEER_PORT_BITS - 2 - top) % STEER_PORT_BITS;

	memset(key, 0, size);
	for (; at < size * 8; at += STEER_PORT_BITS)
		key[at / 8] |= (uint8_t)(0x80u >> at % 8);
}

static unsigned steer_worker(unsigned port, unsigned workers, uint16_t port_min, uint16_t port_max)
{
	uint32_t legs = td_legs_per_address(port_min, port_max);

	return td_leg_worker((port - port_min) / 2, workers, legs);
}

/* The ports of a table entry differ in the bits that the index does not tell. The middle port
 * stands for all of them. */
static uint8_t steer_entry(const struct steer *s, unsigned index, unsigned bits, unsigned top)
{
	unsigned rest = top + 1 > bits ? top + 1 - bits : 0;
	unsigned port = s->port_min & ~((2u << top) - 1);

	for (unsigned b = rest; b <= top; b++)
		port |= (index >> (top - b) & 1) << b;
	if (rest)
		port |= 1u << (rest - 1);
	port = port < s->port_min ? s->port_min : port > s->port_max ? s->port_max : port;
	return (uint8_t)steer_worker(port, s->queues, s->port_min, s->port_max);
}

void steer_plan(struct steer *s, const struct rte_eth_dev_info *info, unsigned queues,
	uint16_t port_min, uint16_t port_max)
{
	unsigned top = steer_top_bit(port_min, port_max), size = info->reta_size;
	uint64_t udp = RTE_ETH_RSS_NONFRAG_IPV4_UDP | RTE_ETH_RSS_NONFRAG_IPV6_UDP;

	*s = (struct steer){.queues = queues, .port_min = port_min, .port_max = port_max};
	s->rss_hf = info->flow_type_rss_offloads & udp;
	if (queues < 2 || !s->rss_hf) {
		s->rss_hf = 0;
		return;
	}
	s->kind = STEER_SPREAD;
	s->key_size = info->hash_key_size ? info->hash_key_size : STEER_KEY_LEAST;
	if (!(info->flow_type_rss_offloads & RTE_ETH_RSS_L4_DST_ONLY) ||
		s->key_size > STEER_KEY_MAX || size < queues || size > STEER_TABLE_MAX ||
		size & (size - 1))
		return;
	s->kind = STEER_PORTS;
	s->rss_hf |= RTE_ETH_RSS_L4_DST_ONLY;
	s->table_size = size;
	steer_key(s->key, s->key_size, top);
	for (unsigned i = 0; i < size; i++)
		s->table[i] = steer_entry(s, i, (unsigned)__builtin_ctz(size), top);
}

unsigned steer_rules(struct steer_rule out[static STEER_RULES_MAX], unsigned queues,
	uint16_t port_min, uint16_t port_max)
{
	uint32_t legs = td_legs_per_address(port_min, port_max);
	unsigned n = 0;

	for (unsigned q = 0; q < queues; q++) {
		unsigned port = port_min + 2 * td_worker_first(q, queues, legs);
		unsigned end = port_min + 2 * td_worker_first(q + 1, queues, legs);

		while (port < end) { /* the largest aligned block that begins here and fits */
			unsigned block = port ? port & -port : 1u << (STEER_PORT_BITS - 1);

			while (port + block > end)
				block /= 2;
			out[n++] =
				(struct steer_rule){(uint16_t)port, (uint16_t)-block, (uint16_t)q};
			port += block;
		}
	}
	return n;
}

void steer_configure(struct steer *s, struct rte_eth_conf *conf)
{
	if (s->kind == STEER_NONE)
		return;
	conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
	conf->rx_adv_conf.rss_conf.rss_hf = s->rss_hf;
	if (s->kind == STEER_PORTS) {
		conf->rx_adv_conf.rss_conf.rss_key = s->key;
		conf->rx_adv_conf.rss_conf.rss_key_len = (uint8_t)s->key_size;
	}
}

static bool steer_table(const struct steer *s, uint16_t eth_port)
{
	struct rte_eth_rss_reta_entry64 group[STEER_TABLE_MAX / RTE_ETH_RETA_GROUP_SIZE + 1] = {0};

	for (unsigned i = 0; i < s->table_size; i++) {
		struct rte_eth_rss_reta_entry64 *g = &group[i / RTE_ETH_RETA_GROUP_SIZE];

		g->mask |= 1ull << i % RTE_ETH_RETA_GROUP_SIZE;
		g->reta[i % RTE_ETH_RETA_GROUP_SIZE] = s->table[i];
	}
	return !rte_eth_dev_rss_reta_update(eth_port, group, (uint16_t)s->table_size);
}

static bool steer_flow(uint16_t eth_port, const struct steer_rule *rule)
{
	const struct rte_flow_attr attr = {.ingress = 1};
	const struct rte_flow_item_udp spec = {.hdr.dst_port = htons(rule->port)};
	const struct rte_flow_item_udp mask = {.hdr.dst_port = htons(rule->mask)};
	const struct rte_flow_item pattern[] = {
		{.type = RTE_FLOW_ITEM_TYPE_ETH},
		{.type = RTE_FLOW_ITEM_TYPE_IPV4},
		{.type = RTE_FLOW_ITEM_TYPE_UDP, .spec = &spec, .mask = &mask},
		{.type = RTE_FLOW_ITEM_TYPE_END},
	};
	const struct rte_flow_action_queue queue = {.index = rule->queue};
	const struct rte_flow_action actions[] = {
		{.type = RTE_FLOW_ACTION_TYPE_QUEUE, .conf = &queue},
		{.type = RTE_FLOW_ACTION_TYPE_END},
	};
	struct rte_flow_error error;

	return rte_flow_create(eth_port, &attr, pattern, actions, &error);
}

/* All rules or none: a missing rule costs only hand-overs, but nobody could see that it is
 * missing. */
static bool steer_flows(const struct steer *s, uint16_t eth_port)
{
	struct steer_rule rule[STEER_RULES_MAX];
	unsigned n = steer_rules(rule, s->queues, s->port_min, s->port_max);
	struct rte_flow_error error;

	for (unsigned i = 0; i < n; i++)
		if (!steer_flow(eth_port, &rule[i])) {
			(void)rte_flow_flush(eth_port, &error);
			return false;
		}
	return true;
}

void steer_apply(struct steer *s, uint16_t eth_port)
{
	if (s->queues < 2 || (s->kind == STEER_PORTS && steer_table(s, eth_port)))
		return;
	if (steer_flows(s, eth_port))
		s->kind = STEER_FLOWS;
	else if (s->kind == STEER_PORTS)
		s->kind = STEER_SPREAD;
}

const char *steer_name(enum steer_kind kind)
{
	static const char *const names[] = {[STEER_NONE] = "none",
		[STEER_SPREAD] = "spread",
		[STEER_FLOWS] = "flows",
		[STEER_PORTS] = "ports"};

	return names[kind];
}
