/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How good each direction of a leg is. A window is what its worker counted between two reports,
 * some 5 s; the E-model rates each, and a call keeps the worst and the mean by packets.
 *
 *     peer ── in ──> we: loss and jitter as we counted them
 *     peer <── out ─ we: loss and jitter as the peer's RTCP says; by its VoIP metrics (RFC 3611),
 *                        where it sends some, also what came too late for its jitter buffer
 *
 * A relayed stream keeps its gaps: `out` has what the other leg's `in` had lost already, it is what
 * the peer hears. Delay counts between us and the peer.
 */
#ifndef TANDEM_ENGINE_CALL_STATE_QUALITY_H
#define TANDEM_ENGINE_CALL_STATE_QUALITY_H

#include <tandem/event.h>
#include <tandem/media.h>

#define QUALITY_PACKETS 100 /* a shorter window is joined with the next: two seconds of speech */

struct quality_rating {
	uint64_t packets, r, mos;              /* sums: packets rated, and R and MOS times these */
	uint16_t r_worst, mos_worst, mos_last; /* hundredths, 0 none */
};

struct quality {
	struct quality_rating in, out;
	struct td_leg_stats last; /* the whole leg, by the latest report */
	/* at the end of the last window */
	uint32_t in_expected, out_seq_max, out_reports;
	int32_t in_lost, out_lost;
	uint32_t rtt_max_us;
	uint16_t silences;
	uint32_t silent_ms;
	uint16_t first_seq;
	uint8_t codec; /* in whose units jitter is */
};

void quality_init(struct quality *q, uint16_t first_seq); /* of our stream */
/* What the worker has counted since the leg's begin; `last` when nothing will follow. */
void quality_update(struct quality *q, const struct td_leg_stats *stats, uint8_t codec,
	uint8_t ptime_ms, bool last);
void quality_get(const struct quality *q, struct td_ev_quality *out);
/* MOS of the worse direction's last window, hundredths; 0 none. */
uint16_t quality_mos_now(const struct quality *q);

#endif
