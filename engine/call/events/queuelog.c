/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/utf8.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/state/calls.h>
#include <stdio.h>

#define NONE  "NONE"
#define WHOLE 1 /* the place of the field that can be long: data2 */

#define NAME_FITS(name, ...) \
	_Static_assert(      \
		sizeof(#name) <= sizeof(((struct td_ev_queue_log *)0)->event), #name " fits");
TD_QUEUE_LOG(NAME_FITS)

static const char *const names[TD_QUEUE_LOG_COUNT] = {
#define NAME(name, ...) #name,
	TD_QUEUE_LOG(NAME)
#undef NAME
};

struct line {
	struct td_ev_queue_log ev;
	unsigned fields;
};

static struct line line_new(
	const char *call, const char *queue, const struct agent *a, enum td_queue_log event)
{
	struct line l = {0};

	snprintf(l.ev.call, sizeof(l.ev.call), "%s", call);
	snprintf(l.ev.queue, sizeof(l.ev.queue), "%s", queue);
	snprintf(l.ev.agent, sizeof(l.ev.agent), "%s", a ? a->object.name : NONE);
	snprintf(l.ev.event, sizeof(l.ev.event), "%s", names[event]);
	return l;
}

static struct line of_contact(
	const struct contact *c, const struct agent *a, enum td_queue_log event)
{
	return line_new(c->cdr.id, c->queue->object.name, a, event);
}

static void text(struct line *l, const char *value)
{
	struct str s = str_of(value);

	if (l->fields == WHOLE && s.n >= sizeof(l->ev.data[0]))
		utf8_copy(l->ev.data2_whole, sizeof(l->ev.data2_whole), value);
	utf8_copy(l->ev.data[l->fields++], sizeof(l->ev.data[0]), value);
}

static void number(struct line *l, uint64_t value)
{
	snprintf(l->ev.data[l->fields++], sizeof(l->ev.data[0]), "%llu", (unsigned long long)value);
}

static void emit(struct td_engine *e, const struct line *l)
{
	e->io.event(e->io.ctx, TD_EV_QUEUE_LOG, &l->ev, sizeof(l->ev));
}

static uint32_t seconds(uint64_t from, uint64_t to)
{
	return ms_between(from, to) / 1000;
}

void queuelog_system(struct td_engine *e, enum td_queue_log event)
{
	struct line l = line_new(NONE, NONE, NULL, event);

	emit(e, &l);
}

void queuelog_full(struct td_engine *e, const struct contact *c)
{
	struct line l = of_contact(c, NULL, TD_QUEUE_LOG_FULL);

	text(&l, "");
	text(&l, contact_who(c));
	emit(e, &l);
}

void queuelog_enter(struct td_engine *e, const struct contact *c)
{
	struct line l = of_contact(c, NULL, TD_QUEUE_LOG_ENTERQUEUE);

	text(&l, "");
	text(&l, contact_who(c));
	number(&l, c->first_position);
	emit(e, &l);
}

static struct line left(const struct td_engine *e, const struct contact *c, enum td_queue_log event)
{
	struct line l = of_contact(c, NULL, event);

	number(&l, c->position);
	number(&l, c->first_position);
	number(&l, seconds(c->entered, e->now));
	return l;
}

void queuelog_exit(struct td_engine *e, const struct contact *c, enum td_queue_log event)
{
	struct line l = left(e, c, event);

	emit(e, &l);
}

void queuelog_move(struct td_engine *e, const struct contact *c, const char *to)
{
	struct line l = left(e, c, TD_QUEUE_LOG_WITHDRAW);

	text(&l, to);
	emit(e, &l);
}

void queuelog_ring(struct td_engine *e, const struct contact *c, const struct agent *a,
	enum td_queue_log event)
{
	struct line l = of_contact(c, a, event);

	number(&l, ms_between(c->rung, e->now));
	emit(e, &l);
}

void queuelog_connect(struct td_engine *e, const struct contact *c, const struct agent *a)
{
	struct line l = of_contact(c, a, TD_QUEUE_LOG_CONNECT);
	char peer[TD_NUMBER_BYTES];

	number(&l, seconds(c->entered, e->now));
	/* Asterisk's other channel; ours is the contact's attempt. */
	snprintf(peer, sizeof(peer), "%s.%u", c->cdr.id, c->cdr.attempts);
	text(&l, peer);
	number(&l, seconds(c->rung, e->now));
	emit(e, &l);
}

static void talk(struct td_engine *e, struct line *l, const struct contact *c, uint64_t joined)
{
	number(l, seconds(c->entered, joined));
	number(l, seconds(joined, e->now));
	number(l, c->first_position);
	emit(e, l);
}

void queuelog_complete(struct td_engine *e, const struct contact *c, const struct agent *a,
	uint64_t joined, bool by_agent)
{
	struct line l = of_contact(
		c, a, by_agent ? TD_QUEUE_LOG_COMPLETEAGENT : TD_QUEUE_LOG_COMPLETECALLER);

	talk(e, &l, c, joined);
}

void queuelog_return(struct td_engine *e, const struct contact *c, const struct agent *a,
	uint64_t joined, const char *to)
{
	struct line l = of_contact(c, a, TD_QUEUE_LOG_BLINDTRANSFER);

	text(&l, to);
	text(&l, ""); /* as below */
	talk(e, &l, c, joined);
}

void queuelog_transfer(
	struct td_engine *e, const struct call *c, const struct party *p, const char *to)
{
	bool attended = call_talkers(c) > 0;
	struct line l = of_contact(c->contact, p->agent,
		attended ? TD_QUEUE_LOG_ATTENDEDTRANSFER : TD_QUEUE_LOG_BLINDTRANSFER);

	if (attended)
		text(&l, "BRIDGE"); /* Asterisk's way of it: all were in one bridge already */
	text(&l, to);
	if (!attended)
		text(&l, ""); /* Asterisk's context: we have none */
	talk(e, &l, c->contact, p->joined);
}

void queuelog_login(struct td_engine *e, const struct agent *a, const char *channel)
{
	struct line l = line_new(NONE, NONE, a, TD_QUEUE_LOG_AGENTLOGIN);

	text(&l, channel);
	emit(e, &l);
}

void queuelog_logoff(struct td_engine *e, const struct agent *a, const char *channel)
{
	struct line l = line_new(NONE, NONE, a, TD_QUEUE_LOG_AGENTLOGOFF);

	text(&l, channel);
	number(&l, seconds(a->login, e->now));
	emit(e, &l);
}

void queuelog_pause(struct td_engine *e, const struct agent *a, bool pause)
{
	struct line l = line_new(NONE, NONE, a, pause ? TD_QUEUE_LOG_PAUSE : TD_QUEUE_LOG_UNPAUSE);

	text(&l, a->reason);
	emit(e, &l);
}
