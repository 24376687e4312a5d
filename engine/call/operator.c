/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators ask of calls, of contacts without media, and of agents. */
#include <engine/call/events/story.h>
#include <engine/call/frame.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/distribute.h>
#include <engine/call/state/calls.h>
#include <engine/call/transition/medialess.h>
#include <engine/call/transition/step.h>
#include <errno.h>
#include <stdio.h>

/* What was never connected has the cause of the act, whatever the caller's telephone was told. */
static void hang_up(struct td_engine *e, struct call *c, const char *why, int code, int cause)
{
	struct call_input in = {.event = CALL_EVENT_HANG_UP, .why = why, .code = code};

	if (!c->contact->cdr.connected)
		c->contact->cdr.cause = (uint16_t)cause;
	call_step(e, c, &in);
}

/* One without media. */
static void end(struct td_engine *e, struct contact *c, const char *why, int code)
{
	story_id(e, c->cdr.id, "%s", why);
	medialess_end(e, c, TD_ENDED_BY_US, TD_CALL_FAILED, code);
}

int td_engine_hangup(struct td_engine *e, uint64_t now, const char *call, struct td_text *err)
{
	struct contact *c;
	int rc = 0;

	engine_enter(e, now);
	c = contact_by_id(e, call);
	if (c && !c->call) {
		end(e, c, "an operator ends it", 487);
	} else if (c && c->call->state != CALL_ENDED) {
		hang_up(e, c->call, "an operator hangs up", 480, TD_CAUSE_NORMAL);
	} else {
		td_text_set(err, "there is no call or contact %s", call);
		rc = -ENOENT;
	}
	engine_leave(e);
	return rc;
}

int td_engine_party(
	struct td_engine *e, uint64_t now, const struct td_party_request *r, struct td_text *err)
{
	struct call_input in = {.event = CALL_EVENT_PARTY, .request = r, .err = err, .rc = -ENOENT};
	const struct contact *written;
	struct call *c;

	td_text_set(err, "there is no call %s in which somebody could take part", r->call);
	engine_enter(e, now);
	c = call_by_id(e, r->call);
	written = c ? NULL : contact_by_id(e, r->call);
	if (written) {
		td_text_set(err, "%s is no call, but a %s: nobody else can take part in it",
			written->cdr.id, contact_channel(written));
		in.rc = -EINVAL;
	}
	if (c && (c->state == CALL_CONNECTING || c->state == CALL_TALKING))
		call_step(e, c, &in);
	engine_leave(e);
	return in.rc;
}

static void end_all(struct td_engine *e, bool handled)
{
	for (uint32_t i = 0; i < e->contacts.capacity && e->contact_count; i++) {
		struct contact *c = pool_at(&e->contacts, i);

		if (c->state != CONTACT_NONE && handled == (c->state == CONTACT_HANDLED))
			end(e, c, "the engine stops", 503);
	}
}

void td_engine_hangup_all(struct td_engine *e, uint64_t now)
{
	engine_enter(e, now);
	e->draining = true;
	/* Talks come last: an agent who becomes free finds nobody waiting. */
	for (int talking = 0; talking <= 1; talking++) {
		for (uint32_t i = 0; i < e->calls.capacity; i++) {
			struct call *c = pool_at(&e->calls, i);

			if (c->state != CALL_FREE && c->state != CALL_ENDED &&
				talking == (c->state == CALL_TALKING))
				hang_up(e, c, "the engine stops", 503, TD_CAUSE_TEMPORARY);
		}
		end_all(e, talking);
		engine_drain(e);
	}
	engine_leave(e);
}

int td_engine_agent(struct td_engine *e, uint64_t now, const char *agent,
	enum td_agent_action action, const char *reason, struct td_text *err)
{
	static const struct {
		enum td_acd_in_type in;
		const char *verb;
	} actions[] = {
#define ACTION(id, word, input, verb, help) {TD_ACD_IN_##input, verb},
		TD_AGENT_ACTIONS(ACTION)
#undef ACTION
	};
	struct agent *a = objects_configured(&e->agents, agent);
	struct td_acd_in in;
	int rc;

	engine_enter(e, now);
	if (!a) {
		td_text_set(err, "there is no agent %s", agent);
		rc = -ENOENT;
		goto out;
	}
	if ((unsigned)action >= TD_AGENT_ACTION_COUNT) {
		td_text_set(err, "no such action");
		rc = -EINVAL;
		goto out;
	}
	memset(&in, 0, sizeof(in));
	in.type = (uint16_t)actions[action].in;
	in.agent = a->object.number;
	if (action == TD_AGENT_PAUSE)
		snprintf(in.reason_text, sizeof(in.reason_text), "%s", reason ? reason : "");
	rc = distribute(e, &in);
	if (rc == -EALREADY)
		rc = 0;
	if (rc == 0)
		agents_by_hand(a, action == TD_AGENT_LOGOUT);
	if (rc < 0) {
		td_text_set(err, "cannot %s %s, who is %s%s", actions[action].verb, agent,
			acd_state_name(a->state),
			a->state == TD_AGENT_NOT_RESPONDING ? "; `unpause` or `login` ends that"
							    : "");
		rc = -EINVAL;
	}
out:
	engine_leave(e);
	return rc;
}
