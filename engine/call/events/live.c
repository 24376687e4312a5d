/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/utf8.h>
#include <engine/call/events/live.h>

static void put(char *out, size_t size, const char *text)
{
	if (text)
		utf8_copy(out, size, text);
}

void live_contact(struct td_engine *e, const struct contact *c)
{
	mark_contact(e, c);
	live_write(e, TD_OBJECT_CONTACT, TD_PHASE_BEGIN,
		&(struct live){.call = c->cdr.id,
			.name = contact_who(c),
			.other = c->call ? c->cdr.dialled : c->queue->object.name,
			.state = contact_channel(c)});
}

void live_write(
	struct td_engine *e, enum td_object object, enum td_phase phase, const struct live *l)
{
	struct td_ev_live ev = {
		.object = (uint8_t)object, .phase = (uint8_t)phase, .number = l->number};

	put(ev.call, sizeof(ev.call), l->call);
	put(ev.name, sizeof(ev.name), l->name);
	if (l->name && strlen(l->name) >= sizeof(ev.name))
		put(ev.name_whole, sizeof(ev.name_whole), l->name);
	put(ev.other, sizeof(ev.other), l->other);
	put(ev.state, sizeof(ev.state), l->state);
	e->io.event(e->io.ctx, TD_EV_LIVE, &ev, sizeof(ev));
}
