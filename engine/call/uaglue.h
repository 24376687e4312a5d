/* SPDX-License-Identifier: BSD-3-Clause */
/* What the SIP layers tell the call layer; ctx is the engine. */
#ifndef TANDEM_ENGINE_CALL_UAGLUE_H
#define TANDEM_ENGINE_CALL_UAGLUE_H

#include <engine/call/state/state.h>

extern const struct sip_ua_ops uaglue_ops;
extern const struct registrar_ops uaglue_registrar_ops;

#endif
