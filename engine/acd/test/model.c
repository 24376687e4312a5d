/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/acd/test/model.h>
#include <tests/unit/unit.h>

static struct model_contact *find(struct model *m, uint32_t number)
{
	for (int i = 0; number && i < MODEL_CONTACTS; i++)
		if (m->contact[i].number == number)
			return &m->contact[i];
	return NULL;
}

static bool common_group(const uint32_t *a, const uint32_t *b)
{
	for (int i = 0; i < TD_ACD_GROUPS; i++)
		for (int j = 0; j < TD_ACD_GROUPS; j++)
			if (a[i] && a[i] == b[j])
				return true;
	return false;
}

/* By the configuration, whatever the agent does now. */
static bool serves(const struct model *m, uint32_t agent, const struct model_contact *c)
{
	const struct model_agent *ag = &m->agent[agent];
	const struct model_queue *q = &m->queue[c->queue];

	return ag->used && q->used && ag->channels & 1u << c->channel &&
	       common_group(ag->groups, q->conf.groups);
}

static bool could_serve(const struct model *m, uint32_t agent, const struct model_contact *c)
{
	const struct model_agent *ag = &m->agent[agent];

	if (c->channel == TD_CHANNEL_VOICE && (!ag->reachable || m->room[ag->link] == 0))
		return false;
	return serves(m, agent, c);
}

static bool idle(const struct model_agent *ag)
{
	return ag->used && ag->state == TD_AGENT_AVAILABLE && !ag->engaged && !ag->backed_off;
}

