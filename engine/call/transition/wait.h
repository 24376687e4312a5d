/* SPDX-License-Identifier: BSD-3-Clause */
/* While a call is a contact of the distributor: into a queue, and out of it. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_WAIT_H
#define TANDEM_ENGINE_CALL_TRANSITION_WAIT_H

#include <engine/call/state/state.h>

/* The distributor answers with QUEUED or OVERFLOW, which wait until the input has been worked off.
 */
void wait_begin(struct td_engine *e, struct call *c, struct queue *q);
/* The call is no longer with the distributor. Either the distributor has told us, or the caller of
 * this tells it. */
void wait_over(struct td_engine *e, struct call *c);

#endif
