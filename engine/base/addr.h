/* SPDX-License-Identifier: BSD-3-Clause */
/* Text and comparison of struct td_addr and struct td_prefix. No allocation. */
#ifndef TANDEM_ENGINE_BASE_ADDR_H
#define TANDEM_ENGINE_BASE_ADDR_H

#include <engine/base/str.h>
#include <tandem/config.h>

#define ADDR_TEXT 64 /* enough for any text below, NUL included */

static inline struct td_addr addr_v4(uint32_t ip) /* network order; 0: none */
{
	return (struct td_addr){.family = ip ? 4 : 0, .ip4 = ip};
}

static inline struct td_addr addr_v6(const void *bytes)
{
	struct td_addr a = {.family = 6};

	memcpy(a.ip6, bytes, sizeof(a.ip6));
	return a;
}

bool addr_equal(const struct td_addr *a, const struct td_addr *b);    /* with port */
bool addr_equal_ip(const struct td_addr *a, const struct td_addr *b); /* without port */
/* True for an address of one host to which a packet can be sent. False for all zeros, multicast,
 * loopback, IPv4's limited broadcast and the reserved range around it, IPv6's link-local
 * addresses, which mean nothing without an interface, and IPv4 addresses written as IPv6 (RFC 4291
 * section 2.5.5). */
bool addr_is_host(const struct td_addr *a);
bool addr_is_link_local(const struct td_addr *a); /* IPv6, fe80::/10 */
bool addr_is_any(const struct td_addr *a);        /* 0.0.0.0, :: */
/* "10.0.0.1", "10.0.0.1:5060", "[2001:db8::1]:5060". 0 or -EINVAL; no port in the text: 0. */
int addr_decode(struct td_addr *a, struct str s);
/* With the port unless it is 0; family 0 gives "". Returns out. */
const char *addr_encode(const struct td_addr *a, char out[static ADDR_TEXT]);
const char *addr_encode_ip(const struct td_addr *a, char out[static ADDR_TEXT]); /* port never */
/* "10.0.0.0/8"; without a slash: the host alone. Bits beyond the prefix are kept ("10.20.0.1/24" is
 * also an interface's address). 0 or -EINVAL. */
int prefix_decode(struct td_prefix *p, struct str s);
const char *prefix_encode(const struct td_prefix *p, char out[static ADDR_TEXT]);
/* Is `a` in the network of the first `bits` bits of `net`? */
bool addr_in(const struct td_addr *a, const struct td_addr *net, unsigned bits);
/* Is it the first or the last address of this IPv4 network? No host has these (RFC 1122 section
 * 3.2.1.3), but of a network of two (RFC 3021). */
bool prefix_is_edge(const struct td_prefix *p, const struct td_addr *a);
bool prefix_contains(const struct td_prefix *p, const struct td_addr *a);

#endif
