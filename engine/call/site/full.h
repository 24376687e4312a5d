/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The limits of the whole site: the alarm `site-full` of each. It is raised when somebody is
 * refused for the limit, and cleared when nine tenths of the limit or less are in use: who comes
 * and goes at the limit does not repeat it.
 */
#ifndef TANDEM_ENGINE_CALL_SITE_FULL_H
#define TANDEM_ENGINE_CALL_SITE_FULL_H

#include <engine/call/state/state.h>

/* Somebody was refused for it. */
void full_refused(struct td_engine *e, enum site_limit limit);
/* Clears the alarms of limits that have room again. After each input. */
void full_look(struct td_engine *e);
/* More than nine tenths are in use. */
bool full_crowded(const struct td_engine *e, enum site_limit limit);

#endif
