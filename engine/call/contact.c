/* SPDX-License-Identifier: BSD-3-Clause */
/* What is asked of contacts: see include/tandem/contact.h. */
#include <engine/call/events/data.h>
#include <engine/call/events/story.h>
#include <engine/call/frame.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/medialess.h>
#include <engine/call/transition/step.h>
#include <engine/call/transition/wait.h>
#include <errno.h>
#include <stdio.h>

static int refuse(uint64_t *counter, int rc)
{
	++*counter;
	return rc;
}

static int missing(const char *field, struct td_text *err)
{
	td_text_set(err, "\"%s\" is missing", field);
	return -EINVAL;
}

/* Those pairs of a request that take keys away, or those that do not. */
static int add_some(struct td_engine *e, struct contact_data *d, const struct td_contact_request *r,
	bool taken_away, struct td_text *err)
{
	for (uint32_t i = 0; i < r->count; i++) {
		struct str key = str_of(r->data[i].key), value = str_of(r->data[i].value);
		int rc = taken_away == !value.n ? contact_data_set(d, key, value) : 0;

		if (rc == 0)
			continue;
		e->refused.contacts_data++;
		if (rc == -ENOSPC)
			td_text_set(err,
				"no room for %.63s: a contact has at most %d keys, and %d octets "
				"in all",
				key.p, CONTACT_DATA_MAX, CONTACT_DATA_BYTES);
		else
			td_text_set(err, "\"%.63s\" is no key: a key has 1 to %d octets", key.p,
				TD_NAME_BYTES - 1);
		return rc;
	}
	return 0;
}

/* What a request brings, added to *d: what it takes away makes room first. After an error *d is not
 * to be used. */
static int add(struct td_engine *e, struct contact_data *d, const struct td_contact_request *r,
	struct td_text *err)
{
	int rc = add_some(e, d, r, true, err);

	return rc ? rc : add_some(e, d, r, false, err);
}

/* The queue that a request names, whose agents can take a contact of this channel. */
static int queue_of(const struct td_engine *e, const struct td_contact_request *r, unsigned channel,
	struct queue **q, struct td_text *err)
{
	*q = objects_configured(&e->queues, r->queue);
	if (!r->queue[0])
		return missing("queue", err);
	if (!*q) {
		td_text_set(err, "there is no queue %s", r->queue);
		return -ENOENT;
	}
	if (acd_queue_channels(e->acd, (*q)->object.number) >> channel & 1)
		return 0;
	td_text_set(err,
		"no agent of queue %s has the channel %s; give it to one, or name another queue",
		r->queue, contact_channels[channel]);
	return -EINVAL;
}

static int create(struct td_engine *e, const struct td_contact_request *r,
	char id[static TD_CALL_ID_BYTES], struct td_text *err)
{
	const struct contact_data nothing = {0};
	struct contact_data data = nothing;
	struct contact *c;
	struct queue *q;
	int rc;

	if ((unsigned)r->channel >= TD_CHANNEL_COUNT || td_channel_media(r->channel)) {
		td_text_set(err, "a call is made by its INVITE; create a contact without media");
		return refuse(&e->refused.contacts_wrong, -EINVAL);
	}
	rc = queue_of(e, r, r->channel, &q, err);
	if (rc)
		return refuse(&e->refused.contacts_wrong, rc);
	rc = add(e, &data, r, err);
	if (rc)
		return rc;
	if (e->draining) {
		td_text_set(err, "the engine drains: it takes no new contacts");
		return refuse(&e->refused.contacts_draining, -EBUSY);
	}
	c = medialess_create(e, r, q, &data);
	if (!c) {
		td_text_set(err, "there are %u contacts without media, as many as max_calls",
			e->contact_count);
		return refuse(&e->refused.contacts_full, -EBUSY);
	}
	memcpy(id, c->cdr.id, TD_CALL_ID_BYTES);
	data_write(e, c, &nothing, r);
	return 0;
}

static int attach(struct td_engine *e, struct contact *c, const struct td_contact_request *r,
	struct td_text *err)
{
	const struct contact_data before = c->data;
	struct contact_data data = before;
	int rc = add(e, &data, r, err);

	if (rc)
		return rc;
	c->data = data;
	data_write(e, c, &before, r);
	return 0;
}

/* What it is in, for people. */
static void describe(const struct contact *c, char *out, size_t size)
{
	if (c->state == CONTACT_WAITING)
		snprintf(out, size, "waits in queue %s", c->queue->object.name);
	else
		snprintf(out, size, "is %s agent %s",
			c->state == CONTACT_OFFERED ? "offered to" : "handled by",
			c->work.agent->object.name);
}

