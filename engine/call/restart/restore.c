/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/restart/lost.h>
#include <engine/call/restart/record.h>
#include <engine/call/restart/restore.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/unattended.h>
#include <errno.h>
#include <stdlib.h>

void td_engine_restore(struct td_engine *e, const struct td_restore *r)
{
	e->restoring.in = *r;
}

const struct td_restored *td_engine_restored(const struct td_engine *e)
{
	return &e->restoring.result;
}

/* A time of the earlier run by this run's clock. What lies before the clock's origin is its first
 * moment: the machine was started in between. */
static uint64_t moved(const struct td_engine *e, uint64_t t)
{
	int64_t shift = e->restoring.in.shift;

	if (!t)
		return 0;
	if (shift < 0 && t <= (uint64_t)-shift)
		return 1;
	return t + (uint64_t)shift;
}

static uint64_t past(const struct td_engine *e, uint64_t t)
{
	uint64_t when = moved(e, t);

	return when < e->now ? when : e->now;
}

/* Bindings and agents come in the order in which they came to be as they are. */
static uint64_t rank(const struct td_checkpoint *c)
{
	union td_checkpoint_any r;

	if (c->kind == TD_CHECKPOINT_BINDING && record_take(c, &r))
		return r.binding.order;
	if (c->kind == TD_CHECKPOINT_AGENT && record_take(c, &r))
		return r.agent.acd.idle_since;
	return 0;
}

/* Kind by kind. */
static int by_rank(const void *a, const void *b)
{
	const struct td_checkpoint *x = *(const struct td_checkpoint *const *)a;
	const struct td_checkpoint *y = *(const struct td_checkpoint *const *)b;
	uint64_t i, j;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	i = rank(x);
	j = rank(y);
	if (i != j)
		return i < j ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

int restore_prepare(struct td_engine *e)
{
	struct restoring *g = &e->restoring;

	if (!g->in.count)
		return 0;
	g->sorted = calloc(g->in.count, sizeof(*g->sorted));
	if (!g->sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < g->in.count; i++)
		g->sorted[i] = &g->in.records[i];
	return 0;
}

void restore_begin(struct td_engine *e)
{
	struct restoring *g = &e->restoring;

	if (!g->sorted)
		return;
	lost_end(e);
	qsort(g->sorted, g->in.count, sizeof(*g->sorted), by_rank);
}

void restore_done(struct td_engine *e)
{
	free(e->restoring.sorted);
	e->restoring.sorted = NULL;
	if (e->started)
		e->restoring.in = (struct td_restore){0};
}

static bool is_sound(const struct td_checkpoint_agent *r)
{
	return r->acd.state < TD_AGENT_STATE_COUNT && r->acd.reason < TD_ACD_REASON_COUNT;
}

static void block_back(struct td_engine *e, const struct td_checkpoint_block *r)
{
	struct guard_row row = {
		.kind = (enum guard_kind)r->kind, .source = r->source, .until = moved(e, r->until)};

	if (r->kind >= GUARD_KIND_COUNT) {
		e->restoring.result.refused++;
		return;
	}
	if (row.until <= e->now) {
		e->restoring.result.over[TD_CHECKPOINT_BLOCK]++;
		return;
	}
	memcpy(row.user, r->user, sizeof(row.user));
	registrar_block(e->registrar, e->now, &row);
	e->restoring.result.restored[TD_CHECKPOINT_BLOCK]++;
}

static bool has_place(const struct td_engine *e, const struct td_checkpoint_binding *r)
{
	return conf_lookup(e->conf, TD_KIND_AGENT, str_of(r->agent)) &&
	       ports_address(&e->ports, &r->local) >= 0 &&
	       r->local.port == conf_site(e->conf)->sip_port;
}

/* A connection does not outlive its process: its telephone comes by another one. */
static void binding_back(struct td_engine *e, const struct td_checkpoint_binding *r)
{
	struct td_restored *result = &e->restoring.result;
	uint32_t *becomes = result->restored;
	struct registrar_binding b = {
		.expires = moved(e, r->expires), .flow = {.local = r->local, .remote = r->remote}};

	bool placed = has_place(e, r);

	memcpy(b.contact, r->contact, sizeof(b.contact));
	if (placed && (r->transport != TD_TRANSPORT_UDP || b.expires <= e->now))
		becomes = result->over;
	else if (!placed || registrar_restore(e->registrar, str_of(r->agent), &b) < 0)
		becomes = result->dropped;
	becomes[TD_CHECKPOINT_BINDING]++;
}

void restore_registrar(struct td_engine *e)
{
	struct restoring *g = &e->restoring;
	union td_checkpoint_any r;

	for (uint32_t i = 0; g->sorted && i < g->in.count; i++) {
		struct agent *a;

		if (!record_take(g->sorted[i], &r)) {
			g->result.refused++;
			continue;
		}
		if (g->sorted[i]->kind == TD_CHECKPOINT_BLOCK)
			block_back(e, &r.block);
		else if (g->sorted[i]->kind == TD_CHECKPOINT_BINDING)
			binding_back(e, &r.binding);
		else if (g->sorted[i]->kind == TD_CHECKPOINT_AGENT && is_sound(&r.agent) &&
			 (a = objects_lookup(&e->agents, r.agent.name)))
			a->returns = true;
	}
}

static void state_back(struct td_engine *e, struct agent *a, const struct td_checkpoint_agent *r)
{
	const struct queue *q = objects_lookup(&e->queues, r->queue);
	struct td_acd_in in;

	/* As if it had been so all the time: what goes on needs no line in the journal, and what
	 * follows a lost call gets one. */
	a->state = r->acd.state;
	a->from = 0;
	a->since = r->since ? past(e, r->since) : e->now;
	if (a->state == TD_AGENT_PAUSED)
		memcpy(a->reason, r->acd.pause_reason, sizeof(a->reason));
	unattended_count(e, a);
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_RESTORE;
	in.agent = a->object.number;
	in.restore = r->acd;
	in.restore.since = past(e, r->acd.since);
	in.restore.idle_since = past(e, r->acd.idle_since);
	in.restore.until = moved(e, r->acd.until);
	in.restore.queue = q && q->object.configured ? q->object.number : 0;
	distribute(e, &in);
	a->from = e->now;
}

static void agent_back(struct td_engine *e, struct agent *a, const struct td_checkpoint_agent *r)
{
	a->returns = false;
	a->login = past(e, r->login);
	a->with_telephone = r->with_telephone;
	a->by_hand = r->by_hand;
	a->resumes = r->resumes;
	memcpy(a->resume, r->resume, sizeof(a->resume));
	state_back(e, a, r);
	agents_back(e, a, r->reachable, moved(e, r->away));
}

void restore_agents(struct td_engine *e)
{
	struct restoring *g = &e->restoring;
	union td_checkpoint_any r;

	for (uint32_t i = 0; g->sorted && i < g->in.count; i++) {
		struct agent *a;

		if (g->sorted[i]->kind != TD_CHECKPOINT_AGENT || !record_take(g->sorted[i], &r))
			continue;
		a = objects_lookup(&e->agents, r.agent.name);
		if (!a || !a->object.configured || !a->returns) {
			g->result.dropped[TD_CHECKPOINT_AGENT]++;
			continue;
		}
		agent_back(e, a, &r.agent);
		g->result.restored[TD_CHECKPOINT_AGENT]++;
	}
}
