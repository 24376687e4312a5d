/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands of signalling: legs begin, change, are joined and end. */
#include <dataplane/leg/police.h>
#include <dataplane/leg/secure.h>
#include <dataplane/tap.h>
#include <engine/base/codec.h>

#define TTL 64

uint64_t rtp_random(struct rtp *r)
{
	uint64_t z = r->random += 0x9e3779b97f4a7c15; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void rtp_event(struct rtp *r, uint32_t id, struct td_media_event *ev)
{
	ev->leg = id;
	ev->cookie = r->cold[id].cookie;
	r->event(r->event_ctx, ev);
}

static const struct rtp_address *local_of(const struct rtp *r, uint32_t id)
{
	return &r->address[id / r->per_address];
}

static void header4(const struct rtp *r, uint32_t id, const struct td_addr *to, unsigned len,
	struct rte_ipv4_hdr *ip)
{
	*ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = (uint8_t)(r->cold[id].dscp << 2), /* RFC 2474 section 3 */
		.total_length = htons((uint16_t)(sizeof(*ip) + len)),
		.fragment_offset = htons(RTE_IPV4_HDR_DF_FLAG), /* so the identification may be 0 */
		.time_to_live = TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = local_of(r, id)->addr.ip4,
		.dst_addr = to->ip4};
	ip->hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, ip, sizeof(*ip)));
}

static void header6(const struct rtp *r, uint32_t id, const struct td_addr *to, unsigned len,
	struct rte_ipv6_hdr *ip)
{
	*ip = (struct rte_ipv6_hdr){.vtc_flow = htonl(6u << 28 | (uint32_t)r->cold[id].dscp << 22),
		.payload_len = htons((uint16_t)len),
		.proto = IPPROTO_UDP,
		.hop_limits = TTL};
	memcpy(ip->src_addr, local_of(r, id)->addr.ip6, sizeof(ip->src_addr));
	memcpy(ip->dst_addr, to->ip6, sizeof(ip->dst_addr));
}

uint8_t *rtp_leg_head(const struct rtp *r, uint32_t id, const struct td_addr *to, bool above,
	uint8_t *payload, unsigned len)
{
	struct rte_udp_hdr *udp = (void *)(payload - sizeof(struct rte_udp_hdr));
	uint8_t *ip = payload - rtp_head(&r->leg[id]);

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

static uint32_t nexthop_get(const struct rtp *r, uint32_t id, const struct td_addr *to)
{
	return to->family == local_of(r, id)->addr.family && to->port ? fib_get(r->worker->fib, to)
								      : FIB_NO_ROUTE;
}

void rtp_leg_nexthops(struct rtp *r, uint32_t id)
{
	struct td_addr rtcp = rtp_rtcp_address(&r->cold[id]);

	r->leg[id].nexthop = nexthop_get(r, id, &r->cold[id].to);
	r->cold[id].rtcp_nexthop = nexthop_get(r, id, &rtcp);
}

void rtp_leg_address(struct rtp *r, uint32_t id, const struct td_addr *remote)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	const struct td_addr *ours = &local_of(r, id)->addr;
	uint32_t nexthop = l->nexthop, rtcp_nexthop = c->rtcp_nexthop;
	uint8_t frame[sizeof(struct frame6)], *payload = frame + sizeof(frame);
	uint64_t sum = l->out_ssrc;

	c->to = *remote;
	rtp_leg_nexthops(r, id); /* before the old are put back: they may be the same */
	fib_put(r->worker->fib, nexthop);
	fib_put(r->worker->fib, rtcp_nexthop);
	(void)rtp_leg_head(r, id, remote, false, payload, 0);
	if (!(l->flags & LEG_SIX)) /* of IPv6 there is no room for one: it is made anew each time */
		memcpy(l->header, payload - LEG_HEADER, LEG_HEADER);
	sum = checksum_add(sum, ours->ip6, sizeof(ours->ip6)); /* IPv4 has zeros behind it */
	sum = checksum_add(sum, remote->ip6, sizeof(remote->ip6));
	l->out_sum = checksum_fold(checksum_add(sum, payload - sizeof(struct rte_udp_hdr), 4));
}

void rtp_leg_length(struct leg *l, uint16_t total)
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

/* What the fast lane records of what this leg relays lies with the leg that it leaves by. */
static void tap_prepare(struct rtp *r, uint32_t id)
{
	const struct leg_cold *c = &r->cold[id];
	struct leg *out = &r->leg[r->leg[id].peer];

	if (r->leg[id].peer == TD_LEG_NONE)
		return;
	out->tap_recording = c->recording;
	out->tap_channel = c->channel;
	out->tap_codec = c->codec;
}

