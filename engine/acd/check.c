/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether all that points to something is pointed back to: the rules of rules.h. */
#include <engine/acd/internal.h>
#include <engine/acd/rules.h>
#include <tandem/text.h>

/* What is looked at. */
struct place {
	const struct acd *a;
	const struct acd_agent *ag;
	const struct acd_queue *q;
	const struct acd_contact *c;
	const struct acd_group *group;
	const struct acd_link *link;
	const char *kind, *name;
	uint32_t number;
};

struct rule {
	bool (*holds)(const struct place *p);
	const char *text;
};

static bool obeys(const struct rule *rule, const struct place *p, struct td_text *fault)
{
	for (; rule->holds; rule++) {
		if (rule->holds(p))
			continue;
		if (p->name)
			td_text_set(fault, "%s %u (%s) of the distributor %s", p->kind, p->number,
				p->name, rule->text);
		else if (p->kind)
			td_text_set(fault, "%s %u of the distributor %s", p->kind, p->number,
				rule->text);
		else
			td_text_set(fault, "of the distributor, %s", rule->text);
		return false;
	}
	return true;
}

static bool rings(const struct acd_agent *ag)
{
	return ag->state == TD_AGENT_RESERVED || ag->state == TD_AGENT_RINGING;
}

static bool agent_number(const struct place *p)
{
	return p->ag->number == p->number && p->ag->acd == p->a;
}

static bool agent_offer(const struct place *p)
{
	return rings(p->ag) == (p->ag->offer != NULL);
}

static bool agent_contact(const struct place *p)
{
	const struct acd_contact *c = p->ag->offer;

	return !c || (c->agent == p->ag && c->number == p->ag->contact &&
			     c->queue == &p->a->queue[p->ag->queue]);
}

static bool agent_given(const struct place *p)
{
	return !p->ag->offer || agent_takes(p->ag, p->ag->offer);
}

static bool agent_talk(const struct place *p)
{
	const struct acd_agent *ag = p->ag;

	if (ag->state == TD_AGENT_WRAP_UP) /* what it was is kept for show */
		return true;
	return (ag->contact != 0) == (rings(ag) || ag->state == TD_AGENT_TALKING);
}

static bool backed_off(const struct acd_agent *ag)
{
	return ag->reason == TD_ACD_BUSY || ag->reason == TD_ACD_FAILED ||
	       ag->reason == TD_ACD_DECLINED;
}

static bool agent_timer(const struct place *p)
{
	const struct acd_agent *ag = p->ag;

	if (rings(ag)) /* ring_ms may have changed since */
		return true;
	return timer_is_set(&ag->timer) ==
	       (ag->state == TD_AGENT_WRAP_UP ||
		       (ag->state == TD_AGENT_AVAILABLE && backed_off(ag)));
}

static bool agent_heap(const struct place *p)
{
	return !timer_is_set(&p->ag->timer) || timers_hold(&p->a->timers, &p->ag->timer);
}

static bool agent_slots(const struct place *p)
{
	return p->ag->channels && !(p->ag->channels & ~CHANNELS_ALL);
}

static bool agent_idles(const struct place *p)
{
	return p->ag->idle == agent_free(p->ag);
}

static bool agent_sets(const struct place *p)
{
	const struct memberships *m = &p->ag->memberships;

	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		for (int i = 0; i < m->count; i++)
			if (tree_holds(&p->a->group[m->group[i]].idle[ch], &m->place[ch][i].node) !=
					(p->ag->idle >> ch & 1) ||
				m->place[ch][i].owner != p->ag)
				return false;
	return true;
}

static bool agent_link(const struct place *p)
{
	return !p->ag->link || *p->ag->beside.tqe_prev == p->ag;
}

static bool agent_waits(const struct place *p)
{
	const struct acd_agent *ag = p->ag;

	return ag->state == TD_AGENT_TALKING ||
	       (!ag->pause_waits && !ag->logout_waits && !ag->delete_waits);
}

static bool unused(const struct place *p)
{
	const struct acd_agent *ag = p->ag;

	return !ag->offer && !ag->idle && !ag->link && !timer_is_set(&ag->timer);
}

static bool contact_found(const struct place *p)
{
	return contact_find(p->a, p->c->number) == p->c;
}

static bool contact_line(const struct place *p)
{
	return p->c->queue == p->q && tree_holds(&p->q->line, &p->c->line_node);
}

static bool contact_channel(const struct place *p)
{
	return p->c->channel < TD_CHANNEL_COUNT;
}

static bool contact_waits(const struct place *p)
{
	return tree_holds(&p->q->waiting[p->c->channel], &p->c->waiting_node) == !p->c->agent;
}

