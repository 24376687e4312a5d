/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Forgeries. A stranger knows everything of a stream, but cannot send from the address and port
 * that the policy allows. Only SRTP tells the peer from a stranger who can do that too.
 */
#include <dataplane/tap.h>
#include <engine/base/octets.h>
#include <tests/inject/sim.h>

#define SETTLED 3 /* packets in sequence, with TD_SOURCE_ADDRESS */

#define STRANGE "STRANGE!"
#define DIGIT_D 15

enum kind {
	ELSEWHERE,        /* another address; all else is right */
	ELSEWHERE_FRESH,  /* and an SSRC of its own */
	ELSEWHERE_DIGIT,  /* the end of a digit */
	ELSEWHERE_MUX,    /* RTCP on the port of RTP */
	OTHER_PORT,       /* the right address, another port */
	OTHER_PORT_FRESH, /* and another SSRC */
	OTHER_PORT_DIGIT,
	FORMER,     /* where the peer was before it moved */
	OTHER_SIDE, /* the other party of the call */
	OURSELVES,  /* our own address and port, as if reflected */
	NEIGHBOUR,  /* a port of ours that no call uses */
	RTCP_BYE,   /* in the peer's name, from elsewhere */
	RTCP_SR,    /* that would make our round trip and loss look bad */
	RTCP_RR,
	RTCP_OTHER_PORT, /* the right address, another port: strict's alone */
	KINDS
};

static bool same_addr(const struct td_addr *a, const struct td_addr *b)
{
	return a->ip4 == b->ip4 && a->port == b->port;
}

/* SR or RR with one report block about our stream: half of it lost, and a second away. */
static uint16_t report(uint8_t *p, uint8_t type, uint32_t ssrc, uint32_t ours)
{
	unsigned at = type == 200 ? 28 : 8;

	memset(p, 0x11, 64);
	p[0] = 0x81;
	p[1] = type;
	p[2] = 0;
	p[3] = (uint8_t)((at + 24) / 4 - 1);
	be32_put(p + 4, ssrc);
	be32_put(p + at, ours);
	be32_put(p + at + 4, 0x80000999);
	return (uint16_t)(at + 24);
}

static void receive(struct sim *s, const struct world_rtp *p, enum kind kind, bool may_learn)
{
	struct world *w = s->world;
	bool live = s->leg[p->leg].live;
	uint64_t before[SIM_COUNTERS];
	const char *counted;
	bool recorded, right;

	assert_int_equal(w->frames + w->events, 0);
	sim_counters(s, before);
	world_receive(w, p);
	s->strange++;
	recorded = tap_peek(w->tap);
	counted = sim_counted(s, before);
	right = !strcmp(counted, live ? "rtp-stranger" : "rtp-no-leg") ||
		(may_learn && !strcmp(counted, "rtp-probation"));
	if (w->frames || w->events || recorded || !right)
		fail_msg("a stranger's packet of kind %d to leg %u (policy %d): %u frames came "
			 "out, %u events%s, counted as %s",
			kind, p->leg, s->policy, w->frames, w->events,
			recorded ? ", was recorded" : "", counted);
}

static struct td_addr elsewhere(uint32_t leg, uint16_t port)
{
	return sim_addr(leg < FLOOR ? "10.1.0.66" : "10.2.0.66", port);
}

