/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/trace.h>
#include <stdio.h>

/* Newer dialogs with the same place push older ones out: then a message shows without its call. */
static struct trace_entry *place(const struct td_engine *e, struct str call_id, uint64_t *hash)
{
	*hash = hash_bytes(&e->by_contact, call_id);
	return &e->traced[*hash % TRACE_ENTRIES];
}

const char *trace_call(const struct td_engine *e, struct str call_id)
{
	uint64_t hash;
	const struct trace_entry *t = place(e, call_id, &hash);

	return t->hash == hash ? t->call : "";
}

void trace_remember(struct td_engine *e, struct str call_id, const char *call)
{
	uint64_t hash;
	struct trace_entry *t = place(e, call_id, &hash);

	t->hash = hash;
	snprintf(t->call, sizeof(t->call), "%s", call);
}
