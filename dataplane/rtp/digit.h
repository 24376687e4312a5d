/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telephone events of RFC 4733 as they arrive: each is reported once, with its length.
 *
 *     time stamp   t    t    t    t    t    t    t        one event, one time stamp
 *     duration    160  320  480  640  800  800  800       grows (in time-stamp units)
 *     E bit        0    0    0    0    1    1    1        the end, sent three times
 *                                       \ reported here; the repeats change nothing
 *
 * With all ends lost it is reported when the next event begins, or DIGIT_TIMEOUT_NS after its last
 * packet; what comes of it later is not reported again. An event longer than 0xffff units goes on
 * in another one, whose time stamp is the first's plus 0xffff (section 2.5.1.3): they are one
 * digit.
 */
#ifndef TANDEM_DATAPLANE_RTP_DIGIT_H
#define TANDEM_DATAPLANE_RTP_DIGIT_H

#include <tandem/types.h>

#define DIGIT_BYTES      4                        /* of an event's payload */
#define DIGIT_TIMEOUT_NS (120 * TD_NSEC_PER_MSEC) /* six packets of 20 ms */
/* A peer that plays a capture again repeats its time stamps. So after this time, the same time
 * stamp is another digit. */
#define DIGIT_REPLAY_NS TD_NSEC_PER_SEC
/* So long may the rest of an event be held up, whose end has not come. It is as long as what came
 * or longer, and a capture that is played again begins shorter. */
#define DIGIT_LATE_NS (10 * TD_NSEC_PER_SEC)

struct digit {
	uint64_t last; /* ns, arrival of its last packet */
	uint32_t ssrc;
	uint32_t ts;
	uint32_t before; /* length of the segments that precede */
	uint16_t duration;
	uint8_t event, volume;
	bool active; /* not reported yet */
	bool any;    /* ssrc, ts and event are those of an event that has ended */
	bool ended;  /* by its E bit */
};

struct digit_report {
	char digit; /* '0'-'9', '*', '#', 'A'-'D', '!' */
	uint8_t volume;
	uint16_t duration_ms;
};

/* An event packet: payload of at least DIGIT_BYTES. Returns the number of reports written to
 * `out`, 0..2: two when the packet ends both the event before and its own. */
unsigned digit_input(struct digit *d, uint32_t ssrc, uint32_t ts, const uint8_t *payload,
	uint64_t now, struct digit_report out[static 2]);
/* True when an event that has no end was reported: nothing came for DIGIT_TIMEOUT_NS. */
bool digit_expire(struct digit *d, uint64_t now, struct digit_report *out);
/* The leg ends: true when an event was still open. */
bool digit_finish(struct digit *d, struct digit_report *out);

#endif
