/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/routes.h>
#include <engine/call/site/trunk.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/bridge.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/driver.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/talk.h>
#include <engine/call/transition/third.h>
#include <engine/call/transition/wait.h>
#include <engine/sip/msg/msg.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Whom a request means. */
struct whom {
	struct target target[TD_CONF_LIST];
	struct attempt_plan plan;
	struct queue *queue; /* NULL: those of the plan are rung */
	char number[TD_NUMBER_BYTES];
};

static int agents(const struct td_engine *e, const char *names, struct whom *w, struct td_text *err)
{
	struct str rest = str_of(names);
	char name[TD_NAME_BYTES];

	if (!rest.n) {
		td_text_set(err, "no agent is named");
		return -EINVAL;
	}
	while (rest.p) {
		struct str one = str_trim(str_cut(&rest, ','));
		struct agent *a = str_copy(name, sizeof(name), one)
					  ? objects_configured(&e->agents, name)
					  : NULL;

		if (!a) {
			td_text_set(err, "there is no agent %.*s", (int)one.n, one.p);
			return -ENOENT;
		}
		if (w->plan.count == TD_CONF_LIST) {
			td_text_set(err, "more than %d agents are named", TD_CONF_LIST);
			return -EINVAL;
		}
		w->target[w->plan.count++].agent = a;
	}
	w->plan.at_once = true;
	return 0;
}

/* Whether it can stand in a URI: the INVITE would be none otherwise, or one for another host. */
static bool is_user(const char *number)
{
	char text[TD_PARTY_NAME_BYTES + 8];
	struct sip_uri uri;

	snprintf(text, sizeof(text), "sip:%s@host", number);
	return sip_uri_decode(&uri, str_of(text)) == 0 && str_eq(uri.user, str_of(number));
}

static int number(
	const struct td_engine *e, const char *dialled, struct whom *w, struct td_text *err)
{
	bool fits = route_user(str_of(dialled), w->number);
	const struct td_conf_route *closed, *r;
	char plain[TD_NUMBER_BYTES];

	if (!is_user(dialled) || !fits) {
		td_text_set(err, "'%s' is no number: it has 1 to %d characters of a SIP user",
			dialled, TD_NUMBER_BYTES - 1);
		return -EINVAL;
	}
	w->plan.number = w->number;
	route_number(str_of(dialled), plain);
	r = route_lookup(e, plain, NULL, &closed);
	if (r)
		w->plan.count = trunk_targets(e, r, w->target);
	if (r && !w->plan.count)
		w->queue = objects_configured(&e->queues, r->queue);
	if (w->plan.count || w->queue)
		return 0;
	if (closed && closed->refuse)
		td_text_set(err, "route %s refuses calls to %s", closed->name, dialled);
	else if (closed)
		td_text_set(err, "route %s does not serve agents: see its keys from and trunk",
			closed->name);
	else
		td_text_set(err, "no route leads to %s", dialled);
	return -ENOENT;
}

static int whom(const struct td_engine *e, const struct td_party_request *r, struct whom *w,
	struct td_text *err)
{
	memset(w, 0, sizeof(*w));
	w->plan = (struct attempt_plan){.t = w->target, .number = r->name, .code = 480};
	switch (r->kind) {
	case TD_PARTY_BY_AGENT:
		return agents(e, r->name, w, err);
	case TD_PARTY_BY_NUMBER:
		return number(e, r->name, w, err);
	case TD_PARTY_BY_QUEUE:
		w->queue = objects_configured(&e->queues, r->name);
		if (w->queue)
			return 0;
		td_text_set(err, "there is no queue %s", r->name);
		return -ENOENT;
	default: /* fits() */
		return -EINVAL;
	}
}

static int can_ring(struct call *c, struct td_text *err)
{
	if (c->state != CALL_TALKING) {
		td_text_set(err, "nobody talks to the caller of %s", c->contact->cdr.id);
		return -EBUSY;
	}
	if (dial_rings(c)) {
		td_text_set(err, "somebody is rung for %s already; drop that one first",
			c->contact->cdr.id);
		return -EBUSY;
	}
	return 0;
}

