/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Source policies: which packets are the peer's. All others cost a counter.
 *
 *     strict   the address and port of the SDP
 *     address  the address of the SDP. The port is whichever sends SOURCE_RUN packets in sequence
 *              first: it is settled then. Another port takes its place when the stream has been
 *              silent for SOURCE_SILENCE: by SOURCE_RUN packets in sequence of the same SSRC, or
 *              from the SDP's own port. With neither it is far: the stream must have been silent
 *              for SOURCE_LOST, and the new one be unbroken for SOURCE_FAR. The port before, or
 *              the SDP's, takes a far one's place at once
 *     latch    what proved itself, once for each time that signalling asks, and from then on as
 *              strict. LEG_ADD, and a LEG_SET that moves the leg, open a window in which no one is
 *              heard: not the source of before, either
 *
 * The proof during the window: the SDP's own address and port need none, then or later. A near
 * source, at the SDP's address or where the peer's SIP comes from, needs two packets in sequence.
 * Any other source is far, and so is the place that the peer has moved away from. A far source must
 * send an unbroken stream for SOURCE_FAR, during which a near one goes first; a near one that comes
 * later takes its place. So someone who sprays our ports from elsewhere is heard only when the peer
 * keeps silent, and only until the peer speaks. A sender at the peer's own address and port is the
 * peer, as far as RTP can tell. SRTP tells more: during the window of such a leg, only authentic
 * packets come here, and they need no other proof.
 */
#include <engine/base/hash.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/match.h>
#include <dataplane/leg/source.h>

#define SOURCE_RUN     3u
#define SOURCE_SILENCE (2u * LEG_TICKS)
#define SOURCE_LOST    (10u * LEG_TICKS)
#define SOURCE_FAR     (LEG_TICKS / 2u)

/* Stands for an address where an IPv6 address has no room: a hash under a key of this run, so that
 * nobody can choose addresses that collide. 0: none. */
static uint32_t source_mark(const struct legs *r, const struct td_addr *a)
{
	struct str key = {(const char *)a->ip6, sizeof(a->ip6)};

	if (a->family != 6)
		return a->family ? a->ip4 : 0;
	return (uint32_t)hash_keyed(r->mark, key) | 1;
}

static uint32_t mark_of(const struct legs *r, const struct pkt *pkt)
{
	struct td_addr a;

	if (pkt->family == 4)
		return pkt->src_ip;
	a = pkt_source(pkt);
	return source_mark(r, &a);
}

static bool is_from(const struct td_addr *a, const struct pkt *pkt) /* port and all */
{
	struct td_addr source = pkt_source(pkt);

	return addr_equal(a, &source);
}

/* Whoever was there is forgotten. */
static void proof_begin(struct legs *r, uint32_t id, const struct td_addr *sip)
{
	const struct leg_cold *c = &r->cold[id];
	struct leg_proof *p = take_proof(r, id);

	*p = (struct leg_proof){
		.sip_ip = source_mark(r, sip), .former_ip = c->src_ip, .former_port = c->src_port};
	r->leg[id].flags |= LEG_LATCHING;
}

void source_set(struct legs *r, uint32_t id, const struct td_addr *sip, bool moved)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct leg_proof *p = leg_proof(r, id);

	if (p)
		p->sip_ip = source_mark(r, sip);
	if (c->policy != TD_SOURCE_LATCH)
		l->flags &= (uint16_t)~LEG_LATCHING;
	if (c->policy != TD_SOURCE_ADDRESS)
		l->flags &= (uint16_t)~LEG_ANY_PORT;
	if (c->policy != TD_SOURCE_STRICT && !moved && c->src_port)
		return; /* what was learnt stays */
	if (c->policy == TD_SOURCE_LATCH)
		proof_begin(r, id, sip);
	else if (p)
		*p = (struct leg_proof){.sip_ip = p->sip_ip};
	if (c->policy == TD_SOURCE_ADDRESS)
		l->flags |= LEG_ANY_PORT;
	c->run = 0;
	c->src_ip = source_mark(r, &c->remote);
	c->src_port = c->remote.port;
}

