/* SPDX-License-Identifier: BSD-3-Clause */
/* Which objects are looked at: all of them, or the next one in turn. */
#include <engine/call/check/check.h>
#include <engine/call/check/rules.h>
#include <engine/call/events/alarm.h>
#include <engine/call/site/full.h>

#define SKIPS 16 /* free records that are passed over at a time, so that the cost is bounded */

static bool engine_said(const struct check_at *k)
{
	return !k->e->out_count && !k->e->outs_lost && k->e->out_head < k->e->out_cap;
}

static bool engine_full(const struct check_at *k)
{
	for (unsigned limit = 0; k->e->full >> limit; limit++)
		if (k->e->full >> limit & 1 && !full_crowded(k->e, (enum site_limit)limit))
			return false;
	return true;
}

static bool engine_silences(const struct check_at *k)
{
	for (unsigned i = 0; i < CALL_SILENCE_COUNT; i++) {
		const struct silences *s = &k->e->silences[i];

		if (timer_is_set(&s->clear) != (s->raised && !s->now))
			return false;
	}
	return true;
}

static const struct check_rule engine_rules[] = CHECK_TABLE(CHECK_ENGINE_RULES);

static bool check_engine(const struct check_at *k)
{
	const struct check_rule *broken = check_broken(engine_rules, k);

	if (broken)
		td_text_set(k->fault, "engine: %s", broken->text);
	return !broken;
}

/* The objects of the engine, in turn: each table's places, one after the other. */
static uint32_t place_count(const struct td_engine *e)
{
	return e->calls.capacity + e->contacts.capacity + e->parties.capacity + e->agents.count +
	       e->queues.count + e->links.count + e->trunks.count;
}

/* The object at this place in *k; false: its record is free. */
static bool place_call(struct check_at *k, uint32_t at)
{
	k->c = pool_at(&k->e->calls, at);
	return k->c->state != CALL_FREE;
}

static bool place_contact(struct check_at *k, uint32_t at)
{
	k->n = pool_at(&k->e->contacts, at);
	return k->n->state != CONTACT_NONE;
}

static bool place_party(struct check_at *k, uint32_t at)
{
	k->p = pool_at(&k->e->parties, at);
	return check_party_used(k->p);
}

static bool object_sound(struct check_at *k, uint32_t at)
{
	const struct td_engine *e = k->e;

	if (at < e->agents.count) {
		k->a = objects_get(&e->agents, at + 1);
		return check_agent(k);
	}
	at -= e->agents.count;
	if (at < e->queues.count) {
		k->q = objects_get(&e->queues, at + 1);
		return check_queue(k);
	}
	at -= e->queues.count;
	if (at < e->links.count) {
		k->k = objects_get(&e->links, at + 1);
		return check_link(k);
	}
	k->t = objects_get(&e->trunks, at - e->links.count + 1);
	return check_trunk(k);
}

/* What is there is sound. *used: something is there. */
static bool place_sound(const struct td_engine *e, uint32_t at, bool *used, struct td_text *fault)
{
	struct check_at k = {.e = e, .fault = fault};

	*used = true;
	if (at < e->calls.capacity) {
		*used = place_call(&k, at);
		return !*used || check_call(&k);
	}
	at -= e->calls.capacity;
	if (at < e->contacts.capacity) {
		*used = place_contact(&k, at);
		return !*used || check_contact(&k);
	}
	at -= e->contacts.capacity;
	if (at < e->parties.capacity) {
		*used = place_party(&k, at);
		return !*used || check_party(&k);
	}
	return object_sound(&k, at - e->parties.capacity);
}

bool engine_check(const struct td_engine *e, struct td_text *fault)
{
	struct check_at k = {.e = e, .fault = fault};
	uint32_t places = place_count(e);
	bool used;

	for (uint32_t at = 0; at < places; at++)
		if (!place_sound(e, at, &used, fault))
			return false;
	return check_engine(&k) && check_sums(&k) && acd_check(e->acd, fault);
}

static void alarm_set(struct td_engine *e, bool raised, const char *text)
{
	e->checks.raised = raised;
	alarm_write(e, TD_ALARM_CHECK_FAILED, NULL, raised, "%s", text);
}

/* A round has ended. */
static void turn(struct td_engine *e)
{
	e->checks.next = 0;
	if (e->checks.raised && !e->checks.faults)
		alarm_set(e, false, "all links of calls and agents have been looked at, and hold");
	e->checks.faults = 0;
}

static void failed(struct td_engine *e, const struct td_text *fault)
{
	e->checks.failed++;
	e->checks.faults++;
	if (!e->checks.raised)
		alarm_set(e, true, fault->s);
}

static void check_next(struct td_engine *e)
{
	struct check_at k = {.e = e};
	struct td_text fault;
	bool used = false, sound = true;

	e->checks.done++;
	if (e->checks.next >= place_count(e))
		turn(e);
	for (int i = 0; i < SKIPS && !used && e->checks.next < place_count(e); i++)
		sound = place_sound(e, e->checks.next++, &used, &fault);
	k.fault = &fault;
	if (!sound || !check_engine(&k))
		failed(e, &fault);
}

void check_step(struct td_engine *e)
{
	if (++e->checks.inputs < CHECK_INPUTS)
		return;
	e->checks.inputs = 0;
	check_next(e);
}
