/* SPDX-License-Identifier: BSD-3-Clause */
/* The journal is told of an alarm (TD_EV_ALARM). Whether it is raised, who calls this remembers.
 * object: what it is about, the same when it is raised and cleared; NULL: the site. */
#ifndef TANDEM_ENGINE_CALL_EVENTS_ALARM_H
#define TANDEM_ENGINE_CALL_EVENTS_ALARM_H

#include <engine/call/state/state.h>
#include <tandem/alarm.h>

void alarm_write(struct td_engine *e, enum td_alarm alarm, const char *object, bool raised,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
