/* SPDX-License-Identifier: BSD-3-Clause */
/* The frame around each input of the engine. */
#ifndef TANDEM_ENGINE_CALL_ENGINE_H
#define TANDEM_ENGINE_CALL_ENGINE_H

#include <engine/call/state/state.h>

/* Time first: what the distributor had to do by then is older than the input. */
void engine_enter(struct td_engine *e, uint64_t now);
void engine_leave(struct td_engine *e); /* does all that the distributor said */

/* What the SIP layers tell the call layer. */
extern const struct sip_ua_ops uaglue_ops;
extern const struct registrar_ops uaglue_registrar_ops;

#endif
