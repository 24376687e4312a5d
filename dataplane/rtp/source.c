/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Source policies. A leg takes packets of one address (and port, but for TD_SOURCE_ADDRESS); all
 * others cost a counter. Only TD_SOURCE_LATCH learns, once for each time that signalling asks:
 *
 *     LEG_ADD        LATCHING: the SDP's own address is believed at once; any other after two
 *                    packets in sequence with one SSRC
 *     latched        as strict as TD_SOURCE_STRICT; our packets go to where theirs come from
 *     LEG_SET moves  LATCHING again; the latched source is heard until another is proven, or until
 *                    the next report closes the window
 */
#include <dataplane/rtp/priv.h>

void rtp_source_set(struct leg *l, struct leg_cold *c, bool moved)
{
	l->flags &= (uint16_t)~LEG_ANY_PORT;
	if (c->policy == TD_SOURCE_ADDRESS)
		l->flags |= LEG_ANY_PORT;
	if (c->policy != TD_SOURCE_LATCH)
		l->flags &= (uint16_t)~LEG_LATCHING;
	else if (moved)
		l->flags |= LEG_LATCHING;
	else
		return;
	c->probation = false;
	if (c->latched && c->policy == TD_SOURCE_LATCH)
		return;
	c->src_ip = c->remote.ip4;
	c->src_port = c->remote.port;
}

static void latch(struct rtp *r, uint32_t id, uint32_t ip, uint16_t port)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct td_addr to = {.family = 4, .port = port, .ip4 = ip};

	l->flags &= (uint16_t)~LEG_LATCHING;
	c->latched = true;
	c->probation = false;
	c->src_ip = ip;
	c->src_port = port;
	rtp_leg_address(r, id, &to);
	rtp_leg_match(r, id);
}

enum source rtp_source_check(
	struct rtp *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp, bool expected_pt)
{
	const struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	bool latching = l->flags & LEG_LATCHING;
	uint16_t seq = (uint16_t)(rtp[2] << 8 | rtp[3]);
	uint32_t ssrc = rtp_load32(rtp + 8);

	if (latching && pkt->src_ip == c->remote.ip4 && pkt->src_port == c->remote.port)
		latch(r, id, pkt->src_ip, pkt->src_port);
	if (pkt->src_ip == c->src_ip && pkt->src_port == c->src_port)
		return SOURCE_RIGHTFUL;
	if (pkt->src_ip == c->src_ip && (l->flags & LEG_ANY_PORT)) {
		c->src_port = pkt->src_port;
		rtp_leg_match(r, id);
		return SOURCE_RIGHTFUL;
	}
	if (!latching || !expected_pt)
		return SOURCE_STRANGER;
	if (c->probation && pkt->src_ip == c->probation_ip && pkt->src_port == c->probation_port &&
		ssrc == c->probation_ssrc && seq == c->probation_seq) {
		latch(r, id, pkt->src_ip, pkt->src_port);
		return SOURCE_PROVED;
	}
	c->probation = true;
	c->probation_ip = pkt->src_ip;
	c->probation_port = pkt->src_port;
	c->probation_ssrc = ssrc;
	c->probation_seq = (uint16_t)(seq + 1);
	return SOURCE_PROBATION;
}
