/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fast lane: the way of nearly every packet, G.711 from a peer that we know to the one that it
 * talks to. Four passes over a burst, so that the misses of all its packets overlap:
 *
 *     1  ask for each packet's mbuf and headers; while the burst before it is in pass 3, if it can
 *     2  find its leg by address and port: ask for the receiving line
 *     3  prove the packet, count it: ask for the sending line of the leg it leaves by
 *     4  rewrite it, put it on its port
 *
 * To prove a packet takes two vector compares. One has the constants of an IPv4 header without
 * options around UDP. The other has what the leg expects, of bytes as they lie in the frame:
 *
 *     match   0..3     4..5             6..7           8..9         10..11     12..15
 *     frame  26..29   42..43           32..33         34..35        36..37     50..53
 *            source   RTP version,     destination's  source port   our port   SSRC
 *            address  payload type     lower half
 *
 * A leg in any unusual state has a match of zeroes, which no packet has: there is nothing else to
 * ask. What differs in any way goes the general way, parse_packet() and legs_receive(), which
 * decide the same for all packets. In between, none overtakes another of its leg.
 */
#ifndef TANDEM_DATAPLANE_LEG_LANE_H
#define TANDEM_DATAPLANE_LEG_LANE_H

#include <dataplane/net/parse.h>
#include <dataplane/leg/legs.h>

#define LANE_BURST 32 /* with more, prefetched lines would be gone before their turn */

struct leg;

struct lane {
	struct legs *rtp;
	struct rte_mbuf **m;
	struct rte_mbuf **ask; /* packets that pass 1 is for during pass 3: m, or what is behind */
	unsigned port, n;
	uint64_t now;
	uint32_t time;                /* now, in ticks */
	uint64_t mac_word, mac_check; /* the port's */
	struct leg *leg[LANE_BURST];  /* of the packet, by its place in the burst */
};

/* Passes 1 and 2 for n packets, at most LANE_BURST, that came in by a port. `more`: LANE_BURST of
 * them, and as many behind, which the same lane is opened for next. Their bytes, frames without
 * FCS, are returned. lane->ask is NULL before the first time. */
uint64_t lane_open(struct lane *lane, struct legs *r, const struct local *t, unsigned port,
	struct rte_mbuf **m, unsigned n, bool more, uint64_t now);
/* Passes 3 and 4 from the at-th packet on, up to the first that must go the general way: its place
 * is returned, n when there is none. All before it are taken. */
unsigned lane_run(struct lane *lane, unsigned at);

#endif
