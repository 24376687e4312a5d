/* SPDX-License-Identifier: BSD-3-Clause */
/* What an earlier run left open ends in the journal. */
#ifndef TANDEM_ENGINE_CALL_RESTART_LOST_H
#define TANDEM_ENGINE_CALL_RESTART_LOST_H

#include <engine/call/state/state.h>

/* Before the first input: the engine has that run's clock meanwhile. */
void lost_end(struct td_engine *e);

#endif
