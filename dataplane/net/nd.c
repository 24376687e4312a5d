/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/net/icmp.h>
#include <dataplane/net/nd.h>

#define ND_HOPS                                                                                   \
	255 /* the hop limit of every message of neighbour discovery: a router would have lowered \
	       it */

enum nd_type { ND_ECHO_REQUEST = 128, ND_ECHO_REPLY, ND_SOLICIT = 135, ND_ADVERT = 136 };
enum nd_option { ND_SOURCE_MAC = 1, ND_TARGET_MAC = 2 };

#define ND_SOLICITED 0x40000000u /* flags of an advertisement */
#define ND_OVERRIDE  0x20000000u

struct nd_message {
	struct icmp_head icmp; /* .rest: the flags */
	uint8_t target[16];
	struct { /* the one option that we send */
		uint8_t type, units;
		uint8_t mac[6];
	} option;
} __attribute__((packed, aligned(2)));

struct nd_frame {
	struct rte_ether_hdr eth;
	struct rte_ipv6_hdr ip;
	struct nd_message nd;
} __attribute__((packed, aligned(2)));

#define ND_LEAST (sizeof(struct nd_message) - 8) /* without options */

static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1}, unspecified[16];

static void nd_group(const uint8_t ip[16], uint8_t group[16])
{
	static const uint8_t prefix[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

	memcpy(group, prefix, sizeof(prefix));
	memcpy(group + 13, ip + 13, 3);
}

void nd_group_mac(const uint8_t ip[16], uint8_t mac[6])
{
	const uint8_t group[6] = {0x33, 0x33, 0xff, ip[13], ip[14], ip[15]};

	memcpy(mac, group, sizeof(group));
}

/* The link-layer address in the options, or NULL; false when they are malformed (section 4.6). */
static bool nd_options(const uint8_t *p, size_t n, uint8_t wanted, const uint8_t **mac)
{
	*mac = NULL;
	while (n) {
		size_t len = n < 8 ? 0 : p[1] * 8u;

		if (!len || len > n)
			return false;
		if (p[0] == wanted && len == 8)
			*mac = p + 2;
		p += len;
		n -= len;
	}
	return true;
}

/* Source and destination turned round, in place. */
static void nd_reply_to(struct rte_mbuf *m, const struct rte_ether_addr *mac, const uint8_t *from,
	const uint8_t *to)
{
	struct nd_frame *f = rte_pktmbuf_mtod(m, struct nd_frame *);
	uint8_t ours[16], theirs[16];

	memcpy(ours, from, 16); /* either may lie in the frame */
	memcpy(theirs, to, 16);
	memcpy(f->ip.src_addr, ours, 16);
	memcpy(f->ip.dst_addr, theirs, 16);
	f->eth.dst_addr = f->eth.src_addr;
	f->eth.src_addr = *mac;
}

static bool nd_solicitation(
	struct worker *w, const struct local6 *t, struct rte_mbuf *m, struct punt_learnt *learnt)
{
	struct nd_frame *f = rte_pktmbuf_mtod(m, struct nd_frame *);
	unsigned port = pkt_of(m)->port;
	bool probe = !memcmp(f->ip.src_addr, unspecified, 16); /* of an address: duplicate? */
	const uint8_t *mac;
	bool told = false;

	/* A probe has no address to which we could answer: the answer goes to the group, and there
	 * is nothing to learn from the probe. */
	if (!nd_options(
		    f->nd.target + 16, ntohs(f->ip.payload_len) - ND_LEAST, ND_SOURCE_MAC, &mac) ||
		(probe && (mac || f->ip.dst_addr[0] != 0xff))) {
		worker_drop(w, m, TD_DROP_ICMP);
		return false;
	}
	if (local6_lookup(t, f->nd.target) < 0) {
		worker_drop(w, m, TD_DROP_NOT_FOR_US);
		return false;
	}
	if (!probe && mac && !(mac[0] & 1) && local6_lookup(t, f->ip.src_addr) < 0) {
		*learnt =
			(struct punt_learnt){.ip = addr_v6(f->ip.src_addr), .port = (uint8_t)port};
		memcpy(learnt->mac, mac, 6);
		told = true;
	}
	nd_reply_to(m, &w->port[port].mac, f->nd.target, probe ? all_nodes : f->ip.src_addr);
	if (probe)
		f->eth.dst_addr = (struct rte_ether_addr){{0x33, 0x33, 0, 0, 0, 1}};
	m->data_len = m->pkt_len = sizeof(*f);
	/* A message that came without an option is too short for our option; the buffer has room
	 * for it. */
	f->nd.icmp = (struct icmp_head){
		.type = ND_ADVERT, .rest = htonl(probe ? ND_OVERRIDE : ND_SOLICITED | ND_OVERRIDE)};
	f->nd.option.type = ND_TARGET_MAC;
	f->nd.option.units = 1;
	memcpy(f->nd.option.mac, &w->port[port].mac, 6);
	icmp6_finish(&f->ip, sizeof(f->nd), ND_HOPS);
	worker_turn_round(w, m, TD_CONSUMED_NDP);
	worker_apart(&w->port[port], TD_APART_ICMP, TD_DIR_OUT, m);
	worker_tx(w, port, m);
	return told;
}

static bool nd_advertisement(
	struct worker *w, const struct local6 *t, struct rte_mbuf *m, struct punt_learnt *learnt)
{
	const struct nd_frame *f = rte_pktmbuf_mtod(m, struct nd_frame *);
	const uint8_t *mac;

	if (!nd_options(
		    f->nd.target + 16, ntohs(f->ip.payload_len) - ND_LEAST, ND_TARGET_MAC, &mac) ||
		f->nd.target[0] == 0xff) {
		worker_drop(w, m, TD_DROP_ICMP);
		return false;
	}
	/* An answer without the option answers a solicitation that went to the sender's own
	 * Ethernet address. */
	if (!mac)
		mac = f->eth.src_addr.addr_bytes;
	if (mac[0] & 1 || local6_lookup(t, f->nd.target) >= 0) {
		worker_drop(w, m, TD_DROP_NOT_FOR_US);
		return false;
	}
	*learnt = (struct punt_learnt){.ip = addr_v6(f->nd.target), .port = pkt_of(m)->port};
	memcpy(learnt->mac, mac, 6);
	worker_consume(w, m, TD_CONSUMED_NDP);
	return true;
}

static void nd_echo(struct worker *w, struct rte_mbuf *m, const uint8_t ours[16])
{
	struct nd_frame *f = rte_pktmbuf_mtod(m, struct nd_frame *);
	unsigned port = pkt_of(m)->port;

	f->nd.icmp.type = ND_ECHO_REPLY;
	nd_reply_to(m, &w->port[port].mac, ours, f->ip.src_addr);
	icmp6_finish(&f->ip, ntohs(f->ip.payload_len), ICMP_TTL);
	worker_turn_round(w, m, TD_CONSUMED_ICMP);
	worker_apart(&w->port[port], TD_APART_ICMP, TD_DIR_OUT, m);
	worker_tx(w, port, m);
}

bool nd_input(
	struct worker *w, const struct local6 *t, struct rte_mbuf *m, struct punt_learnt *learnt)
{
	struct nd_frame *f = rte_pktmbuf_mtod(m, struct nd_frame *);
	size_t len = ntohs(f->ip.payload_len); /* the parse has checked it */
	bool ours;

	if (len < sizeof(f->nd.icmp) || icmp6_sum(&f->ip, len) != 0xffff) {
		worker_drop(w, m, TD_DROP_ICMP);
		return false;
	}
	if (f->nd.icmp.type == ND_SOLICIT || f->nd.icmp.type == ND_ADVERT) {
		/* Section 7.1: a message that came by a router, or that is cut, must be dropped
		 * silently. */
		if (f->ip.hop_limits != ND_HOPS || f->nd.icmp.code || len < ND_LEAST) {
			worker_drop(w, m, TD_DROP_ICMP);
			return false;
		}
		return f->nd.icmp.type == ND_SOLICIT ? nd_solicitation(w, t, m, learnt)
						     : nd_advertisement(w, t, m, learnt);
	}
	ours = local6_lookup(t, f->ip.dst_addr) >= 0;
	if (f->nd.icmp.type == ND_ECHO_REQUEST && !f->nd.icmp.code && ours)
		nd_echo(w, m, f->ip.dst_addr);
	else
		worker_consume(w, m, TD_CONSUMED_ICMP);
	return false;
}

void nd_solicit(struct rte_mbuf *m, const struct rte_ether_addr *mac_ours,
	const struct td_addr *ours, const struct td_addr *ip, const uint8_t *mac)
{
	struct nd_frame *f = (void *)rte_pktmbuf_append(m, sizeof(*f));

	memset(f, 0, sizeof(*f));
	if (mac) {
		memcpy(&f->eth.dst_addr, mac, 6);
		memcpy(f->ip.dst_addr, ip->ip6, 16);
	} else {
		nd_group_mac(ip->ip6, f->eth.dst_addr.addr_bytes);
		nd_group(ip->ip6, f->ip.dst_addr);
	}
	f->eth.src_addr = *mac_ours;
	f->eth.ether_type = htons(RTE_ETHER_TYPE_IPV6);
	memcpy(f->ip.src_addr, ours->ip6, 16);
	f->nd.icmp.type = ND_SOLICIT;
	memcpy(f->nd.target, ip->ip6, 16);
	f->nd.option.type = ND_SOURCE_MAC;
	f->nd.option.units = 1;
	memcpy(f->nd.option.mac, mac_ours, 6);
	icmp6_finish(&f->ip, sizeof(f->nd), ND_HOPS);
}
