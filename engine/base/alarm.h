/* SPDX-License-Identifier: BSD-3-Clause */
/* TD_ALARMS at run time. Who raises or clears an alarm fills its record here and nowhere else. */
#ifndef TANDEM_ENGINE_BASE_ALARM_H
#define TANDEM_ENGINE_BASE_ALARM_H

#include <tandem/alarm.h>
#include <tandem/event.h>

const char *alarm_name(enum td_alarm alarm); /* "link-full" */
/* All but the text, which is empty. object: what it is about; NULL: the site. */
void alarm_init(struct td_ev_alarm *ev, enum td_alarm alarm, const char *object, bool raised);

#endif
