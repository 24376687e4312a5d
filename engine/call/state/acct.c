/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/acct.h>

#define PLACES (2 * TD_ACCT_ROWS)

void acct_init(struct acct *a)
{
	*a = (struct acct){.count = 1};
}

uint32_t acct_row(struct acct *a, const struct acct_key *key)
{
	/* Fibonacci hashing; half of the places stay empty, so a probe ends soon. */
	uint32_t mix = ((key->trunk * 31 + key->queue) * 31 + key->link) * 31 + key->codec;
	uint32_t at = (uint32_t)((mix * 2654435769u) >> 16) % PLACES;

	for (; a->place[at]; at = (at + 1) % PLACES) {
		const struct acct_key *k = &a->row[a->place[at]];

		if (k->trunk == key->trunk && k->queue == key->queue && k->link == key->link &&
			k->codec == key->codec)
			return a->place[at];
	}
	if (a->count == TD_ACCT_ROWS)
		return 0;
	a->row[a->count] = *key;
	a->place[at] = (uint16_t)a->count;
	return a->count++;
}
