/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/marks.h>
#include <errno.h>
#include <stdlib.h>

int marks_init(struct marks *m, const uint32_t counts[static TD_CHECKPOINT_END])
{
	uint32_t places;

	for (unsigned kind = 0; kind < TD_CHECKPOINT_END; kind++)
		m->first[kind + 1] = m->first[kind] + counts[kind];
	places = m->again = marks_places(m);
	m->told = calloc(places, sizeof(*m->told));
	m->marked = calloc(places, sizeof(*m->marked));
	m->is_marked = calloc(places, sizeof(*m->is_marked));
	if (m->told && m->marked && m->is_marked)
		return 0;
	marks_fini(m);
	return -ENOMEM;
}

void marks_fini(struct marks *m)
{
	free(m->is_marked);
	free(m->marked);
	free(m->told);
	*m = (struct marks){0};
}

void marks_add(struct marks *m, enum td_checkpoint_kind kind, uint32_t number)
{
	uint32_t place = marks_place(m, kind, number);

	if (m->is_marked[place])
		return;
	m->is_marked[place] = true;
	m->marked[m->count++] = place;
}

enum td_checkpoint_kind marks_kind(const struct marks *m, uint32_t place, uint32_t *number)
{
	unsigned kind = 0;

	while (place >= m->first[kind + 1])
		kind++;
	*number = place - m->first[kind];
	return (enum td_checkpoint_kind)kind;
}
