/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/restart/record.h>
#include <engine/call/restart/tell.h>

#define AGAIN 64 /* places that are told once more with one input */

/* 0: there is no record. */
static uint64_t hash_of(const struct marks *m, const union td_checkpoint_any *r, uint16_t len)
{
	return len ? hash_keyed(m->seed, (struct str){(const char *)r, len}) | 1 : 0;
}

static void tell(struct td_engine *e, uint32_t place, bool anyway)
{
	struct marks *m = &e->marks;
	union td_checkpoint_any r;
	uint32_t number;
	enum td_checkpoint_kind kind = marks_kind(m, place, &number);
	uint16_t len = record_make(e, kind, number, &r);
	uint64_t hash = hash_of(m, &r, len);

	if (hash == m->told[place] && !anyway)
		return;
	m->told[place] = hash;
	if (e->io.checkpoint)
		e->io.checkpoint(e->io.ctx, kind, number, len ? &r : NULL, len);
}

void tell_marked(struct td_engine *e)
{
	struct marks *m = &e->marks;

	for (uint32_t i = 0; i < m->count; i++) {
		m->is_marked[m->marked[i]] = false;
		tell(e, m->marked[i], false);
	}
	m->count = 0;
	for (uint32_t i = 0; i < AGAIN && m->again < marks_places(m); i++)
		tell(e, m->again++, true);
}

bool tell_is_current(const struct td_engine *e, enum td_checkpoint_kind kind, uint32_t number)
{
	const struct marks *m = &e->marks;
	union td_checkpoint_any r;
	uint16_t len = record_make(e, kind, number, &r);
	uint32_t place = marks_place(m, kind, number);

	return m->is_marked[place] || hash_of(m, &r, len) == m->told[place];
}

uint32_t td_engine_checkpoint_count(const struct td_engine *e, enum td_checkpoint_kind kind)
{
	return e->marks.first[kind + 1] - e->marks.first[kind];
}

void td_engine_checkpoint_again(struct td_engine *e)
{
	e->marks.again = 0;
}
