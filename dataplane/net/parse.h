/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fused parse: one look at Ethernet, IPv4 and UDP says where a packet goes, and fills its
 * struct pkt. No lookup beyond the table of our own addresses.
 */
#ifndef TANDEM_DATAPLANE_NET_PARSE_H
#define TANDEM_DATAPLANE_NET_PARSE_H

#include <dataplane/worker.h>

#define PARSE_SLOTS 1024 /* at least twice PORT_MAX * TD_CONF_LIST addresses: probes are short */

/* Where a packet goes; from VERDICT_DROP on, it is dropped: enum td_drop + VERDICT_DROP. */
enum verdict {
	VERDICT_MEDIA,
	VERDICT_SIP,
	VERDICT_ARP,
	VERDICT_ICMP,
	VERDICT_KERNEL, /* not ours, and the kernel has it too: a port that it owns */
	VERDICT_COUNT,
	VERDICT_DROP = 16
};

struct parse {
	struct {
		uint32_t ip; /* network order, 0 empty */
		uint16_t index;
	} address[PARSE_SLOTS];
	uint16_t sip_port, rtp_port_min, rtp_port_max;
	uint32_t ports_per_address; /* legs of one address (include/tandem/media.h) */
};

void parse_init(struct parse *t, uint16_t sip_port, uint16_t rtp_min, uint16_t rtp_max);
int parse_add(struct parse *t, uint32_t ip, unsigned index); /* 0, -EEXIST */
int parse_lookup(const struct parse *t, uint32_t ip);        /* address index, or -ENOENT */
/* `m` came in by port number `port`, which is `p`. */
unsigned parse_packet(
	const struct parse *t, const struct worker_port *p, unsigned port, struct rte_mbuf *m);

#endif
