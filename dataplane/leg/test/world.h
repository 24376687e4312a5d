/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker for tests of legs: real mbufs, a clock that is an argument, and instead of ports and
 * routes two nets that write down each frame they are given, its checksums proven.
 *
 *     10.1.0.0/16, carrier, dataplane port 0 ── 10.1.0.254 ┐
 *                                                          ├ legs
 *     10.2.0.0/16, floor, dataplane port 1 ──── 10.2.0.254 ┘
 *
 * and 2001:db8:1::fe, 2001:db8:2::fe likewise. Of the addresses 10.1.x.x and 10.2.x.x, host part
 * 0.99 has no neighbour; others have no route.
 */
#ifndef TANDEM_DATAPLANE_LEG_TEST_WORLD_H
#define TANDEM_DATAPLANE_LEG_TEST_WORLD_H

#include <dataplane/net/parse.h>
#include <dataplane/leg/legs.h>
#include <dataplane/net/ledger.h>
#include <tests/unit/unit.h>

#define WORLD_MS          TD_NSEC_PER_MSEC
#define WORLD_PORT_MIN    20000
#define WORLD_PORT_MAX    20199
#define WORLD_PER_ADDRESS 100
#define WORLD_WALL        (1700000000 * TD_NSEC_PER_SEC)
#define WORLD_ADDRESSES   4
#define WORLD_LOG         65536 /* frames and events written down, the last ones */

/* Legs of each address, first numbers. */
#define CARRIER  0u
#define FLOOR    100u
#define CARRIER6 200u /* of IPv6, on the same ports */
#define FLOOR6   300u

struct world_frame {
	uint8_t port;
	uint16_t len; /* whole frame */
	uint16_t src_port, dst_port;
	struct td_addr src, dst; /* port 0 */
	uint8_t dscp;
	/* as RTP */
	bool marker;
	uint8_t pt;
	uint16_t seq;
	uint32_t ts, ssrc;
	uint16_t payload_len; /* of UDP */
	uint8_t payload[512]; /* of UDP */
};

struct world {
	struct worker worker;
	uint64_t now;
	struct legs *rtp;
	struct tap *tap;
	struct sounds *sounds;
	struct local local;
	struct fib fib;
	_Atomic uint64_t eth[5];
	struct world_frame *frame; /* [0, frames) */
	struct td_media_event *event;
	unsigned frames, events;
	uint32_t plays;   /* number of the last one */
	unsigned general; /* packets that the fast lane did not take */
	int references;   /* to next hops */
};

/* A media packet to make. Zeroes are what a peer of the leg would send: see world_peer(). */
struct world_rtp {
	uint32_t leg;
	uint32_t src_ip;        /* 0: that of the leg's peer */
	struct td_addr src_six; /* the same for legs of IPv6; family 0 */
	uint16_t src_port;
	uint16_t seq;
	uint32_t ts, ssrc;
	uint8_t pt;
	bool marker, rtcp;
	const void *payload; /* NULL: a pattern made of seq */
	uint16_t len;        /* 0: 160; of the RTP payload */
	const void *raw;     /* the whole UDP payload instead, raw_len */
	uint16_t raw_len;
	/* Odd sequence numbers are padded, which keeps them out of the fast lane: what a test says
	 * holds on both ways. */
	bool fast; /* not padded */
	enum { CHECKSUM_RIGHT, CHECKSUM_NONE, CHECKSUM_PARTIAL, CHECKSUM_WRONG } checksum;
};

int world_eal(void **state);      /* cmocka, of the group: DPDK */
int world_setup(void **state);    /* cmocka: *state is the world */
int world_teardown(void **state); /* fails when a packet, a next hop or the balance is lost */

/* The peer's address of a leg: 10.1.0.1 + leg, port 4000 + 2 * leg; FLOOR's are 10.2.0.1 ...,
 * CARRIER6's 2001:db8:1::1 ... */
struct td_addr world_peer(uint32_t leg);
struct td_leg_params world_params(uint32_t leg); /* PCMA 8, events 101, both directions, RTCP */
void world_add(struct world *w, uint32_t leg, const struct td_leg_params *p);
void world_set(struct world *w, uint32_t leg, const struct td_leg_params *p);
void world_cmd(struct world *w, enum td_media_op op, uint32_t leg, uint32_t other);
/* The legs CARRIER and FLOOR, bridged. */
void world_bridge(
	struct world *w, const struct td_leg_params *carrier, const struct td_leg_params *floor);
/* A play with the next number. TD_MEDIA_STOP by world_cmd() stops that number. */
void world_play(struct world *w, uint32_t leg, uint32_t sound, bool loop);
void world_receive(struct world *w, const struct world_rtp *p); /* one packet, and flush */
/* A packet as the leg's peer sends it, of one stream: time stamps go with the numbers. */
struct world_rtp world_speech(uint32_t leg, uint16_t seq);
void world_hear(struct world *w, uint32_t leg, uint16_t seq); /* such a packet comes */
struct rte_mbuf *world_packet(struct world *w, const struct world_rtp *p);
void world_put(struct world *w, struct rte_mbuf **m, unsigned n);
void world_input(struct world *w, struct rte_mbuf **m, unsigned n); /* and flush */
void world_advance(struct world *w, uint64_t ns); /* ticks at each deadline on the way */

/* Sums over both ports. */
uint64_t world_dropped(const struct world *w, enum td_drop reason);
uint64_t world_consumed(const struct world *w, enum td_consumed how);
void world_check_balance(const struct world *w);
/* Events of a kind for a leg; the last one in *out when not NULL. */
unsigned world_events(const struct world *w, enum td_media_event_type type, uint32_t leg,
	struct td_media_event *out);
const struct world_frame *world_last(const struct world *w); /* the last frame sent */
uint8_t world_pattern(uint16_t seq, unsigned i);
uint32_t world_random(uint32_t n); /* 0 .. n - 1; the same sequence in each test */

#endif
