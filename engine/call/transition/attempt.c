/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/call/events/parties.h>
#include <engine/call/events/story.h>
#include <engine/call/media/party.h>
#include <engine/call/site/trunk.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/attempt.h>
#include <stdio.h>
#include <string.h>

/* Everything else of a party that is rung in vain. */
static struct target part(struct td_engine *e, struct party *p)
{
	struct target t = {.agent = p->agent, .trunk = p->trunk};

	target_release(e, p);
	party_detach(e, p);
	return t;
}

static void over(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	const struct attempt_ops *ops = c->attempt.ops;

	c->attempt.ops = NULL;
	if (ops->over)
		ops->over(e, c, c->attempt.code, by);
}

static void skip(struct attempt *a)
{
	a->next++;
	a->tries = 0;
}

static bool tried(const struct attempt *a, const struct td_addr *addr)
{
	for (uint8_t i = 0; i < a->tries; i++)
		if (addr_equal(&a->tried[i], addr))
			return true;
	return false;
}

/* The first address that was not tried: *t has its place. False: there is none. The answer to a
 * question may replace all addresses while one of them is rung, so those tried are kept by value.
 * An agent, and a trunk without an address, is tried once: what is missing is told then. */
static bool untried(const struct td_engine *e, struct attempt *a, struct target *t)
{
	unsigned n = t->trunk ? trunk_addresses(t->trunk) : 0;

	if (!n)
		return !a->tries++;
	for (; t->place < n && a->tries < RESOLUTION_MAX; t->place++) {
		struct td_addr addr = trunk_flow(e, t->trunk, t->place).remote;

		if (tried(a, &addr))
			continue;
		a->tried[a->tries++] = addr;
		return true;
	}
	return false;
}

/* The next address of the trunk that was rung last, else the next target. False: none is left. */
static bool candidate(const struct td_engine *e, struct attempt *a, struct target *t)
{
	for (; a->next < a->count; skip(a)) {
		*t = a->target[a->next];
		if (untried(e, a, t))
			break;
	}
	return a->next < a->count;
}

/* Rings the next one who can be rung, or all at once. */
static void next(struct td_engine *e, struct call *c)
{
	struct attempt *a = &c->attempt;
	const struct attempt_ops *ops = a->ops;
	struct target_refusal no;
	struct target t;
	char text[TARGET_TEXT];

	while (a->ops == ops && (a->at_once || !call_ringing(c)) && candidate(e, a, &t)) {
		bool rings = target_ring(e, c, &t, a->number, &no);

		if (a->at_once || !rings)
			skip(a);
		if (rings)
			continue;
		if (no.code)
			a->code = no.code;
		story(e, c, "%s is not rung: %s", target_text(&t, text), no.why);
		if (ops->refused)
			ops->refused(e, c, &t, &no);
	}
	if (a->ops == ops && !call_ringing(c))
		over(e, c, TD_ENDED_BY_US);
}

void attempt_start(struct td_engine *e, struct call *c, const struct attempt_ops *ops,
	const struct attempt_plan *plan)
{
	struct attempt *a = &c->attempt;

	*a = (struct attempt){
		.ops = ops, .count = plan->count, .at_once = plan->at_once, .code = plan->code};
	memcpy(a->target, plan->t, plan->count * sizeof(*plan->t));
	if (plan->number)
		snprintf(a->number, sizeof(a->number), "%s", plan->number);
	next(e, c);
}

static void withdraw(struct td_engine *e, struct party *p, enum sip_cause cause)
{
	struct call *c = p->call;
	struct sip_session *s = p->session;
	struct target t;
	char text[TARGET_TEXT];

	parties_given_up(p, cause);
	t = part(e, p);
	if (t.trunk)
		t.trunk->out.cancelled++;
	story(e, c, "CANCEL to %s", target_text(&t, text));
	sip_session_cause(s, cause);
	sip_session_cancel(s, e->now);
}

void attempt_stop(struct td_engine *e, struct call *c, enum sip_cause cause)
{
	struct party *p;

	c->attempt.ops = NULL;
	while ((p = call_ringing(c)) != NULL)
		withdraw(e, p, cause);
}

bool attempt_drop(struct td_engine *e, struct party *p, enum sip_cause cause)
{
	const struct call *c = p->call;
	unsigned ringing = 0;

	for (unsigned i = 0; i < c->parties; i++)
		ringing += c->party[i] != c->caller && c->party[i]->state == PARTY_RINGING;
	if (ringing < 2)
		return false;
	withdraw(e, p, cause);
	return true;
}

