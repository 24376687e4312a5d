/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/restart/record.h>
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
	default:
		END(out->block.user);
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