struct rte_mbuf *rtp_leg_packet(
	struct rtp *r, uint32_t id, bool rtcp, unsigned len, uint8_t **payload)
{
	struct rte_mbuf *m = worker_originate(r->worker, local_of(r, id)->port);
	const struct leg_cold *c = &r->cold[id];
	struct td_addr to = rtcp ? rtp_rtcp_address(c) : c->to;
	unsigned head = (unsigned)sizeof(struct rte_ether_hdr) + rtp_head(&r->leg[id]);

	if (!m)
		return NULL;
	/* There is room: what we make is far shorter than a buffer. */
	m->data_len = (uint16_t)(head + len);
	m->pkt_len = m->data_len;
	*payload = rte_pktmbuf_mtod_offset(m, uint8_t *, head);
	(void)rtp_leg_head(r, id, &to, rtcp && !c->mux, *payload, len);
	return m;
}

static bool addr_same(const struct td_addr *a, const struct td_addr *b)
{
	return a->port == b->port && ip_equal(a, b);
}

/* What LEG_ADD and LEG_SET have in common. */
static void leg_set(
	struct rtp *r, uint32_t id, const struct td_leg_params *p, bool added, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	bool moved = added || !addr_same(&c->remote, &p->remote);
	bool mux = p->flags & TD_LEG_RTCP_MUX;
	bool rtcp_moved = !addr_same(&c->rtcp, &p->rtcp) || c->mux != mux || c->dscp != p->dscp;
	uint16_t both = LEG_RECV | LEG_SEND, before = l->flags & both;

	c->cookie = p->cookie;
	c->codec = p->codec;
	c->policy = p->policy;
	c->ptime_ms = p->ptime_ms ? p->ptime_ms : 20;
	c->play_octets = (uint16_t)codec_payload(c->codec, c->ptime_ms);
	c->remote = p->remote;
	c->rtcp = p->rtcp;
	c->mux = mux;
	c->dscp = p->dscp;
	c->sip_ip = rtp_source_mark(r, &p->sip);
	c->pt = l->out_type = p->pt;
	c->dtmf_pt = l->out_dtmf_pt = p->dtmf_pt;
	l->in_acct = l->out_acct = p->acct < r->acct_rows ? (uint16_t)p->acct : 0;
	l->flags &= (uint16_t) ~(LEG_SEND | LEG_RECV | LEG_RTCP);
	l->flags |= (uint16_t)((p->flags & TD_LEG_SEND ? LEG_SEND : 0) |
			       (p->flags & TD_LEG_RECV ? LEG_RECV : 0) |
			       (p->flags & TD_LEG_RTCP ? LEG_RTCP : 0));
	rtp_secure_set(r, id, p->flags & TD_LEG_SRTP);
	rtp_source_set(r, id, moved);
	if (moved || rtcp_moved)
		rtp_leg_address(r, id, moved ? &c->remote : &c->to);
	if ((l->flags & both) != both)
		l->flags &= (uint16_t)~LEG_SILENT;
	else if (before != both)
		rtp_watch_start(r, id, now);
	l->police_byte = police_byte(rtp_frame(c), rtp_head(l) + RTP_HEADER + c->play_octets);
	rtp_leg_match(r, id);
	tap_prepare(r, id);
}

static void leg_add(struct rtp *r, uint32_t id, const struct td_leg_params *p, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];

	memset(l, 0, sizeof(*l));
	memset(c, 0, sizeof(*c));
	l->flags = LEG_LIVE;
	if (local_of(r, id)->addr.family == 6)
		l->flags |= LEG_SIX;
	l->peer = TD_LEG_NONE;
	l->police_time = rtp_clock(now);
	l->out_ssrc = htonl(p->ssrc);
	rtp_report_start(r, id, now);
	rtp_watch_start(r, id, now);
	leg_set(r, id, p, true, now);
	/* As if a packet had been sent a frame ago: the first one has seq and ts_offset. */
	c->last_seq = (uint16_t)(p->seq - 1);
	c->last_ts = p->ts_offset - rtp_frame(c);
	c->last_time = rtp_clock(now) - rtp_frame(c);
	r->live[id / 64] |= 1ull << id % 64;
	atomic_fetch_add_explicit(&r->legs_in_use, 1, memory_order_relaxed);
}

static void unbridge(struct rtp *r, uint32_t id, bool ended)
{
	uint32_t peer = r->leg[id].peer;

	if (peer == TD_LEG_NONE)
		return;
	rtp_stream_stop(r, id);
	rtp_stream_stop(r, peer);
	r->leg[id].peer = TD_LEG_NONE;
	r->leg[peer].peer = TD_LEG_NONE;
	if (ended)
		r->leg[peer].flags |= LEG_ORPHAN;
}

