/* SPDX-License-Identifier: BSD-3-Clause */
/* The host is told what has changed of the checkpoint. */
#ifndef TANDEM_ENGINE_CALL_RESTART_TELL_H
#define TANDEM_ENGINE_CALL_RESTART_TELL_H

#include <engine/call/state/state.h>

/* Of all that is marked, what differs from what was told last. */
void tell_marked(struct td_engine *e);
/* What was told last is what is. */
bool tell_is_current(const struct td_engine *e, enum td_checkpoint_kind kind, uint32_t number);

#endif