/* Whom nobody of a queue can answer, ever, waits there in vain. A full queue sends the caller away.
 */
static int queue_can(const struct td_engine *e, const struct queue *q, enum td_party_action action,
	struct td_text *err)
{
	if (action == TD_PARTY_ADD) {
		td_text_set(err, "a queue cannot join a talk; transfer the caller there");
		return -EINVAL;
	}
	if (acd_queue_channels(e->acd, q->object.number) >> TD_CHANNEL_VOICE & 1)
		return wait_room(e, q, err);
	td_text_set(err,
		"no agent of queue %s takes calls: none of them has the channel voice; name "
		"another queue",
		q->object.name);
	return -EINVAL;
}

/* Nobody leaves a talk for somebody of whom we know already that no telephone will ring. */
static int reachable(const struct td_engine *e, const struct call *c, enum td_party_action action,
	const struct whom *w, struct td_text *err)
{
	char why[TD_TEXT_BYTES], text[TARGET_TEXT];
	bool any = false;

	if (w->queue)
		return queue_can(e, w->queue, action, err);
	for (uint8_t i = 0; !any && i < w->plan.count; i++) {
		any = target_reachable(e, c, &w->target[i], w->plan.number, why);
		if (!any)
			td_text_set(err, "%s cannot be rung: %s", target_text(&w->target[i], text),
				why);
	}
	return any ? 0 : -EBUSY;
}

static int add(struct td_engine *e, struct call *c, struct whom *w, struct td_text *err)
{
	if (c->parties + w->plan.count > PARTIES_MAX) {
		td_text_set(err, "%s has %u parties, and can have %d", c->contact->cdr.id,
			c->parties, PARTIES_MAX);
		return -EBUSY;
	}
	return dial_join(e, c, &w->plan, err);
}

static void leave(
	struct td_engine *e, struct call *c, struct party *p, enum td_ended_by by, const char *to)
{
	talk_leave(e, c, p, by, TALK_TRANSFERRED, to);
	bridge_update(e, c);
	silence_check(e, c);
	party_del(e, p);
}

static struct party *after(const struct call *c, const struct party *p)
{
	bool passed = false;

	for (unsigned i = 0; i < c->parties; i++) {
		if (passed && party_talks(c->party[i]))
			return c->party[i];
		passed |= c->party[i] == p;
	}
	return NULL;
}

static int transfer(
	struct td_engine *e, struct call *c, const struct td_party_request *r, const struct whom *w)
{
	/* one number is written in one way, as in a CDR, however the operator has written it */
	const char *to = w->plan.number == w->number ? w->number : r->name;

	story(e, c, "transferred to %s", to);
	/* The last who joined leaves first, so that no turn begins while they leave. */
	for (unsigned i = c->parties; i-- > 1;)
		if (party_talks(c->party[i]))
			leave(e, c, c->party[i], TD_ENDED_BY_US, to);
	if (!w->queue) {
		dial_start(e, c, &w->plan);
		return 0;
	}
	while (c->drivers > 1) /* the route stays; the queue has nothing under way */
		driver_pop(c);
	wait_start(e, c, w->queue);
	return 0;
}

static bool is(const struct party *p, const struct td_party_request *r)
{
	const char *name = "", *wanted = r->name; /* nobody's */
	char number[TD_NUMBER_BYTES];

	if (party_is_caller(p) || p->state == PARTY_LEFT)
		return false;
	if (r->kind == TD_PARTY_BY_NUMBER) { /* as number() has it */
		name = p->dialled;
		route_user(str_of(r->name), number);
		wanted = number;
	} else if (r->kind == TD_PARTY_BY_AGENT ? p->agent != NULL : p->trunk != NULL) {
		name = party_who(p);
	}
	return *name && strcmp(name, wanted) == 0;
}

