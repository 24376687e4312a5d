/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues in which somebody waits and whose last agent for this has logged out, stopped responding,
 * or, for calls, has no telephone that can be reached. One who is paused or in a call comes back.
 * Calls are attended by those who take calls, messages by those who take messages: each channel of
 * a queue has an alarm of its own. It is raised once, and lasts until such an agent is there again:
 * who comes and goes meanwhile does not repeat it.
 */
#ifndef TANDEM_ENGINE_CALL_SITE_UNATTENDED_H
#define TANDEM_ENGINE_CALL_SITE_UNATTENDED_H

#include <engine/call/state/state.h>

/* The channels of `channels` (1 << channel) that an agent in this state attends: the agent is
 * there, or comes back. A message needs no telephone. */
uint32_t unattended_attends(uint32_t channels, uint8_t state, bool reachable);
/* The agent's groups have it no more: before these change. */
void unattended_leave(struct td_engine *e, struct agent *a);
/* They have it as it is now. False: as they had it. */
bool unattended_count(struct td_engine *e, struct agent *a);
/* Raises or clears the alarms of a queue, of all queues. */
void unattended_look(struct td_engine *e, struct queue *q);
void unattended_look_all(struct td_engine *e);

#endif
