/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine's journal says of each call and agent, and whether it adds up in the end. */
#include <engine/call/state/state.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/soak.h>

static void fault(struct soak *s, const char *what, const char *who)
{
	if (!s->fault[0])
		snprintf(s->fault, sizeof(s->fault), "%s: %s", what, who);
}

static void cdr_check(struct soak *s, const struct td_ev_cdr *c)
{
	s->cdrs++;
	s->by_disposition[c->disposition]++;
	if (c->channel == TD_CHANNEL_MESSAGE) {
		s->messages.over++;
		s->messages.answered += c->disposition == TD_CALL_ANSWERED;
	}
	s->out_answered += c->disposition == TD_CALL_ANSWERED && c->to_trunk[0];
	s->out_next += c->to_trunk[0] && c->attempts > 1;
	if (!c->to_trunk[0] && (c->disposition == TD_CALL_ANSWERED) != (c->agent[0] != '\0'))
		fault(s, "an answered call without agent, or the reverse", c->id);
	if ((c->disposition == TD_CALL_ANSWERED) != (c->connected != 0))
		fault(s, "an answered call without time of connection, or the reverse", c->id);
	if (c->ended < c->offered || (c->answered && c->answered < c->offered))
		fault(s, "times that run backwards", c->id);
	if (c->connected && c->talk_ms > (c->ended - c->connected) / TD_NSEC_PER_MSEC)
		fault(s, "talk_ms is more than the time between", c->id);
	if (c->connected && !*soak_changed(s, c->id) &&
		c->talk_ms != (c->ended - c->connected) / TD_NSEC_PER_MSEC)
		fault(s, "talk_ms is not the time between", c->id);
	if (!c->sip_code != (c->channel == TD_CHANNEL_MESSAGE))
		fault(s, "a call without final response, or a message with one", c->id);
}

static void session_check(struct soak *s, const struct td_ev_agent_session *a)
{
	unsigned i = (unsigned)atoi(a->agent + 1);

	if (i >= AGENTS)
		return;
	if (s->session_to[i] && s->session_to[i] != a->from)
		fault(s, "a gap between two states", a->agent);
	s->session_to[i] = a->to;
}

static void segment_check(struct soak *s, const struct td_ev_segment *g)
{
	s->over[TD_OBJECT_SEGMENT]++;
	if (!g->number || g->ended < g->began ||
		g->lasted_ms != (g->ended - g->began) / TD_NSEC_PER_MSEC)
		fault(s, "a segment without number or with wrong times", g->call);
	if ((g->kind == TD_SEGMENT_TALK) != (g->who[0] != '\0'))
		fault(s, "a talk to nobody, or somebody in a queue", g->call);
}

static void party_check(struct soak *s, const struct td_ev_party *p)
{
	bool in_vain = p->why == TD_PARTY_END_UNUSABLE || p->why == TD_PARTY_END_LATE;

	s->over[TD_OBJECT_PARTY]++;
	s->joined_recorded += p->answered && !in_vain;
	if (p->joined && p->joined != p->answered)
		fault(s, "a party joined at another time than it answered", p->call);
	if (!p->answered && p->role != TD_ROLE_CALLER)
		fault(s, "a party has a record, and did not answer", p->call);
	if (!p->number || !p->name[0] || (p->joined && p->joined < p->began) ||
		p->ended < p->joined)
		fault(s, "a party without number or name, or times that run backwards", p->call);
}

static void live_check(struct soak *s, const struct td_ev_live *l)
{
	s->begun[l->object] += l->phase == TD_PHASE_BEGIN;
	s->over[l->object] += l->phase == TD_PHASE_END;
	s->joined += l->object == TD_OBJECT_PARTY && strcmp(l->state, "joined") == 0;
}

