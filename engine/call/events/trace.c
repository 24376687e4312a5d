/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/container.h>
#include <engine/call/events/trace.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int traces_init(struct traces *t, uint32_t parties, uint64_t seed)
{
	uint32_t count = TRACES_PER_PARTY * parties;

	*t = (struct traces){.count = count, .entries = calloc(count, sizeof(*t->entries))};
	if (!t->entries || hash_init(&t->by_call_id, count, seed) < 0) {
		traces_fini(t);
		return -ENOMEM;
	}
	return 0;
}

void traces_fini(struct traces *t)
{
	hash_fini(&t->by_call_id);
	free(t->entries);
	*t = (struct traces){0};
}

/* Two Call-IDs with the same hash are taken for one: it has 64 bits, and a seed that nobody knows.
 */
static struct trace_entry *lookup(const struct traces *t, struct str call_id)
{
	struct hash_node *n = hash_first(&t->by_call_id, call_id);

	return n ? container_of(n, struct trace_entry, node) : NULL;
}

const char *trace_call(const struct traces *t, struct str call_id)
{
	const struct trace_entry *entry = lookup(t, call_id);

	return entry ? entry->call : "";
}

/* There is one that is not held: there are fewer parties than entries. */
static struct trace_entry *oldest_free(struct traces *t)
{
	struct trace_entry *entry;

	do {
		entry = &t->entries[t->next];
		t->next = (t->next + 1) % t->count;
	} while (entry->held);
	return entry;
}

void trace_remember(struct traces *t, struct str call_id, const char *call)
{
	struct trace_entry *entry = oldest_free(t);

	if (entry->call[0])
		hash_del(&t->by_call_id, &entry->node);
	snprintf(entry->call, sizeof(entry->call), "%s", call);
	hash_add(&t->by_call_id, &entry->node, call_id);
}

void trace_hold(struct traces *t, struct str call_id, struct party *p)
{
	p->trace = lookup(t, call_id);
	p->trace->held = true;
}

void trace_release(struct party *p)
{
	if (p->trace)
		p->trace->held = false;
	p->trace = NULL;
}