static void latch(struct legs *r, uint32_t id, const struct pkt *pkt, bool far)
{
	struct leg_cold *c = &r->cold[id];
	struct leg_proof *p = take_proof(r, id);
	struct td_addr to = pkt_source(pkt);

	r->leg[id].flags &= (uint16_t)~LEG_LATCHING;
	p->probe_ip = 0;
	p->far = far;
	c->src_ip = mark_of(r, pkt);
	c->src_port = pkt->src_port;
	leg_address(r, id, &to);
	leg_match(r, id);
}

static bool is_far(const struct legs *r, uint32_t id, uint32_t ip, uint16_t port)
{
	const struct leg_proof *p = leg_proof(r, id);

	return (ip != source_mark(r, &r->cold[id].remote) && ip != p->sip_ip) ||
	       (ip == p->former_ip && port == p->former_port);
}

/* A packet that may prove its source. There is one place for a probe. A near source takes it from
 * a far one, and a far one takes it from a near one that sent nothing more. */
static enum source probe(
	struct legs *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp, uint32_t time)
{
	struct leg_proof *p = leg_proof(r, id);
	uint32_t ip = mark_of(r, pkt);
	bool far = is_far(r, id, ip, pkt->src_port);
	uint16_t seq = be16_get(rtp + 2);
	uint32_t ssrc = raw32(rtp + 8);

	if (far && (p->far || (p->probe_ip && !is_far(r, id, p->probe_ip, p->probe_port) &&
				      time - p->probe_since < SOURCE_FAR)))
		return SOURCE_STRANGER;
	if (p->probe_ip == ip && p->probe_port == pkt->src_port && p->probe_ssrc == ssrc &&
		p->probe_seq == seq) {
		if (!far || time - p->probe_since >= SOURCE_FAR) {
			latch(r, id, pkt, far);
			return SOURCE_PROVED;
		}
	} else {
		p->probe_ip = ip;
		p->probe_port = pkt->src_port;
		p->probe_ssrc = ssrc;
		p->probe_since = time;
	}
	p->probe_seq = (uint16_t)(seq + 1);
	return SOURCE_PROBATION;
}

/* TD_SOURCE_ADDRESS, from here on: another port than that of the last packet, of the same address.
 * Before a port is settled, the first packet of a stream may come from any. */
static bool port_may_change(const struct leg *l, const struct leg_cold *c, const struct pkt *pkt,
	uint32_t ssrc, uint32_t time)
{
	return !(l->flags & LEG_STARTED) || ssrc == c->in_ssrc || pkt->src_port == c->remote.port ||
	       time - l->in_time >= SOURCE_SILENCE;
}

static enum source port_take(struct legs *r, uint32_t id, uint16_t port)
{
	struct leg_cold *c = &r->cold[id];

	c->src_port = port;
	c->run = 0;
	leg_match(r, id);
	return SOURCE_RIGHTFUL;
}

static bool port_is_near(const struct leg_cold *c, uint16_t port, uint32_t ssrc)
{
	return ssrc == c->in_ssrc || port == c->remote.port;
}

/* Has the probe, whose next packet this is, sent enough? */
static bool port_proves(
	struct leg_proof *p, const struct pkt *pkt, const uint8_t *rtp, bool near, uint32_t time)
{
	uint16_t seq = be16_get(rtp + 2);
	bool same = p->probe_ip && p->probe_port == pkt->src_port &&
		    p->probe_ssrc == raw32(rtp + 8) && p->probe_seq == seq;

	if (!same) {
		p->probe_ip = 1;
		p->probe_port = pkt->src_port;
		p->probe_ssrc = raw32(rtp + 8);
		p->probe_since = time;
		p->probe_run = 0;
	}
	p->probe_seq = (uint16_t)(seq + 1);
	if (p->probe_run < SOURCE_RUN)
		p->probe_run++;
	return p->probe_run == SOURCE_RUN && (near || time - p->probe_since >= SOURCE_FAR);
}

