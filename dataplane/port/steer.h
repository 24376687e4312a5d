/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a device is told to put the packets of a worker's media ports into that worker's queue.
 *
 * A NIC that hashes the destination port alone does it by its RSS table; one that takes flow rules,
 * by rules for ranges of ports; others spread packets over the queues as they like, and the workers
 * hand them over (handover.h). A plan is made from what the device says of itself; only
 * steer_apply() talks to it.
 */
#ifndef TANDEM_DATAPLANE_PORT_STEER_H
#define TANDEM_DATAPLANE_PORT_STEER_H

#include <rte_ethdev.h>
#include <dataplane/net/ledger.h>

#define STEER_KEY_MAX   64 /* of the hash; NICs have 40 or 52 octets */
#define STEER_KEY_LEAST 40
#define STEER_TABLE_MAX RTE_ETH_RSS_RETA_SIZE_512
#define STEER_PORT_BITS 16
/* Blocks of 2^n ports, aligned, that make up a range: at most two of each size. */
#define STEER_RULES_MAX (WORKER_MAX * 2 * STEER_PORT_BITS)

enum steer_kind {
	STEER_NONE,   /* one queue, or a device that fills one alone */
	STEER_SPREAD, /* RSS, but over whole flows: to any queue */
	STEER_FLOWS,  /* flow rules: to the right one */
	STEER_PORTS,  /* RSS over the destination port: to the right one, but near a range's end */
};

struct steer {
	enum steer_kind kind;
	unsigned queues;
	uint16_t port_min, port_max; /* of media, all workers' together */
	uint64_t rss_hf;
	unsigned key_size, table_size;
	uint8_t key[STEER_KEY_MAX];
	uint8_t table[STEER_TABLE_MAX]; /* queue by the low bits of the hash; STEER_PORTS only */
};

/* `queues` as many as workers, queue i being worker i's; STEER_FLOWS is never planned, only
 * found to work. */
void steer_plan(struct steer *s, const struct rte_eth_dev_info *info, unsigned queues,
	uint16_t port_min, uint16_t port_max);

struct steer_rule { /* UDP destination ports p with (p & mask) == port */
	uint16_t port, mask;
	uint16_t queue;
};
/* The rules for all workers' ranges; how many. */
unsigned steer_rules(struct steer_rule out[static STEER_RULES_MAX], unsigned queues,
	uint16_t port_min, uint16_t port_max);

void steer_configure(struct steer *s, struct rte_eth_conf *conf);
/* When the device has started. What it refuses is taken back: s->kind says what remains. */
void steer_apply(struct steer *s, uint16_t eth_port);
const char *steer_name(enum steer_kind kind);

#endif