static bool goes_before(const struct model_contact *a, const struct model_contact *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static uint32_t line_length(const struct model *m, uint32_t queue)
{
	uint32_t n = 0;

	for (int i = 0; i < MODEL_CONTACTS; i++)
		n += m->contact[i].number && (!queue || m->contact[i].queue == queue);
	return n;
}

static uint32_t position(const struct model *m, const struct model_contact *c)
{
	uint32_t n = 1;

	for (int i = 0; i < MODEL_CONTACTS; i++) {
		const struct model_contact *other = &m->contact[i];

		n += other->number && other->queue == c->queue && goes_before(other, c);
	}
	return n;
}

void model_init(struct model *m)
{
	*m = (struct model){0};
	for (int i = 0; i <= MODEL_LINKS; i++)
		m->room[i] = TD_ACD_ROOM;
}

static uint64_t due_in(uint64_t now, uint32_t ms)
{
	return ms ? now + ms * TD_NSEC_PER_MSEC : TD_NEVER;
}

/* Whether the ACD takes this as a change of an object. */
static bool is_config(const struct td_acd_in *in)
{
	const uint32_t *groups = NULL;

	if (in->type == TD_ACD_IN_QUEUE_SET)
		groups = in->queue_set.groups;
	else if (in->type == TD_ACD_IN_AGENT_SET)
		groups = in->agent_set.groups;
	for (int i = 0; groups && i < TD_ACD_GROUPS; i++)
		if (groups[i] > MODEL_GROUPS)
			return false;
	if (in->type == TD_ACD_IN_AGENT_SET &&
		(in->agent_set.link > MODEL_LINKS || in->agent_set.channels >> TD_CHANNEL_COUNT))
		return false;
	if (in->type == TD_ACD_IN_LINK)
		return in->link.number > 0 && in->link.number <= MODEL_LINKS;
	if (in->type == TD_ACD_IN_QUEUE_SET || in->type == TD_ACD_IN_QUEUE_DEL)
		return in->queue > 0 && in->queue <= MODEL_QUEUES;
	return in->agent > 0 && in->agent <= MODEL_AGENTS;
}

/*
 * What the input changes by itself. Objects change after what was due, whose outputs could not be
 * told from those of the change: the test steps ADVANCE to the same time before.
 */
void model_in(struct model *m, const struct td_acd_in *in)
{
	m->in = *in;
	m->placed = false;
	if (!is_config(in))
		return;
	struct model_agent *ag = &m->agent[in->agent <= MODEL_AGENTS ? in->agent : 0];
	bool talks = ag->used && ag->state == TD_AGENT_TALKING;

	switch (in->type) {
	case TD_ACD_IN_QUEUE_SET:
		m->queue[in->queue].conf = in->queue_set;
		m->queue[in->queue].used = true;
		break;
	case TD_ACD_IN_QUEUE_DEL:
		m->queue[in->queue].used = false;
		break;
	case TD_ACD_IN_AGENT_SET:
		ag->used = true;
		ag->dies = false;
		memcpy(ag->groups, in->agent_set.groups, sizeof(ag->groups));
		ag->link = in->agent_set.link;
		ag->channels =
			in->agent_set.channels ? in->agent_set.channels : 1u << TD_CHANNEL_VOICE;
		break;
	case TD_ACD_IN_LINK:
		m->room[in->link.number] = in->link.room;
		break;
	case TD_ACD_IN_AGENT_DEL:
		ag->dies = talks;
		break;
	case TD_ACD_IN_REACHABLE:
		ag->reachable = ag->used && in->end.reason != 0;
		break;
	case TD_ACD_IN_ENGAGED:
		ag->engaged = ag->used && in->end.reason != 0;
		break;
	case TD_ACD_IN_LOGIN:
		ag->leaves = false;
		break;
	case TD_ACD_IN_LOGOUT:
		ag->leaves = talks;
		break;
	case TD_ACD_IN_PAUSE:
		ag->pauses = talks;
		break;
	case TD_ACD_IN_UNPAUSE:
		ag->pauses = false;
		break;
	default:
		break;
	}
}

/* The input takes it out of the line, before any offer: no output says so. */
static bool taken_out(const struct model *m, const struct model_contact *c)
{
	return m->in.type == TD_ACD_IN_CONTACT_DEL && m->in.contact == c->number &&
	       (m->in.end.reason == TD_ACD_ABANDON || m->in.end.reason == TD_ACD_WITHDRAW);
}

static void on_offer(struct model *m, const struct td_acd_out *out)
{
	struct model_agent *ag = &m->agent[out->agent];
	struct model_contact *c = find(m, out->contact);

	assert_non_null(c);
	assert_int_equal(c->agent, 0);
	assert_int_equal(c->queue, out->queue);
	assert_int_equal(ag->state, TD_AGENT_RESERVED);
	assert_int_equal(ag->contact, out->contact);
	assert_int_equal(out->wait_ms, (out->now - c->entered) / TD_NSEC_PER_MSEC);
	assert_true(could_serve(m, out->agent, c));
	assert_false(taken_out(m, c));
	assert_true(due_in(c->entered, m->queue[c->queue].conf.timeout_ms) > out->now);
	for (int i = 0; i < MODEL_CONTACTS; i++) {
		const struct model_contact *other = &m->contact[i];

		if (other != c && other->number && !other->agent && !taken_out(m, other) &&
			could_serve(m, out->agent, other))
			assert_true(goes_before(c, other));
	}
	for (uint32_t i = 1; i <= MODEL_AGENTS; i++)
		if (idle(&m->agent[i]) && could_serve(m, i, c))
			assert_true(ag->order < m->agent[i].order);
	c->agent = out->agent;
	ag->due = due_in(out->now, m->queue[c->queue].conf.ring_ms);
	m->seen_offer[c->channel]++;
	m->seen_unreachable += !ag->reachable;
	if (c->channel == TD_CHANNEL_VOICE && ag->link && m->room[ag->link] != TD_ACD_ROOM) {
		assert_true(m->room[ag->link] > 0);
		m->room[ag->link]--;
	}
}

static void on_cancel(struct model *m, const struct td_acd_out *out)
{
	struct model_agent *ag = &m->agent[out->agent];
	struct model_contact *c = find(m, out->contact);

	assert_true(ag->state == TD_AGENT_RESERVED || ag->state == TD_AGENT_RINGING);
	assert_non_null(c);
	assert_int_equal(ag->contact, out->contact);
	assert_int_equal(c->agent, out->agent);
	c->agent = 0;
	if (out->reason == TD_ACD_NO_ANSWER) {
		assert_true(ag->due <= out->now);
	} else if (out->reason != TD_ACD_TIMEOUT && m->in.type == TD_ACD_IN_CONTACT_DEL &&
		   m->in.contact == c->number) {
		assert_int_equal(out->reason, m->in.end.reason);
		m->queue[c->queue].left++;
		c->number = 0;
	} else {
		assert_true(out->reason == TD_ACD_TIMEOUT || out->reason == TD_ACD_WITHDRAW);
		if (m->in.type == TD_ACD_IN_AGENT_SET || m->in.type == TD_ACD_IN_QUEUE_SET)
			assert_true(out->reason == TD_ACD_TIMEOUT || !serves(m, out->agent, c));
	}
}

static void on_overflow(struct model *m, const struct td_acd_out *out)
{
	struct model_contact *c = find(m, out->contact);
	const struct model_queue *q = &m->queue[out->queue <= MODEL_QUEUES ? out->queue : 0];

	if (!c) { /* never got in */
		assert_int_equal(m->in.type, TD_ACD_IN_CONTACT_ADD);
		assert_int_equal(m->in.contact, out->contact);
		assert_false(m->placed);
		m->placed = true;
		if (out->reason == TD_ACD_EMPTY) {
			assert_false(q->used);
			return;
		}
		assert_int_equal(out->reason, TD_ACD_FULL);
		assert_true(
			line_length(m, 0) == MODEL_CONTACTS ||
			(q->conf.max_length && line_length(m, out->queue) >= q->conf.max_length));
		return;
	}
	assert_int_equal(c->agent, 0);
	assert_int_equal(c->queue, out->queue);
	if (out->reason == TD_ACD_TIMEOUT)
		assert_true(due_in(c->entered, q->conf.timeout_ms) <= out->now);
	else
		assert_true(out->reason == TD_ACD_EMPTY && m->in.type == TD_ACD_IN_QUEUE_DEL);
	assert_int_equal(out->position, position(m, c));
	m->queue[c->queue].left++;
	c->number = 0;
}

static void on_queued(struct model *m, const struct td_acd_out *out)
{
	const struct td_acd_in *in = &m->in;
	const struct model_queue *q = &m->queue[out->queue];
	struct model_contact *c = m->contact;

	assert_int_equal(in->type, TD_ACD_IN_CONTACT_ADD);
	assert_int_equal(out->contact, in->contact);
	assert_int_equal(out->queue, in->queue);
	assert_false(m->placed);
	assert_null(find(m, out->contact));
	assert_in_range(in->contact_add.channel, 0, TD_CHANNEL_COUNT - 1);
	assert_true(line_length(m, 0) < MODEL_CONTACTS);
	assert_true(!q->conf.max_length || line_length(m, out->queue) < q->conf.max_length);
	while (c->number)
		c++;
	*c = (struct model_contact){
		.number = in->contact,
		.queue = in->queue,
		.channel = in->contact_add.channel,
		.priority = in->contact_add.priority,
		.key = (int64_t)(out->now - in->contact_add.waited_ms * TD_NSEC_PER_MSEC),
		.order = ++m->order,
		.entered = out->now - in->contact_add.waited_here_ms * TD_NSEC_PER_MSEC,
	};
	assert_int_equal(out->position, position(m, c));
	m->queue[c->queue].entered++;
	m->placed = true;
}

/* From each state to those it can change to, a bit each; acd.h and agent.c's drawing. */
#define TO(state) (1u << TD_AGENT_##state)
static const uint32_t may_change[TD_AGENT_STATE_COUNT] = {
	[TD_AGENT_LOGGED_OUT] = TO(AVAILABLE),
	[TD_AGENT_AVAILABLE] = TO(AVAILABLE) | TO(RESERVED) | TO(PAUSED) | TO(LOGGED_OUT),
	[TD_AGENT_RESERVED] = TO(RINGING) | TO(TALKING) | TO(AVAILABLE) | TO(NOT_RESPONDING) |
			      TO(PAUSED) | TO(LOGGED_OUT),
	[TD_AGENT_RINGING] =
		TO(TALKING) | TO(AVAILABLE) | TO(NOT_RESPONDING) | TO(PAUSED) | TO(LOGGED_OUT),
	[TD_AGENT_TALKING] = TO(WRAP_UP) | TO(AVAILABLE) | TO(PAUSED) | TO(LOGGED_OUT),
	[TD_AGENT_WRAP_UP] = TO(AVAILABLE) | TO(PAUSED) | TO(LOGGED_OUT),
	[TD_AGENT_PAUSED] = TO(AVAILABLE) | TO(PAUSED) | TO(LOGGED_OUT),
	[TD_AGENT_NOT_RESPONDING] = TO(AVAILABLE) | TO(PAUSED) | TO(LOGGED_OUT),
};

/* An offer that ended without a CANCEL: the agent's telephone said so, or it was answered. */
static void offer_over(struct model *m, struct model_agent *ag, const struct td_acd_out *out)
{
	struct model_contact *c = find(m, ag->contact);
	struct model_queue *q;

	if (!c || c->agent != out->agent)
		return; /* cancelled before */
	q = &m->queue[c->queue];
	assert_int_equal(m->in.agent, out->agent);
	assert_int_equal(m->in.contact, c->number);
	c->agent = 0;
	if (out->state == TD_AGENT_TALKING) {
		assert_int_equal(m->in.type, TD_ACD_IN_ANSWERED);
		ag->wrap_up_ms = q->conf.wrap_up_ms;
		q->answered++;
		c->number = 0;
		return;
	}
	assert_int_equal(m->in.type, TD_ACD_IN_OFFER_FAILED);
	assert_int_equal(m->in.end.reason, out->reason);
	if (out->reason == TD_ACD_NO_ROOM)
		assert_true(c->channel == TD_CHANNEL_VOICE && m->room[ag->link] == 0);
	else if (out->state == TD_AGENT_AVAILABLE)
		ag->due = due_in(out->now,
			q->conf.busy_backoff_ms ? q->conf.busy_backoff_ms : ACD_BACKOFF_MS);
}

static uint8_t state_after_talk(const struct model_agent *ag)
{
	if (ag->dies || ag->leaves)
		return TD_AGENT_LOGGED_OUT;
	if (ag->pauses)
		return TD_AGENT_PAUSED;
	return ag->wrap_up_ms ? TD_AGENT_WRAP_UP : TD_AGENT_AVAILABLE;
}

static void on_agent(struct model *m, const struct td_acd_out *out)
{
	struct model_agent *ag = &m->agent[out->agent];
	uint8_t old = ag->state;
	bool offered = old == TD_AGENT_RESERVED || old == TD_AGENT_RINGING;

	assert_true(may_change[old] & 1u << out->state);
	m->seen_change[old][out->state]++;
	if (old == TD_AGENT_AVAILABLE && out->state == TD_AGENT_AVAILABLE) {
		bool back = m->in.type == TD_ACD_IN_REACHABLE && m->in.agent == out->agent &&
			    m->in.end.reason && ag->failed;

		assert_true(ag->backed_off && (back || ag->due <= out->now) && !out->reason);
	} else if (old == TD_AGENT_WRAP_UP && out->state == TD_AGENT_AVAILABLE) {
		bool asked =
			m->in.agent == out->agent &&
			(m->in.type == TD_ACD_IN_UNPAUSE || m->in.type == TD_ACD_IN_WRAP_UP_END);

		assert_true(asked || ag->due <= out->now);
	} else if (out->state == TD_AGENT_RESERVED) {
		assert_true(idle(ag));
	} else if (old == TD_AGENT_TALKING) {
		assert_int_equal(m->in.type, TD_ACD_IN_TALK_END);
		assert_int_equal(m->in.agent, out->agent);
		assert_int_equal(m->in.contact, ag->contact);
		assert_int_equal(out->state, state_after_talk(ag));
	}
	if (out->state != TD_AGENT_RINGING)
		ag->due = TD_NEVER;
	if (offered && out->state != TD_AGENT_RINGING)
		offer_over(m, ag, out);
	ag->backed_off = out->state == TD_AGENT_AVAILABLE && out->reason != TD_ACD_NONE &&
			 out->reason != TD_ACD_NO_ROOM;
	ag->failed = ag->backed_off && out->reason == TD_ACD_FAILED;
	if (out->state == TD_AGENT_AVAILABLE && !offered && old != TD_AGENT_AVAILABLE)
		ag->order = ++m->order;
	if (out->state == TD_AGENT_WRAP_UP)
		ag->due = due_in(out->now, ag->wrap_up_ms);
	ag->state = out->state;
	if (out->state == TD_AGENT_RESERVED)
		ag->contact = out->contact;
	else if (out->state != TD_AGENT_RINGING && out->state != TD_AGENT_TALKING)
		ag->contact = 0;
	if (old == TD_AGENT_TALKING && ag->dies)
		*ag = (struct model_agent){0};
	else if (old == TD_AGENT_TALKING)
		ag->leaves = ag->pauses = false;
}

void model_out(struct model *m, const struct td_acd_out *out)
{
	assert_int_equal(out->now, m->in.now);
	assert_in_range(out->type, 1, TD_ACD_OUT_QUEUED);
	assert_in_range(out->agent, 0, MODEL_AGENTS);
	m->seen_out[out->type]++;
	m->seen_reason[out->reason]++;
	switch (out->type) {
	case TD_ACD_OUT_OFFER:
		on_offer(m, out);
		break;
	case TD_ACD_OUT_CANCEL:
		on_cancel(m, out);
		break;
	case TD_ACD_OUT_OVERFLOW:
		on_overflow(m, out);
		break;
	case TD_ACD_OUT_AGENT:
		on_agent(m, out);
		break;
	default:
		on_queued(m, out);
	}
}

static void check_agent(const struct model *m, const struct acd *a, uint32_t number)
{
	const struct model_agent *ag = &m->agent[number];
	struct acd_agent_info info;
	int rc = acd_agent_get(a, number, &info);

	assert_int_equal(rc, ag->used ? 0 : -ENOENT);
	if (rc)
		return;
	assert_int_equal(info.state, ag->state);
	assert_int_equal(info.contact, ag->contact);
	assert_int_equal(info.reachable, ag->reachable);
	assert_int_equal(info.engaged, ag->engaged);
	assert_int_equal(info.link_full, m->room[ag->link] == 0);
	assert_int_equal(info.backoff_until != 0, ag->backed_off);
	assert_int_equal(info.pause_waits, ag->pauses);
	assert_int_equal(info.logout_waits, ag->leaves);
	if (ag->due != TD_NEVER && ag->due != 0)
		assert_true(ag->due > m->in.now);
	for (uint32_t i = number + 1; ag->contact && i <= MODEL_AGENTS; i++)
		assert_true(m->agent[i].contact != ag->contact);
}

static void check_contact(const struct model *m, const struct acd *a, const struct model_contact *c)
{
	struct acd_contact_info info;

	if (!c->number)
		return;
	assert_int_equal(acd_contact_get(a, c->number, &info), 0);
	assert_int_equal(info.queue, c->queue);
	assert_int_equal(info.agent, c->agent);
	assert_int_equal(info.channel, c->channel);
	assert_int_equal(info.priority, c->priority);
	assert_int_equal(info.entered, c->entered);
	assert_int_equal(info.position, position(m, c));
	assert_true(m->queue[c->queue].used);
	assert_true(due_in(c->entered, m->queue[c->queue].conf.timeout_ms) > m->in.now);
	if (c->agent) {
		assert_int_equal(m->agent[c->agent].contact, c->number);
		assert_true(serves(m, c->agent, c));
	}
	for (uint32_t i = 1; !c->agent && i <= MODEL_AGENTS; i++)
		assert_false(idle(&m->agent[i]) && could_serve(m, i, c));
}

/* 1 << channel: a contact of the queue waits by it, and is not being offered; all, when none does.
 */
static uint32_t wanted(const struct model *m, uint32_t queue)
{
	uint32_t channels = 0;

	for (int i = 0; i < MODEL_CONTACTS; i++) {
		const struct model_contact *c = &m->contact[i];

		if (c->number && c->queue == queue && !c->agent)
			channels |= 1u << c->channel;
	}
	return channels ? channels : UINT32_MAX;
}

static bool is_available(const struct model *m, uint32_t agent, uint32_t channels)
{
	const struct model_agent *ag = &m->agent[agent];

	if (!ag->reachable || m->room[ag->link] == 0)
		channels &= ~(1u << TD_CHANNEL_VOICE);
	return idle(ag) && ag->channels & channels;
}

/* Each agent of the queue who is logged in is counted once. */
static void check_agents(const struct model *m, const struct acd *a, uint32_t number)
{
	struct acd_queue_agents n, should = {0};

	assert_int_equal(acd_queue_agents(a, number, &n), 0);
	for (uint32_t i = 1; i <= MODEL_AGENTS; i++) {
		const struct model_agent *ag = &m->agent[i];
		bool free_now = ag->state == TD_AGENT_AVAILABLE;

		if (!ag->used || !common_group(ag->groups, m->queue[number].conf.groups))
			continue;
		for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
			should.slots[ch][ag->state] += ag->channels >> ch & 1;
			should.free[ch] += is_available(m, i, 1u << ch);
		}
		if (ag->state == TD_AGENT_LOGGED_OUT)
			continue;
		should.agents++;
		should.available += is_available(m, i, wanted(m, number));
		should.engaged += free_now && ag->engaged;
		should.backed_off += free_now && !ag->engaged && ag->backed_off;
		should.ringing += ag->state == TD_AGENT_RESERVED || ag->state == TD_AGENT_RINGING;
		should.handling += ag->state == TD_AGENT_TALKING;
		should.wrap_up += ag->state == TD_AGENT_WRAP_UP;
		should.paused += ag->state == TD_AGENT_PAUSED;
		should.not_responding += ag->state == TD_AGENT_NOT_RESPONDING;
	}
	should.unable = should.agents - should.available - should.engaged - should.backed_off -
			should.ringing - should.handling - should.wrap_up - should.paused -
			should.not_responding;
	assert_memory_equal(&n, &should, sizeof(n));
}