/* The port is settled. */
static enum source port_probe(
	struct legs *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp, uint32_t time)
{
	const struct leg_cold *c = &r->cold[id];
	struct leg_proof *p = leg_proof(r, id);
	bool near = port_is_near(c, pkt->src_port, raw32(rtp + 8));

	if (p && p->far && (pkt->src_port == p->former_port || pkt->src_port == c->remote.port)) {
		p->far = false;
		return port_take(r, id, pkt->src_port);
	}
	if (time - r->leg[id].in_time < (near ? SOURCE_SILENCE : SOURCE_LOST))
		return SOURCE_STRANGER;
	p = take_proof(r, id);
	if (!near && p->probe_ip && port_is_near(c, p->probe_port, p->probe_ssrc) &&
		time - p->probe_since < SOURCE_FAR)
		return SOURCE_STRANGER; /* the near one goes first */
	if (!port_proves(p, pkt, rtp, near, time))
		return SOURCE_PROBATION;
	p->probe_ip = 0;
	p->far = !near;
	p->former_port = c->src_port;
	return port_take(r, id, pkt->src_port);
}

/* An authentic packet of SRTP needs no other proof. */
static enum source port_check(
	struct legs *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp, uint32_t time)
{
	const struct leg *l = &r->leg[id];

	if (!(l->flags & (LEG_SRTP | LEG_ANY_PORT)))
		return port_probe(r, id, pkt, rtp, time);
	if ((l->flags & LEG_SRTP) || port_may_change(l, &r->cold[id], pkt, raw32(rtp + 8), time))
		return port_take(r, id, pkt->src_port);
	return SOURCE_STRANGER;
}

void source_heard(struct legs *r, uint32_t id, bool next)
{
	struct leg_cold *c = &r->cold[id];

	c->run = next ? (uint8_t)(c->run + 1) : 1;
	if (c->run < SOURCE_RUN)
		return;
	r->leg[id].flags &= (uint16_t)~LEG_ANY_PORT;
	leg_match(r, id);
}

/* Does a far one have the place of the source? A near one may take it. */
static bool far_source(const struct legs *r, uint32_t id)
{
	const struct leg_proof *p = leg_proof(r, id);

	return p && p->far;
}

enum source source_check(struct legs *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp,
	bool expected_pt, uint32_t time)
{
	const struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	bool latching = l->flags & LEG_LATCHING;

	if (leg_is_source(c, pkt) && pkt->src_port == c->src_port && !latching)
		return SOURCE_RIGHTFUL;
	if (c->policy == TD_SOURCE_LATCH && is_from(&c->remote, pkt)) {
		latch(r, id, pkt, false);
		return SOURCE_RIGHTFUL;
	}
	if (c->policy == TD_SOURCE_ADDRESS)
		return leg_is_source(c, pkt) && expected_pt ? port_check(r, id, pkt, rtp, time)
							    : SOURCE_STRANGER;
	if (latching && (l->flags & LEG_SRTP)) {
		latch(r, id, pkt, false);
		return SOURCE_RIGHTFUL;
	}
	return (latching || far_source(r, id)) && expected_pt ? probe(r, id, pkt, rtp, time)
							      : SOURCE_STRANGER;
}

bool source_rtcp(const struct leg *l, const struct leg_cold *c, const struct pkt *pkt)
{
	if (c->rtcp.family && is_from(&c->rtcp, pkt))
		return true;
	if (!leg_is_source(c, pkt))
		return false;
	if (c->policy != TD_SOURCE_STRICT && !(l->flags & LEG_LATCHING))
		return true; /* through NAT its port is anyone's guess */
	/* RFC 5761 section 5.1.1: in spite of rtcp-mux, some peers send RTCP to the port above. */
	return pkt->src_port == c->remote.port + 1 || (c->mux && pkt->src_port == c->remote.port);
}
