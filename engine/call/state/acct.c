/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/acct.h>
#include <errno.h>
#include <stdlib.h>

int acct_init(struct acct *a, uint32_t rows)
{
	*a = (struct acct){.rows = rows, .count = 1};
	a->row = calloc(rows, sizeof(*a->row));
	a->place = calloc(2 * (size_t)rows, sizeof(*a->place));
	if (a->row && a->place)
		return 0;
	acct_fini(a);
	return -ENOMEM;
}

void acct_fini(struct acct *a)
{
	free(a->row);
	free(a->place);
	a->row = NULL;
	a->place = NULL;
}

uint32_t acct_row(struct acct *a, const struct acct_key *key)
{
	const uint32_t places = 2 * a->rows;
	/* Fibonacci hashing; half of the places stay empty, so a probe ends soon. */
	uint32_t mix = ((key->trunk * 31 + key->queue) * 31 + key->link) * 31 + key->codec;
	uint32_t at = (uint32_t)(((uint64_t)(mix * 2654435769u) * places) >> 32);

	for (; a->place[at]; at = (at + 1) % places) {
		const struct acct_key *k = &a->row[a->place[at]];

		if (k->trunk == key->trunk && k->queue == key->queue && k->link == key->link &&
			k->codec == key->codec)
			return a->place[at];
	}
	if (a->count == a->rows)
		return 0;
	a->row[a->count] = *key;
	a->place[at] = (uint16_t)a->count;
	return a->count++;
}
