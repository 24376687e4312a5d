/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts, against all that is counted. Each walks through the pools, so these are for tests. */
#include <engine/call/check/rules.h>
#include <engine/call/site/unattended.h>

static const struct call *call_at(const struct td_engine *e, uint32_t i)
{
	return pool_at(&e->calls, i);
}

static const struct party *party_at(const struct td_engine *e, uint32_t i)
{
	return pool_at(&e->parties, i);
}

static const struct contact *contact_at(const struct td_engine *e, uint32_t i)
{
	return pool_at(&e->contacts, i);
}

/* It is rung, or talks. */
static bool active(const struct party *p)
{
	return p->call && p->state != PARTY_LEFT;
}

static bool agent_own(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t own = 0, listed = 0;

	if (!k->a->own) /* call_own() and party_agent() have looked for those who should have some
			 */
		return true;
	for (uint32_t i = 0; i < e->parties.capacity; i++)
		own += active(party_at(e, i)) && party_at(e, i)->agent == k->a &&
		       !party_at(e, i)->contact;
	for (uint32_t i = 0; i < e->calls.capacity; i++)
		own += call_at(e, i)->state != CALL_FREE && call_at(e, i)->state != CALL_ENDED &&
		       call_at(e, i)->calling_agent == k->a;
	for (const struct party *p = k->a->own; p && listed <= own; p = p->next_own)
		listed++;
	return own == listed;
}

static bool queue_talks(const struct check_at *k)
{
	uint32_t talking = 0;

	for (uint32_t i = 0; i < k->e->parties.capacity; i++) {
		const struct party *p = party_at(k->e, i);

		talking +=
			p->call && party_talks(p) && p->contact && p->call->contact->queue == k->q;
	}
	for (uint32_t i = 0; i < k->e->contacts.capacity; i++)
		talking += contact_at(k->e, i)->state == CONTACT_HANDLED &&
			   contact_at(k->e, i)->queue == k->q;
	return talking == k->q->talking;
}

static bool queue_channels(const struct check_at *k)
{
	uint32_t waiting[TD_CHANNEL_COUNT] = {0};

	for (uint32_t i = 0; i < k->e->contacts.capacity; i++) {
		const struct contact *c = contact_at(k->e, i);

		waiting[c->cdr.channel] += contact_is(c) && c->number && c->queue == k->q;
	}
	return memcmp(waiting, k->q->waiting, sizeof(waiting)) == 0;
}

static bool is_of(const struct queue *q, const struct agent *a)
{
	for (unsigned i = 0; i < TD_ACD_GROUPS; i++)
		for (unsigned j = 0; j < TD_ACD_GROUPS; j++)
			if (q->acd.groups[i] && q->acd.groups[i] == a->acd.groups[j])
				return true;
	return false;
}

/* The channels that its agents attend, as the distributor has them. */
static uint32_t attended(const struct check_at *k)
{
	uint32_t channels = 0;

	for (uint32_t n = 1; n <= k->e->agents.count; n++) {
		const struct agent *a = objects_get(&k->e->agents, n);
		struct acd_agent_info info;

		if (is_of(k->q, a) && acd_agent_get(k->e->acd, n, &info) == 0)
			channels |= unattended_attends(
				a->acd.channels, (uint8_t)info.state, info.reachable);
	}
	return channels;
}

static bool queue_unattended(const struct check_at *k)
{
	uint32_t channels = attended(k), unattended = 0;

	for (unsigned ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
		bool raised = k->q->unattended >> ch & 1;

		if (k->q->object.configured && !(channels >> ch & 1) &&
			(k->q->waiting[ch] || raised))
			unattended |= 1u << ch;
	}
	return k->q->unattended == unattended;
}

static bool held(const struct td_engine *e, const struct budget *b)
{
	uint64_t bps = 0;
	uint32_t calls = 0, out = 0;

	for (uint32_t i = 0; i < e->parties.capacity; i++) {
		const struct grant *g = &party_at(e, i)->grant;

		for (int n = 0; n < GRANT_BUDGETS; n++) {
			if (g->of[n] != b)
				continue;
			bps += rate_bps(&g->rate, (enum td_layer)b->layer);
			calls++;
			out += !party_is_caller(party_at(e, i));
		}
	}
	return bps == b->reserved_bps && calls == b->calls && out == b->calls_out;
}

static bool link_held(const struct check_at *k)
{
	return held(k->e, &k->k->budget);
}

static bool trunk_held(const struct check_at *k)
{
	return held(k->e, &k->t->budget);
}

