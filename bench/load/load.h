/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load of N calls: when each stream's next packet is due, what is in it, and whether what came
 * out of the relay is what went in. Pure: no sockets, no clock.
 *
 * A call has two ends, a and b, and two streams: what a sends to relay_a must reach b from relay_b,
 * and the reverse. Stream 2i is sent by a of call i, stream 2i + 1 by b. G.711, 20 ms: all streams
 * that run send in one interval, in random order, the same time apart.
 *
 *     RTP header | magic | stream | number | sent, ns | pattern of (stream, number) ...
 *
 * Streams go on from one window to the next: number, sequence number and time stamp ascend for the
 * life of a load. A relay may put its own SSRC, sequence numbers and time stamps (an offset each,
 * the same for the life of the stream); their steps must be those that were sent.
 */
#ifndef TANDEM_BENCH_LOAD_LOAD_H
#define TANDEM_BENCH_LOAD_LOAD_H

#include <engine/base/prng.h>
#include <tandem/types.h>
#include <bench/load/hist.h>

#define LOAD_INTERVAL (20 * TD_NSEC_PER_MSEC)
#define LOAD_SAMPLES  160
#define LOAD_RTP      (12 + 160) /* bytes of an RTP packet */
#define LOAD_PT       8          /* PCMA */

struct load_call {
	struct td_addr a, b, relay_a, relay_b;
};

struct load_params {
	const struct load_call *call; /* borrowed: lives as long as the load */
	uint32_t calls;
	uint64_t seed;
	double loss, reorder; /* shares of the packets, 0..1: never sent; sent after the next one */
	uint64_t jitter;      /* ns: each is sent up to so much late */
};

#define LOAD_JITTER_MAX (60 * TD_NSEC_PER_MSEC)

/* X(id, name, text): what can be wrong with a packet that arrived. */
#define LOAD_WRONGS(X)                                                                          \
	X(FRAME, "frame", "not whole, or checksums are wrong")                                  \
	X(SOURCE, "source", "from another address or port than the relay's for this call")      \
	X(STREAM, "stream", "another stream's, or none of ours: misdelivered")                  \
	X(HEADER, "header", "version, payload type or SSRC changed")                            \
	X(SEQUENCE, "sequence", "sequence number or time stamp not in step with what was sent") \
	X(PAYLOAD, "payload", "payload altered")

enum load_wrong {
#define X(id, name, text) LOAD_WRONG_##id,
	LOAD_WRONGS(X)
#undef X
		LOAD_WRONG_COUNT,
	LOAD_RIGHT = LOAD_WRONG_COUNT
};

struct load_counts {
	uint64_t sent;    /* handed to the network */
	uint64_t skipped; /* loss asked for */
	uint64_t delayed; /* reordering asked for */
	uint64_t unsent;  /* refused by the port: the generator's failure, not the relay's */
	uint64_t relayed; /* came back right, each counted once */
	uint64_t lost;    /* sent and not come back */
	uint64_t duplicates;
	uint64_t reordered; /* behind a later one of its stream */
	uint64_t gaps;      /* numbers missing before the highest seen, over all streams */
	uint64_t stale;     /* of a window before */
	uint64_t wrong[LOAD_WRONG_COUNT];
};

struct load_packet {
	uint64_t due; /* when it should be sent */
	uint32_t stream, number;
};

struct load;

struct load *load_alloc(const struct load_params *p); /* NULL with errno */
void load_free(struct load *l);

/* The first `calls` calls send from `start` on, in a new random order; load_mark(). */
void load_start(struct load *l, uint32_t calls, uint64_t start);
/* A window begins: counts are zero, what was sent before and arrives now is stale. */
void load_mark(struct load *l);
/* Packets to be sent by now, at most n, in the order in which they are due. */
unsigned load_take(struct load *l, uint64_t now, struct load_packet *out, unsigned n);
/* No stream sends anew; what is delayed still leaves by load_take(). */
void load_stop(struct load *l);
uint64_t load_outstanding(const struct load *l); /* not back yet, or delayed and not sent yet */
/* LOAD_RTP bytes. */
void load_write(const struct load *l, const struct load_packet *p, uint64_t now, uint8_t *rtp);
/* It could not be sent after all. */
void load_unsent(struct load *l, const struct load_packet *p);

/* The stream whose packets arrive at this address of ours; UINT32_MAX: none. Sent to and from: */
uint32_t load_stream_to(const struct load *l, uint32_t ip, uint16_t port);
/* A UDP payload that arrived there. The time that it took, when it is right and the first of its
 * number, else TD_NEVER: counted. */
uint64_t load_check(struct load *l, uint32_t stream, uint32_t from_ip, uint16_t from_port,
	const uint8_t *rtp, size_t len, uint64_t now);
void load_bad_frame(struct load *l); /* it had no valid UDP payload */

/* lost and gaps are reckoned now. */
void load_counts(const struct load *l, struct load_counts *out);
uint64_t load_wrongs(const struct load_counts *c); /* the sum */

#endif
