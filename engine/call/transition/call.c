/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/call.h>
#include <engine/call/events/cdr.h>
#include <engine/call/transition/dial.h>
#include <engine/call/site/distribute.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/leg.h>
#include <engine/call/site/reserve.h>
#include <engine/call/transition/ring.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/site/routes.h>
#include <engine/call/media/silence.h>
#include <engine/call/events/story.h>
#include <engine/call/events/trace.h>
#include <engine/call/site/trunk.h>
#include <errno.h>
#include <stdio.h>

#define DTMF_PT     101 /* ours to choose in an offer; what most telephones use */
#define PTIME_MS    20
#define RETRY_AFTER STR("Retry-After: 10\r\n")
#define NO_HEADERS  ((struct str){0})
#define NO_SDP      ((struct str){0})

/* Who calls and what for, before there is a call. */
struct intent {
	struct trunk *trunk;
	struct agent *agent;
	const struct td_conf_route *route;
	struct queue *queue; /* NULL: the route leads out */
	struct sdp sdp;
	bool late; /* no SDP: we offer */
	struct grant grant;
	int code; /* what to refuse with */
	uint16_t cause;
	const char *why;
	char text[RESERVE_TEXT];
};

static const uint8_t *intent_codecs(const struct intent *i)
{
	static const uint8_t any[] = {TD_CODEC_PCMA, TD_CODEC_PCMU, TD_CODEC_NONE};
	const uint8_t *codecs = i->trunk ? i->trunk->conf.codecs : i->agent->conf.codecs;

	return codecs[0] ? codecs : any;
}

static enum td_srtp_policy intent_srtp(const struct intent *i)
{
	return i->trunk ? i->trunk->conf.srtp : i->agent->conf.srtp;
}

static bool intent_refuse(struct intent *i, uint64_t *counter, int code, const char *why)
{
	(*counter)++;
	i->code = code;
	i->why = why;
	return false;
}

/* The codec that the caller's leg is going to have; NONE: it will be refused for that. */
static uint8_t intent_codec(const struct intent *i)
{
	const uint8_t *ours = intent_codecs(i);

	for (; !i->late && *ours; ours++)
		if (memchr(i->sdp.codecs, *ours, sizeof(i->sdp.codecs)))
			break;
	return *ours;
}

/* Before there is a call: whoever finds no room costs a transaction and no more. */
static bool intent_reserve(struct td_engine *e, const struct sip_session *s, struct intent *i)
{
	int at = ports_media(&e->ports, sip_session_local(s), i->sdp.rtp.family);
	uint8_t ptime_ms = i->late ? PTIME_MS : i->sdp.ptime_ms;
	struct rate rate;
	const struct budget *full;

	if (at < 0 || !intent_codec(i))
		return true; /* it is going to be refused for that */
	rate = reserve_rate(e, &e->ports.address[at],
		i->late ? keys_tag_ours(intent_srtp(i)) : keys_tag_offered(&i->sdp),
		intent_codec(i), ptime_ms);
	full = reserve_take(e, &i->grant, i->trunk, i->agent, &rate);
	if (!full && !i->queue && !dial_possible(e, i->route, &rate, &full))
		reserve_release(e, &i->grant);
	else if (!full)
		return true;
	if (!full)
		return intent_refuse(i, &e->refused.no_route, 404, "the route's trunks are gone");
	i->cause = CDR_CAUSE_NO_ROOM;
	return intent_refuse(i,
		strcmp(full->kind, "trunk") == 0 ? &e->refused.trunk_full : &e->refused.link_full,
		503, reserve_text(full, i->text));
}

/* False: i->code and i->why say what is in the way. */
static bool intent_decide(
	struct td_engine *e, const struct sip_session *s, const struct sip_msg *m, struct intent *i)
{
	int rc;

