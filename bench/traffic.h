/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls for the engine's own dataplane: N bridged legs on four ring ports, a packet for a random
 * leg in each of TRAFFIC_PACKETS mbufs, and the proof of what became of them.
 *
 *     ports 0, 1  carriers \ each leg is bridged to one of the other side's ports, so that a burst
 *     ports 2, 3  floor    / of one port leaves by two
 */
#ifndef TANDEM_BENCH_TRAFFIC_H
#define TANDEM_BENCH_TRAFFIC_H

#include <bench/bench.h>
#include <dataplane/main/dp.h>
#include <dataplane/worker/pipeline.h>

#define TRAFFIC_PACKETS     65536u
#define TRAFFIC_CHUNK       2048u /* timed in one go: short, so that most are not disturbed */
#define TRAFFIC_CHUNKS      (TRAFFIC_PACKETS / TRAFFIC_CHUNK)
#define TRAFFIC_PORTS       4
#define TRAFFIC_PAYLOAD     160
#define TRAFFIC_FRAME       (sizeof(struct frame) + 12 + TRAFFIC_PAYLOAD)
#define TRAFFIC_FRAME_BYTES (TRAFFIC_FRAME + RTE_ETHER_CRC_LEN)

struct traffic;

/* NULL, told on stderr. `tap`: there are recorder's rings. Of two workers, the first one has all
 * legs. */
struct traffic *traffic_alloc(
	const struct bench_options *o, uint32_t legs, bool tap, unsigned workers);
void traffic_free(struct traffic *t);

struct dp_worker *traffic_worker(struct traffic *t);
/* All calls begin anew, each with one leg of worker 0 and one of worker 1, the floor's. */
void traffic_apart(struct traffic *t);
struct dp_worker *traffic_owner(struct traffic *t, unsigned port); /* of the port's legs */
/* Rounds through all packets until each leg has had its first, which costs more than all others. */
unsigned traffic_warm_ups(const struct traffic *t);
/* The clock of the calls, moved on by so many of their packets. */
uint64_t traffic_now(struct traffic *t, unsigned packets);
void traffic_tap(struct traffic *t, bool on); /* records every leg, or none; TAP_ENDs then come */
/* The floor's legs have SRTP from now on. Their packets are sealed, and what they get is opened, by
 * the caller: between traffic_prepare() and the bursts, and before traffic_verify(). */
void traffic_srtp(
	struct traffic *t, const struct td_srtp_key *theirs, const struct td_srtp_key *ours);
/* Legs by their places, 0 .. legs - 1: that of a packet, and where its packets go. */
uint32_t traffic_place(const struct traffic *t, unsigned packet);
uint32_t traffic_peer(const struct traffic *t, uint32_t place);
bool traffic_is_srtp(const struct traffic *t, uint32_t place);
/* New packets in all mbufs: each the next of its leg's stream. */
void traffic_prepare(struct traffic *t);
/* The same, but from an address that is no one's. They are dropped, so these are the last packets.
 */
void traffic_strangers(struct traffic *t);
/* The burst of WORKER_BURST packets number b; all are of one port, told in *port. */
struct rte_mbuf **traffic_burst(struct traffic *t, unsigned b, unsigned *port);
/* All that came was dropped as a stranger's. 0, or -EBADMSG, told. */
int traffic_verify_strangers(struct traffic *t);
/* Every octet of every packet is what the peer of its leg must get. 0, or -EBADMSG, told. */
int traffic_verify(struct traffic *t);

#endif
