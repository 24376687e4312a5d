/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The legs of one worker: what its loop calls. Everything here runs on that worker, except alloc
 * and free (main, the worker not running) and what says "any thread".
 */
#ifndef TANDEM_DATAPLANE_LEG_LEGS_H
#define TANDEM_DATAPLANE_LEG_LEGS_H

#include <engine/base/random.h>
#include <tandem/media.h>
#include <tandem/stats.h>

struct rte_mbuf;
struct legs;
struct sounds;
struct tap;
struct worker;

struct legs_address {
	struct td_addr addr;
	uint8_t port; /* the dataplane's port that it belongs to */
};

struct legs_params {
	struct worker *worker; /* its pool, next hops and ways out (dataplane/net/ledger.h) */
	unsigned index, count; /* of workers: legs of the index-th of `count` equal port ranges */
	uint16_t rtp_port_min, rtp_port_max;
	const struct legs_address *address; /* by address index; copied */
	unsigned address_count;
	uint32_t acct_rows;
	struct sounds *sounds;
	struct tap *tap;                                           /* NULL: no recording */
	void (*event)(void *ctx, const struct td_media_event *ev); /* never fails: credits */
	void *event_ctx;
	uint8_t key[RANDOM_KEY_BYTES]; /* of every number that a peer could guess */
	uint64_t wall_offset;          /* wall - now, for RTCP's NTP time stamps; legs_wall() */
	uint64_t now;
};

struct legs *legs_alloc(const struct legs_params *p); /* NULL with errno */
void legs_free(struct legs *r);

/* A media packet for which the parse found a leg; its struct pkt is filled. Takes the packet.
 * lane.h has a faster way for the usual packets. */
void legs_receive(struct legs *r, struct rte_mbuf *m, uint64_t now);
/* One that another worker handed over for a leg of ours (far.h). Takes the packet. */
void legs_take(struct legs *r, struct rte_mbuf *m, uint64_t now);
void legs_command(struct legs *r, const struct td_media_cmd *cmd, uint64_t now);
/* Playout, RTCP, whatever is due. The next deadline; TD_NEVER when nothing is timed. */
uint64_t legs_tick(struct legs *r, uint64_t now);
/* Routes changed (fib->generation): ask again for the next hops that legs hold. */
void legs_reroute(struct legs *r);

/* Any thread: the wall clock was stepped; `offset` is wall - now, nanoseconds. */
void legs_wall(struct legs *r, uint64_t offset);
/* Any thread: racy reads. */
void legs_acct(const struct legs *r, uint32_t row, struct td_acct_row *add); /* added to *add */
uint64_t legs_bytes(const struct legs *r); /* of its legs, and all else that it allocated */
uint32_t legs_count(const struct legs *r); /* that it can have */
uint32_t legs_in_use(const struct legs *r);

#endif
