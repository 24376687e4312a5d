/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Legs that should be heard and are not: the worker says when a silence begins and ends
 * (TD_MEDIA_SILENT, TD_MEDIA_HEARD); here it becomes steps of the call, what an operator sees of
 * it, and the alarms `one-way-audio`, while there is a talk of which only one side is heard, and
 * `no-audio`, while there is one in which nobody is. How long a call lives then: life.h.
 */
#ifndef TANDEM_ENGINE_CALL_MEDIA_SILENCE_H
#define TANDEM_ENGINE_CALL_MEDIA_SILENCE_H

#include <engine/call/state/state.h>

#define SILENCE_TIMERS (CALL_SILENCE_COUNT - 1) /* of the engine, beside those of calls */

void silence_first(struct td_engine *e, struct party *p); /* its first packet */
void silence_begin(struct td_engine *e, struct party *p, uint32_t ms, bool never);
void silence_heard(struct td_engine *e, struct party *p, uint32_t ms);
void silence_end(struct td_engine *e, struct party *p); /* held: it matters no more */
void silence_over(struct td_engine *e, struct call *c); /* the call ends */
void silence_init(struct td_engine *e);
void silence_stop(struct td_engine *e); /* the engine does */
/* A talk has begun or ended, or somebody holds or resumes. */
void silence_check(struct td_engine *e, struct call *c);
void silence_due(struct td_engine *e, struct call *c); /* time has passed */
const char *silence_audio(const struct call *c);       /* "", "ok", "one-way", "none" */

#endif
