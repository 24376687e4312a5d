/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/alarm.h>
#include <stdio.h>

static const char *const names[TD_ALARM_COUNT] = {TD_ALARMS(TD_WORD)};

#define ALARM_FITS(id, word, ...) _Static_assert(sizeof(word) <= TD_NAME_BYTES, word " fits");
TD_ALARMS(ALARM_FITS)

const char *alarm_name(enum td_alarm alarm)
{
	return names[alarm];
}

void alarm_init(struct td_ev_alarm *ev, enum td_alarm alarm, const char *object, bool raised)
{
	*ev = (struct td_ev_alarm){.raised = raised};
	snprintf(ev->name, sizeof(ev->name), "%s", alarm_name(alarm));
	snprintf(ev->object, sizeof(ev->object), "%s", object ? object : "");
}
