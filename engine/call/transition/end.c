/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/distribute.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/wait.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/ring.h>

static void hang_up_caller(struct td_engine *e, struct call *c, int code)
{
	struct sip_session *s = c->caller->session;

	if (!s)
		return;
	if (c->state == CALL_NEW || c->state == CALL_DIALLING) {
		sip_session_reject(s, e->now, code, (struct str){0});
		c->cdr.sip_code = (uint16_t)code;
	} else {
		sip_session_bye(s, e->now);
		story(e, c, "BYE to the caller");
	}
	party_session_over(e, c->caller);
}

void call_close(struct td_engine *e, struct call *c)
{
	struct party *caller = c->caller, *agent = c->agent;

	timer_cancel(&e->timers, &c->timer);
	if (c->cdr.recording)
		e->io.record(e->io.ctx, c->cdr.recording, NULL, c->codec);
	quality_get(&caller->quality, &c->cdr.caller_quality);
	if (agent)
		quality_get(&agent->quality, &c->cdr.agent_quality);
	cdr_write(e, &c->cdr);
	hash_del(&e->by_id, &c->by_id);
	c->state = CALL_FREE;
	party_detach(e, caller);
	if (agent)
		party_detach(e, agent);
	e->call_count--;
	pool_free(&e->calls, c);
}

static void close_due(struct timer *t, uint64_t now)
{
	struct call *c = (struct call *)((char *)t - offsetof(struct call, timer));

	call_close(c->engine, c);
}

static bool media_ended(const struct call *c)
{
	return c->caller->media != LEG_MEDIA_DELETING &&
	       !(c->agent && c->agent->media == LEG_MEDIA_DELETING);
}

void call_end(struct td_engine *e, struct call *c, enum td_ended_by by,
	enum td_disposition disposition, int code)
{
	if (c->state == CALL_ENDED)
		return;
	if (c->contact) {
		uint32_t contact = c->contact;

		if (c->agent)
			ring_stop(e, c, "RINGCANCELED");
		if (c->first_position) {
			struct acd_contact_info info;

			if (acd_contact_get(e->acd, contact, &info) == 0)
				c->position = info.position;
			queuelog_exit(e, c, by == TD_ENDED_BY_CALLER ? "ABANDON" : "WITHDRAW");
		}
		if (by == TD_ENDED_BY_CALLER)
			c->queue->abandoned++;
		wait_over(e, c);
		distribute_event(e, TD_ACD_IN_CONTACT_DEL, NULL, contact,
			by == TD_ENDED_BY_CALLER ? TD_ACD_ABANDON : TD_ACD_WITHDRAW);
	}
	silence_over(e, c);
	if (c->state == CALL_DIALLING && c->agent)
		dial_stop(e, c);
	if (c->state == CALL_TALKING)
		bridge_end(e, c, by);
	hang_up_caller(e, c, code);
	c->state = CALL_ENDED;
	c->ended = e->now;
	c->cdr.ended = engine_wall(e, e->now);
	c->cdr.ended_by = (uint8_t)by;
	c->cdr.disposition = (uint8_t)disposition;
	c->cdr.cause = cdr_cause(c->cdr.sip_code);
	e->calls_running--;
	party_del(e, c->caller);
	if (c->agent)
		party_del(e, c->agent);
	if (media_ended(c)) {
		call_close(e, c);
		return;
	}
	c->timer.fire = close_due;
	timer_set(&e->timers, &c->timer, e->now + CLOSE_NS);
}

void call_gone(struct td_engine *e, struct party *l, const struct td_leg_stats *stats)
{
	struct call *c = l->call;

	if (c) {
		quality_update(&l->quality, stats, l->params.codec, l->params.ptime_ms, true);
		cdr_media(party_is_caller(l) ? &c->cdr.caller_media : &c->cdr.agent_media, stats,
			c->codec);
	}
	party_gone(e, l);
	if (c && c->state == CALL_ENDED && media_ended(c))
		call_close(e, c);
}
