/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/header.h>

#define TTL 64

static void header4(const struct legs *r, uint32_t id, const struct td_addr *to, unsigned len,
	struct rte_ipv4_hdr *ip)
{
	*ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = (uint8_t)(r->cold[id].dscp << 2), /* RFC 2474 section 3 */
		.total_length = htons((uint16_t)(sizeof(*ip) + len)),
		.fragment_offset = htons(RTE_IPV4_HDR_DF_FLAG), /* so the identification may be 0 */
		.time_to_live = TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = leg_local(r, id)->addr.ip4,
		.dst_addr = to->ip4};
	ip->hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, ip, sizeof(*ip)));
}

static void header6(const struct legs *r, uint32_t id, const struct td_addr *to, unsigned len,
	struct rte_ipv6_hdr *ip)
{
	*ip = (struct rte_ipv6_hdr){.vtc_flow = htonl(6u << 28 | (uint32_t)r->cold[id].dscp << 22),
		.payload_len = htons((uint16_t)len),
		.proto = IPPROTO_UDP,
		.hop_limits = TTL};
	memcpy(ip->src_addr, leg_local(r, id)->addr.ip6, sizeof(ip->src_addr));
	memcpy(ip->dst_addr, to->ip6, sizeof(ip->dst_addr));
}

uint8_t *leg_head(const struct legs *r, uint32_t id, const struct td_addr *to, bool above,
	uint8_t *payload, unsigned len)
{
	struct rte_udp_hdr *udp = (void *)(payload - sizeof(struct rte_udp_hdr));
	uint8_t *ip = payload - leg_ip_bytes(&r->leg[id]);

	*udp = (struct rte_udp_hdr){
		.src_port = htons(td_leg_port(id, r->port_min, r->per_address) + above),
		.dst_port = htons(to->port),
		.dgram_len = htons((uint16_t)(sizeof(*udp) + len))};
	if (r->leg[id].flags & LEG_SIX)
		header6(r, id, to, (unsigned)sizeof(*udp) + len, (void *)ip);
	else
		header4(r, id, to, (unsigned)sizeof(*udp) + len, (void *)ip);
	return ip - sizeof(struct rte_ether_hdr);
}

static uint32_t nexthop_get(const struct legs *r, uint32_t id, const struct td_addr *to)
{
	return to->family == leg_local(r, id)->addr.family && to->port ? fib_get(r->worker->fib, to)
								       : FIB_NO_ROUTE;
}

void leg_nexthops(struct legs *r, uint32_t id)
{
	struct td_addr rtcp = leg_rtcp_address(&r->cold[id]);

	r->leg[id].nexthop = nexthop_get(r, id, &r->cold[id].to);
	r->cold[id].rtcp_nexthop = nexthop_get(r, id, &rtcp);
}

void leg_address(struct legs *r, uint32_t id, const struct td_addr *remote)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	const struct td_addr *ours = &leg_local(r, id)->addr;
	uint32_t nexthop = l->nexthop, rtcp_nexthop = c->rtcp_nexthop;
	uint8_t frame[sizeof(struct frame6)], *payload = frame + sizeof(frame);
	uint64_t sum = l->out_ssrc;

	c->to = *remote;
	leg_nexthops(r, id); /* before the old are put back: they may be the same */
	fib_put(r->worker->fib, nexthop);
	fib_put(r->worker->fib, rtcp_nexthop);
	(void)leg_head(r, id, remote, false, payload, 0);
	if (!(l->flags & LEG_SIX)) /* the record has no room for a header of IPv6: it is made anew
				      each time */
		memcpy(l->header, payload - LEG_HEADER, LEG_HEADER);
	sum = checksum_add(sum, ours->ip6, sizeof(ours->ip6)); /* IPv4 has zeros behind it */
	sum = checksum_add(sum, remote->ip6, sizeof(remote->ip6));
	l->out_sum = checksum_fold(checksum_add(sum, payload - sizeof(struct rte_udp_hdr), 4));
}

void leg_length(struct leg *l, uint16_t total)
{
	struct rte_ipv4_hdr ip;
	uint16_t udp_len = htons((uint16_t)(total - sizeof(ip)));

	memcpy(&ip, l->header, sizeof(ip));
	ip.total_length = htons(total);
	ip.hdr_checksum = 0;
	ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &ip, sizeof(ip)));
	memcpy(l->header, &ip, sizeof(ip));
	memcpy(l->header + sizeof(ip) + offsetof(struct rte_udp_hdr, dgram_len), &udp_len,
		sizeof(udp_len));
}

struct rte_mbuf *leg_packet(struct legs *r, uint32_t id, bool rtcp, unsigned len, uint8_t **payload)
{
	struct rte_mbuf *m = worker_originate(r->worker, leg_local(r, id)->port);
	const struct leg_cold *c = &r->cold[id];
	struct td_addr to = rtcp ? leg_rtcp_address(c) : c->to;
	unsigned head = (unsigned)sizeof(struct rte_ether_hdr) + leg_ip_bytes(&r->leg[id]);

	if (!m)
		return NULL;
	/* There is room: what we make is far shorter than a buffer. */
	m->data_len = (uint16_t)(head + len);
	m->pkt_len = m->data_len;
	*payload = rte_pktmbuf_mtod_offset(m, uint8_t *, head);
	(void)leg_head(r, id, &to, rtcp && !c->mux, *payload, len);
	return m;
}
