/* SPDX-License-Identifier: BSD-3-Clause */
/* An earlier run's records take effect while the first configuration does. */
#ifndef TANDEM_ENGINE_CALL_RESTART_RESTORE_H
#define TANDEM_ENGINE_CALL_RESTART_RESTORE_H

#include <engine/call/state/state.h>

int restore_prepare(struct td_engine *e); /* takes all memory: 0 or -ENOMEM */
void restore_begin(struct td_engine *e);  /* before the first input: what was left open ends */
/* Before the agents: who is registered and who is blocked. */
void restore_registrar(struct td_engine *e);
/* The agents have been set: they are in the states in which they were. */
void restore_agents(struct td_engine *e);
void restore_done(struct td_engine *e); /* also after a restore_prepare() that failed */

#endif