static uint64_t open_of(const struct trunk_calls *n)
{
	return n->offered - n->answered - n->rejected - n->cancelled - n->failed;
}

static bool trunk_offered(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint64_t in = 0, out = 0;

	for (uint32_t i = 0; i < e->calls.capacity; i++) {
		const struct call *c = call_at(e, i);

		in += c->state != CALL_FREE && c->state != CALL_ENDED && c->trunk == k->t &&
		      c->caller->state == PARTY_RINGING;
	}
	for (uint32_t i = 0; i < e->parties.capacity; i++) {
		const struct party *p = party_at(e, i);

		out += p->call && p->trunk == k->t && p->state == PARTY_RINGING;
	}
	return in == open_of(&k->t->in) && out == open_of(&k->t->out);
}

static bool trunk_rest_bounded(const struct check_at *k)
{
	return ms_between(k->e->now, k->t->rests) <= 300 * 1000;
}

static bool trunk_unproven(const struct check_at *k)
{
	uint32_t unproven = 0;

	for (uint32_t i = 0; i < k->e->calls.capacity; i++) {
		const struct call *c = call_at(k->e, i);

		unproven += c->state != CALL_FREE && c->rings_unproven && c->trunk == k->t;
	}
	return unproven == k->t->unproven;
}

static bool link_agents(const struct check_at *k)
{
	uint32_t agents = 0;

	for (uint32_t n = 1; n <= k->e->agents.count; n++)
		agents += ((const struct agent *)objects_get(&k->e->agents, n))->link == k->k;
	return agents == k->k->agents;
}

static bool engine_calls(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t calls = 0;

	for (uint32_t i = 0; i < e->calls.capacity; i++)
		calls += call_at(e, i)->state != CALL_FREE;
	return calls == e->call_count && calls == e->calls.capacity - e->calls.free_count;
}

static bool engine_running(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t running = 0;

	for (uint32_t i = 0; i < e->calls.capacity; i++)
		running += call_at(e, i)->state != CALL_FREE && call_at(e, i)->state != CALL_ENDED;
	return running == e->calls_running;
}

static bool engine_unproven(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t unproven = 0;

	for (uint32_t i = 0; i < e->calls.capacity; i++) {
		const struct call *c = call_at(e, i);

		unproven += c->state != CALL_FREE && c->state != CALL_ENDED && !c->proven;
	}
	return unproven == e->unproven_now;
}

static bool engine_contacts(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t contacts = 0, calls = 0, numbered = 0, queued = 0;

	for (uint32_t i = 0; i < e->contacts.capacity; i++) {
		const struct contact *c = contact_at(e, i);

		contacts += contact_is(c);
		calls += c->call != NULL;
		numbered += contact_is(c) && c->number;
	}
	for (uint32_t n = 1; n <= e->queues.count; n++)
		for (unsigned ch = 0; ch < TD_CHANNEL_COUNT; ch++)
			queued += ((const struct queue *)objects_get(&e->queues, n))->waiting[ch];
	return contacts == e->contacts.capacity - e->contacts.free_count &&
	       calls == e->call_count && contacts == calls + e->contact_count &&
	       contacts == e->by_id.count && hash_sound(&e->by_id) &&
	       numbered == e->by_number.count && numbered == queued && hash_sound(&e->by_number);
}

static bool engine_parties(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t parties = 0;

	for (uint32_t i = 0; i < e->parties.capacity; i++)
		parties += check_party_used(party_at(e, i));
	return parties == e->parties.capacity - e->parties.free_count;
}

static bool engine_free(const struct check_at *k)
{
	const struct td_engine *e = k->e;

	for (uint32_t i = 0; i < e->calls.free_count; i++)
		if (call_at(e, e->calls.free[i])->state != CALL_FREE)
			return false;
	for (uint32_t i = 0; i < e->contacts.free_count; i++)
		if (contact_is(contact_at(e, e->contacts.free[i])))
			return false;
	for (uint32_t i = 0; i < e->parties.free_count; i++)
		if (check_party_used(party_at(e, e->parties.free[i])))
			return false;
	return true;
}

static bool engine_ports(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t ports = 0, owned = 0;

	for (uint32_t i = 0; i < e->parties.capacity; i++)
		ports += party_at(e, i)->media != PARTY_MEDIA_NONE;
	for (uint32_t i = 0; i < e->ports.addresses * e->ports.per_address; i++)
		owned += e->ports.owner[i] != NULL;
	return ports == owned && ports == ports_in_use(&e->ports);
}