/* Two numbers by one trunk: nobody can know who is meant. */
static int ambiguous(const struct call *c, const struct td_party_request *r, struct td_text *err)
{
	char numbers[PARTIES_MAX * (TD_NUMBER_BYTES + 2)] = "";
	unsigned n = 0;

	for (unsigned i = 0; i < c->parties; i++) {
		if (r->kind != TD_PARTY_BY_TRUNK || !is(c->party[i], r))
			continue;
		snprintf(numbers + strlen(numbers), sizeof(numbers) - strlen(numbers), "%s%s",
			n++ ? ", " : "", c->party[i]->dialled);
	}
	if (n < 2)
		return 0;
	td_text_set(err, "%s has %u parties by trunk %s: %s; drop one of them by its number",
		c->contact->cdr.id, n, r->name, numbers);
	return -EINVAL;
}

static int drop(
	struct td_engine *e, struct call *c, const struct td_party_request *r, struct td_text *err)
{
	int rc = ambiguous(c, r, err);

	for (unsigned i = c->parties; rc == 0 && i-- > 0;) { /* a number twice: the last */
		struct party *p = c->party[i];

		if (!is(p, r))
			continue;
		if (p->state == PARTY_RINGING && !dial_rings(c))
			break; /* the queue's offer: the distributor leads it */
		if (p->state != PARTY_RINGING) {
			if (!third_left(e, c, p, TD_ENDED_BY_US))
				call_end(e, c, TD_ENDED_BY_US, TD_CALL_ANSWERED, 0);
		} else if (!attempt_drop(e, p, SIP_CAUSE_WITHDRAWN)) {
			dial_cancel(e, c, SIP_CAUSE_WITHDRAWN);
		}
		return 0;
	}
	if (rc)
		return rc;
	td_text_set(err, "%s has no party %s", c->contact->cdr.id, r->name);
	return -ENOENT;
}

static int fits(const struct td_party_request *r, struct td_text *err)
{
	static const struct {
		const char *word;
		unsigned whom;
	} actions[] = {
#define ACTION(id, word, whom, help) {word, whom},
		TD_PARTY_ACTIONS(ACTION)
#undef ACTION
	};
	static const char *const kinds[] = {TD_PARTY_KINDS(TD_WORD)};
	char list[64] = "";

	if (actions[r->action].whom >> r->kind & 1)
		return 0;
	for (unsigned i = 0; i < TD_PARTY_KIND_COUNT; i++)
		if (actions[r->action].whom >> i & 1)
			snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
				list[0] ? " or " : "", kinds[i]);
	td_text_set(err, "%s wants %s, not %s", actions[r->action].word, list, kinds[r->kind]);
	return -EINVAL;
}

int third_request(
	struct td_engine *e, struct call *c, const struct td_party_request *r, struct td_text *err)
{
	struct whom w;
	int rc;

	rc = fits(r, err);
	if (rc)
		return rc;
	if (r->action == TD_PARTY_DROP)
		return drop(e, c, r, err);
	rc = whom(e, r, &w, err);
	if (rc == 0)
		rc = can_ring(c, err);
	if (rc == 0)
		rc = reachable(e, c, r->action, &w, err);
	if (rc < 0)
		return rc;
	return r->action == TD_PARTY_ADD ? add(e, c, &w, err) : transfer(e, c, r, &w);
}

bool third_left(struct td_engine *e, struct call *c, struct party *p, enum td_ended_by by)
{
	const struct party *ringing = call_ringing(c), *next;
	bool talks = call_talker(c) == p, last = talks && call_talkers(c) == 1;

	if (c->state != CALL_TALKING || (last && !ringing))
		return false;
	if (last)
		dial_alone(c);
	next = talks ? after(c, p) : NULL;
	leave(e, c, p, by, next ? party_who(next) : ringing ? party_who(ringing) : NULL);
	if (next)
		story(e, c, "%s %s talks to the caller", party_role_name(next), party_who(next));
	return true;
}