static void bridge(struct rtp *r, uint32_t id, uint32_t peer)
{
	if (peer >= r->legs || peer == id || !(r->leg[peer].flags & LEG_LIVE))
		return;
	rtp_play_stop(r, id);
	rtp_play_stop(r, peer);
	if (r->leg[id].peer != peer) {
		unbridge(r, id, false);
		unbridge(r, peer, false);
		r->leg[id].peer = peer;
		r->leg[peer].peer = id;
		r->leg[id].flags &= (uint16_t)~LEG_ORPHAN;
		r->leg[peer].flags &= (uint16_t)~LEG_ORPHAN;
	}
	tap_prepare(r, id);
	tap_prepare(r, peer);
	rtp_stream_update(r, id);
	rtp_stream_update(r, peer);
}

static void untap(struct rtp *r, uint32_t id, uint64_t now)
{
	const struct leg_cold *c = &r->cold[id];
	struct tap_rec rec = {.kind = TAP_END,
		.recording = c->recording,
		.channel = c->channel,
		.codec = c->codec,
		.now = now};

	if (!(r->leg[id].flags & LEG_TAP))
		return;
	r->leg[id].flags &= (uint16_t)~LEG_TAP;
	tap_put(r->tap, &rec, NULL);
}

static void leg_del(struct rtp *r, uint32_t id, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct td_media_event ev = {.type = TD_MEDIA_LEG_GONE};

	rtp_play_stop(r, id);
	unbridge(r, id, true);
	rtp_report_bye(r, id, now);
	rtp_digit_finish(r, id);
	untap(r, id, now);
	wheel_cancel(&r->wheel, &c->timer[LEG_TIMER_WATCH]);
	fib_put(r->worker->fib, l->nexthop);
	fib_put(r->worker->fib, c->rtcp_nexthop);
	rtp_stats_get(l, c, &ev.stats);
	rtp_secure_set(r, id, false);
	l->flags = 0;
	rtp_leg_match(r, id);
	r->live[id / 64] &= ~(1ull << id % 64);
	atomic_fetch_sub_explicit(&r->legs_in_use, 1, memory_order_relaxed);
	rtp_event(r, id, &ev);
}

static void tap(struct rtp *r, uint32_t id, uint32_t recording, uint32_t channel, uint64_t now)
{
	if (!r->tap)
		return;
	untap(r, id, now);
	r->cold[id].recording = recording;
	r->cold[id].channel = (uint8_t)channel;
	tap_prepare(r, id);
	r->leg[id].flags |= LEG_TAP;
}

/* A leg that is not there answers LEG_DEL all the same: signalling waits for it. */
static void command_no_leg(struct rtp *r, const struct td_media_cmd *cmd)
{
	struct td_media_event ev = {.type = TD_MEDIA_LEG_GONE, .leg = cmd->leg};

	if (cmd->op == TD_MEDIA_LEG_DEL)
		r->event(r->event_ctx, &ev);
}

void rtp_command(struct rtp *r, const struct td_media_cmd *cmd, uint64_t now)
{
	uint32_t id = cmd->leg;

	if (id >= r->legs || (cmd->op != TD_MEDIA_LEG_ADD && !(r->leg[id].flags & LEG_LIVE))) {
		command_no_leg(r, cmd);
		return;
	}
	switch ((enum td_media_op)cmd->op) {
	case TD_MEDIA_LEG_ADD:
		if (!(r->leg[id].flags & LEG_LIVE))
			leg_add(r, id, &cmd->leg_params, now);
		break;
	case TD_MEDIA_LEG_SET:
		leg_set(r, id, &cmd->leg_params, false, now);
		rtp_stream_update(r, id);
		if (r->leg[id].peer != TD_LEG_NONE)
			rtp_stream_update(r, r->leg[id].peer);
		break;
	case TD_MEDIA_LEG_DEL:
		leg_del(r, id, now);
		break;
	case TD_MEDIA_BRIDGE:
		bridge(r, id, cmd->peer);
		break;
	case TD_MEDIA_UNBRIDGE:
		unbridge(r, id, false);
		break;
	case TD_MEDIA_PLAY:
		rtp_play_start(r, id, cmd->play.sound, cmd->play.loop, now);
		break;
	case TD_MEDIA_STOP:
		rtp_play_stop(r, id);
		break;
	case TD_MEDIA_TAP:
		tap(r, id, cmd->tap.recording, cmd->tap.channel, now);
		break;
	case TD_MEDIA_UNTAP:
		untap(r, id, now);
		break;
	case TD_MEDIA_SRTP_IN:
	case TD_MEDIA_SRTP_OUT:
		rtp_secure_key(r, id, cmd->op == TD_MEDIA_SRTP_IN, &cmd->srtp);
		break;
	}
}
