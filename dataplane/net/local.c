/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <dataplane/net/local.h>

#define MULTIPLIER 2654435761u /* Knuth's; those tried after it are this many apart */
#define TRIES      256

void local_init(struct local *t, uint16_t sip_port, uint16_t rtp_min, uint16_t rtp_max)
{
	memset(t, 0, sizeof(*t));
	t->multiplier = MULTIPLIER;
	t->sip_port = sip_port;
	t->rtp_port_min = rtp_min;
	t->rtp_port_max = rtp_max;
	t->ports_per_address = (uint32_t)(rtp_max - rtp_min + 1) / 2;
}

/* Puts all addresses into the slots that the multiplier gives them; false when two collide. */
static bool local_place(struct local *t, const struct local *from)
{
	memset(t->address, 0, sizeof(t->address));
	for (unsigned i = 0; i < LOCAL_SLOTS; i++) {
		unsigned slot = local_slot(t, from->address[i].ip);

		if (!from->address[i].ip)
			continue;
		if (t->address[slot].ip)
			return false;
		t->address[slot] = from->address[i];
	}
	return true;
}

int local_add(struct local *t, uint32_t ip, unsigned index)
{
	struct local next = *t;
	uint32_t first = index * t->ports_per_address;

	if (local_lookup(t, ip) >= 0)
		return -EEXIST;
	for (unsigned i = 0; i < TRIES; i++, next.multiplier += 2 * MULTIPLIER) {
		unsigned slot;

		if (!local_place(&next, t))
			continue;
		slot = local_slot(&next, ip);
		if (next.address[slot].ip)
			continue;
		next.address[slot].ip = ip;
		next.address[slot].first = first;
		*t = next;
		return 0;
	}
	return -ENOSPC;
}

int local_lookup(const struct local *t, uint32_t ip)
{
	unsigned slot = local_slot(t, ip);

	if (!ip || t->address[slot].ip != ip)
		return -ENOENT;
	return (int)(t->address[slot].first / t->ports_per_address);
}
