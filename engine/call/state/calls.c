/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/calls.h>
#include <stdio.h>

void call_id_format(const struct td_engine *e, uint64_t number, char out[static TD_CALL_ID_BYTES])
{
	snprintf(out, TD_CALL_ID_BYTES, "%llu.%llu", (unsigned long long)e->start_s,
		(unsigned long long)number);
}

struct call *call_by_id(const struct td_engine *e, const char *id)
{
	for (struct hash_node *n = hash_first(&e->by_id, str_of(id)); n; n = hash_next(n)) {
		struct call *c = (struct call *)((char *)n - offsetof(struct call, by_id));

		if (strcmp(c->cdr.id, id) == 0)
			return c;
	}
	return NULL;
}

struct call *call_lookup(const struct td_engine *e, uint32_t contact)
{
	struct str key = {(const char *)&contact, sizeof(contact)};

	for (struct hash_node *n = hash_first(&e->by_contact, key); n; n = hash_next(n)) {
		struct call *c = (struct call *)((char *)n - offsetof(struct call, by_contact));

		if (c->contact == contact)
			return c;
	}
	return NULL;
}
