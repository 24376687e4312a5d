/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Named objects of the configuration (queues, agents, groups, trunks) and their numbers, 1.. in the
 * order of first appearance. A number stays with its name for the life of the engine, so a deleted
 * object stays as a name that is not configured: calls may still point to it. When the name comes
 * back, it is the same object.
 */
#ifndef TANDEM_ENGINE_CALL_STATE_OBJECT_H
#define TANDEM_ENGINE_CALL_STATE_OBJECT_H

#include <tandem/types.h>

struct object {
	char name[TD_NAME_BYTES];
	uint32_t number;
	bool configured; /* by the configuration in force */
};

struct objects {
	struct object **by_number; /* [number - 1] */
	struct object **by_name;   /* sorted by name up to `sorted`, then in the order of arrival */
	uint32_t count, cap, sorted;
	size_t size; /* of one object; struct object comes first in it */
};

void objects_init(struct objects *t, size_t size);
void objects_fini(struct objects *t);
/* Creates the name, not configured, when it is not there. -ENOMEM leaves what was there. Names
 * added since the last objects_sort() are not found: one pass over unique names needs no more. */
int objects_add(struct objects *t, const char *name);
void objects_sort(struct objects *t);
/* Takes back the names that were added since there were `count`. Nobody has seen them yet. */
void objects_cut(struct objects *t, uint32_t count);
void *objects_lookup(const struct objects *t,
	const char *name); /* NULL; also one that is not configured any more */
void *objects_configured(const struct objects *t, const char *name); /* NULL: it is not */
void *objects_get(const struct objects *t, uint32_t number);         /* NULL out of range */

#endif