static bool contact_agent(const struct place *p)
{
	return !p->c->agent || p->c->agent->offer == p->c;
}

static bool contact_timer(const struct place *p)
{
	uint32_t ms = p->q->conf.timeout_ms;

	if (!ms)
		return !timer_is_set(&p->c->timer);
	return timers_hold(&p->a->timers, &p->c->timer) &&
	       p->c->timer.deadline == p->c->entered + ms * TD_NSEC_PER_MSEC;
}

static bool queue_number(const struct place *p)
{
	return p->q->number == p->number && p->q->acd == p->a && !p->q->closing;
}

static bool queue_best(const struct place *p)
{
	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
		const struct tree_node *first = tree_first(&p->q->waiting[ch]);

		if (p->q->best[ch] !=
			(first ? container_of(first, struct acd_contact, waiting_node) : NULL))
			return false;
	}
	return true;
}

static bool queue_sets(const struct place *p)
{
	const struct memberships *m = &p->q->memberships;

	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		for (int i = 0; i < m->count; i++)
			if (tree_holds(&p->a->group[m->group[i]].calling[ch],
				    &m->place[ch][i].node) != (p->q->best[ch] != NULL) ||
				m->place[ch][i].owner != p->q || m->place[ch][i].channel != ch)
				return false;
	return true;
}

static bool queue_counts(const struct place *p)
{
	const struct acd_queue *q = p->q;

	return q->entered ==
	       q->answered + q->abandoned + q->timed_out + q->withdrawn + tree_count(&q->line);
}

static bool line_order(const struct place *p)
{
	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		if (!tree_sound(&p->q->waiting[ch]))
			return false;
	return tree_sound(&p->q->line);
}

static bool line_count(const struct place *p)
{
	uint32_t all = 0, waiting = 0;

	for (const struct acd_contact *c = TAILQ_FIRST(&p->q->entries); c;
		c = TAILQ_NEXT(c, entry)) {
		all++;
		waiting += !c->agent;
	}
	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		waiting -= tree_count(&p->q->waiting[ch]);
	return all == tree_count(&p->q->line) && !waiting;
}

static bool group_one(const struct place *p)
{
	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		if (p->group->unmatched ||
			(tree_count(&p->group->idle[ch]) && tree_count(&p->group->calling[ch])))
			return false;
	return true;
}

static bool group_order(const struct place *p)
{
	for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		if (!tree_sound(&p->group->idle[ch]) || !tree_sound(&p->group->calling[ch]))
			return false;
	return true;
}

static bool link_agents(const struct place *p)
{
	const struct acd_agent *ag;
	uint32_t behind = 0;

	TAILQ_FOREACH (ag, &p->link->agents, beside)
		if (ag->link != p->link || behind++ == p->a->limits.agents)
			return false;
	return true;
}

/* Each agent and queue has looked for itself in its own sets, so sums tell whether others are
 * there. */
static bool whole_channel(const struct acd *a, uint32_t ch)
{
	uint64_t idle = 0, calling = 0;

	for (uint32_t i = 1; i <= a->limits.agents; i++)
		if (a->agent[i].idle >> ch & 1)
			idle += a->agent[i].memberships.count;
	for (uint32_t i = 1; i <= a->limits.queues; i++)
		if (a->queue[i].used && a->queue[i].best[ch])
			calling += a->queue[i].memberships.count;
	for (uint32_t i = 1; i <= a->limits.groups; i++) {
		idle -= tree_count(&a->group[i].idle[ch]);
		calling -= tree_count(&a->group[i].calling[ch]);
	}
	return !idle && !calling;
}

static bool whole_sets(const struct place *p)
{
	for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
		if (!whole_channel(p->a, ch))
			return false;
	return true;
}

static bool whole_takers(const struct place *p)
{
	const struct acd *a = p->a;
	uint64_t wanted = 0, there = 0;

	for (uint32_t i = 1; i <= a->limits.agents; i++) {
		const struct acd_agent *ag = &a->agent[i];

		if (ag->counted != (ag->used && !ag->delete_waits))
			return false;
		if (ag->counted)
			wanted +=
				(uint64_t)__builtin_popcount(ag->channels) * ag->memberships.count;
	}
	for (uint32_t i = 1; i <= a->limits.groups; i++)
		for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++)
			there += a->group[i].takers[ch];
	return there == wanted;
}

static bool whole_links(const struct place *p)
{
	const struct acd *a = p->a;
	const struct acd_agent *ag;
	uint32_t behind = 0;

	for (uint32_t i = 1; i <= a->limits.agents; i++)
		behind += a->agent[i].link != NULL;
	for (uint32_t i = 1; i <= a->limits.links; i++)
		TAILQ_FOREACH (ag, &a->link[i].agents, beside)
			behind--;
	return !behind;
}

