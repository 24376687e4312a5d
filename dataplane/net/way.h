/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way back: which Ethernet address and port the last SIP message of an address came by. An
 * answer to somebody whom we have no next hop for goes back by it. So strangers, whose addresses
 * may be forged, take no next hop and no entry in the kernel's table of neighbours.
 *
 * A fixed number of places: a new address may take that of another. Signalling only.
 */
#ifndef TANDEM_DATAPLANE_NET_WAY_H
#define TANDEM_DATAPLANE_NET_WAY_H

#include <stdint.h>
#include <engine/base/addr.h>

#define WAY_PLACES 4096u
/* As long as an answer may be repeated: timer H, RFC 3261 section 17.2.1. */
#define WAY_NS (32 * TD_NSEC_PER_SEC)

struct way {
	struct td_addr ip;
	uint64_t word; /* as nexthop_word(); 0: nobody's */
	uint64_t when;
};

struct ways {
	uint64_t seed[2]; /* nobody can choose whose place is taken */
	struct way way[WAY_PLACES];
};

/* NULL with errno. */
struct ways *ways_alloc(void);
void ways_free(struct ways *w);
/* A message of `from` came by this port, from this Ethernet address. */
void way_learn(struct ways *w, const struct td_addr *from, unsigned port, const uint8_t mac[6],
	uint64_t now);
/* As nexthop_word(); 0: none came in the last WAY_NS, or another address has the place. */
uint64_t way_lookup(const struct ways *w, const struct td_addr *to, uint64_t now);

#endif
