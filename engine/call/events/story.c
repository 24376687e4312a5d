/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/utf8.h>
#include <engine/call/events/story.h>
#include <stdarg.h>
#include <stdio.h>

static void write(struct td_engine *e, const char *call_id, const char *fmt, va_list ap)
{
	struct td_ev_story ev = {0};

	snprintf(ev.call, sizeof(ev.call), "%s", call_id);
	if (vsnprintf(ev.text, sizeof(ev.text), fmt, ap) >= (int)sizeof(ev.text))
		utf8_cut(ev.text);
	e->io.event(e->io.ctx, TD_EV_STORY, &ev, sizeof(ev));
}

void story(struct td_engine *e, const struct call *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write(e, c->contact->cdr.id, fmt, ap);
	va_end(ap);
}

void story_id(struct td_engine *e, const char *call_id, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write(e, call_id, fmt, ap);
	va_end(ap);
}
