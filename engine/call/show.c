/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows for operators: JSON objects, one a call, queue, agent, trunk, counter. */
#include <engine/call/frame.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/agents.h>
#include <engine/base/addr.h>
#include <engine/base/codec.h>
#include <errno.h>
#include <math.h>

static double seconds_since(const struct td_engine *e, uint64_t t)
{
	return ms_between(t, e->now) / 1000.0;
}

static const char *call_state_name(const struct call *c)
{
	switch (c->state) {
	case CALL_NEW:
	case CALL_OFFERED:
		return "answering";
	case CALL_DIALLING:
		return c->agent && c->agent->rang ? "ringing" : "dialling";
	case CALL_QUEUED:
		return c->agent ? "ringing" : "waiting";
	case CALL_TALKING:
		return c->held_by_agent || c->held_by_caller ? "held" : "talking";
	default:
		return "ending";
	}
}

/* Of the worst direction of both legs, at its last report. */
static double mos_now(const struct call *c)
{
	uint16_t caller = quality_mos_now(&c->caller->quality);
	uint16_t agent = c->agent ? quality_mos_now(&c->agent->quality) : 0;
	uint16_t worse = !agent || (caller && caller < agent) ? caller : agent;

	return worse ? worse / 100.0 : NAN;
}

static bool call_row(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct call *c = pool_at(&e->calls, i);
	const struct agent *a;
	struct acd_contact_info info;

	if (c->state == CALL_FREE)
		return false;
	a = c->agent ? c->agent->agent : NULL;
	json_object_start(b, NULL);
	json_str(b, "id", str_of(c->cdr.id));
	json_str(b, "caller", str_of(c->cdr.caller));
	json_str(b, "dialled", str_of(c->cdr.dialled));
	json_str(b, "trunk", str_of(c->cdr.trunk));
	json_str(b, "queue", str_of(c->queue ? c->queue->object.name : ""));
	json_str(b, "to_trunk", str_of(c->cdr.to_trunk));
	json_str(b, "agent", a ? str_of(a->object.name) : (struct str){0});
	json_str(b, "state", str_of(call_state_name(c)));
	json_u64(
		b, "position", acd_contact_get(e->acd, c->contact, &info) == 0 ? info.position : 0);
	json_f64(b, "seconds", (double)(engine_wall(e, e->now) - c->cdr.offered) / TD_NSEC_PER_SEC);
	json_f64(b, "waited",
		c->waited_ms / 1000.0 + (c->contact ? seconds_since(e, c->entered) : 0.0));
	json_f64(b, "talked", c->state == CALL_TALKING ? seconds_since(e, c->connected) : 0.0);
	json_str(b, "codec", str_of(codec_name(c->codec)));
	json_f64(b, "mos", mos_now(c));
	json_str(b, "audio", str_of(silence_audio(c)));
	json_str(b, "digits", str_of(c->cdr.digits));
	json_u64(b, "recording", c->cdr.recording);
	json_str(b, "sip_call_id", str_of(c->cdr.sip_call_id));
	json_object_end(b);
	return true;
}

static bool queue_row(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct queue *q = objects_get(&e->queues, i + 1);
	uint32_t agents[TD_AGENT_STATE_COUNT] = {0};
	struct acd_queue_info info;
	uint32_t logged_in = 0;
	uint64_t judged;

	if (!q->object.live || acd_queue_get(e->acd, i + 1, &info) < 0)
		return false;
	acd_queue_agents(e->acd, i + 1, agents);
	for (unsigned s = TD_AGENT_AVAILABLE; s < TD_AGENT_STATE_COUNT; s++)
		logged_in += agents[s];
	judged = info.answered + info.abandoned;
	json_object_start(b, NULL);
	json_str(b, "name", str_of(q->object.name));
	json_u64(b, "waiting", info.waiting);
	json_u64(b, "offered", info.offered);
	json_u64(b, "talking", q->talking);
	json_f64(b, "oldest", info.oldest == TD_NEVER ? 0.0 : seconds_since(e, info.oldest));
	json_u64(b, "agents", logged_in);
	json_u64(b, "available", agents[TD_AGENT_AVAILABLE]);
	json_u64(b, "paused", agents[TD_AGENT_PAUSED]);
	json_u64(b, "wrap_up", agents[TD_AGENT_WRAP_UP]);
	json_u64(b, "entered", info.entered);
	json_u64(b, "answered", info.answered);
	json_u64(b, "abandoned", info.abandoned);
	json_u64(b, "timed_out", info.timed_out);
	json_u64(b, "full", info.full);
	json_u64(b, "withdrawn", info.withdrawn);
	json_u64(b, "no_answer", info.no_answer);
	json_u64(b, "refused", info.refused);
	/* The definition answered+abandoned of docs; 1 while there is nothing to judge. */
	json_f64(b, "service_level",
		judged ? (double)(info.answered_in_level + info.abandoned_in_level) / (double)judged
		       : 1.0);
	json_f64(b, "asa",
		info.answered ? (double)info.answered_wait_ms / 1000.0 / (double)info.answered
			      : 0.0);
	json_u64(b, "max_length", q->conf.max_length);
	json_object_end(b);
	return true;
}

