/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands of signalling: legs begin, change, are joined and end. */
#include <dataplane/leg/bridge.h>
#include <dataplane/leg/digits.h>
#include <dataplane/leg/header.h>
#include <dataplane/leg/match.h>
#include <dataplane/leg/play.h>
#include <dataplane/leg/police.h>
#include <dataplane/leg/record.h>
#include <dataplane/leg/rtcp.h>
#include <dataplane/leg/secure.h>
#include <dataplane/leg/source.h>
#include <dataplane/leg/stats.h>
#include <dataplane/leg/stream.h>
#include <dataplane/leg/watch.h>
#include <engine/base/codec.h>

/* We receive by our numbers, and by the peer's where they are not ours for something else. */
static void types_set(struct leg *l, struct leg_cold *c, const struct td_leg_params *p)
{
	l->out_type = (uint8_t)(p->pt | (l->out_type & RTP_MARKER));
	l->out_dtmf_pt = p->dtmf_pt;
	c->pt = p->pt_ours ? p->pt_ours & RTP_TYPE : p->pt;
	c->dtmf_pt = p->dtmf_ours ? p->dtmf_ours & RTP_TYPE : p->dtmf_pt;
	c->pt_too = p->pt == c->dtmf_pt ? TD_PT_NONE : p->pt;
	c->dtmf_too = p->dtmf_pt == c->pt ? TD_PT_NONE : p->dtmf_pt;
}

/* What LEG_ADD and LEG_SET have in common. */
static void leg_set(
	struct legs *r, uint32_t id, const struct td_leg_params *p, bool added, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	bool moved = added || !addr_equal(&c->remote, &p->remote);
	bool mux = p->flags & TD_LEG_RTCP_MUX;
	bool rtcp_moved = !addr_equal(&c->rtcp, &p->rtcp) || c->mux != mux || c->dscp != p->dscp;
	uint16_t both = LEG_RECV | LEG_SEND, before = l->flags & both;

	c->cookie = p->cookie;
	c->codec = p->codec;
	c->clock = codec_get(p->codec)->clock;
	c->policy = p->policy;
	c->ptime_ms = p->ptime_ms ? p->ptime_ms : 20;
	c->payload_octets = (uint16_t)codec_payload(c->codec, c->ptime_ms);
	c->remote = p->remote;
	c->rtcp = p->rtcp;
	c->mux = mux;
	c->dscp = p->dscp;
	types_set(l, c, p);
	l->in_acct = l->out_acct = p->acct < r->acct_rows ? (uint16_t)p->acct : 0;
	l->flags &= (uint16_t) ~(LEG_SEND | LEG_RECV | LEG_RTCP);
	l->flags |= (uint16_t)((p->flags & TD_LEG_SEND ? LEG_SEND : 0) |
			       (p->flags & TD_LEG_RECV ? LEG_RECV : 0) |
			       (p->flags & TD_LEG_RTCP ? LEG_RTCP : 0));
	secure_set(r, id, p->flags & TD_LEG_SRTP);
	source_set(r, id, &p->sip, moved);
	if (moved || rtcp_moved)
		leg_address(r, id, moved ? &c->remote : &c->to);
	if ((l->flags & both) != both)
		l->flags &= (uint16_t)~LEG_SILENT;
	else if (before != both)
		watch_start(r, id, now);
	l->police_byte =
		police_byte(leg_frame_ticks(c), leg_ip_bytes(l) + RTP_HEADER + c->payload_octets);
	leg_match(r, id);
	record_prepare(r, id);
}

static void leg_change(struct legs *r, uint32_t id, const struct td_leg_params *p, uint64_t now)
{
	leg_set(r, id, p, false, now);
	leg_rebridge(r, id);
}

