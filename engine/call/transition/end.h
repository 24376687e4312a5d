/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of a call, from whatever state, and its CDR. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_END_H
#define TANDEM_ENGINE_CALL_TRANSITION_END_H

#include <engine/call/state/state.h>

/* Ends everything. The CDR follows when the workers have sent the last statistics. Does nothing to
 * a call that has ended. `code` is the SIP code for a caller who has not been answered; 0 where
 * there is none. */
void call_end(struct td_engine *e, struct call *c, enum td_ended_by by,
	enum td_disposition disposition, int code);
void call_close(struct td_engine *e, struct call *c); /* one that has ended; writes its CDR */
/* The worker has given the leg back, with the last statistics. */
void call_gone(struct td_engine *e, struct party *p, const struct td_leg_stats *stats);

#endif
