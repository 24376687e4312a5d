/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of agents, queues, links and trunks: what the distributor and the registrar say of them. */
#include <engine/call/check/rules.h>
#include <engine/call/restart/tell.h>
#include <engine/call/site/reserve.h>

static bool agent_state(const struct check_at *k)
{
	const struct agent *a = k->a;
	struct acd_agent_info info;

	if (acd_agent_get(k->e->acd, a->object.number, &info) < 0)
		return a->state == TD_AGENT_LOGGED_OUT && !a->object.configured;
	return a->state == info.state && a->backoff == info.reason;
}

static bool agent_busy(const struct check_at *k)
{
	const struct agent *a = k->a;

	return (a->contact != NULL) ==
	       (a->state == TD_AGENT_RESERVED || a->state == TD_AGENT_RINGING ||
		       a->state == TD_AGENT_TALKING);
}

static bool agent_call(const struct check_at *k)
{
	const struct contact *n = k->a->contact;
	const struct call *c;

	if (!n)
		return true;
	if (!n->call)
		return n->state != CONTACT_NONE && n->work.agent == k->a;
	c = n->call;
	for (unsigned i = 0; i < c->parties && i < PARTIES_MAX; i++)
		if (c->party[i]->agent == k->a && c->party[i]->contact &&
			c->party[i]->state != PARTY_LEFT)
			return c->state != CALL_FREE && c->state != CALL_ENDED;
	return false;
}

static bool agent_engaged(const struct check_at *k)
{
	struct acd_agent_info info;

	return acd_agent_get(k->e->acd, k->a->object.number, &info) < 0 ||
	       info.engaged == (k->a->own != NULL);
}

static bool agent_reachable(const struct check_at *k)
{
	const struct agent *a = k->a;
	struct acd_agent_info info;

	if (!a->object.configured)
		return !a->reachable;
	return a->reachable ==
		       (a->conf.contact.family ||
			       registrar_lookup(k->e->registrar, str_of(a->object.name)) != NULL) &&
	       acd_agent_get(k->e->acd, a->object.number, &info) == 0 &&
	       info.reachable == a->reachable;
}

static bool agent_link(const struct check_at *k)
{
	return !k->a->object.configured || k->a->acd.link == reserve_link(k->a->link);
}

static bool agent_checkpoint(const struct check_at *k)
{
	return tell_is_current(k->e, TD_CHECKPOINT_AGENT, k->a->object.number - 1);
}

static bool agent_bindings(const struct check_at *k)
{
	uint32_t first = (k->a->object.number - 1) * TD_CHECKPOINT_BINDINGS;

	for (uint32_t i = 0; i < TD_CHECKPOINT_BINDINGS; i++)
		if (!tell_is_current(k->e, TD_CHECKPOINT_BINDING, first + i))
			return false;
	return true;
}

static bool queue_waiting(const struct check_at *k)
{
	struct acd_queue_info info = {0};
	uint32_t waiting = 0;

	acd_queue_get(k->e->acd, k->q->object.number, &info);
	for (unsigned ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		waiting += k->q->waiting[ch];
	return info.waiting == waiting;
}

static bool link_offers(const struct check_at *k)
{
	return !k->k->offers;
}

static bool link_room(const struct check_at *k)
{
	return acd_link_room(k->e->acd, k->k->object.number) == k->k->told;
}

static bool trunk_name(const struct check_at *k)
{
	const struct resolution *r = &k->t->resolution;

	if (!r->name[0])
		return !timer_is_set(&r->timer) && !r->waiting;
	return timers_hold(&k->e->timers, &r->timer) && (!r->waiting || r->request);
}

static const struct check_rule agent_rules[] = CHECK_TABLE(CHECK_AGENT_RULES);
static const struct check_rule queue_rules[] = CHECK_TABLE(CHECK_QUEUE_RULES);
static const struct check_rule link_rules[] = CHECK_TABLE(CHECK_LINK_RULES);
static const struct check_rule trunk_rules[] = CHECK_TABLE(CHECK_TRUNK_RULES);

/* `what` is "queue", of `o`. */
static bool site_obeys(const struct check_at *k, const struct check_rule *rules, const char *what,
	const struct object *o)
{
	const struct check_rule *broken = check_broken(rules, k);

	if (broken)
		td_text_set(k->fault, "%s %s %s", what, o->name, broken->text);
	return !broken;
}

bool check_agent(const struct check_at *k)
{
	const struct agent *a = k->a;
	const struct check_rule *broken = check_broken(agent_rules, k);

	if (broken)
		td_text_set(k->fault, "agent %s (%s, contact %s) %s", a->object.name,
			acd_state_name(a->state), a->contact ? a->contact->cdr.id : "none",
			broken->text);
	return !broken && acd_check_agent(k->e->acd, a->object.number, k->fault);
}

bool check_queue(const struct check_at *k)
{
	return site_obeys(k, queue_rules, "queue", &k->q->object);
}

bool check_link(const struct check_at *k)
{
	return site_obeys(k, link_rules, "link", &k->k->object);
}

bool check_trunk(const struct check_at *k)
{
	return site_obeys(k, trunk_rules, "trunk", &k->t->object);
}
