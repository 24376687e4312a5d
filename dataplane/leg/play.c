/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sounds to a peer: one packet each ptime, copied straight from the samples that all legs share.
 *
 * Packets are due at multiples of a millisecond. Each leg has one of PLAY_PHASES such phases, the
 * one with the fewest legs. So a thousand callers who begin to wait together get 50 packets in each
 * millisecond and not a thousand at once. Each deadline follows from the deadline before it, and
 * not from when that was met.
 */
#include <dataplane/leg/bridge.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/play.h>
#include <dataplane/leg/secure.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/leg/stream.h>
#include <engine/base/codec.h>

#define CATCH_UP 3 /* packets late that are sent at once; more are left out, their time passes */

void play_leave(struct legs *r, uint32_t id)
{
	struct leg_play *p = leg_play(r, id);

	r->phase_load[p->phase]--;
	wheel_cancel(&r->wheel, &p->timer);
}

static void play_end(struct legs *r, uint32_t id)
{
	stream_feed(r, id, LEG_FEED_NONE);
	leg_rebridge(r, id);
}

void play_cancel(struct legs *r, uint32_t id, uint32_t number)
{
	if (r->leg[id].feed == LEG_FEED_PLAY && leg_play(r, id)->play.number == number)
		play_end(r, id);
}

void play_start(struct legs *r, uint32_t id, const struct play *play, uint64_t now)
{
	struct leg_play *p = take_play(r, id);
	uint64_t ms = now / TD_NSEC_PER_MSEC + 1;
	uint64_t best = ms;

	stream_feed(r, id, LEG_FEED_NONE);
	for (uint64_t at = ms; at < ms + PLAY_PHASES; at++)
		if (r->phase_load[at % PLAY_PHASES] < r->phase_load[best % PLAY_PHASES])
			best = at;
	p->play = *play;
	p->position = 0;
	p->phase = (uint8_t)(best % PLAY_PHASES);
	r->phase_load[p->phase]++;
	stream_feed(r, id, LEG_FEED_PLAY);
	wheel_set(&r->wheel, &p->timer, best * TD_NSEC_PER_MSEC);
}

/* `n` octets from the play's position on; `silence` beyond the end of a sound that does not loop.
 */
static void copy(
	struct leg_play *p, const struct samples *s, uint8_t *out, uint32_t n, uint8_t silence)
{
	if (p->position >= s->bytes) /* it was replaced by a shorter one */
		p->position = 0;
	while (n > 0) {
		uint32_t part = s->bytes - p->position;

		part = part < n ? part : n;
		memcpy(out, s->data + p->position, part);
		out += part;
		n -= part;
		p->position += part;
		if (p->position < s->bytes)
			continue;
		if (!p->play.loop) {
			memset(out, silence, n);
			return;
		}
		p->position = 0;
	}
}

static void skip(struct leg_play *p, const struct samples *s, uint64_t octets)
{
	uint64_t to = p->position + octets;

	if (p->play.loop)
		p->position = (uint32_t)(to % s->bytes);
	else
		p->position = to < s->bytes ? (uint32_t)to : s->bytes;
}

static void send_frame(struct legs *r, uint32_t id, const struct samples *s, uint32_t frame)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct leg_play *p = leg_play(r, id);
	uint8_t *rtp;
	struct rte_mbuf *m = leg_packet(r, id, false, RTP_HEADER + frame, &rtp);
	uint32_t ts = htonl(c->last_ts);

	if (!m) {
		skip(p, s, frame);
		return;
	}
	rtp[0] = RTP_VERSION;
	rtp[1] = l->out_type;
	l->out_type &= RTP_TYPE;
	rtp[2] = (uint8_t)(c->last_seq >> 8);
	rtp[3] = (uint8_t)c->last_seq;
	memcpy(rtp + 4, &ts, 4);
	memcpy(rtp + 8, &l->out_ssrc, 4);
	copy(p, s, rtp + RTP_HEADER, frame, codec_get(c->codec)->silence);
	if ((l->flags & LEG_SRTP) && !secure_seal(r, id, m, false))
		return;
	leg_count_out(r->acct, l, m->pkt_len - (unsigned)sizeof(struct rte_ether_hdr));
	worker_send(r->worker, m, l->nexthop);
}

void play_due(struct legs *r, uint32_t id, uint64_t deadline, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct leg_play *p = leg_play(r, id);
	const struct samples *s = sounds_get(r->sounds, p->play.sound, c->codec);
	uint64_t interval = c->ptime_ms * TD_NSEC_PER_MSEC;
	uint32_t frame = c->payload_octets;
	uint64_t missed = (now - deadline) / interval;

	if (s && p->position >= s->bytes && p->play.loop)
		p->position = 0;
	if (s && missed > CATCH_UP) {
		skip(p, s, missed * frame);
		deadline += missed * interval;
	}
	if (!s || (!p->play.loop && p->position >= s->bytes)) {
		struct td_media_event ev = {.type = TD_MEDIA_PLAYED, .play = p->play.number};

		play_end(r, id);
		legs_event(r, id, &ev);
		return;
	}
	if (l->flags & LEG_SEND) {
		uint32_t time = leg_ticks(deadline);

		c->last_ts = stream_next_ts(c, time);
		c->last_time = time;
		c->last_seq++;
		send_frame(r, id, s, frame);
	} else {
		skip(p, s, frame);
	}
	wheel_set(&r->wheel, &p->timer, deadline + interval);
}
