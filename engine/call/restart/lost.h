/* SPDX-License-Identifier: BSD-3-Clause */
/* What an earlier run left open ends in the journal. */
#ifndef TANDEM_ENGINE_CALL_RESTART_LOST_H
#define TANDEM_ENGINE_CALL_RESTART_LOST_H

#include <engine/call/state/state.h>

#define RESTART_TIMERS 1 /* of the engine, beside those of calls */

void lost_init(struct td_engine *e);
/* Before the first input, and with the records of e->restoring.sorted, whose order changes: the
 * engine has that run's clock meanwhile. */
void lost_end(struct td_engine *e);
void lost_alarm(
	struct td_engine *e);        /* while things are restored: if calls or contacts were lost */
void lost_stop(struct td_engine *e); /* the engine stops */

#endif
