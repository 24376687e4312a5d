/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <rte_arp.h>
#include <rte_icmp.h>
#include <unistd.h>
#include <dataplane/port/mempool.h>
#include <dataplane/net/checksum.h>
#include <dataplane/main/dp.h>
#include <dataplane/test/wire.h>

static const char *const names[WIRE_SIDES] = {"left", "right"};

struct arp_frame {
	struct rte_ether_hdr eth;
	struct rte_arp_hdr arp;
} __attribute__((packed, aligned(2)));

static void wire_port(struct td_conf_port *p, unsigned side, unsigned queues)
{
	*p = (struct td_conf_port){.type = TD_PORT_RING,
		.address = {{.addr = {.family = 4, .ip4 = wire_ip(side, WIRE_OURS)}, .bits = 24}},
		.address_count = 1,
		.mtu = side ? WIRE_MTU_RIGHT : 1500,
		.queues = (uint8_t)queues};
	snprintf(p->name, sizeof(p->name), "%s", names[side]);
	snprintf(p->device, sizeof(p->device), "%s", names[side]);
}

static struct rte_ring *wire_ring(unsigned side, char direction, unsigned queue)
{
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *r;

	if (queue)
		snprintf(name, sizeof(name), "%s.%c%u", names[side], direction, queue % 100);
	else
		snprintf(name, sizeof(name), "%s.%c", names[side], direction);
	r = rte_ring_lookup(name);
	assert_non_null(r);
	return r;
}

void wire_open(struct wire *w, const struct wire_params *p)
{
	struct td_conf_port ports[WIRE_SIDES];
	struct td_conf_site site = {.sip_port = WIRE_SIP,
		.rtp_port_min = WIRE_PORT_MIN,
		.rtp_port_max = WIRE_PORT_MAX,
		.max_calls = 100,
		.max = {.sounds = 16, .bandwidth_rows = 16},
		.signalling_core = p->split ? (int32_t)p->workers : -1,
		.worker_count = (uint8_t)p->workers,
		.hugepages = TD_HUGEPAGES_NEVER,
		.memory_mb = 96};
	struct dp_params params = {.site = &site,
		.ports = ports,
		.port_count = WIRE_SIDES,
		.turn = p->turn,
		.turn_ctx = w,
		.tap = true};
	struct td_text err = {""};

	*w = (struct wire){0};
	for (unsigned i = 0; i < p->workers; i++)
		site.worker_cores[i] = (uint8_t)(i % (unsigned)sysconf(_SC_NPROCESSORS_ONLN));
	for (unsigned side = 0; side < WIRE_SIDES; side++)
		wire_port(&ports[side], side, p->queues);
	w->dp = dp_alloc(&params, &err);
	if (!w->dp) {
		fail_msg("%s", err.s);
		return; /* which analysers do not know */
	}
	w->pool = rte_mempool_lookup(MEMPOOL_NAME);
	assert_non_null(w->pool);
	for (unsigned side = 0; side < WIRE_SIDES; side++) {
		struct dp_port_info info;

		dp_port_info(w->dp, side, &info);
		w->queues[side] = info.queues;
		assert_int_equal(
			info.queues, p->queues && p->queues < p->workers ? p->queues : p->workers);
		w->mac[side] = w->dp->port[side].mac;
		for (unsigned q = 0; q < info.queues; q++) {
			w->to[side][q] = wire_ring(side, 'a', q);
			w->from[side][q] = wire_ring(side, 'b', q);
		}
	}
}

void wire_close(struct wire *w)
{
	struct dp_memory memory;
	void *m;

	for (unsigned side = 0; side < WIRE_SIDES; side++)
		for (unsigned q = 0; q < w->queues[side]; q++) {
			assert_int_equal(rte_ring_count(w->to[side][q]), 0);
			while (!rte_ring_dequeue(w->from[side][q], &m))
				rte_pktmbuf_free(m);
		}
	dp_memory(w->dp, &memory);
	assert_int_equal(memory.mbufs_in_use, 0);
	assert_int_equal(memory.legs_in_use, 0);
	dp_free(w->dp);
}

struct td_media_cmd wire_leg_add(uint32_t leg)
{
	return (struct td_media_cmd){.op = TD_MEDIA_LEG_ADD,
		.leg = leg,
		.leg_params = {.remote = {.family = 4,
				       .port = wire_leg_peer_port(leg),
				       .ip4 = wire_ip(wire_leg_side(leg), wire_leg_host(leg))},
			.ssrc = 0x1000 + leg,
			.codec = TD_CODEC_PCMA,
			.pt = 8,
			.dtmf_pt = TD_PT_NONE,
			.flags = TD_LEG_SEND | TD_LEG_RECV,
			.ptime_ms = 20,
			.cookie = wire_cookie(leg)}};
}

struct td_media_cmd wire_bridge(uint32_t leg, uint32_t peer)
{
	return (struct td_media_cmd){.op = TD_MEDIA_BRIDGE,
		.leg = leg,
		.other = peer,
		.cookie = wire_cookie(leg),
		.other_cookie = wire_cookie(peer)};
}