void soak_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	struct soak *s = ctx;
	const struct td_ev_queue_log *l = payload;

	if (type == TD_EV_CDR)
		cdr_check(s, payload);
	if (type == TD_EV_SEGMENT)
		segment_check(s, payload);
	if (type == TD_EV_PARTY)
		party_check(s, payload);
	if (type == TD_EV_CONTACT_DATA)
		s->messages.data_told++;
	if (type == TD_EV_LIVE)
		live_check(s, payload);
	if (type == TD_EV_AGENT_SESSION)
		session_check(s, payload);
	if (type != TD_EV_QUEUE_LOG)
		return;
	s->entered += strcmp(l->event, "ENTERQUEUE") == 0;
	s->connects += strcmp(l->event, "CONNECT") == 0;
	s->left += strcmp(l->event, "CONNECT") == 0 || strcmp(l->event, "ABANDON") == 0 ||
		   strcmp(l->event, "WITHDRAW") == 0 || strncmp(l->event, "EXIT", 4) == 0;
	s->completes += strncmp(l->event, "COMPLETE", 8) == 0;
	s->transfers += strstr(l->event, "TRANSFER") != NULL;
}

void soak_record(void *ctx, uint32_t recording, const char *call)
{
	struct soak *s = ctx;

	if (call)
		s->recordings_on++;
	else
		s->recordings_off++;
}

static bool link_refused(const struct td_engine *e)
{
	return ((const struct link *)objects_get(&e->links, 1))->budget.refused > 0;
}

/* Whether what has begun has ended, each once. */
static bool all_over(const struct soak *s)
{
	static const enum td_object objects[] = {
		TD_OBJECT_SEGMENT, TD_OBJECT_PARTY, TD_OBJECT_BRIDGE};

	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		if (!s->begun[objects[i]] || s->begun[objects[i]] != s->over[objects[i]])
			return false;
	return true;
}

const char *soak_judge(const struct soak *s)
{
	const struct td_engine *e = s->world->engine;
	const char *what = world_residue(s->world);

	if (s->fault[0])
		return s->fault;
	if (what)
		return what;
	if (s->cdrs != e->last_call - e->refused.unknown_source)
		return "CDRs are not as many as INVITEs admitted and messages";
	if (!all_over(s))
		return "a segment, a party or a bridge that has begun has not ended once";
	if (s->joined != s->joined_recorded)
		return "parties that joined are not as many as their records";
	if (s->entered != s->left)
		return "queue_log: who entered a queue did not leave it once";
	if (s->connects != s->completes + s->transfers)
		return "queue_log: what CONNECT began did not end once";
	if (s->connects + s->out_answered < s->by_disposition[TD_CALL_ANSWERED])
		return "more calls are answered than CONNECT and trunks say";
	if (!s->transfers || !s->parties)
		return "no third party was ever there: the soak proves little";
	if (s->recordings_on != s->recordings_off)
		return "a recording was not ended";
	if (s->phones.free_count != s->phones.capacity)
		return "a telephone still thinks it is in a call";
	if (!s->by_disposition[TD_CALL_ANSWERED] || !s->by_disposition[TD_CALL_ABANDONED] ||
		!s->by_disposition[TD_CALL_OVERFLOWED] || !s->by_disposition[TD_CALL_REJECTED])
		return "not every end of a call was seen: the soak proves little";
	if (!s->out_answered || !s->out_next || !e->refused.trunk_full ||
		!e->refused.reinvite_full || !link_refused(e))
		return "no limit was ever reached: the soak proves little";
	if (s->ports < SOAK_PORTS ? e->bridges_apart_total < s->placed / 50
				  : e->bridges_apart_total > 0)
		return "bridges of two workers: hardly any with few ports, or some with many";
	if (!sip_ua_stats(e->ua)->callers_lost)
		return "no caller was ever out of reach: the soak proves little";
	if (!s->registered || !s->names_found || !s->names_failed || !e->names_unanswered ||
		s->invites_by_stream < s->placed / 20)
		return "streams and names were hardly used: the soak proves little";
	if (soak_messages_judge(s))
		return soak_messages_judge(s);
	return world_replay(s->world);
}
