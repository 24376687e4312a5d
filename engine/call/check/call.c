/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of a call: the tables it is found in, its parties, who leads it, its timer. */
#include <engine/call/check/rules.h>
#include <engine/call/restart/tell.h>
#include <engine/call/media/life.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/driver.h>

static bool has(const struct call *c, const struct party *p)
{
	for (unsigned i = 0; i < c->parties && i < PARTIES_MAX; i++)
		if (c->party[i] == p)
			return true;
	return false;
}

static bool led_by(const struct call *c, const char *name)
{
	return c->drivers && strcmp(c->driver[c->drivers - 1].ops->name, name) == 0;
}

static bool call_found(const struct check_at *k)
{
	return call_by_id(k->e, k->c->contact->cdr.id) == k->c && k->c->engine == k->e;
}

static bool call_contact_found(const struct check_at *k)
{
	return !k->c->contact->number ||
	       contact_lookup(k->e, k->c->contact->number) == k->c->contact;
}

static bool call_contact_queue(const struct check_at *k)
{
	const struct call *c = k->c;
	struct acd_contact_info info;

	if (!c->contact->number)
		return true;
	return acd_contact_get(k->e->acd, c->contact->number, &info) == 0 && c->contact->queue &&
	       c->contact->queue->object.number == info.queue &&
	       c->contact->entered == info.entered && c->contact->first_position;
}

static bool call_contact_agent(const struct check_at *k)
{
	const struct party *p = call_ringing(k->c);
	struct acd_contact_info info;

	if (!k->c->contact->number || acd_contact_get(k->e->acd, k->c->contact->number, &info) < 0)
		return true;
	return info.agent == (p && p->agent ? p->agent->object.number : 0);
}

static bool call_caller(const struct check_at *k)
{
	return k->c->parties && k->c->parties <= PARTIES_MAX && k->c->party[0] == k->c->caller;
}

static bool call_parties(const struct check_at *k)
{
	const struct call *c = k->c;

	for (unsigned i = 0; i < c->parties; i++) {
		if (c->party[i]->call != c)
			return false;
		for (unsigned j = 0; j < i; j++)
			if (c->party[i] == c->party[j])
				return false;
	}
	return true;
}

static bool call_source(const struct check_at *k)
{
	return !k->c->trunk != !k->c->calling_agent;
}

static bool call_own(const struct check_at *k)
{
	return k->c->state == CALL_ENDED || !k->c->calling_agent ||
	       check_own(k->c->calling_agent, k->c->caller);
}

static bool call_bridged(const struct check_at *k)
{
	const struct call *c = k->c;

	if (!c->bridged)
		return true;
	if (!has(c, c->bridged) || c->bridged == c->caller)
		return false;
	return c->state == CALL_ENDED || (party_talks(c->bridged) && !c->bridged->held);
}

static bool call_bridge_due(const struct check_at *k)
{
	const struct party *p = call_talker(k->c);

	return k->c->state != CALL_TALKING || !p || p->held || !k->c->proven || k->c->bridged == p;
}

static bool call_turn(const struct check_at *k)
{
	const struct call *c = k->c;
	const struct party *p = c->state == CALL_TALKING ? call_talker(c) : NULL;

	for (unsigned i = 0; i < c->parties; i++)
		if ((c->party[i]->talk.number != 0) != (c->party[i] == p))
			return false;
	return true;
}

static bool call_taped(const struct check_at *k)
{
	return !k->c->taped || (k->c->contact->cdr.recording && has(k->c, k->c->taped));
}

static bool call_partner(const struct check_at *k)
{
	return !k->c->partner || (has(k->c, k->c->partner) && k->c->partner != k->c->caller);
}

static bool call_talk(const struct check_at *k)
{
	return (k->c->state == CALL_TALKING) == (call_talker(k->c) != NULL);
}

static bool call_answered(const struct check_at *k)
{
	return k->c->state != CALL_TALKING || party_is_joined(k->c->caller);
}

static bool call_seeks(const struct check_at *k)
{
	return k->c->state != CALL_CONNECTING || k->c->contact->number || call_ringing(k->c);
}

static bool call_offered(const struct check_at *k)
{
	const struct call *c = k->c;

	if (c->state != CALL_UNCONFIRMED)
		return true;
	return !call_ringing(c) && (c->caller->offering || (!c->proven && led_by(c, "queue")));
}