static bool whole_contacts(const struct place *p)
{
	const struct acd *a = p->a;
	uint32_t lines = 0;

	for (uint32_t i = 1; i <= a->limits.queues; i++)
		if (a->queue[i].used)
			lines += tree_count(&a->queue[i].line);
	return hash_sound(&a->contact_by_number) && lines == a->contact_by_number.count &&
	       lines == a->contacts.capacity - a->contacts.free_count;
}

static bool whole_timers(const struct place *p)
{
	const struct acd *a = p->a;
	const struct acd_contact *c;
	uint32_t set = 0;

	for (uint32_t i = 1; i <= a->limits.agents; i++)
		set += timer_is_set(&a->agent[i].timer);
	for (uint32_t i = 1; i <= a->limits.queues; i++)
		if (a->queue[i].used)
			TAILQ_FOREACH (c, &a->queue[i].entries, entry)
				set += timer_is_set(&c->timer);
	return set == a->timers.count && timers_sound(&a->timers);
}

#define RULE(name, text)  {name, text},
#define RULES(list, name) static const struct rule name[] = {list(RULE){NULL, NULL}}
RULES(ACD_AGENT_RULES, agent_rules);
RULES(ACD_UNUSED_RULES, unused_rules);
RULES(ACD_CONTACT_RULES, contact_rules);
RULES(ACD_QUEUE_RULES, queue_rules);
RULES(ACD_LINE_RULES, line_rules);
RULES(ACD_GROUP_RULES, group_rules);
RULES(ACD_LINK_RULES, link_rules);
RULES(ACD_WHOLE_RULES, whole_rules);

static bool check_agent(const struct acd *a, uint32_t number, struct td_text *fault)
{
	const struct acd_agent *ag = &a->agent[number];
	struct place p = {.a = a, .ag = ag, .kind = "agent", .name = ag->name, .number = number};

	return obeys(ag->used ? agent_rules : unused_rules, &p, fault);
}

static bool check_contact(const struct acd *a, const struct acd_contact *c, struct td_text *fault)
{
	struct place p = {.a = a, .c = c, .q = c->queue, .kind = "contact", .number = c->number};

	return obeys(contact_rules, &p, fault);
}

static bool check_queue(const struct acd *a, const struct acd_queue *q, struct td_text *fault)
{
	uint32_t number = (uint32_t)(q - a->queue);
	struct place p = {.a = a, .q = q, .kind = "queue", .name = q->conf.name, .number = number};

	return obeys(queue_rules, &p, fault);
}

/* With all its contacts. */
static bool check_line(const struct acd *a, const struct acd_queue *q, struct td_text *fault)
{
	uint32_t number = (uint32_t)(q - a->queue);
	struct place p = {.a = a, .q = q, .kind = "queue", .name = q->conf.name, .number = number};
	const struct acd_contact *c;

	if (!check_queue(a, q, fault) || !obeys(line_rules, &p, fault))
		return false;
	TAILQ_FOREACH (c, &q->entries, entry)
		if (!check_contact(a, c, fault))
			return false;
	return true;
}

static bool check_group(const struct acd *a, uint32_t number, struct td_text *fault)
{
	struct place p = {.a = a, .group = &a->group[number], .kind = "group", .number = number};

	return obeys(group_rules, &p, fault);
}

static bool check_link(const struct acd *a, uint32_t number, struct td_text *fault)
{
	struct place p = {.a = a, .link = &a->link[number], .kind = "link", .number = number};

	return obeys(link_rules, &p, fault);
}

bool acd_check_agent(const struct acd *a, uint32_t agent, struct td_text *fault)
{
	return agent == 0 || agent > a->limits.agents || check_agent(a, agent, fault);
}

bool acd_check_contact(const struct acd *a, uint32_t contact, struct td_text *fault)
{
	const struct acd_contact *c = contact_find(a, contact);

	return !c || (check_contact(a, c, fault) && check_queue(a, c->queue, fault));
}

bool acd_check(const struct acd *a, struct td_text *fault)
{
	bool sound = true;

	for (uint32_t i = 1; sound && i <= a->limits.agents; i++)
		sound = check_agent(a, i, fault);
	for (uint32_t i = 1; sound && i <= a->limits.queues; i++)
		sound = !a->queue[i].used || check_line(a, &a->queue[i], fault);
	for (uint32_t i = 1; sound && i <= a->limits.groups; i++)
		sound = check_group(a, i, fault);
	for (uint32_t i = 1; sound && i <= a->limits.links; i++)
		sound = check_link(a, i, fault);
	return sound && obeys(whole_rules, &(struct place){.a = a}, fault);
}
