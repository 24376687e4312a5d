/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/parties.h>
#include <engine/call/events/segment.h>
#include <engine/call/restart/record.h>
#include <engine/call/state/calls.h>
#include <stdio.h>

static void agent(const struct td_engine *e, const struct agent *a, struct td_checkpoint_agent *r)
{
	const struct queue *q;

	memcpy(r->name, a->object.name, sizeof(r->name));
	memcpy(r->resume, a->resume, sizeof(r->resume));
	if (acd_agent_keep(e->acd, a->object.number, &r->acd) < 0)
		return;
	q = objects_get(&e->queues, r->acd.queue);
	if (q)
		memcpy(r->queue, q->object.name, sizeof(r->queue));
	r->acd.queue = 0;
	r->since = a->since;
	r->from = a->from;
	r->login = a->login;
	r->away = timer_is_set(&a->away) ? a->away.deadline : 0;
	r->reachable = a->reachable;
	r->by_hand = a->by_hand;
	r->resumes = a->resumes;
	r->with_telephone = a->with_telephone;
}

static bool make_agent(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out)
{
	const struct agent *a = objects_get(&e->agents, number + 1);

	if (!a || !a->object.configured)
		return false;
	agent(e, a, &out->agent);
	return true;
}

static bool make_binding(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out)
{
	const struct agent *a = objects_get(&e->agents, number / TD_CHECKPOINT_BINDINGS + 1);
	struct td_checkpoint_binding *r = &out->binding;
	const struct registrar_binding *b;

	if (!a)
		return false;
	b = registrar_binding(
		e->registrar, str_of(a->object.name), number % TD_CHECKPOINT_BINDINGS);
	if (!b)
		return false;
	memcpy(r->agent, a->object.name, sizeof(r->agent));
	snprintf(r->contact, sizeof(r->contact), "%s", b->contact);
	r->local = b->flow.local;
	r->remote = b->flow.remote;
	r->expires = b->expires;
	r->order = b->order;
	r->transport = (uint8_t)b->flow.transport;
	return true;
}

static bool make_block(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out)
{
	struct guard_row row;

	if (!registrar_blocked(e->registrar, e->now, number, &row))
		return false;
	snprintf(out->block.user, sizeof(out->block.user), "%s", row.user);
	out->block.source = row.source;
	out->block.kind = row.kind;
	out->block.until = row.until;
	return true;
}

/* To whom a queue offers it. */
static const struct agent *rung(const struct contact *c)
{
	const struct party *p = c->call ? call_ringing(c->call) : NULL;

	if (!c->call)
		return c->state == CONTACT_OFFERED ? c->work.agent : NULL;
	return p && p->contact ? p->agent : NULL;
}

static uint64_t talk_since(const struct contact *c)
{
	if (c->call)
		return c->call->state == CALL_TALKING ? c->call->talk_since : 0;
	return c->state == CONTACT_HANDLED ? c->work.accepted : 0;
}

/* One without an id has not begun: it may be refused yet, and then its CDR is written at once. */
static bool make_contact(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out)
{
	const struct contact *c = pool_at(&e->contacts, number);
	struct td_checkpoint_contact *r = &out->contact;
	const struct agent *a;

	if (!contact_is(c) || !c->cdr.id[0])
		return false;
	r->cdr = c->cdr;
	segment_fill(&r->segment, c, c->waiting.number ? &c->waiting : &c->work.segment);
	if (c->queue)
		memcpy(r->queue, c->queue->object.name, sizeof(r->queue));
	a = rung(c);
	if (a)
		memcpy(r->rung, a->object.name, sizeof(r->rung));
	if (!c->call && c->state == CONTACT_HANDLED)
		memcpy(r->agent, c->work.agent->object.name, sizeof(r->agent));
	r->entered = c->number ? c->entered : 0;
	r->queued = c->entered;
	r->rung_since = c->rung;
	r->talk_since = talk_since(c);
	r->waited_ms = c->waited_ms;
	r->position = c->position;
	r->first_position = c->first_position;
	return true;
}

/* What has no row yet, and gets one. */
static bool make_party(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out)
{
	const struct party *p = pool_at(&e->parties, number);
	struct td_checkpoint_party *r = &out->party;

	if (!(p->session || p->call || p->media != PARTY_MEDIA_NONE) || !parties_owe(p))
		return false;
	parties_fill(&r->party, p);
	if (p->call)
		segment_fill(&r->talk, p->call->contact, &p->talk);
	r->joined = p->joined;
	r->by_queue = p->contact != 0;
	return true;
}

static bool make_run(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out)
{
	out->run.start_s = e->start_s;
	out->run.last_recording = e->last_recording;
	return e->start_s != 0;
}

static const struct {
	bool (*make)(const struct td_engine *e, uint32_t number, union td_checkpoint_any *out);
	uint16_t version, len;
} kinds[TD_CHECKPOINT_END] = {
#define KIND(number, id, name, version, ...) \
	[number] = {make_##name, version, sizeof(struct td_checkpoint_##name)},
	TD_CHECKPOINTS(KIND)
#undef KIND
};

uint16_t record_make(const struct td_engine *e, enum td_checkpoint_kind kind, uint32_t number,
	union td_checkpoint_any *out)
{
	memset(out, 0, sizeof(*out));
	return kinds[kind].make(e, number, out) ? kinds[kind].len : 0;
}

#define END(text) ((text)[sizeof(text) - 1] = '\0')

static void end_texts(enum td_checkpoint_kind kind, union td_checkpoint_any *out)
{
	switch (kind) {
	case TD_CHECKPOINT_AGENT:
		END(out->agent.name);
		END(out->agent.queue);
		END(out->agent.resume);
		END(out->agent.acd.pause_reason);
		break;
	case TD_CHECKPOINT_BINDING:
		END(out->binding.agent);
		END(out->binding.contact);
		break;
	case TD_CHECKPOINT_BLOCK:
		END(out->block.user);
		break;
	case TD_CHECKPOINT_CONTACT:
		END(out->contact.cdr.id);
		END(out->contact.queue);
		END(out->contact.rung);
		END(out->contact.agent);
		break;
	case TD_CHECKPOINT_PARTY:
		END(out->party.party.call);
		END(out->party.party.name);
		break;
	default:
		break;
	}
}

bool record_take(const struct td_checkpoint *in, union td_checkpoint_any *out)
{
	if (!in->kind || in->kind >= TD_CHECKPOINT_END || in->len > kinds[in->kind].len ||
		in->version > kinds[in->kind].version || !in->version)
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out, in->record, in->len);
	end_texts((enum td_checkpoint_kind)in->kind, out);
	return true;
}