static bool agent_row(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct agent *a = objects_get(&e->agents, i + 1);
	struct acd_agent_info info;
	struct agents_target target;
	char text[ADDR_TEXT] = "";

	if (!a->object.live && a->state == TD_AGENT_LOGGED_OUT)
		return false;
	if (agents_target(e, a, &target))
		addr_encode(&target.remote, text);
	json_object_start(b, NULL);
	json_str(b, "name", str_of(a->object.name));
	json_str(b, "state", str_of(acd_state_name(a->state)));
	json_f64(b, "seconds", seconds_since(e, a->since));
	json_str(b, "reason", str_of(a->reason));
	json_bool(b, "reachable", a->reachable);
	json_bool(b, "backed_off",
		a->state == TD_AGENT_AVAILABLE && a->backoff != TD_ACD_NONE &&
			a->backoff != TD_ACD_NO_ROOM);
	json_str(b, "link", str_of(a->link ? a->link->object.name : ""));
	json_bool(b, "link_full",
		acd_agent_get(e->acd, a->object.number, &info) == 0 && info.link_full);
	json_str(b, "contact", str_of(text));
	json_str(b, "call", a->call ? str_of(a->call->cdr.id) : (struct str){0});
	json_str(b, "queue", a->call ? str_of(a->call->queue->object.name) : (struct str){0});
	json_u64(b, "answered", a->answered);
	json_u64(b, "missed", a->missed);
	json_object_end(b);
	return true;
}

static bool trunk_row(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct trunk *t = objects_get(&e->trunks, i + 1);
	char text[ADDR_TEXT] = "";

	if (!t->object.live && !t->budget.calls)
		return false;
	if (t->conf.address_count)
		prefix_encode(&t->conf.address[0], text);
	json_object_start(b, NULL);
	json_str(b, "name", str_of(t->object.name));
	json_str(b, "address", str_of(text));
	json_u64(b, "calls", t->budget.calls);
	json_u64(b, "max_calls", t->conf.max_calls);
	json_u64(b, "offered", t->offered);
	json_u64(b, "answered", t->answered);
	json_u64(b, "rejected", t->rejected);
	json_object_end(b);
	return true;
}

static bool counter(struct td_buf *b, const char *name, uint64_t value, const char *text)
{
	json_object_start(b, NULL);
	json_str(b, "counter", str_of(name));
	json_u64(b, "value", value);
	json_str(b, "text", str_of(text));
	json_object_end(b);
	return true;
}

/* Every counter in one table: what SIP, the registrar and calls count. */
static bool sip_row(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct sip_stats *ua = sip_ua_stats(e->ua);
	const struct registrar_stats *reg = registrar_stats(e->registrar);
	const struct refusals *r = &e->refused;
	const struct {
		const char *name;
		uint64_t value;
		const char *text;
	} rows[] = {
#define ROW_UA(field, text)  {#field, ua->field, text},
#define ROW_REG(field, text) {"register_" #field, reg->field, text},
		SIP_STATS(ROW_UA) REGISTRAR_STATS(ROW_REG)
#undef ROW_UA
#undef ROW_REG
			{"registered_now", registrar_count(e->registrar), "agents registered"},
		{"sessions_now", sip_ua_sessions(e->ua), "INVITE sessions, those ending too"},
		{"rtp_ports_now", ports_in_use(&e->ports), "RTP ports given out"},
		{"unknown_source", r->unknown_source, "INVITEs from nowhere known: 403"},
		{"no_route", r->no_route, "calls to a number without route: 404"},
		{"no_srtp", r->no_srtp, "calls without the SRTP that they must have: 488"},
		{"no_codec", r->no_codec, "calls without audio or common codec: 400, 488"},
		{"draining", r->draining, "calls refused while draining: 503"},
		{"full", r->full, "calls refused, max_calls or ports reached: 503"},
		{"trunk_full", r->trunk_full, "calls refused, a trunk's limit reached: 503"},
		{"link_full", r->link_full, "calls refused, a link's limit reached: 503"},
		{"reinvite_full", r->reinvite_full,
			"re-INVITEs refused, shorter packets would pass a limit: 488"},
		{"queue_full", r->queue_full, "calls that found a queue full"},
		{"one_way_now", e->silences.one_way, "talks in which only one side is heard"},
		{"one_way", e->silences.total, "talks that became so, since the start"},
		{"acd_outputs_lost", e->outs_lost, "always 0; otherwise a bug"},
	};

	if (i >= sizeof(rows) / sizeof(rows[0]))
		return false;
	return counter(b, rows[i].name, rows[i].value, rows[i].text);
}