/* Where a kind comes from. False: at this moment it would be as good as rightful. */
static bool source(
	const struct sim *s, const struct speaker *sp, enum kind kind, struct td_addr *from)
{
	const struct sim_leg *l = &s->leg[sp->leg];
	bool any_port = s->policy == TD_SOURCE_ADDRESS;

	*from = elsewhere(sp->leg, sp->from.port);
	switch (kind) {
	case OTHER_PORT:
	case OTHER_PORT_DIGIT:
		*from = sp->from;
		from->port += 7;
		return !l->open && (!any_port || l->run >= SETTLED);
	case OTHER_PORT_FRESH:
		*from = sp->from;
		from->port += 7;
		return sp->serial && !l->open; /* in a stream that runs, whatever the policy */
	case FORMER:
		if (!sp->formers)
			return false;
		/* While the leg learns a new source, any older source but the last one could
		 * prove itself as well as the new one, so it would not be a stranger. */
		*from = sp->former[l->open ? sp->formers - 1 : world_random(sp->formers)];
		return !same_addr(from, &sp->from) && !(any_port && from->ip4 == sp->from.ip4);
	case OTHER_SIDE:
		if (!l->live || l->peer == TD_LEG_NONE)
			return false;
		for (unsigned i = 0; i < SIM_SPEAKERS; i++)
			if (s->speaker[i].on && s->speaker[i].leg == l->peer)
				*from = s->speaker[i].from;
		return true;
	case OURSELVES:
		*from = sim_addr(sp->leg < FLOOR ? "10.1.0.254" : "10.2.0.254",
			td_leg_port(sp->leg, WORLD_PORT_MIN, WORLD_PER_ADDRESS));
		return true;
	case RTCP_OTHER_PORT:
		*from = sp->from;
		from->port += 9;
		return s->policy == TD_SOURCE_STRICT;
	default:
		return true;
	}
}

static void forge(struct sim *s, const struct speaker *sp, enum kind kind)
{
	static const uint8_t digit[4] = {DIGIT_D, 0x80 | 10, 3, 0x20};
	const struct sim_leg *l = &s->leg[sp->leg];
	uint8_t payload[SIM_FRAME], raw[64];
	struct world_rtp p = {.leg = sp->leg,
		.seq = (uint16_t)(sp->seq + world_random(3)),
		.ts = sp->ts,
		.ssrc = sp->ssrc,
		.pt = 8,
		.payload = payload,
		.len = sizeof(payload)};
	struct td_addr from;

	if (!source(s, sp, kind, &from))
		return;
	memset(payload, 'x', sizeof(payload));
	memcpy(payload, STRANGE, sizeof(STRANGE) - 1);
	switch (kind) {
	case ELSEWHERE_FRESH:
	case OTHER_PORT_FRESH:
		p.ssrc = 0xbad00000 + world_random(4);
		break;
	case ELSEWHERE_DIGIT:
	case OTHER_PORT_DIGIT:
		p.pt = 101;
		p.payload = digit;
		p.len = sizeof(digit);
		break;
	case ELSEWHERE_MUX:
		p.pt = 200 & 0x7f;
		p.marker = true;
		break;
	case OURSELVES:
		p.ssrc = l->params.ssrc;
		break;
	case NEIGHBOUR:
		p.leg = sp->leg < FLOOR ? FLOOR - 1 : SIM_LEGS - 1;
		break;
	case RTCP_BYE:
	case RTCP_OTHER_PORT:
		memcpy(raw, "\x80\xc9\0\1....\x81\xcb\0\1....", 16); /* RR, BYE */
		be32_put(raw + 4, sp->ssrc);
		be32_put(raw + 12, sp->ssrc);
		p.raw_len = 16;
		break;
	case RTCP_SR:
		p.raw_len = report(raw, 200, sp->ssrc, l->params.ssrc);
		break;
	case RTCP_RR:
		p.raw_len = report(raw, 201, sp->ssrc, l->params.ssrc);
		break;
	default:
		break;
	}
	if (p.raw_len) {
		p.raw = raw;
		p.rtcp = true;
		from.port++;
	}
	p.src_ip = from.ip4;
	p.src_port = from.port;
	receive(s, &p, kind, l->open && !p.rtcp);
}

void stranger_attack(struct sim *s, bool few)
{
	for (unsigned i = 0; i < SIM_SPEAKERS; i++)
		if (s->speaker[i].from.family)
			for (unsigned kind = 0; kind < KINDS; kind++)
				if (!few || world_random(KINDS) == 0)
					forge(s, &s->speaker[i], (enum kind)kind);
}
