/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/host/net/tcp_table.h>
#include <errno.h>
#include <string.h>

struct tcp_link {
	struct hash_node by_number, by_remote; /* the second: of those that we made */
	uint32_t number;
	bool ours;
	struct ends {
		struct td_addr local, remote;
	} ends;
};

int tcp_table_init(struct tcp_table *t, uint32_t connections, uint64_t seed)
{
	*t = (struct tcp_table){.last = UINT32_MAX};
	if (pool_init(&t->links, connections, sizeof(struct tcp_link)) < 0)
		return -ENOMEM;
	if (hash_init(&t->by_number, connections, seed) < 0)
		goto free_links;
	if (hash_init(&t->by_remote, connections, seed) < 0)
		goto free_numbers;
	return 0;
free_numbers:
	hash_fini(&t->by_number);
free_links:
	pool_fini(&t->links);
	return -ENOMEM;
}

void tcp_table_fini(struct tcp_table *t)
{
	hash_fini(&t->by_remote);
	hash_fini(&t->by_number);
	pool_fini(&t->links);
}

static struct str number_key(const uint32_t *number)
{
	return (struct str){(const char *)number, sizeof(*number)};
}

static struct str ends_key(const struct ends *ends)
{
	return (struct str){(const char *)ends, sizeof(*ends)};
}

static struct tcp_link *lookup(const struct tcp_table *t, uint32_t number)
{
	for (struct hash_node *n = hash_first(&t->by_number, number_key(&number)); n;
		n = hash_next(n)) {
		struct tcp_link *l = container_of(n, struct tcp_link, by_number);

		if (l->number == number)
			return l;
	}
	return NULL;
}

bool tcp_table_has(const struct tcp_table *t, uint32_t connection)
{
	return connection && lookup(t, connection);
}

uint32_t tcp_table_made(const struct tcp_table *t, const struct td_flow *flow)
{
	const struct ends ends = {flow->local, flow->remote};

	for (struct hash_node *n = hash_first(&t->by_remote, ends_key(&ends)); n;
		n = hash_next(n)) {
		const struct tcp_link *l = container_of(n, struct tcp_link, by_remote);

		if (memcmp(&l->ends, &ends, sizeof(ends)) == 0)
			return l->number;
	}
	return 0;
}

static struct tcp_link *put(struct tcp_table *t, uint32_t number, const struct td_flow *flow)
{
	struct tcp_link *l = pool_alloc(&t->links);

	if (!l)
		return NULL;
	l->number = number;
	l->ends = (struct ends){flow->local, flow->remote};
	hash_add(&t->by_number, &l->by_number, number_key(&l->number));
	return l;
}

uint32_t tcp_table_make(struct tcp_table *t, const struct td_flow *flow)
{
	struct tcp_link *l = put(t, t->last + 2, flow);

	if (!l)
		return 0;
	t->last += 2;
	l->ours = true;
	hash_add(&t->by_remote, &l->by_remote, ends_key(&l->ends));
	return l->number;
}

void tcp_table_add(struct tcp_table *t, const struct td_flow *flow)
{
	put(t, flow->connection, flow);
}

void tcp_table_del(struct tcp_table *t, uint32_t connection)
{
	struct tcp_link *l = lookup(t, connection);

	if (!l)
		return;
	hash_del(&t->by_number, &l->by_number);
	if (l->ours)
		hash_del(&t->by_remote, &l->by_remote);
	pool_free(&t->links, l);
}
