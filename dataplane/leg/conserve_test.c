/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whatever comes, in whatever order: each packet is accounted for by one reason, none leaks, what
 * leaves is well-formed (world.c proves every frame), and each outgoing stream is one stream.
 */
#include <dataplane/leg/test/world.h>
#include <dataplane/tap.h>

#define LEGS  100 /* of each net the last fifty; one has no neighbour */
#define STEPS 60000

struct stream { /* what a peer was sent so far */
	bool begun;
	uint16_t seq;
	uint32_t ts, ssrc;
	unsigned packets;
};

struct source { /* what it sends */
	uint16_t seq;
	uint32_t ts, ssrc;
};

static struct stream stream[65536]; /* by the peer's port */
static struct source source[2 * WORLD_PER_ADDRESS];
static unsigned generation[2 * WORLD_PER_ADDRESS];
static uint32_t bridged[2 * WORLD_PER_ADDRESS]; /* with whom last */

static uint32_t any_leg(void)
{
	return world_random(2) * WORLD_PER_ADDRESS + 49 + world_random(LEGS / 2);
}

static void random_command(struct world *w)
{
	uint32_t leg = any_leg();
	struct td_leg_params p = world_params(leg);

	p.policy = world_random(3);
	if (p.policy == TD_SOURCE_LATCH && world_random(2))
		p.remote.port += 1000; /* behind NAT: it sends from another than it says */
	p.flags = world_random(8);
	p.dtmf_pt = world_random(4) ? 101 : TD_PT_NONE;
	p.ptime_ms = (uint8_t)(10 + 10 * world_random(4));
	p.codec = world_random(8) ? TD_CODEC_PCMA : TD_CODEC_PCMU;
	switch (world_random(12)) {
	case 0:
	case 1:
	case 2:
		p.flags |= TD_LEG_SEND | TD_LEG_RECV;
		p.ssrc += ++generation[leg] << 16;
		world_add(w, leg, &p);
		break;
	case 3:
		world_set(w, leg, &p);
		break;
	case 4:
		world_cmd(w, TD_MEDIA_LEG_DEL, leg, 0);
		break;
	case 5:
	case 6:
	case 7:
		bridged[leg] = any_leg();
		world_cmd(w, TD_MEDIA_BRIDGE, leg, bridged[leg]);
		break;
	case 8:
		world_cmd(w, TD_MEDIA_UNBRIDGE, leg, bridged[leg]);
		break;
	case 9:
		world_play(w, leg, world_random(3), world_random(2));
		break;
	case 10:
		world_cmd(w, TD_MEDIA_TAP, leg, 1 + world_random(5));
		break;
	default:
		world_cmd(w, world_random(2) ? TD_MEDIA_STOP : TD_MEDIA_UNTAP, leg, 0);
		break;
	}
}

static uint32_t flooded = TD_LEG_NONE; /* the leg that gets all packets for a while */

static struct rte_mbuf *random_packet(struct world *w)
{
	static uint8_t octets[300];
	uint32_t leg = flooded == TD_LEG_NONE ? any_leg() : flooded;
	struct source *s = &source[leg];
	struct world_rtp p = {.leg = leg, .pt = 8, .checksum = world_random(3)};

	switch (world_random(flooded == TD_LEG_NONE ? 40 : 4000)) {
	case 0:
		s->ssrc = world_random(UINT32_MAX);
		break;
	case 1:
		s->seq = (uint16_t)world_random(65536);
		break;
	case 2:
		p.pt = (uint8_t)world_random(128);
		break;
	case 3:
		p.src_port = (uint16_t)world_random(65536);
		break;
	case 4:
		p.src_ip = htonl(0x0a010000 + world_random(200));
		break;
	case 5:
		p.rtcp = true;
		break;
	case 6: /* noise, perhaps with a good beginning */
		for (unsigned i = 0; i < sizeof(octets); i++)
			octets[i] = (uint8_t)world_random(256);
		octets[0] = world_random(2) ? octets[0] : 0x80 | (octets[0] & 0x3f);
		p.raw = octets;
		p.raw_len = (uint16_t)world_random(sizeof(octets));
		p.rtcp = world_random(2);
		break;
	case 7:
		p.len = (uint16_t)(1 + world_random(400));
		break;
	case 8:
	case 9:
		p.pt = 101;
		p.payload = octets;
		p.len = (uint16_t)(1 + world_random(6));
		octets[0] = (uint8_t)world_random(20);
		octets[1] = (uint8_t)world_random(256);
		break;
	default:
		break;
	}
	s->seq++;
	s->ts += 160;
	p.ssrc = s->ssrc;
	p.seq = (uint16_t)(s->seq - (world_random(10) ? 0 : world_random(40)));
	p.ts = s->ts;
	return world_packet(w, &p);
}

static void check_frames(struct world *w)
{
	for (unsigned i = 0; i < w->frames; i++) {
		const struct world_frame *f = &w->frame[i];
		struct stream *s = &stream[f->dst_port];

		if (f->payload[1] >= 200 && f->payload[1] <= 203)
			continue;
		assert_true((f->payload[0] & 0xc0) == 0x80);
		/* A leg that was deleted and added again is another one, with another SSRC. */
		if (s->begun && s->ssrc == f->ssrc && (int16_t)(f->seq - s->seq) > 0) {
			assert_true((int16_t)(f->seq - s->seq) <= 3000);
			s->seq = f->seq;
		} else if (!s->begun || s->ssrc != f->ssrc) {
			*s = (struct stream){.begun = true, .seq = f->seq, .ssrc = f->ssrc};
		} else { /* reordered on its way in, and so on its way out, by no more */
			assert_in_range((uint16_t)(s->seq - f->seq), 1, 31);
		}
		s->packets++;
	}
	w->frames = 0;
}

static void every_packet_is_accounted_for(void **state)
{
	struct world *w = *state;
	const struct tap_rec *rec;
	uint64_t relayed = 0, sent_in = 0;

	for (unsigned step = 0; step < STEPS; step++) {
		struct rte_mbuf *m[100];
		unsigned n = 1 + world_random(world_random(10) ? 8 : 100);

		if (world_random(3) == 0 && flooded == TD_LEG_NONE)
			random_command(w);
		if (world_random(50) == 0)
			flooded = flooded == TD_LEG_NONE ? any_leg() : TD_LEG_NONE;
		for (unsigned i = 0; i < n; i++)
			m[i] = random_packet(w);
		sent_in += n;
		world_input(w, m, n);
		if (world_random(4) == 0)
			world_advance(w, world_random(30) * WORLD_MS);
		if (world_random(500) == 0)
			legs_reroute(w->rtp);
		relayed += w->frames;
		check_frames(w);
		w->events = 0;
		while ((rec = tap_peek(w->tap)))
			tap_consume(w->tap, rec);
		world_check_balance(w);
	}
	/* The test went everywhere it means to go. */
	assert_true(relayed > sent_in / 20);
	for (unsigned reason = TD_DROP_RTP_NO_LEG; reason <= TD_DROP_RTCP_INVALID; reason++)
		assert_true(world_dropped(w, reason) > 0);
	assert_true(world_dropped(w, TD_DROP_NO_NEIGHBOUR) > 0);
	assert_true(world_consumed(w, TD_CONSUMED_RTP_HELD) > 0);
	assert_true(world_consumed(w, TD_CONSUMED_RTP_DTMF) > 0);
	assert_true(world_consumed(w, TD_CONSUMED_LATCH) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_packet_is_accounted_for, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