static void wire_ethernet(
	const struct wire *w, struct rte_ether_hdr *e, unsigned side, unsigned host, uint16_t type)
{
	*e = (struct rte_ether_hdr){.dst_addr = w->mac[side],
		.src_addr = wire_mac(side, host),
		.ether_type = htons(type)};
}

void wire_ip_sum(uint8_t *f)
{
	struct frame *frame = (struct frame *)f;

	frame->ip.hdr_checksum = 0;
	frame->ip.hdr_checksum = (uint16_t)~checksum_fold(
		checksum_add(0, &frame->ip, (frame->ip.version_ihl & 15u) * 4));
}

size_t wire_udp(const struct wire *w, uint8_t f[static WIRE_FRAME], const struct wire_udp *u)
{
	struct frame *frame = (struct frame *)f;
	uint16_t udp = (uint16_t)(sizeof(frame->udp) + u->len);
	uint64_t sum;

	wire_ethernet(w, &frame->eth, u->side, u->host, RTE_ETHER_TYPE_IPV4);
	frame->ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(sizeof(frame->ip) + udp)),
		.time_to_live = 64,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = wire_ip(u->side, u->host),
		.dst_addr = wire_ip(u->side, WIRE_OURS)};
	frame->udp = (struct rte_udp_hdr){.src_port = htons(u->src_port),
		.dst_port = htons(u->dst_port),
		.dgram_len = htons(udp)};
	memcpy(frame + 1, u->data, u->len);
	wire_ip_sum(f);
	sum = checksum_add(htons(udp) + (uint64_t)htons(IPPROTO_UDP), &frame->ip.src_addr, 8);
	frame->udp.dgram_cksum = (uint16_t)~checksum_fold(checksum_add(sum, &frame->udp, udp));
	if (!frame->udp.dgram_cksum)
		frame->udp.dgram_cksum = 0xffff;
	return sizeof(*frame) + u->len;
}

size_t wire_rtp(const struct wire *w, uint8_t f[static WIRE_FRAME], uint32_t leg, uint16_t seq,
	uint16_t len)
{
	uint8_t rtp[WIRE_FRAME - sizeof(struct frame)] = {
		0x80, 8, (uint8_t)(seq >> 8), (uint8_t)seq};
	uint32_t ts = htonl(seq * 160u), ssrc = htonl(0xabc00000 + leg);

	memcpy(rtp + 4, &ts, 4);
	memcpy(rtp + 8, &ssrc, 4);
	memset(rtp + 12, seq & 255, len);
	return wire_udp(w, f,
		&(struct wire_udp){.side = wire_leg_side(leg),
			.host = wire_leg_host(leg),
			.src_port = wire_leg_peer_port(leg),
			.dst_port = wire_leg_port(leg),
			.data = rtp,
			.len = (uint16_t)(12 + len)});
}

size_t wire_arp(const struct wire *w, uint8_t f[static WIRE_FRAME], uint16_t op, unsigned side,
	unsigned host)
{
	struct arp_frame *a = (struct arp_frame *)f;

	memset(a, 0, sizeof(*a));
	wire_ethernet(w, &a->eth, side, host, RTE_ETHER_TYPE_ARP);
	a->arp = (struct rte_arp_hdr){.arp_hardware = htons(RTE_ARP_HRD_ETHER),
		.arp_protocol = htons(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = 6,
		.arp_plen = 4,
		.arp_opcode = htons(op),
		.arp_data = {.arp_sha = wire_mac(side, host),
			.arp_sip = wire_ip(side, host),
			.arp_tha = w->mac[side],
			.arp_tip = wire_ip(side, WIRE_OURS)}};
	return sizeof(*a);
}

size_t wire_ping(const struct wire *w, uint8_t f[static WIRE_FRAME], unsigned side, unsigned host)
{
	static const uint8_t payload[48];
	struct rte_icmp_hdr *icmp =
		(void *)(f + sizeof(struct rte_ether_hdr) + sizeof(struct rte_ipv4_hdr));
	size_t n = wire_udp(w, f,
		&(struct wire_udp){
			.side = side, .host = host, .data = payload, .len = sizeof(payload)});

	((struct frame *)f)->ip.next_proto_id = IPPROTO_ICMP;
	wire_ip_sum(f);
	*icmp = (struct rte_icmp_hdr){.icmp_type = RTE_IP_ICMP_ECHO_REQUEST, .icmp_ident = 7};
	icmp->icmp_cksum =
		(uint16_t)~checksum_fold(checksum_add(0, icmp, sizeof(*icmp) + sizeof(payload)));
	return n;
}

size_t wire_answer(const struct wire *w, uint8_t f[static WIRE_FRAME], unsigned side,
	const struct rte_mbuf *request, unsigned *host)
{
	const struct arp_frame *a = rte_pktmbuf_mtod(request, const struct arp_frame *);

	if (request->data_len < sizeof(*a) || a->eth.ether_type != htons(RTE_ETHER_TYPE_ARP) ||
		a->arp.arp_opcode != htons(RTE_ARP_OP_REQUEST))
		return 0;
	*host = ntohl(a->arp.arp_data.arp_tip) & 255;
	return wire_arp(w, f, RTE_ARP_OP_REPLY, side, *host);
}
