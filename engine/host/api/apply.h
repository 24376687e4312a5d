/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A change of the configuration while the engine runs: checked whole here, its sounds read, then
 * handed to signalling; answered once it is in force, or with the reason why nothing changed.
 */
#ifndef TANDEM_ENGINE_HOST_API_APPLY_H
#define TANDEM_ENGINE_HOST_API_APPLY_H

#include <engine/host/api/state.h>

void apply_start(struct ops *o, struct api_client *c, const struct td_api_msg *m, const char *lines,
	size_t len);
/* What took effect goes to the journal. */
void apply_journal(struct ops *o, enum journal_source source, struct conf_count count);

#endif
