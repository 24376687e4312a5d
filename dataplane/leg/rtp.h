/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The legs of one worker: what its loop calls. Everything here runs on that worker, except alloc
 * and free (main, the worker not running) and what says "any thread".
 */
#ifndef TANDEM_DATAPLANE_LEG_RTP_H
#define TANDEM_DATAPLANE_LEG_RTP_H

#include <tandem/media.h>
#include <tandem/stats.h>

struct fib;
struct rte_mbuf;
struct rtp;
struct sounds;
struct tap;
struct worker;

struct rtp_address {
	struct td_addr addr;
	uint8_t port; /* the dataplane's port that it belongs to */
};

struct rtp_params {
	struct worker *worker; /* its pool, next hops and ways out (dataplane/net/ledger.h) */
	unsigned index, count; /* of workers: legs of the index-th of `count` equal port ranges */
	uint16_t rtp_port_min, rtp_port_max;
	const struct rtp_address *address; /* by address index; copied */
	unsigned address_count;
	uint32_t acct_rows;
	struct sounds *sounds;
	struct tap *tap;                                           /* NULL: no recording */
	void (*event)(void *ctx, const struct td_media_event *ev); /* never fails: credits */
	void *event_ctx;
	uint64_t seed;        /* jitter of RTCP intervals */
	uint64_t wall_offset; /* wall - now, for RTCP's NTP time stamps; rtp_wall() */
	uint64_t now;
};

struct rtp *rtp_alloc(const struct rtp_params *p); /* NULL with errno */
void rtp_free(struct rtp *r);

/* A media packet that the parse gave a leg of ours; struct pkt is filled. Takes it. lane.h has a
 * faster way for those that it knows. */
void rtp_receive(struct rtp *r, struct rte_mbuf *m, uint64_t now);
void rtp_command(struct rtp *r, const struct td_media_cmd *cmd, uint64_t now);
/* Playout, RTCP, whatever is due. The next deadline; TD_NEVER when nothing is timed. */
uint64_t rtp_tick(struct rtp *r, uint64_t now);
/* Routes changed (fib->generation): ask again for the next hops that legs hold. */
void rtp_reroute(struct rtp *r);

/* Any thread: the wall clock was stepped; `offset` is wall - now, nanoseconds. */
void rtp_wall(struct rtp *r, uint64_t offset);
/* Any thread: racy reads. */
void rtp_acct(const struct rtp *r, uint32_t row, struct td_acct_row *add); /* added to *add */
uint64_t rtp_bytes(const struct rtp *r); /* of its legs, and all else that it allocated */
uint32_t rtp_legs(const struct rtp *r);  /* that it can have */
uint32_t rtp_legs_in_use(const struct rtp *r);

/* main: the site's sounds, shared by all workers. `synchronize` returns when every worker has
 * passed a quiescent point; sounds_set() calls it before it frees what it replaced, so a worker
 * must not keep a pointer to samples from one turn to the next: it keeps index and position. */
struct sounds *sounds_alloc(void (*synchronize)(void *ctx), void *ctx); /* NULL with errno */
void sounds_free(struct sounds *s);
int sounds_set(struct sounds *s, uint32_t sound, enum td_codec codec, const uint8_t *data,
	size_t bytes); /* copied; 0, -ENOMEM, -EINVAL */
uint64_t sounds_bytes(const struct sounds *s);

#endif