	i->route = route_lookup(e, m->uri.user, i->trunk);
	i->queue = i->route ? objects_live(&e->queues, i->route->queue) : NULL;
	if (!i->queue && !(i->route && i->route->trunk_count))
		return intent_refuse(i, &e->refused.no_route, 404, "no route");
	if (e->draining)
		return intent_refuse(i, &e->refused.draining, 503, "draining");
	if (e->calls_running >= e->params.max_calls)
		return intent_refuse(i, &e->refused.full, 503, "max_calls of the site");
	if (ports_address(&e->ports, sip_session_local(s)) < 0)
		return intent_refuse(i, &e->refused.full, 503, "no media on this address");
	if (!m->body.n && !i->queue)
		return intent_refuse(
			i, &e->refused.no_codec, 488, "a call that leads out needs SDP");
	if (!m->body.n) {
		i->late = true;
		return intent_reserve(e, s, i);
	}
	rc = sdp_decode(&i->sdp, m->body, intent_srtp(i));
	if (rc == -EINVAL)
		return intent_refuse(i, &e->refused.no_codec, 400, "malformed SDP");
	if (rc < 0 || !i->sdp.rtp.port)
		return intent_refuse(i, &e->refused.no_codec, 488,
			"no audio in SDP of a kind that is taken here");
	if (ports_media(&e->ports, sip_session_local(s), i->sdp.rtp.family) < 0)
		return intent_refuse(i, &e->refused.no_codec, 488,
			i->sdp.rtp.family == 6 ? "no IPv6 media address on this port"
					       : "no IPv4 media address on this port");
	return intent_reserve(e, s, i);
}

void call_id_format(const struct td_engine *e, uint64_t number, char out[static TD_CALL_ID_BYTES])
{
	snprintf(out, TD_CALL_ID_BYTES, "%llu.%llu", (unsigned long long)e->start_s,
		(unsigned long long)number);
}

/* An escape that the field's end would cut stays out: half of one makes no URI. */
static void user_copy(char *out, size_t size, struct str user)
{
	if (str_copy(out, size, user))
		return;
	for (size_t i = size - 3; i < size - 1; i++)
		if (out[i] == '%')
			out[i] = '\0';
}

static void cdr_begin(struct td_engine *e, struct td_ev_cdr *cdr, const struct sip_session *s,
	const struct sip_msg *m)
{
	call_id_format(e, e->last_call, cdr->id);
	user_copy(cdr->caller, sizeof(cdr->caller), m->from.uri.user);
	user_copy(cdr->dialled, sizeof(cdr->dialled), m->uri.user);
	str_copy(cdr->sip_call_id, sizeof(cdr->sip_call_id), sip_session_call_id(s));
	cdr->offered = engine_wall(e, e->now);
	trace_remember(e, sip_session_call_id(s), cdr->id);
}

static void refuse(
	struct td_engine *e, struct sip_session *s, struct td_ev_cdr *cdr, const struct intent *i)
{
	if (i->trunk)
		i->trunk->rejected++;
	story_id(e, cdr->id, "%d to the caller: %s", i->code, i->why);
	sip_session_reject(s, e->now, i->code, i->code == 503 ? RETRY_AFTER : NO_HEADERS);
	cdr->sip_code = (uint16_t)i->code;
	cdr->disposition = TD_CALL_REJECTED;
	cdr->cause = i->cause ? i->cause : cdr_cause(cdr->sip_code);
	cdr->ended = cdr->offered;
	cdr_write(e, cdr);
}

static struct call *call_alloc(struct td_engine *e, struct sip_session *s, struct intent *i)
{
	struct call *c = pool_alloc(&e->calls);

	if (!c) {
		reserve_release(e, &i->grant);
		intent_refuse(i, &e->refused.full, 503, "all call records in use");
		return NULL;
	}
	c->caller = leg_alloc(e, c, NULL, sip_session_local(s), i->sdp.rtp.family);
	if (!c->caller) {
		reserve_release(e, &i->grant);
		pool_free(&e->calls, c);
		intent_refuse(i, &e->refused.full, 503, "all RTP ports in use");
		return NULL;
	}
	c->caller->grant = i->grant;
	c->caller->ptime_ms = i->grant.rate.ptime_ms;
	c->engine = e;
	c->state = CALL_NEW;
	c->trunk = i->trunk;
	c->calling_agent = i->agent;
	c->queue = i->queue;
	c->caller->session = s;
	sip_session_set_user(s, c->caller);
	e->call_count++;
	e->calls_running++;
	if (c->trunk)
		c->trunk->offered++;
	return c;
}

