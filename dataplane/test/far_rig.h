/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges between legs of different workers: three workers in one thread and in virtual time, each
 * of which has its turn when the test says so. t has what left and what was told.
 */
#ifndef TANDEM_DATAPLANE_TEST_FAR_RIG_H
#define TANDEM_DATAPLANE_TEST_FAR_RIG_H

#include <dataplane/test/wire.h>

#define WORKERS 3
#define FRAME   (20 * TD_NSEC_PER_MSEC)
#define LOG     8192

/* Legs of worker 0, 1 and 2; B is of the right side, the others of the left. */
#define A  leg_at(0, 0, 3)
#define A2 leg_at(0, 1, 4)
#define B  leg_at(1, 1, 7)
#define C  leg_at(2, 0, 9)

struct heard { /* a packet of RTP that left for a leg's peer */
	uint64_t at;
	uint32_t leg, ts, ssrc;
	uint16_t seq, len;
	uint8_t pt, first; /* octet of the payload */
	bool marker;
};

struct far_rig {
	struct wire w;
	uint64_t now;
	struct heard heard[LOG];
	unsigned count;
	struct td_media_event event[LOG];
	unsigned events;
	uint32_t sr_ts, sr_packets, sr_leg; /* of the last sender report that left, and when */
	uint64_t sr_at;
};

extern struct far_rig t;

uint32_t leg_at(unsigned worker, unsigned side, uint32_t place);
void inject(unsigned side, unsigned queue, const uint8_t *f, size_t n);
/* Any RTP of the leg's peer. */
void send_rtp(uint32_t leg, const uint8_t *rtp, unsigned len);
void worker(unsigned i);
void turns(void);
void pass(uint64_t ns);
void command(const struct td_media_cmd *cmd);
void simple(enum td_media_op op, uint32_t leg);
void bridge(uint32_t leg, uint32_t peer);
void unbridge(uint32_t leg, uint32_t peer);
void play(uint32_t leg);
void add(uint32_t leg);
void speak_as(uint32_t leg, uint16_t seq, uint8_t pt, uint32_t ssrc);
void speak(uint32_t leg, uint16_t seq);
void talk(uint32_t leg, uint16_t seq, unsigned n);
struct td_port_stats stats(void);
void check_balance(void);
unsigned heard_by(uint32_t leg, unsigned from);
const struct td_media_event *event_of(enum td_media_event_type type, uint32_t leg);
int setup(void **state);
int teardown(void **state);
uint64_t bridged_in(unsigned worker_index);

#endif
