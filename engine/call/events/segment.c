/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/utf8.h>
#include <engine/call/events/live.h>
#include <engine/call/events/segment.h>
#include <string.h>

static const char *const kinds[] = {
#define KIND(id, name, help) [TD_SEGMENT_##id] = (name),
	TD_SEGMENT_KINDS(KIND)
#undef KIND
};

static void put(char out[static TD_NAME_BYTES], const char *text)
{
	utf8_copy(out, TD_NAME_BYTES, text ? text : "");
}

void segment_fill(
	struct td_ev_segment *ev, const struct contact *c, const struct contact_segment *s)
{
	if (!s->number)
		return;
	ev->began = s->began;
	ev->number = s->number;
	ev->kind = s->kind;
	memcpy(ev->call, c->cdr.id, sizeof(ev->call));
	if (s->queue)
		put(ev->queue, s->queue->object.name);
	memcpy(ev->who, s->who, sizeof(ev->who));
	memcpy(ev->came_from, s->from, sizeof(ev->came_from));
}

void segment_write(struct td_engine *e, struct td_ev_segment *ev, enum td_segment_end why,
	enum td_ended_by by, const char *to)
{
	ev->lasted_ms = ms_between(ev->began, e->now);
	ev->began = engine_wall(e, ev->began);
	ev->ended = engine_wall(e, e->now);
	ev->why = (uint8_t)why;
	ev->ended_by = (uint8_t)by;
	put(ev->went_to, to);
	e->io.event(e->io.ctx, TD_EV_SEGMENT, ev, sizeof(*ev));
}

void segment_begin(struct td_engine *e, struct contact *c, struct contact_segment *s,
	enum td_segment_kind kind, const char *who, const char *from)
{
	if (c->segments < UINT8_MAX)
		c->segments++;
	*s = (struct contact_segment){
		.number = c->segments, .kind = (uint8_t)kind, .began = e->now, .queue = c->queue};
	mark_contact(e, c);
	put(s->who, who);
	put(s->from, from ? from : c->last);
	live_write(e, TD_OBJECT_SEGMENT, TD_PHASE_BEGIN,
		&(struct live){.call = c->cdr.id,
			.name = who,
			.other = s->queue ? s->queue->object.name : NULL,
			.state = kinds[kind],
			.number = s->number});
}

void segment_end(struct td_engine *e, struct contact *c, struct contact_segment *s,
	enum td_segment_end why, enum td_ended_by by, const char *to)
{
	struct td_ev_segment ev = {0};

	if (!s->number)
		return;
	segment_fill(&ev, c, s);
	if (s->kind != TD_SEGMENT_RING)
		put(c->last, ev.who[0] ? ev.who : ev.queue);
	s->number = 0;
	mark_contact(e, c);
	segment_write(e, &ev, why, by, to);
}
