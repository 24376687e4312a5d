/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/alarm.h>
#include <engine/base/alarm.h>
#include <engine/base/utf8.h>
#include <stdarg.h>
#include <stdio.h>

void alarm_write(struct td_engine *e, enum td_alarm alarm, const char *object, bool raised,
	const char *fmt, ...)
{
	struct td_ev_alarm ev;
	va_list ap;

	alarm_init(&ev, alarm, object, raised);
	va_start(ap, fmt);
	if (vsnprintf(ev.text, sizeof(ev.text), fmt, ap) >= (int)sizeof(ev.text))
		utf8_cut(ev.text);
	va_end(ap);
	e->io.event(e->io.ctx, TD_EV_ALARM, &ev, sizeof(ev));
}