/* Sees that the leg has the caller's side; the codec is the call's from now on. */
static int caller_negotiate(struct td_engine *e, struct call *c, const struct sdp *peer)
{
	int rc = c->caller->offering ? leg_accept(e, c->caller, peer)
				     : leg_negotiate(e, c->caller, peer);

	if (rc == 0)
		c->codec = c->caller->params.codec;
	return rc;
}

static void enqueue(struct td_engine *e, struct call *c, struct queue *q)
{
	struct td_acd_in in;

	c->queue = q;
	c->contact = ++e->last_contact;
	if (!c->contact) /* 0 is no contact */
		c->contact = ++e->last_contact;
	c->entered = e->now;
	c->position = c->first_position = 0;
	hash_add(&e->by_contact, &c->by_contact,
		(struct str){(const char *)&c->contact, sizeof(c->contact)});
	q->waiting++;
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_CONTACT_ADD;
	in.queue = q->object.number;
	in.contact = c->contact;
	in.contact_add.waited_ms = c->waited_ms;
	distribute(e, &in);
}

struct call *call_by_id(const struct td_engine *e, const char *id)
{
	for (struct hash_node *n = hash_first(&e->by_id, str_of(id)); n; n = hash_next(n)) {
		struct call *c = (struct call *)((char *)n - offsetof(struct call, by_id));

		if (strcmp(c->cdr.id, id) == 0)
			return c;
	}
	return NULL;
}

struct call *call_lookup(const struct td_engine *e, uint32_t contact)
{
	struct str key = {(const char *)&contact, sizeof(contact)};

	for (struct hash_node *n = hash_first(&e->by_contact, key); n; n = hash_next(n)) {
		struct call *c = (struct call *)((char *)n - offsetof(struct call, by_contact));

		if (c->contact == contact)
			return c;
	}
	return NULL;
}

void call_leave(struct td_engine *e, struct call *c)
{
	hash_del(&e->by_contact, &c->by_contact);
	c->contact = 0;
	c->queue->waiting--;
	c->waited_ms += ms_between(c->entered, e->now);
	c->cdr.wait_ms = c->waited_ms;
}

/* 200 with our side; its music starts with the first packet. */
static void answer(struct td_engine *e, struct call *c)
{
	char text[LEG_SDP_BYTES];

	sip_session_progress(c->caller->session, e->now, 180, NO_SDP);
	sip_session_answer(c->caller->session, e->now, leg_sdp(c->caller, text));
	c->cdr.answered = engine_wall(e, e->now);
	c->cdr.sip_code = 200;
	if (c->trunk)
		c->trunk->answered++;
	story(e, c, "180 and 200 to the caller");
}

static void count_refused(struct td_engine *e, int rc)
{
	if (rc == -EPROTO)
		e->refused.no_srtp++;
	else
		e->refused.no_codec++;
}

void call_invite(struct td_engine *e, struct sip_session *s, const struct sip_msg *m)
{
	const struct td_addr *source = sip_session_source(s);
	struct intent i = {.trunk = trunk_lookup(e, source)};
	struct td_ev_cdr cdr = {0};
	struct call *c = NULL;
	const char *who = "nobody known";
	char why[KEYS_TEXT];
	int rc;

	if (!i.trunk)
		i.agent = trunk_agent(e, source);
	if (i.trunk)
		who = i.trunk->object.name;
	else if (i.agent)
		who = i.agent->object.name;
	cdr_begin(e, &cdr, s, m);
	if (i.trunk)
		snprintf(cdr.trunk, sizeof(cdr.trunk), "%s", who);
	story_id(e, cdr.id, "INVITE for %s from %s by %s", cdr.dialled, cdr.caller, who);
	if (!i.trunk && !i.agent)
		intent_refuse(&i, &e->refused.unknown_source, 403, who);
	else if (intent_decide(e, s, m, &i))
		c = call_alloc(e, s, &i);
	if (!c) {
		refuse(e, s, &cdr, &i);
		return;
	}
	c->cdr = cdr;
	hash_add(&e->by_id, &c->by_id, str_of(c->cdr.id));
	if (i.late) {
		c->state = CALL_OFFERED;
		c->caller->offering = true;
		leg_describe(e, c->caller, intent_codecs(&i), DTMF_PT, PTIME_MS);
		answer(e, c);
		return;
	}
	rc = leg_answer(e, c->caller, intent_codecs(&i), &i.sdp);
	if (rc == 0)
		rc = caller_negotiate(e, c, &i.sdp);
	if (rc < 0) {
		count_refused(e, rc);
		story(e, c, "488 to the caller: %s", keys_why(rc, &i.sdp, why));
		call_end(e, c, ENDED_BY_US, TD_CALL_REJECTED, 488);
		return;
	}
	if (i.queue)
		enqueue(e, c, i.queue);
	else
		dial_start(e, c, i.route);
}

