/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of either family, in struct td_addr: its port does not count here. */
#ifndef TANDEM_DATAPLANE_NET_IP_H
#define TANDEM_DATAPLANE_NET_IP_H

#include <string.h>
#include <tandem/types.h>

static inline struct td_addr ip_v4(uint32_t ip) /* network order; 0: none */
{
	return (struct td_addr){.family = ip ? 4 : 0, .ip4 = ip};
}

static inline struct td_addr ip_v6(const void *bytes)
{
	struct td_addr a = {.family = 6};

	memcpy(a.ip6, bytes, sizeof(a.ip6));
	return a;
}

static inline bool ip_equal(const struct td_addr *a, const struct td_addr *b)
{
	/* Family 4 has zeros behind its four bytes. */
	return a->family == b->family && !memcmp(a->ip6, b->ip6, sizeof(a->ip6));
}

/* Is `a` in the network of the first `bits` bits of `net`? */
static inline bool ip_in(const struct td_addr *a, const struct td_addr *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (a->family != net->family || memcmp(a->ip6, net->ip6, whole))
		return false;
	return !rest || !((a->ip6[whole] ^ net->ip6[whole]) & (0xff00u >> rest & 0xff));
}

static inline bool ip_link_local(const struct td_addr *a) /* fe80::/10 */
{
	return a->family == 6 && a->ip6[0] == 0xfe && (a->ip6[1] & 0xc0) == 0x80;
}

#endif
