/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs that make messages and lead them in the name of customers and agents: these accept,
 * decline, do nothing until the ring time is over, conclude; customers go at any moment. Now and
 * then a program asks for what cannot be.
 */
#include <engine/call/state/state.h>
#include <stdio.h>
#include <string.h>
#include <tests/scenario/soak.h>

#define TICK_NS (250 * TD_NSEC_PER_MSEC)

static bool one_in(struct soak *s, uint32_t n)
{
	return prng_below(&s->prng, n) == 0;
}

static bool ask(struct soak *s, struct td_contact_request *r)
{
	struct td_engine *e = s->world->engine;
	char id[TD_CALL_ID_BYTES];
	struct td_text err = {""};

	if (td_engine_contact(e, s->now, r, id, &err) == 0) {
		s->messages.done[r->action]++;
		s->messages.data += r->count;
		return true;
	}
	s->messages.refused++;
	s->messages.silent += !err.s[0];
	return false;
}

static void create(struct soak *s)
{
	static const struct td_contact_pair few[] = {{"account", "17"}, {"language", "de"}};
	static const struct td_contact_pair many[CONTACT_DATA_MAX + 1] = {{"a", "1"}, {"b", "2"},
		{"c", "3"}, {"d", "4"}, {"e", "5"}, {"f", "6"}, {"g", "7"}, {"h", "8"}, {"i", "9"}};
	bool too_many = one_in(s, 10);
	struct td_contact_request r = {.channel = TD_CHANNEL_MESSAGE,
		.queue = "sales",
		.customer = "anna",
		.data = too_many ? many : few,
		.count = too_many ? CONTACT_DATA_MAX + 1 : prng_below(&s->prng, 3)};

	if (one_in(s, 4))
		snprintf(r.queue, sizeof(r.queue), "%s", one_in(s, 4) ? "nowhere" : "backup");
	ask(s, &r);
}

static void lead(struct soak *s, const struct contact *c, enum td_contact_action action)
{
	struct td_contact_request r = {.action = action};
	const struct agent *a = c->work.agent;
	bool first = !c->cdr.connected;

	memcpy(r.contact, c->cdr.id, sizeof(r.contact));
	if (!a || one_in(s, 20)) /* another one, or nobody */
		snprintf(r.agent, sizeof(r.agent), "a%u", prng_below(&s->prng, AGENTS + 1));
	else
		memcpy(r.agent, a->object.name, sizeof(r.agent));
	if (ask(s, &r) && action == TD_CONTACT_ACCEPT)
		s->messages.taken += first;
}

static void attach(struct soak *s, const struct contact *c)
{
	static const struct td_contact_pair pair = {"step", "next"};
	struct td_contact_request r = {.action = TD_CONTACT_DATA, .data = &pair, .count = 1};

	memcpy(r.contact, c->cdr.id, sizeof(r.contact));
	ask(s, &r);
}

/* Of calls, those that wait. */
static void requeue(struct soak *s, const struct contact *c)
{
	struct td_contact_request r = {.action = TD_CONTACT_REQUEUE};
	bool call = c->call != NULL;

	memcpy(r.contact, c->cdr.id, sizeof(r.contact));
	snprintf(r.queue, sizeof(r.queue), "%s", one_in(s, 2) ? "backup" : "sales");
	if (!ask(s, &r))
		return;
	s->messages.calls_moved += call;
	*soak_changed(s, r.contact) = true;
}

/* One request at most for each contact: it may be gone then. */
static void step(struct soak *s, const struct contact *c)
{
	bool last = !s->calls_left;

	if (one_in(s, 30))
		attach(s, c);
	else if (one_in(s, 120))
		requeue(s, c);
	else if (c->call)
		return;
	else if (one_in(s, last ? 20 : 100))
		lead(s, c, TD_CONTACT_WITHDRAW);
	else if (c->state == CONTACT_OFFERED && one_in(s, 12))
		lead(s, c, TD_CONTACT_ACCEPT);
	else if (c->state == CONTACT_OFFERED && one_in(s, 40))
		lead(s, c, TD_CONTACT_DECLINE);
	else if (c->state == CONTACT_HANDLED && one_in(s, 8))
		lead(s, c, TD_CONTACT_CONCLUDE);
	else if (one_in(s, 200))
		lead(s, c, (enum td_contact_action)prng_below(&s->prng, TD_CONTACT_ACTION_COUNT));
}

void soak_messages(struct timer *t, uint64_t now)
{
	struct soak *s = (struct soak *)((char *)t - offsetof(struct soak, next_message));
	struct td_engine *e = s->world->engine;

	s->now = now;
	if (s->calls_left && one_in(s, 8))
		create(s);
	for (uint32_t i = 0; i < e->contacts.capacity; i++) {
		const struct contact *c = pool_at(&e->contacts, i);

		if (contact_is(c))
			step(s, c);
	}
	world_run(s->world, s->now);
	if (s->calls_left || e->contact_count)
		timer_set(&s->timers, t, now + TICK_NS);
}

const char *soak_messages_judge(const struct soak *s)
{
	const unsigned *done = s->messages.done;

	if (s->messages.over != done[TD_CONTACT_CREATE])
		return "CDRs of messages are not as many as messages";
	if (s->messages.answered != s->messages.taken)
		return "answered messages are not as many as were accepted once or more";
	if (s->messages.taken == done[TD_CONTACT_ACCEPT] || !s->messages.calls_moved)
		return "no message was taken from an agent, or no call moved: the soak proves "
		       "little";
	if (s->messages.data != s->messages.data_told)
		return "the journal has not each key that was attached";
	if (s->messages.silent)
		return "a request was refused without a word";
	for (unsigned i = 0; i < TD_CONTACT_ACTION_COUNT; i++)
		if (!done[i])
			return "not everything was done to messages: the soak proves little";
	if (!s->messages.refused || s->messages.answered == s->messages.over)
		return "nothing was refused, or each message answered: the soak proves little";
	return NULL;
}