/* It is in this state, and the agent's. If not, it may have been a moment ago: -ESTALE. */
static int is_of(const struct td_engine *e, const struct contact *c, enum contact_state state,
	const struct td_contact_request *r, struct td_text *err)
{
	static const char *const actions[] = {TD_CONTACT_ACTIONS(TD_WORD)};
	char now[2 * TD_NAME_BYTES];

	if (c->state == state && strcmp(c->work.agent->object.name, r->agent) == 0)
		return 0;
	if (!r->agent[0])
		return missing("agent", err);
	if (!objects_lookup(&e->agents, r->agent)) {
		td_text_set(err, "there is no agent %s", r->agent);
		return -ENOENT;
	}
	describe(c, now, sizeof(now));
	td_text_set(err, "%s cannot %s %s, which %s", r->agent, actions[r->action], c->cdr.id, now);
	return -ESTALE;
}

/* The agent has called, or was called by name, since the contact was offered. */
static int is_free(const struct contact *c, struct td_text *err)
{
	const struct agent *a = c->work.agent;

	if (!a->own)
		return 0;
	td_text_set(err,
		"%s is in a call of its own, %s: one contact or call at a time; end that one first",
		a->object.name, a->own->call->contact->cdr.id);
	return -EBUSY;
}

static int answer(struct td_engine *e, struct contact *c, const struct td_contact_request *r,
	struct td_text *err)
{
	int rc = is_of(e, c, CONTACT_OFFERED, r, err);

	if (rc == 0 && r->action == TD_CONTACT_ACCEPT)
		rc = is_free(c, err);
	if (rc)
		return rc;
	if (r->action == TD_CONTACT_DECLINE) {
		medialess_decline(e, c);
		return 0;
	}
	medialess_accept(e, c);
	return 0;
}

static int conclude(struct td_engine *e, struct contact *c, const struct td_contact_request *r,
	struct td_text *err)
{
	int rc = is_of(e, c, CONTACT_HANDLED, r, err);

	if (rc)
		return rc;
	story_id(e, c->cdr.id, "agent %s concludes", r->agent);
	medialess_end(e, c, TD_ENDED_BY_CALLEE, TD_CALL_ANSWERED, 0);
	return 0;
}

static int requeue(struct td_engine *e, struct contact *c, const struct td_contact_request *r,
	struct td_text *err)
{
	struct call_input in = {.event = CALL_EVENT_MOVE};
	int rc = queue_of(e, r, c->cdr.channel, &in.queue, err);

	if (rc)
		return rc;
	if (c->call && !c->number) {
		td_text_set(err,
			"%s does not wait: `tandemctl party %s transfer queue %s` moves a call "
			"that talks",
			c->cdr.id, c->cdr.id, r->queue);
		return -EINVAL;
	}
	if (c->number && c->queue == in.queue) {
		td_text_set(err, "%s waits in queue %s already", c->cdr.id, r->queue);
		return -EALREADY;
	}
	rc = wait_room(e, in.queue, err);
	if (rc)
		return rc;
	if (c->call)
		call_step(e, c->call, &in);
	else
		medialess_requeue(e, c, in.queue);
	return 0;
}

static int lead(struct td_engine *e, struct contact *c, const struct td_contact_request *r,
	struct td_text *err)
{
	switch (r->action) {
	case TD_CONTACT_DATA:
		return attach(e, c, r, err);
	case TD_CONTACT_REQUEUE:
		return requeue(e, c, r, err);
	case TD_CONTACT_ACCEPT:
	case TD_CONTACT_DECLINE:
		return answer(e, c, r, err);
	case TD_CONTACT_CONCLUDE:
		return conclude(e, c, r, err);
	case TD_CONTACT_WITHDRAW:
		story_id(e, c->cdr.id, "the customer is gone");
		medialess_end(e, c, TD_ENDED_BY_CALLER, TD_CALL_ABANDONED, 0);
		return 0;
	default:
		td_text_set(err, "no such action");
		return -EINVAL;
	}
}

int td_engine_contact(struct td_engine *e, uint64_t now, const struct td_contact_request *r,
	char id[static TD_CALL_ID_BYTES], struct td_text *err)
{
	struct contact *c;
	int rc;

	engine_enter(e, now);
	c = r->action == TD_CONTACT_CREATE ? NULL : contact_by_id(e, r->contact);
	if (c)
		memcpy(id, c->cdr.id, TD_CALL_ID_BYTES);
	if (r->action == TD_CONTACT_CREATE) {
		rc = create(e, r, id, err);
	} else if (!r->contact[0]) {
		rc = missing("contact", err);
	} else if (!c) {
		td_text_set(err, "there is no contact %s", r->contact);
		rc = -ENOENT;
	} else if (c->call && r->action != TD_CONTACT_DATA && r->action != TD_CONTACT_REQUEUE) {
		td_text_set(err, "%s is a call: its telephones lead it", c->cdr.id);
		rc = -EINVAL;
	} else {
		rc = lead(e, c, r, err);
	}
	engine_leave(e);
	return rc;
}
