/* SPDX-License-Identifier: BSD-3-Clause */
/* What the checkpoint has of an object now. */
#ifndef TANDEM_ENGINE_CALL_RESTART_RECORD_H
#define TANDEM_ENGINE_CALL_RESTART_RECORD_H

#include <engine/call/state/state.h>

/* Its length; 0: there is nothing to be kept. No byte is left as it was. */
uint16_t record_make(const struct td_engine *e, enum td_checkpoint_kind kind, uint32_t number,
	union td_checkpoint_any *out);
/* What an earlier run has kept, in *out, each text with its end. A short record of an earlier
 * version has zeros behind it. False: its kind, version or length is not one of ours. */
bool record_take(const struct td_checkpoint *in, union td_checkpoint_any *out);

#endif