static void check_queue(const struct model *m, const struct acd *a, uint32_t number)
{
	const struct model_queue *q = &m->queue[number];
	struct acd_queue_info info;
	int rc = acd_queue_get(a, number, &info);

	assert_int_equal(rc, q->used ? 0 : -ENOENT);
	assert_true(q->used || line_length(m, number) == 0);
	if (rc)
		return;
	assert_int_equal(info.waiting, line_length(m, number));
	assert_int_equal(info.entered, q->entered);
	assert_int_equal(info.answered, q->answered);
	assert_int_equal(info.entered,
		info.answered + info.abandoned + info.timed_out + info.withdrawn + info.waiting);
	assert_int_equal(info.entered, q->answered + q->left + info.waiting);
	check_agents(m, a, number);
}

void model_done(struct model *m, const struct acd *a, int rc)
{
	const struct td_acd_in *in = &m->in;
	struct model_contact *c = find(m, in->contact);
	struct acd_contact_info info;

	if (in->type == TD_ACD_IN_CONTACT_ADD)
		assert_int_equal(m->placed, rc != -EEXIST && rc != -EINVAL);
	if (in->type == TD_ACD_IN_CONTACT_DEL && c && rc == 0) { /* waited: no output says so */
		assert_int_equal(c->agent, 0);
		m->queue[c->queue].left++;
		c->number = 0;
		c = NULL;
	}
	if (!c)
		assert_int_equal(acd_contact_get(a, in->contact, &info), -ENOENT);
	if (in->type == TD_ACD_IN_QUEUE_DEL && rc == 0)
		m->queue[in->queue] = (struct model_queue){0};
	if (in->type == TD_ACD_IN_AGENT_DEL && rc == 0 && !m->agent[in->agent].dies)
		m->agent[in->agent] = (struct model_agent){0};
	for (uint32_t i = 1; i <= MODEL_AGENTS; i++)
		check_agent(m, a, i);
	for (uint32_t i = 1; i <= MODEL_QUEUES; i++)
		check_queue(m, a, i);
	for (int i = 0; i < MODEL_CONTACTS; i++)
		check_contact(m, a, &m->contact[i]);
	assert_true(acd_next(a) > in->now);
}
