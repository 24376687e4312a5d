/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of a contact without media: the tables it is found in, its queue, its agent. */
#include <engine/call/check/rules.h>
#include <engine/call/restart/tell.h>
#include <engine/call/state/calls.h>

static bool contact_found(const struct check_at *k)
{
	return contact_by_id(k->e, k->n->cdr.id) == k->n;
}

static bool contact_numbered(const struct check_at *k)
{
	return !k->n->number || contact_lookup(k->e, k->n->number) == k->n;
}

static bool contact_queue(const struct check_at *k)
{
	const struct contact *c = k->n;
	struct acd_contact_info info;

	if (!c->number)
		return true;
	return acd_contact_get(k->e->acd, c->number, &info) == 0 && c->queue &&
	       c->queue->object.number == info.queue && c->entered == info.entered &&
	       c->first_position;
}

static bool contact_state(const struct check_at *k)
{
	const struct contact *c = k->n;

	return !c->work.agent == (c->state == CONTACT_WAITING) &&
	       !c->number == (c->state == CONTACT_HANDLED) &&
	       !c->work.number == (c->state != CONTACT_HANDLED);
}

static bool contact_agent(const struct check_at *k)
{
	return !k->n->work.agent || k->n->work.agent->contact == k->n;
}

static bool contact_offer(const struct check_at *k)
{
	const struct agent *a = k->n->work.agent;
	struct acd_contact_info info;

	if (!k->n->number || acd_contact_get(k->e->acd, k->n->number, &info) < 0)
		return true;
	return info.agent == (a ? a->object.number : 0);
}

static bool contact_work(const struct check_at *k)
{
	const struct contact *c = k->n;
	struct acd_agent_info info;

	if (c->state != CONTACT_HANDLED)
		return true;
	return acd_agent_get(k->e->acd, c->work.agent->object.number, &info) == 0 &&
	       info.contact == c->work.number && info.state == TD_AGENT_TALKING;
}

static bool contact_checkpoint(const struct check_at *k)
{
	return tell_is_current(k->e, TD_CHECKPOINT_CONTACT, pool_index(&k->e->contacts, k->n));
}

static const struct check_rule contact_rules[] = CHECK_TABLE(CHECK_CONTACT_RULES);

bool check_contact(const struct check_at *k)
{
	const struct contact *c = k->n;
	const struct check_rule *broken = check_broken(contact_rules, k);
	struct check_at agent = {.e = k->e, .a = c->work.agent, .fault = k->fault};

	if (broken) {
		td_text_set(k->fault, "contact %s (%u, queue %s) %s", c->cdr.id, c->number,
			c->queue ? c->queue->object.name : "none", broken->text);
		return false;
	}
	if (c->work.agent && !check_agent(&agent))
		return false;
	return !c->number || acd_check_contact(k->e->acd, c->number, k->fault);
}
