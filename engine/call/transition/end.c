/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/cdr.h>
#include <engine/call/events/parties.h>
#include <engine/call/events/story.h>
#include <engine/call/media/life.h>
#include <engine/call/media/party.h>
#include <engine/call/media/proof.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/agents.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/driver.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/talk.h>

static void hang_up_caller(struct td_engine *e, struct call *c, int code)
{
	struct sip_session *s = c->caller->session;

	parties_left(e, c->caller);
	if (!s)
		return;
	if (c->caller->state == PARTY_RINGING) {
		sip_session_reject(s, e->now, code, (struct str){0});
		c->contact->cdr.sip_code = (uint16_t)code;
		if (c->trunk)
			c->trunk->in.rejected++;
	} else {
		sip_session_bye(s, e->now);
		story(e, c, "BYE to the caller");
	}
	party_session_over(e, c->caller);
}

/* What the CDR has of the party that talked to the caller last. */
static void partner_record(struct call *c)
{
	if (c->partner)
		quality_get(&c->partner->quality, &c->contact->cdr.agent_quality);
}

void call_close(struct td_engine *e, struct call *c)
{
	timer_cancel(&e->timers, &c->timer);
	if (c->contact->cdr.recording)
		e->io.record(e->io.ctx, c->contact->cdr.recording, NULL, c->codec);
	quality_get(&c->caller->quality, &c->contact->cdr.caller_quality);
	partner_record(c);
	for (unsigned i = 0; i < c->parties; i++)
		parties_end(e, c->party[i], NULL);
	cdr_write(e, &c->contact->cdr);
	hash_del(&e->by_id, &c->contact->by_id);
	c->state = CALL_FREE;
	while (c->parties)
		party_detach(e, c->party[0]);
	e->call_count--;
	mark_contact(e, c->contact);
	c->contact->call = NULL;
	pool_free(&e->contacts, c->contact);
	pool_free(&e->calls, c);
}

static bool media_ended(const struct call *c)
{
	for (unsigned i = 0; i < c->parties; i++)
		if (c->party[i]->media == PARTY_MEDIA_DELETING)
			return false;
	return true;
}

static void talk_end(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	for (unsigned i = 0; i < c->parties; i++)
		if (party_talks(c->party[i]))
			talk_leave(e, c, c->party[i], by, TALK_OVER, NULL);
}

void call_end(struct td_engine *e, struct call *c, enum td_ended_by by,
	enum td_disposition disposition, int code)
{
	if (c->state == CALL_ENDED)
		return;
	driver_stop(e, c, by);
	silence_over(e, c);
	talk_end(e, c, by);
	bridge_end(e, c);
	hang_up_caller(e, c, code);
	c->state = CALL_ENDED;
	life_update(e, c);
	c->ended = e->now;
	mark_contact(e, c->contact);
	c->contact->cdr.ended = engine_wall(e, e->now);
	c->contact->cdr.ended_by = (uint8_t)by;
	c->contact->cdr.disposition =
		c->contact->cdr.connected ? TD_CALL_ANSWERED : (uint8_t)disposition;
	if (!c->contact->cdr.cause)
		c->contact->cdr.cause = cdr_cause(c->contact->cdr.sip_code);
	e->calls_running--;
	proof_over(e, c);
	if (c->calling_agent)
		agents_own_del(e, c->calling_agent, c->caller);
	for (unsigned i = 0; i < c->parties; i++)
		party_del(e, c->party[i]);
	if (media_ended(c)) {
		call_close(e, c);
		return;
	}
	timer_set(&e->timers, &c->timer, e->now + CLOSE_NS);
}

void call_gone(struct td_engine *e, struct party *p, const struct td_leg_stats *stats)
{
	struct call *c = p->call;

	quality_update(&p->quality, stats, p->params.codec, p->params.ptime_ms, true);
	if (party_is_caller(p))
		cdr_media(&c->contact->cdr.caller_media, stats, c->codec);
	else if (p == c->partner)
		cdr_media(&c->contact->cdr.agent_media, stats, c->codec);
	parties_end(e, p, stats);
	party_gone(e, p);
	if (c->state == CALL_ENDED && media_ended(c)) {
		call_close(e, c);
	} else if (p != c->caller && p->state == PARTY_LEFT && c->state != CALL_ENDED) {
		if (p == c->partner)
			partner_record(c);
		party_detach(e, p);
	}
}
