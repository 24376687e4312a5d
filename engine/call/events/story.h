/* SPDX-License-Identifier: BSD-3-Clause */
/* What the journal is told in words: the steps of a call (TD_EV_STORY). */
#ifndef TANDEM_ENGINE_CALL_EVENTS_STORY_H
#define TANDEM_ENGINE_CALL_EVENTS_STORY_H

#include <engine/call/state/state.h>

void story(struct td_engine *e, const struct call *c, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void story_id(struct td_engine *e, const char *call_id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
