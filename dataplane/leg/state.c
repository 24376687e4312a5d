/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/state.h>

void legs_event(struct legs *r, uint32_t id, struct td_media_event *ev)
{
	ev->leg = id;
	ev->cookie = r->cold[id].cookie;
	r->event(r->event_ctx, ev);
}

void legs_wall(struct legs *r, uint64_t offset)
{
	atomic_store_explicit(&r->wall_told, offset, memory_order_relaxed);
}

void legs_acct(const struct legs *r, uint32_t row, struct td_acct_row *add)
{
	if (row >= r->acct_rows)
		return;
	for (unsigned d = 0; d < TD_DIR_COUNT; d++) {
		add->packets[d] += r->acct[row].packets[d];
		add->ip_bytes[d] += r->acct[row].ip_bytes[d];
	}
}

uint64_t legs_bytes(const struct legs *r)
{
	return r->bytes;
}

uint32_t legs_count(const struct legs *r)
{
	return r->own_count * r->addresses;
}

uint32_t legs_in_use(const struct legs *r)
{
	return atomic_load_explicit(&r->legs_in_use, memory_order_relaxed);
}