void call_confirmed(struct td_engine *e, struct call *c, struct str text)
{
	char why[KEYS_TEXT];
	struct sdp sdp;
	int rc;

	if (c->state != CALL_OFFERED)
		return;
	rc = sdp_decode(&sdp, text, keys_policy(c->caller));
	if (rc == 0)
		rc = caller_negotiate(e, c, &sdp);
	if (rc < 0) {
		c->caller->offering = false;
		count_refused(e, rc);
		story(e, c, "the ACK's SDP is of no use: %s", keys_why(rc, &sdp, why));
		call_end(e, c, ENDED_BY_US, TD_CALL_FAILED, 0);
		return;
	}
	c->caller->offering = false;
	leg_add(e, c->caller);
	leg_play(e, c->caller, c->queue);
	enqueue(e, c, c->queue);
}

void call_queued(struct td_engine *e, const struct td_acd_out *out)
{
	struct call *c = call_lookup(e, out->contact);

	if (!c)
		return;
	c->position = out->position;
	if (c->first_position)
		return; /* only its place has changed */
	c->first_position = out->position;
	if (c->state == CALL_NEW) {
		leg_add(e, c->caller);
		leg_play(e, c->caller, c->queue);
		answer(e, c);
	} else if (c->hops) {
		/* Another queue: its accounting row, and its music. */
		leg_account(e, c->caller);
		leg_play(e, c->caller, c->queue);
	}
	c->state = CALL_QUEUED;
	if (!c->cdr.queued)
		c->cdr.queued = engine_wall(e, e->now);
	snprintf(c->cdr.queue, sizeof(c->cdr.queue), "%s", c->queue->object.name);
	c->queue->entered++;
	queuelog_enter(e, c);
	story(e, c, "enters queue %s at position %u", c->queue->object.name, c->first_position);
}

static const char *overflow_event(uint8_t reason)
{
	return reason == TD_ACD_TIMEOUT ? "EXITWITHTIMEOUT" : "EXITEMPTY";
}

void call_overflow(struct td_engine *e, const struct td_acd_out *out)
{
	struct call *c = call_lookup(e, out->contact);
	struct queue *from, *to = NULL;
	int code;

	if (!c)
		return;
	from = c->queue;
	if (out->position)
		c->position = out->position;
	if (c->agent) /* its CANCEL came first; were it not so, no ring may outlive the queue */
		ring_stop(e, c, "RINGCANCELED");
	call_leave(e, c);
	from->overflowed++;
	if (c->first_position) /* one that found the queue full has never been in it */
		queuelog_exit(e, c, overflow_event(out->reason));
	story(e, c, "leaves queue %s: %s", from->object.name,
		out->reason == TD_ACD_TIMEOUT ? "time-out"
		: out->reason == TD_ACD_FULL  ? "full"
					      : "it is gone");
	if (out->reason == TD_ACD_FULL)
		e->refused.queue_full++;
	if (from->conf.overflow == TD_OVERFLOW_QUEUE && c->hops < HOPS_MAX)
		to = objects_live(&e->queues, from->conf.overflow_queue);
	if (to) {
		c->hops++;
		enqueue(e, c, to);
		return;
	}
	code = from->conf.overflow == TD_OVERFLOW_BUSY ? 486 : 480;
	call_end(e, c, ENDED_BY_US, TD_CALL_OVERFLOWED, code);
}

