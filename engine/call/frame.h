/* SPDX-License-Identifier: BSD-3-Clause */
/* The frame around each input of the engine. */
#ifndef TANDEM_ENGINE_CALL_FRAME_H
#define TANDEM_ENGINE_CALL_FRAME_H

#include <engine/call/state/state.h>

/* Time comes first: what the distributor had to do by now is older than the input. */
void engine_enter(struct td_engine *e, uint64_t now);
/* Does all that the distributor said. */
void engine_leave(struct td_engine *e);
void engine_drain(struct td_engine *e); /* the same, in the midst of an input */

#endif
