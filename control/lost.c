/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/lost.h>
#include <engine/base/alarm.h>
#include <engine/base/utf8.h>
#include <system/log.h>
#include <stdio.h>
#include <time.h>

void lost_init(struct lost *l, struct store *store)
{
	*l = (struct lost){.store = store};
	if (store_alarm_stands(store, alarm_name(TD_ALARM_ENGINE_LOST), &l->stands))
		l->stands = false;
	l->wanted = l->stands;
}

void lost_set(struct lost *l, const char *why)
{
	l->wanted = why != NULL;
	td_text_set(&l->why, "%s", why ? why : "the engine is reached again");
}

static uint64_t wall_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * TD_NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

void lost_tell(struct lost *l)
{
	struct td_ev_alarm ev;

	if (l->wanted == l->stands)
		return;
	alarm_init(&ev, TD_ALARM_ENGINE_LOST, NULL, l->wanted);
	if (snprintf(ev.text, sizeof(ev.text), "%s", l->why.s) >= (int)sizeof(ev.text))
		utf8_cut(ev.text);
	if (store_alarm(l->store, &ev, wall_now()))
		return;
	l->stands = l->wanted;
	log_line(l->stands ? LOG_ERR : LOG_NOTICE, l->stands ? "alarm raised" : "alarm cleared",
		"name=%s text=\"%s\"", ev.name, ev.text);
}