static void hang_up_caller(struct td_engine *e, struct call *c, int code)
{
	struct sip_session *s = c->caller->session;

	if (!s)
		return;
	if (c->state == CALL_NEW || c->state == CALL_DIALLING) {
		sip_session_reject(s, e->now, code, NO_HEADERS);
		c->cdr.sip_code = (uint16_t)code;
	} else {
		sip_session_bye(s, e->now);
		story(e, c, "BYE to the caller");
	}
	leg_session_over(e, c->caller);
}

void call_close(struct td_engine *e, struct call *c)
{
	struct call_leg *caller = c->caller, *agent = c->agent;

	timer_cancel(&e->timers, &c->timer);
	if (c->cdr.recording)
		e->io.record(e->io.ctx, c->cdr.recording, NULL, c->codec);
	quality_get(&caller->quality, &c->cdr.caller_quality);
	if (agent)
		quality_get(&agent->quality, &c->cdr.agent_quality);
	cdr_write(e, &c->cdr);
	hash_del(&e->by_id, &c->by_id);
	c->state = CALL_FREE;
	leg_detach(e, caller);
	if (agent)
		leg_detach(e, agent);
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

void call_end(struct td_engine *e, struct call *c, enum ended_by by,
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
			queuelog_exit(e, c, by == ENDED_BY_CALLER ? "ABANDON" : "WITHDRAW");
		}
		if (by == ENDED_BY_CALLER)
			c->queue->abandoned++;
		call_leave(e, c);
		distribute_event(e, TD_ACD_IN_CONTACT_DEL, NULL, contact,
			by == ENDED_BY_CALLER ? TD_ACD_ABANDON : TD_ACD_WITHDRAW);
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
	leg_del(e, c->caller);
	if (c->agent)
		leg_del(e, c->agent);
	if (media_ended(c)) {
		call_close(e, c);
		return;
	}
	c->timer.fire = close_due;
	timer_set(&e->timers, &c->timer, e->now + CLOSE_NS);
}

void call_media(struct td_engine *e, struct call_leg *l, const struct td_media_event *ev)
{
	switch ((enum td_media_event_type)ev->type) {
	case TD_MEDIA_DTMF:
		call_digit(e, l, ev->dtmf.digit, ev->dtmf.duration_ms);
		break;
	case TD_MEDIA_FIRST_RTP:
		silence_first(e, l);
		break;
	case TD_MEDIA_SILENT:
		silence_begin(e, l, ev->silence.ms, ev->silence.never);
		break;
	case TD_MEDIA_HEARD:
		silence_heard(e, l, ev->silence.ms);
		break;
	case TD_MEDIA_LEG_STATS:
		quality_update(&l->quality, &ev->stats, l->params.codec, l->params.ptime_ms, false);
		break;
	default:
		break;
	}
}

void call_digit(struct td_engine *e, struct call_leg *l, char digit, unsigned duration_ms)
{
	struct call *c = l->call;
	size_t n = strlen(c->cdr.digits);

	if (!leg_is_caller(l)) {
		story(e, c, "%s presses %c", leg_who(l), digit);
		return;
	}
	if (n + 1 < sizeof(c->cdr.digits))
		c->cdr.digits[n] = digit;
	story(e, c, "the caller presses %c for %u ms", digit, duration_ms);
}

void call_gone(struct td_engine *e, struct call_leg *l, const struct td_leg_stats *stats)
{
	struct call *c = l->call;

	if (c) {
		quality_update(&l->quality, stats, l->params.codec, l->params.ptime_ms, true);
		cdr_media(leg_is_caller(l) ? &c->cdr.caller_media : &c->cdr.agent_media, stats,
			c->codec);
	}
	leg_gone(e, l);
	if (c && c->state == CALL_ENDED && media_ended(c))
		call_close(e, c);
}
