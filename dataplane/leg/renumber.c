/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <dataplane/leg/renumber.h>

void renumber_note(struct renumber *n, uint16_t seq, int by)
{
	uint16_t ahead = (uint16_t)(seq - n->top);

	if (!n->any || ahead >= RENUMBER_WINDOW)
		memset(n->by, 0, sizeof(n->by));
	else
		for (uint16_t i = 1; i <= ahead; i++)
			n->by[(uint16_t)(n->top + i) % RENUMBER_WINDOW] = 0;
	n->any = true;
	n->top = seq;
	n->by[seq % RENUMBER_WINDOW] += (int16_t)by;
}

uint16_t renumber_late(const struct renumber *n, uint16_t seq)
{
	uint16_t behind = (uint16_t)(n->top - seq), late = 0;

	if (!n->any || behind >= RENUMBER_WINDOW)
		return 0;
	for (uint16_t i = 0; i <= behind; i++)
		late = (uint16_t)(late - n->by[(uint16_t)(seq + i) % RENUMBER_WINDOW]);
	return late;
}
