/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics of RFC 3550, appendix A. What is inline here, every packet goes through. */
#ifndef TANDEM_DATAPLANE_LEG_STATS_H
#define TANDEM_DATAPLANE_LEG_STATS_H

#include <dataplane/leg/state.h>

#define SEQ_MAX_DROPOUT  3000u /* RFC 3550 A.1 */
#define SEQ_MAX_MISORDER 100u

/* The sequence number went `delta` ahead, 1 .. SEQ_MAX_DROPOUT - 1. */
static inline void leg_advance(struct leg *l, uint32_t delta)
{
	l->seq_max += delta;
	if (__builtin_expect(delta == 1, 1))
		l->seen = l->seen << 1 | 1;
	else
		l->seen = (delta < LEG_WINDOW ? l->seen << delta : 0) | 1;
}

/* Time stamps that are so far from the time that went by, a second at 8 kHz, have begun anew. */
#define LEG_TS_JUMP 8000

/* The jitter is higher than ever, by a packet that came `d` units later than its time stamp says,
 * and `step` units behind the one before. Where its time stamp has jumped, it was not late: that is
 * a new start. Who stalls and whom the network holds up look the same, and count. Inline, since a
 * call would cost each packet registers. */
static inline void leg_jitter_peak(struct leg *l, int32_t d, int32_t step)
{
	uint32_t jitter = l->jitter >> 4;

	if (d < -LEG_TS_JUMP || step < -LEG_TS_JUMP) /* as if it came in its time */
		l->jitter -= (uint32_t)(d < 0 ? -d : d);
	else
		l->jitter_max = (uint16_t)(jitter < UINT16_MAX ? jitter : UINT16_MAX);
}

/* RFC 3550 A.8 in its integer form. `time` is the arrival, in ticks; `units`: those of ts that have
 * passed since the packet before. */
static inline void leg_jitter_by(struct leg *l, uint32_t ts, uint32_t time, uint32_t units)
{
	int32_t d = (int32_t)(units - (ts - l->in_ts));
	uint32_t jitter = l->jitter;

	jitter += (uint32_t)(d < 0 ? -d : d) - ((jitter + 8) >> 4);
	l->jitter = jitter;
	jitter >>= 4;
	if (__builtin_expect(jitter > l->jitter_max, 0))
		leg_jitter_peak(l, d, (int32_t)(ts - l->in_ts));
	l->in_ts = ts;
	l->in_time = time;
}

/* The same where a unit of ts is a tick. */
static inline void leg_jitter(struct leg *l, uint32_t ts, uint32_t time)
{
	leg_jitter_by(l, ts, time, time - l->in_time);
}

enum sequence { SEQ_NEXT, SEQ_REORDERED, SEQ_DUPLICATE, SEQ_LATE, SEQ_JUMP, SEQ_RESTART };
void seq_start(
	struct leg *l, struct leg_cold *c, uint32_t ssrc, uint16_t seq, uint32_t ts, uint32_t time);
enum sequence seq_update(struct leg *l, struct leg_cold *c, uint16_t seq);
void stats_fold(struct leg *l, struct leg_cold *c);
void stats_get(const struct legs *r, uint32_t id, struct td_leg_stats *out);

#endif