#define SIP_ROWS 128 /* more than there are: the surplus gives no row */

static bool acct_show(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct acct_key *k = &e->acct.row[i];
	const struct object *trunk = objects_get(&e->trunks, k->trunk);
	const struct object *queue = objects_get(&e->queues, k->queue);
	const struct object *link = objects_get(&e->links, k->link);

	json_object_start(b, NULL);
	json_u64(b, "row", i);
	json_str(b, "codec", str_of(i ? codec_name(k->codec) : "other"));
	json_str(b, "trunk", str_of(trunk ? trunk->name : i ? "agents" : "other"));
	json_str(b, "queue", str_of(queue ? queue->name : i ? "" : "other"));
	json_str(b, "link", str_of(link ? link->name : ""));
	json_object_end(b);
	return true;
}

/* `rows`: those of the accounting table that its live use is the sum of. */
static void budget_row(const struct td_engine *e, const struct budget *x, uint32_t trunk,
	uint32_t link, struct td_buf *b)
{
	json_object_start(b, NULL);
	json_str(b, "name", str_of(x->name));
	json_str(b, "kind", str_of(x->kind));
	json_str(b, "layer", str_of(rate_layers[x->layer]));
	json_u64(b, "limit_bps", x->limit_bps);
	json_u64(b, "reserved_bps", x->reserved_bps);
	json_u64(b, "calls", x->calls);
	json_u64(b, "max_calls", x->limit_calls);
	json_u64(b, "refused", x->refused);
	json_bool(b, "full", x->alarm);
	json_array_start(b, "rows");
	for (uint32_t i = 1; i < e->acct.count; i++)
		if (trunk ? e->acct.row[i].trunk == trunk : e->acct.row[i].link == link)
			json_u64(b, NULL, i);
	json_array_end(b);
	json_object_end(b);
}

/* Links, then trunks. */
static bool budget_show(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct link *k = objects_get(&e->links, i + 1);
	const struct trunk *t =
		i < e->links.count ? NULL : objects_get(&e->trunks, i - e->links.count + 1);

	if (t ? !t->object.live && !t->budget.calls : !k->object.live && !k->budget.calls)
		return false;
	if (t)
		budget_row(e, &t->budget, t->object.number, 0, b);
	else
		budget_row(e, &k->budget, 0, k->object.number, b);
	return true;
}

int td_engine_show(struct td_engine *e, uint64_t now, const char *what, uint32_t *cursor,
	unsigned max, struct td_buf *out)
{
	const struct {
		const char *what;
		bool (*row)(struct td_engine *e, uint32_t i, struct td_buf *b);
		uint32_t count;
	} tables[] = {
		{"calls", call_row, e->calls.capacity},
		{"queues", queue_row, e->queues.count},
		{"agents", agent_row, e->agents.count},
		{"trunks", trunk_row, e->trunks.count},
		{"sip", sip_row, SIP_ROWS},
		{"acct", acct_show, e->acct.count},
		{"links", budget_show, e->links.count + e->trunks.count},
	};

	engine_enter(e, now);
	for (unsigned t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		unsigned rows = 0;

		if (strcmp(what, tables[t].what) != 0)
			continue;
		out->comma = false;
		while (*cursor < tables[t].count && rows < max)
			rows += tables[t].row(e, (*cursor)++, out);
		if (out->error)
			return -ENOMEM;
		return *cursor < tables[t].count;
	}
	return -EINVAL;
}
