/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may have changed of the checkpoint (include/tandem/checkpoint.h) since it was told. Whoever
 * changes an object marks it; before the input ends, engine/call/restart/tell.c makes the records
 * of all that are marked, and tells those that differ from what was told last. So a change needs
 * one call, and an object that is changed twice is told once.
 */
#ifndef TANDEM_ENGINE_CALL_STATE_MARKS_H
#define TANDEM_ENGINE_CALL_STATE_MARKS_H

#include <tandem/checkpoint.h>

struct marks {
	/* Numbers of a kind, from 0, stand at places that follow each other. */
	uint32_t first[TD_CHECKPOINT_END + 1];
	uint64_t *told;   /* by place: a hash of the record that was told last; 0: none was */
	uint32_t *marked; /* places */
	bool *is_marked;  /* by place */
	uint32_t count;   /* of `marked` */
	uint32_t again;   /* places from here on are told whether they have changed or not */
	uint64_t seed[2];
};

/* counts: by kind, how many numbers there are. 0 or -ENOMEM. */
int marks_init(struct marks *m, const uint32_t counts[static TD_CHECKPOINT_END]);
void marks_fini(struct marks *m); /* harmless when zeroed */

void marks_add(struct marks *m, enum td_checkpoint_kind kind, uint32_t number);

/* Which kind stands at a place; *number gets its number. */
enum td_checkpoint_kind marks_kind(const struct marks *m, uint32_t place, uint32_t *number);
static inline uint32_t marks_place(
	const struct marks *m, enum td_checkpoint_kind kind, uint32_t number)
{
	return m->first[kind] + number;
}
static inline uint32_t marks_places(const struct marks *m)
{
	return m->first[TD_CHECKPOINT_END];
}

#endif
