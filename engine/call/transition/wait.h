/* SPDX-License-Identifier: BSD-3-Clause */
/* The time that a call is a contact of the distributor's: into a queue, and out of it. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_WAIT_H
#define TANDEM_ENGINE_CALL_TRANSITION_WAIT_H

#include <engine/call/state/state.h>

/* The distributor answers with QUEUED or OVERFLOW, which wait until the input has been worked off.
 */
void wait_begin(struct td_engine *e, struct call *c, struct queue *q);
/* No longer with the distributor: it has told us, or is told by the caller of this. */
void wait_over(struct td_engine *e, struct call *c);

#endif
