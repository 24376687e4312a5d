/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <engine/base/addr.h>

bool addr_equal_ip(const struct td_addr *a, const struct td_addr *b)
{
	if (a->family != b->family)
		return false;
	switch (a->family) {
	case 4:
		return a->ip4 == b->ip4;
	case 6:
		return memcmp(a->ip6, b->ip6, sizeof(a->ip6)) == 0;
	default:
		return true;
	}
}

bool addr_is_link_local(const struct td_addr *a)
{
	return a->family == 6 && a->ip6[0] == 0xfe && (a->ip6[1] & 0xc0) == 0x80;
}

bool addr_is_any(const struct td_addr *a)
{
	static const uint8_t none[sizeof(a->ip6)];

	return a->family && memcmp(a->ip6, none, sizeof(none)) == 0; /* v4: all but 4 are 0 */
}

bool addr_is_host(const struct td_addr *a)
{
	/* ::/80 and ::ffff:0:0/96: unspecified, loopback, IPv4-compatible and -mapped */
	static const uint8_t zeros[10];
	uint8_t first;

	switch (a->family) {
	case 4:
		first = (uint8_t)(ntohl(a->ip4) >> 24);
		return first != 0 && first != 127 && first < 224; /* RFC 6890 */
	case 6:
		return a->ip6[0] != 0xff && memcmp(a->ip6, zeros, sizeof(zeros)) != 0 &&
		       !addr_is_link_local(a);
	default:
		return false;
	}
}

bool addr_equal(const struct td_addr *a, const struct td_addr *b)
{
	return a->port == b->port && addr_equal_ip(a, b);
}

static int ip_decode(struct td_addr *a, struct str s, int family)
{
	char text[INET6_ADDRSTRLEN];
	void *out = family == AF_INET ? (void *)&a->ip4 : (void *)a->ip6;

	/* inet_pton() would stop at a NUL within the text and not see what follows. */
	if (s.n == 0 || memchr(s.p, 0, s.n) || !str_copy(text, sizeof(text), s))
		return -EINVAL;
	if (inet_pton(family, text, out) != 1)
		return -EINVAL;
	a->family = family == AF_INET ? 4 : 6;
	return 0;
}

int addr_decode(struct td_addr *a, struct str s)
{
	struct td_addr out = {0};
	struct str host, rest = s;
	uint64_t port = 0;
	bool has_port;
	int family, rc;

	if (s.n > 0 && s.p[0] == '[') { /* [v6] and [v6]:port, RFC 3986 section 3.2.2 */
		rest.p++;
		rest.n--;
		host = str_cut(&rest, ']');
		if (!rest.p || (rest.n > 0 && rest.p[0] != ':'))
			return -EINVAL;
		has_port = rest.n > 0;
		if (has_port) {
			rest.p++;
			rest.n--;
		}
		family = AF_INET6;
	} else {
		host = str_cut(&rest, ':');
		has_port = rest.p != NULL;
		family = AF_INET;
		if (has_port && memchr(rest.p, ':', rest.n)) { /* two colons: a bare v6 */
			host = s;
			has_port = false;
			family = AF_INET6;
		}
	}
	rc = ip_decode(&out, host, family);
	if (rc)
		return rc;
	if (has_port && (!str_u64(rest, UINT16_MAX, &port) || port == 0))
		return -EINVAL;
	out.port = (uint16_t)port;
	*a = out;
	return 0;
}

const char *addr_encode_ip(const struct td_addr *a, char out[static ADDR_TEXT])
{
	out[0] = '\0';
	if (a->family == 4)
		inet_ntop(AF_INET, &a->ip4, out, ADDR_TEXT);
	else if (a->family == 6)
		inet_ntop(AF_INET6, a->ip6, out, ADDR_TEXT);
	return out;
}

const char *addr_encode(const struct td_addr *a, char out[static ADDR_TEXT])
{
	char ip[ADDR_TEXT];

	addr_encode_ip(a, ip);
	if (a->port == 0 || a->family == 0)
		memcpy(out, ip, sizeof(ip));
	else
		snprintf(out, ADDR_TEXT, a->family == 6 ? "[%s]:%u" : "%s:%u", ip, a->port);
	return out;
}

static uint8_t bits_max(const struct td_addr *a)
{
	return a->family == 4 ? 32 : 128;
}

int prefix_decode(struct td_prefix *p, struct str s)
{
	struct str rest = s;
	struct str host = str_cut(&rest, '/');
	struct td_prefix out = {0};
	uint64_t bits;

	if (host.n > 0 && host.p[0] == '[')
		return -EINVAL;
	if (addr_decode(&out.addr, host) || out.addr.port)
		return -EINVAL;
	bits = bits_max(&out.addr);
	if (rest.p && !str_u64(rest, bits, &bits))
		return -EINVAL;
	out.bits = (uint8_t)bits;
	*p = out;
	return 0;
}

const char *prefix_encode(const struct td_prefix *p, char out[static ADDR_TEXT])
{
	addr_encode_ip(&p->addr, out);
	if (p->addr.family && p->bits != bits_max(&p->addr)) {
		size_t n = strlen(out);

		snprintf(out + n, ADDR_TEXT - n, "/%u", p->bits);
	}
	return out;
}

bool addr_in(const struct td_addr *a, const struct td_addr *net, unsigned bits)
{
	const uint8_t *x = net->ip6, *y = a->ip6; /* v4 is the first four bytes */
	unsigned whole = bits / 8, rest = bits % 8;

	if (a->family == 0 || net->family != a->family)
		return false;
	if (memcmp(x, y, whole) != 0)
		return false;
	return rest == 0 || ((x[whole] ^ y[whole]) & (0xff00u >> rest & 0xffu)) == 0;
}

bool prefix_is_edge(const struct td_prefix *p, const struct td_addr *a)
{
	uint32_t host = p->bits < 31 ? UINT32_MAX >> p->bits : 0;
	uint32_t ip = ntohl(a->ip4) & host;

	return a->family == 4 && host && prefix_contains(p, a) && (ip == 0 || ip == host);
}

bool prefix_contains(const struct td_prefix *p, const struct td_addr *a)
{
	return addr_in(a, &p->addr, p->bits);
}