static bool engine_traces(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t parties = 0, held_ids = 0;

	for (uint32_t i = 0; i < e->parties.capacity; i++)
		parties += check_party_used(party_at(e, i)) && party_at(e, i)->trace;
	for (uint32_t i = 0; i < e->traces.count; i++)
		held_ids += e->traces.entries[i].held;
	return parties == held_ids && hash_sound(&e->traces.by_call_id);
}

static bool engine_unheard(const struct check_at *k)
{
	uint32_t unheard[CALL_SILENCE_COUNT] = {0};

	for (uint32_t i = 0; i < k->e->calls.capacity; i++)
		if (call_at(k->e, i)->state != CALL_FREE)
			unheard[call_at(k->e, i)->silence]++;
	for (unsigned i = CALL_HEARD + 1; i < CALL_SILENCE_COUNT; i++)
		if (unheard[i] != k->e->silences[i].now)
			return false;
	return true;
}

static bool engine_apart(const struct check_at *k)
{
	uint32_t apart = 0;

	for (uint32_t i = 0; i < k->e->calls.capacity; i++) {
		const struct call *c = call_at(k->e, i);

		apart += c->state != CALL_FREE && c->bridged && c->bridged->apart;
	}
	return apart == k->e->bridges_apart;
}

static bool engine_timers(const struct check_at *k)
{
	const struct td_engine *e = k->e;
	uint32_t set = timer_is_set(&e->restoring.alarm);

	for (unsigned i = 0; i < CALL_SILENCE_COUNT; i++)
		set += timer_is_set(&e->silences[i].clear);
	for (uint32_t i = 0; i < e->calls.capacity; i++) {
		const struct call *c = call_at(e, i);

		if (c->state != CALL_FREE)
			set += timer_is_set(&c->timer) + timer_is_set(&c->life);
	}
	for (uint32_t n = 1; n <= e->trunks.count; n++)
		set += timer_is_set(
			&((const struct trunk *)objects_get(&e->trunks, n))->resolution.timer);
	for (uint32_t n = 1; n <= e->agents.count; n++)
		set += timer_is_set(&((const struct agent *)objects_get(&e->agents, n))->away);
	return set == e->timers.count && timers_sound(&e->timers);
}

static const struct check_rule agent_sums[] = CHECK_TABLE(CHECK_AGENT_SUMS);
static const struct check_rule queue_sums[] = CHECK_TABLE(CHECK_QUEUE_SUMS);
static const struct check_rule link_sums[] = CHECK_TABLE(CHECK_LINK_SUMS);
static const struct check_rule trunk_sums[] = CHECK_TABLE(CHECK_TRUNK_SUMS);
static const struct check_rule engine_sums[] = CHECK_TABLE(CHECK_ENGINE_SUMS);

/* `name` is that of an agent, queue, link or trunk. */
static bool sums_hold(const struct check_at *k, const struct check_rule *rules, const char *what,
	const char *name)
{
	const struct check_rule *broken = check_broken(rules, k);

	if (broken)
		td_text_set(k->fault, "%s%s %s", what, name, broken->text);
	return !broken;
}

static bool agents_sum(struct check_at k)
{
	for (uint32_t n = 1; n <= k.e->agents.count; n++) {
		k.a = objects_get(&k.e->agents, n);
		if (!sums_hold(&k, agent_sums, "agent ", k.a->object.name))
			return false;
	}
	return true;
}

static bool queues_sum(struct check_at k)
{
	for (uint32_t n = 1; n <= k.e->queues.count; n++) {
		k.q = objects_get(&k.e->queues, n);
		if (!sums_hold(&k, queue_sums, "queue ", k.q->object.name))
			return false;
	}
	return true;
}

static bool links_sum(struct check_at k)
{
	for (uint32_t n = 1; n <= k.e->links.count; n++) {
		k.k = objects_get(&k.e->links, n);
		if (!sums_hold(&k, link_sums, "link ", k.k->object.name))
			return false;
	}
	return true;
}

static bool trunks_sum(struct check_at k)
{
	for (uint32_t n = 1; n <= k.e->trunks.count; n++) {
		k.t = objects_get(&k.e->trunks, n);
		if (!sums_hold(&k, trunk_sums, "trunk ", k.t->object.name))
			return false;
	}
	return true;
}

bool check_sums(const struct check_at *k)
{
	return agents_sum(*k) && queues_sum(*k) && links_sum(*k) && trunks_sum(*k) &&
	       sums_hold(k, engine_sums, "engine: ", "");
}