/* Nothing is sent to who may not be there, and nobody of a queue is rung. */
static bool call_proven(const struct check_at *k)
{
	const struct call *c = k->c;

	if (c->state == CALL_ENDED || c->proven)
		return !c->rings_unproven;
	return c->caller->media == PARTY_MEDIA_RESERVED &&
	       (!c->contact->number || !c->contact->first_position);
}

static bool call_attempt(const struct check_at *k)
{
	return !k->c->attempt.ops == !call_ringing(k->c);
}

static bool call_targets(const struct check_at *k)
{
	const struct attempt *a = &k->c->attempt;

	return !a->ops || (a->count && a->count <= TD_CONF_LIST && a->next <= a->count);
}

/* From the bottom up; some may be missing. */
static bool call_drivers(const struct check_at *k)
{
	static const char *const order[] = {"route", "queue", "dial"};
	const struct call *c = k->c;
	unsigned at = 0;

	if (c->drivers > DRIVERS_MAX)
		return false;
	for (unsigned i = 0; i < c->drivers; i++, at++) {
		while (at < sizeof(order) / sizeof(*order) &&
			strcmp(order[at], c->driver[i].ops->name) != 0)
			at++;
		if (at == sizeof(order) / sizeof(*order))
			return false;
	}
	return !c->drivers || strcmp(c->driver[0].ops->name, order[0]) == 0;
}

static bool call_led(const struct check_at *k)
{
	bool goes_on = k->c->state == CALL_CONNECTING || k->c->state == CALL_TALKING;

	if (k->c->state == CALL_UNCONFIRMED)
		goes_on = !k->c->caller->offering;
	return goes_on == (k->c->drivers > 0);
}

static bool call_driver_queue(const struct check_at *k)
{
	bool waits = k->c->state == CALL_CONNECTING && led_by(k->c, "queue");

	return waits == (k->c->contact->number != 0);
}

static bool call_timer(const struct check_at *k)
{
	const struct timer *t = &k->c->timer;

	if (k->c->state != CALL_ENDED && !led_by(k->c, "dial"))
		return !timer_is_set(t);
	return timers_hold(&k->e->timers, t) && t->fire;
}

static bool call_life(const struct check_at *k)
{
	const struct timer *t = &k->c->life;

	if (k->c->state == CALL_ENDED)
		return !timer_is_set(t);
	if (!timer_is_set(t))
		return !life_longest(k->e) && !(life_quiet(k->c) && life_patience(k->e, k->c));
	return timers_hold(&k->e->timers, t) && t->fire;
}

static bool call_ended(const struct check_at *k)
{
	const struct call *c = k->c;

	if (c->state != CALL_ENDED)
		return true;
	for (unsigned i = 0; i < c->parties; i++)
		if (c->party[i]->media == PARTY_MEDIA_DELETING)
			return c->ended;
	return false;
}

static bool call_listening(const struct check_at *k)
{
	return k->c->state == CALL_ENDED || (k->c->listening != 0) == !life_held(k->c);
}

static bool call_silence(const struct check_at *k)
{
	return k->c->silence == CALL_HEARD ||
	       (k->c->silence < CALL_SILENCE_COUNT && k->c->state == CALL_TALKING);
}

static bool call_checkpoint(const struct check_at *k)
{
	return tell_is_current(
		k->e, TD_CHECKPOINT_CONTACT, pool_index(&k->e->contacts, k->c->contact));
}

static const struct check_rule call_rules[] = CHECK_TABLE(CHECK_CALL_RULES);

bool check_call(const struct check_at *k)
{
	const struct call *c = k->c;
	const struct check_rule *broken = check_broken(call_rules, k);

	if (broken) {
		td_text_set(k->fault, "call %s (contact %u, queue %s) %s", c->contact->cdr.id,
			c->contact->number,
			c->contact->queue ? c->contact->queue->object.name : "none", broken->text);
		return false;
	}
	for (unsigned i = 0; i < c->parties; i++) {
		struct check_at party = {.e = k->e, .p = c->party[i], .fault = k->fault};

		if (!check_party(&party))
			return false;
	}
	return !c->contact->number || acd_check_contact(k->e->acd, c->contact->number, k->fault);
}
