/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues in which somebody waits and whose last agent for this has logged out or stopped
 * responding. One who is paused or in a call comes back. Calls are attended by those who take
 * calls, messages by those who take messages: each channel of a queue has an alarm of its own. It
 * is raised once, and lasts until such an agent is there again: who comes and goes meanwhile does
 * not repeat it.
 */
#ifndef TANDEM_ENGINE_CALL_SITE_UNATTENDED_H
#define TANDEM_ENGINE_CALL_SITE_UNATTENDED_H

#include <engine/call/state/state.h>

/* An agent in this state is there, or comes back. */
bool unattended_there(uint8_t state);
/* The agent's groups have one more of those who are there, or one less. */
void unattended_count(struct td_engine *e, const struct agent *a, bool there);
/* Raises or clears the alarms of a queue, of all queues. */
void unattended_look(struct td_engine *e, struct queue *q);
void unattended_look_all(struct td_engine *e);

#endif