static void leg_add(struct legs *r, uint32_t id, const struct td_leg_params *p, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];

	if (l->flags & LEG_LIVE)
		return;
	memset(l, 0, sizeof(*l));
	memset(c, 0, sizeof(*c));
	l->flags = LEG_LIVE;
	if (leg_local(r, id)->addr.family == 6)
		l->flags |= LEG_SIX;
	l->other = TD_LEG_NONE;
	l->police_time = leg_ticks(now);
	l->out_ssrc = htonl(p->ssrc);
	report_start(r, id, now);
	watch_start(r, id, now);
	leg_set(r, id, p, true, now);
	/* Set as if a packet had been sent one frame ago, so that the first packet has seq and
	 * ts_offset. */
	c->last_seq = (uint16_t)(p->seq - 1);
	c->last_ts = p->ts_offset - leg_frame(c);
	c->last_time = leg_ticks(now) - leg_frame_ticks(c);
	r->live[id / 64] |= 1ull << id % 64;
	atomic_fetch_add_explicit(&r->legs_in_use, 1, memory_order_relaxed);
}

static void leg_del(struct legs *r, uint32_t id, uint64_t now)
{
	struct leg *l = &r->leg[id];
	struct leg_cold *c = &r->cold[id];
	struct td_media_event ev = {.type = TD_MEDIA_LEG_GONE};

	stream_feed(r, id, LEG_FEED_NONE);
	leg_unbridge(r, id, true);
	report_bye(r, id, now);
	digits_finish(r, id);
	record_stop(r, id, now);
	wheel_cancel(&r->wheel, &c->watch);
	fib_put(r->worker->fib, l->nexthop);
	fib_put(r->worker->fib, c->rtcp_nexthop);
	stats_get(r, id, &ev.stats);
	secure_set(r, id, false);
	l->flags = 0;
	leg_match(r, id);
	r->live[id / 64] &= ~(1ull << id % 64);
	atomic_fetch_sub_explicit(&r->legs_in_use, 1, memory_order_relaxed);
	legs_event(r, id, &ev);
}

static bool can_obey(const struct legs *r, const struct td_media_cmd *cmd)
{
	return cmd->leg < r->legs &&
	       (cmd->op == TD_MEDIA_LEG_ADD || r->leg[cmd->leg].flags & LEG_LIVE);
}

/* LEG_DEL is answered also for a leg that does not exist, because signalling waits for the answer.
 */
static void command_no_leg(struct legs *r, const struct td_media_cmd *cmd)
{
	struct td_media_event ev = {.type = TD_MEDIA_LEG_GONE, .leg = cmd->leg};

	if (cmd->op == TD_MEDIA_LEG_DEL)
		r->event(r->event_ctx, &ev);
}

void legs_command(struct legs *r, const struct td_media_cmd *cmd, uint64_t now)
{
	uint32_t id = cmd->leg;

	if (!can_obey(r, cmd)) {
		command_no_leg(r, cmd);
		return;
	}
	switch ((enum td_media_op)cmd->op) {
	case TD_MEDIA_LEG_ADD:
		leg_add(r, id, &cmd->leg_params, now);
		break;
	case TD_MEDIA_LEG_SET:
		leg_change(r, id, &cmd->leg_params, now);
		break;
	case TD_MEDIA_LEG_DEL:
		leg_del(r, id, now);
		break;
	case TD_MEDIA_BRIDGE:
		leg_bridge(r, id, cmd->other, cmd->other_cookie);
		break;
	case TD_MEDIA_UNBRIDGE:
		if (r->leg[id].other == cmd->other)
			leg_unbridge(r, id, false);
		break;
	case TD_MEDIA_PLAY:
		play_start(r, id,
			&(struct play){.sound = cmd->play.sound,
				.number = cmd->play.number,
				.loop = cmd->play.loop},
			now);
		break;
	case TD_MEDIA_STOP:
		play_cancel(r, id, cmd->play.number);
		break;
	case TD_MEDIA_TAP:
		record_start(r, id, cmd->tap.recording, cmd->tap.channel, now);
		break;
	case TD_MEDIA_UNTAP:
		record_stop(r, id, now);
		break;
	case TD_MEDIA_SRTP_IN:
	case TD_MEDIA_SRTP_OUT:
		secure_key(r, id, cmd->op == TD_MEDIA_SRTP_IN, &cmd->srtp);
		break;
	}
}
