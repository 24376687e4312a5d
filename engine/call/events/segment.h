/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The segments of a contact, in their order: each stay in a queue, each talk, each ringing that
 * follows a transfer. The journal is told of the begin (TD_EV_LIVE) and of the end, which is the
 * record (TD_EV_SEGMENT).
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_SEGMENT_H
#define TANDEM_ENGINE_CALL_EVENTS_SEGMENT_H

#include <engine/call/state/state.h>

/* who: NULL: nobody yet; from: who has the contact beside it, NULL: nobody. */
void segment_begin(struct td_engine *e, struct contact *c, struct contact_segment *s,
	enum td_segment_kind kind, const char *who, const char *from);
/* Harmless when it is not open. to: who has the contact now; NULL: nobody. */
void segment_end(struct td_engine *e, struct contact *c, struct contact_segment *s,
	enum td_segment_end why, enum td_ended_by by, const char *to);

/* The record of an open segment, with times of the engine's clock, in *ev, which is zero: all but
 * its end. None when it is not open. */
void segment_fill(
	struct td_ev_segment *ev, const struct contact *c, const struct contact_segment *s);
/* It ends, and the journal gets it. */
void segment_write(struct td_engine *e, struct td_ev_segment *ev, enum td_segment_end why,
	enum td_ended_by by, const char *to);

#endif
