/* SPDX-License-Identifier: BSD-3-Clause */
/* A call ends that nobody ends, by what engine/call/media/life.h says. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_EXPIRE_H
#define TANDEM_ENGINE_CALL_TRANSITION_EXPIRE_H

#include <engine/call/state/state.h>

/* The call's timer `life` has fired. */
void expire_due(struct td_engine *e, struct call *c);

#endif