/* The dialog that a response makes. */
static uint64_t dialog_of(const struct td_engine *e, const struct sip_msg *m)
{
	return hash_bytes(&e->by_id, m->to.tag) | 1;
}

void attempt_progress(struct td_engine *e, struct party *p, int code, const struct sip_msg *m)
{
	struct call *c = p->call;
	struct target t = {.agent = p->agent, .trunk = p->trunk};
	struct str sdp = m->to.tag.n ? sip_msg_sdp(m) : (struct str){0};
	char text[TARGET_TEXT];

	if (sdp.n)
		party_keep_early(e, p, sdp, dialog_of(e, m));
	story(e, c, "%d from %s%s", code, target_text(&t, text), sdp.n ? ", with its SDP" : "");
	if (p->rang || code < 180)
		return;
	p->rang = true;
	c->attempt.ops->rings(e, c, p);
}

/* It will not be a party of the call: told to whose attempt it is, which may go on. */
static void lost(struct td_engine *e, struct party *p, int code)
{
	struct call *c = p->call;
	const struct attempt_ops *ops = c->attempt.ops;
	bool rang = p->rang, go_on;
	struct target t;

	parties_failed(p, code);
	t = part(e, p);
	c->attempt.code = code;
	if (!c->attempt.at_once && code != 408 && code != 503) /* RFC 3263 section 4.3 */
		skip(&c->attempt);
	go_on = ops->failed(e, c, &t, code, rang);
	if (c->attempt.ops != ops)
		return;
	if (go_on || call_ringing(c))
		next(e, c);
	else
		over(e, c, TD_ENDED_BY_CALLEE);
}

static void taken(struct td_engine *e, struct party *p)
{
	struct call *c = p->call;
	const struct attempt_ops *ops = c->attempt.ops;
	struct sip_session *s = p->session;

	p->state = PARTY_JOINED;
	p->joined = e->now;
	if (p->trunk) {
		p->trunk->out.answered++;
		p->trunk->rests = 0;
	}
	if (ops->answered(e, c, p)) {
		attempt_stop(e, c, SIP_CAUSE_ELSEWHERE);
		return;
	}
	p->why = TD_PARTY_END_LATE;
	party_session_over(e, p);
	part(e, p);
	sip_session_cause(s, SIP_CAUSE_NO_ANSWER);
	sip_session_bye(s, e->now);
	if (!call_ringing(c))
		c->attempt.ops = NULL;
}

void attempt_answered(struct td_engine *e, struct party *p, const struct sip_msg *m)
{
	struct target t = {.agent = p->agent, .trunk = p->trunk};
	struct sip_session *s = p->session;
	struct call *c = p->call;
	struct str sdp = sip_msg_sdp(m);
	char why[KEYS_TEXT], text[TARGET_TEXT];

	parties_answered(e, p);
	if ((!sdp.n && party_take_early(e, p, dialog_of(e, m)) == 0) ||
		party_take(e, p, sdp, why) == 0) {
		taken(e, p);
		return;
	}
	if (t.trunk)
		t.trunk->out.failed++;
	story(e, c, "200 from %s, whose SDP is of no use: %s", target_text(&t, text), why);
	party_session_over(e, p);
	lost(e, p, ATTEMPT_UNUSABLE);
	sip_session_bye(s, e->now);
}

static void count_failed(struct trunk *t, const struct sip_msg *m)
{
	if (m && m->code >= 300)
		t->out.rejected++;
	else
		t->out.failed++;
}

/* It has no room, and says for how long. Its other addresses are tried for this call all the same,
 * and one that answers ends the rest. */
static void rest(struct td_engine *e, struct party *p, const struct sip_msg *m)
{
	uint32_t seconds = trunk_rest(e, p->trunk, sip_msg_header(m, SIP_HDR_RETRY_AFTER));

	if (!seconds)
		return;
	trunk_heard(e, p->trunk, &p->server, false);
	story(e, p->call, "trunk %s rests for %u s", p->trunk->object.name, seconds);
}

void attempt_failed(struct td_engine *e, struct party *p, int code, const struct sip_msg *m)
{
	struct target t = {.agent = p->agent, .trunk = p->trunk};
	struct call *c = p->call;
	bool redirects = code < 400; /* RFC 3261 section 21.3 */
	char text[TARGET_TEXT];

	if (t.trunk)
		count_failed(t.trunk, m);
	e->redirections += redirects;
	party_session_over(e, p);
	story(e, c, "%d from %s%s", code, target_text(&t, text),
		redirects ? ", and we follow no redirection" : "");
	if (t.trunk && m && code == 503)
		rest(e, p, m);
	lost(e, p, code);
}
