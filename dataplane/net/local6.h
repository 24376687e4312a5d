/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of our IPv6 addresses. Made before the workers start, and read only from then on. */
#ifndef TANDEM_DATAPLANE_NET_LOCAL6_H
#define TANDEM_DATAPLANE_NET_LOCAL6_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define LOCAL6_SLOTS 1024 /* four times PORT_MAX * TD_CONF_LIST addresses: probes are short */

struct local6 {
	struct {
		uint8_t ip[16];
		uint16_t place; /* address index + 1 (include/tandem/media.h), 0 empty */
	} slot[LOCAL6_SLOTS];
};

/* Only we put addresses in, so an attacker cannot make the probes long. */
static inline unsigned local6_first(const uint8_t ip[16])
{
	uint64_t half[2];

	memcpy(half, ip, sizeof(half));
	return (unsigned)((half[0] * 31 + half[1]) * 0x9e3779b97f4a7c15ull >> 54);
}

_Static_assert(LOCAL6_SLOTS == 1 << (64 - 54), "local6_first() gives 10 bits");

/* The address index, or -ENOENT. */
static inline int local6_lookup(const struct local6 *t, const uint8_t ip[16])
{
	for (unsigned i = local6_first(ip); t->slot[i].place; i = (i + 1) % LOCAL6_SLOTS)
		if (!memcmp(t->slot[i].ip, ip, 16))
			return t->slot[i].place - 1;
	return -ENOENT;
}

static inline int local6_add(struct local6 *t, const uint8_t ip[16], unsigned index)
{
	unsigned i = local6_first(ip);

	for (; t->slot[i].place; i = (i + 1) % LOCAL6_SLOTS)
		if (!memcmp(t->slot[i].ip, ip, 16))
			return -EEXIST;
	memcpy(t->slot[i].ip, ip, 16);
	t->slot[i].place = (uint16_t)(index + 1);
	return 0;
}

#endif
