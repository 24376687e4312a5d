/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows for operators: JSON objects, one a call, queue, agent, trunk, counter. */
#include <engine/call/frame.h>
#include <engine/call/metrics.h>
#include <engine/call/site/reserve.h>
#include <engine/call/site/trunk.h>
#include <engine/call/media/silence.h>
#include <engine/call/state/calls.h>
#include <engine/call/site/agents.h>
#include <engine/base/addr.h>
#include <engine/base/codec.h>
#include <engine/base/view.h>
#include <engine/conf/schema.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

static const char *const call_states[TD_CALL_STATE_COUNT] = {TD_CALL_STATES(TD_WORD)};

static double seconds_since(const struct td_engine *e, uint64_t t)
{
	return ms_between(t, e->now) / 1000.0;
}

static enum td_call_state connecting(const struct call *c)
{
	const struct party *ringing = call_ringing(c);

	if (c->contact->number)
		return ringing ? TD_CALL_STATE_RINGING : TD_CALL_STATE_WAITING;
	return ringing && ringing->rang ? TD_CALL_STATE_RINGING : TD_CALL_STATE_DIALLING;
}

static enum td_call_state call_state(const struct call *c)
{
	switch (c->state) {
	case CALL_UNCONFIRMED:
		return TD_CALL_STATE_ANSWERING;
	case CALL_CONNECTING:
		return connecting(c);
	case CALL_TALKING:
		return c->caller->held || call_other(c)->held ? TD_CALL_STATE_HELD
							      : TD_CALL_STATE_TALKING;
	default:
		return TD_CALL_STATE_ENDING;
	}
}

/* MOS of the worst direction of both parties, at its last report. */
static double mos_now(const struct call *c)
{
	uint16_t caller = quality_mos_now(&c->caller->quality);
	const struct party *p = call_other(c);
	uint16_t other = p ? quality_mos_now(&p->quality) : 0;
	uint16_t worse = !other || (caller && caller < other) ? caller : other;

	return worse ? worse / 100.0 : NAN;
}

static uint32_t position(const struct td_engine *e, const struct contact *c)
{
	struct acd_contact_info info;

	return acd_contact_get(e->acd, c->number, &info) == 0 ? info.position : 0;
}

static double age(const struct td_engine *e, const struct contact *c)
{
	return (double)(engine_wall(e, e->now) - c->cdr.offered) / TD_NSEC_PER_SEC;
}

/* As the record will have it: a caller who waits after a transfer has talked before. */
static double talked(const struct td_engine *e, const struct call *c)
{
	return c->contact->cdr.talk_ms / 1000.0 +
	       (c->state == CALL_TALKING ? seconds_since(e, c->talk_since) : 0.0);
}

static bool show_calls(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct call *c = pool_at(&e->calls, i);
	const struct party *p;

	if (c->state == CALL_FREE)
		return false;
	p = call_other(c);
	VIEW_PUT(calls, b,
		{
			.id = c->contact->cdr.id,
			.caller = c->contact->cdr.caller,
			.dialled = c->contact->cdr.dialled,
			.trunk = c->contact->cdr.trunk,
			.queue = c->contact->queue ? c->contact->queue->object.name : "",
			.to_trunk = c->contact->cdr.to_trunk,
			.agent = p && p->agent ? p->agent->object.name : NULL,
			.state = call_states[call_state(c)],
			.position = position(e, c->contact),
			.seconds = age(e, c->contact),
			.waited =
				c->contact->waited_ms / 1000.0 +
				(c->contact->number ? seconds_since(e, c->contact->entered) : 0.0),
			.talked = talked(e, c),
			.codec = codec_name(c->codec),
			.mos = mos_now(c),
			.audio = silence_audio(c),
			.digits = c->contact->cdr.digits,
			.recording = c->contact->cdr.recording,
			.sip_call_id = c->contact->cdr.sip_call_id,
		});
	return true;
}

static const char *contact_agent(const struct contact *c)
{
	const struct party *p = c->call ? call_other(c->call) : NULL;
	const struct agent *a = p ? p->agent : c->work.agent;

	return a ? a->object.name : NULL;
}

static bool show_contacts(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	static const char *const states[] = {CONTACT_STATES(TD_WORD)};
	const struct contact *c = pool_at(&e->contacts, i);
	const struct td_pairs data = {c->data.text, c->data.bytes};

	if (!contact_is(c))
		return false;
	VIEW_PUT(contacts, b,
		{
			.id = c->cdr.id,
			.channel = contact_channel(c),
			.customer = contact_who(c),
			.queue = c->queue ? c->queue->object.name : "",
			.state = c->call ? call_states[call_state(c->call)] : states[c->state],
			.agent = contact_agent(c),
			.position = position(e, c),
			.seconds = age(e, c),
			.tenant = c->cdr.tenant,
			.data = data,
		});
	return true;
}

/* Who went within the level had not waited too long, and was not served: that says nothing about
 * the queue. NaN: there is nothing to judge. */
static double service_level(const struct acd_queue_info *info)
{
	uint64_t judged = info->answered + info->abandoned - info->abandoned_in_level +
			  info->timed_out - info->timed_out_in_level;

	return judged ? (double)info->answered_in_level / (double)judged : (double)NAN;
}

/* Average speed of answer, in seconds. */
static double asa(const struct acd_queue_info *info)
{
	return info->answered ? (double)info->answered_wait_ms / 1000.0 / (double)info->answered
			      : (double)NAN;
}

static bool show_queues(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct queue *q = objects_get(&e->queues, i + 1);
	struct acd_queue_agents agents;
	struct acd_queue_info info;

	if (!q->object.configured || acd_queue_get(e->acd, i + 1, &info) < 0)
		return false;
	acd_queue_agents(e->acd, i + 1, &agents);
	VIEW_PUT(queues, b,
		{.name = q->object.name,
			.waiting = info.waiting,
			.offered = info.offered,
			.talking = q->talking,
			.oldest = info.oldest == TD_NEVER ? 0.0 : seconds_since(e, info.oldest),
			.agents = agents.agents,
			.entered = info.entered,
			.answered = info.answered,
			.abandoned = info.abandoned,
			.timed_out = info.timed_out,
			.full = info.full,
			.withdrawn = info.withdrawn,
			.no_answer = info.no_answer,
			.refused = info.refused,
			.service_level = service_level(&info),
			.asa = asa(&info),
			.max_length = q->conf.max_length,
			.unattended = q->unattended != 0,
			TD_QUEUE_AGENTS(TD_FIELD_OF, agents)});
	return true;
}

/* A place for each channel of each queue. */
static bool show_channels(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	uint32_t number = i / TD_CHANNEL_COUNT + 1, ch = i % TD_CHANNEL_COUNT, agents = 0;
	const struct queue *q = objects_get(&e->queues, number);
	struct acd_queue_agents of;
	const uint32_t *state;

	if (!q->object.configured || acd_queue_agents(e->acd, number, &of) < 0)
		return false;
	state = of.slots[ch];
	for (unsigned s = TD_AGENT_LOGGED_OUT + 1; s < TD_AGENT_STATE_COUNT; s++)
		agents += state[s];
	if (!agents && !state[TD_AGENT_LOGGED_OUT] && !q->waiting[ch])
		return false;
	VIEW_PUT(channels, b,
		{
			.queue = q->object.name,
			.channel = contact_channels[ch],
			.waiting = q->waiting[ch],
			.agents = agents,
			.available = of.free[ch],
			.handling = state[TD_AGENT_TALKING],
			.not_responding = state[TD_AGENT_NOT_RESPONDING],
			.unattended = q->unattended >> ch & 1,
		});
	return true;
}

#define CHANNELS_TEXT 64

static const char *channels_text(uint32_t channels, char text[static CHANNELS_TEXT])
{
	static const char *const words[] = {TD_CHANNELS(TD_WORD)};
	size_t n = 0;

	for (unsigned c = 0; c < TD_CHANNEL_COUNT && n < CHANNELS_TEXT; c++)
		if (channels >> c & 1)
			n += (size_t)snprintf(
				text + n, CHANNELS_TEXT - n, "%s%s", n ? "," : "", words[c]);
	return text;
}

static bool share_a_group(const struct td_acd_queue *q, const struct td_acd_agent *a)
{
	for (unsigned i = 0; i < TD_ACD_GROUPS && q->groups[i]; i++)
		for (unsigned k = 0; k < TD_ACD_GROUPS && a->groups[k]; k++)
			if (q->groups[i] == a->groups[k])
				return true;
	return false;
}

/* Whole, as a program may go by it: "sales,support". */
static const char *queues_text(
	const struct td_engine *e, const struct agent *a, struct td_buf *text)
{
	for (uint32_t i = 1; i <= e->queues.count; i++) {
		const struct queue *q = objects_get(&e->queues, i);

		if (q->object.configured && share_a_group(&q->acd, &a->acd))
			buf_printf(text, "%s%s", text->len ? "," : "", q->object.name);
	}
	buf_put(text, "", 1);
	return text->error ? "" : text->data;
}

/* What a queue gave the agent; else the last call of its own; NULL: nothing. */
static const struct contact *agent_contact(const struct agent *a)
{
	if (a->contact)
		return a->contact;
	return a->own ? a->own->call->contact : NULL;
}

static bool show_agents(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct agent *a = objects_get(&e->agents, i + 1);
	const struct contact *c = agent_contact(a);
	struct acd_agent_info info;
	struct agents_target target;
	char text[ADDR_TEXT] = "", channels[CHANNELS_TEXT] = "";
	struct td_buf queues;

	if (!a->object.configured && a->state == TD_AGENT_LOGGED_OUT)
		return false;
	if (agents_target(e, a, &target))
		addr_encode(&target.flow.remote, text);
	buf_init(&queues);
	VIEW_PUT(agents, b,
		{
			.name = a->object.name,
			.state = acd_state_name(a->state),
			.seconds = seconds_since(e, a->since),
			.reason = a->reason,
			.engaged = a->own != NULL,
			.reachable = a->reachable,
			.backed_off = a->state == TD_AGENT_AVAILABLE && a->backoff != TD_ACD_NONE &&
				      a->backoff != TD_ACD_NO_ROOM,
			.channels = channels_text(a->conf.channels, channels),
			.link = a->link ? a->link->object.name : "",
			.link_full = acd_agent_get(e->acd, a->object.number, &info) == 0 &&
				     info.link_full,
			.contact = text,
			.call = c ? c->cdr.id : NULL,
			.queue = c && c->queue ? c->queue->object.name : NULL,
			.answered = a->answered,
			.missed = a->missed,
			.queues = queues_text(e, a, &queues),
		});
	if (queues.error)
		b->error = queues.error;
	buf_free(&queues);
	return true;
}

/* Where calls out go at this moment; empty: nowhere. */
static const char *trunk_server(
	const struct td_engine *e, const struct trunk *t, char text[static ADDR_TEXT])
{
	struct td_flow flow = {0};

	if (t->conf.address_count && trunk_addresses(t))
		flow = trunk_flow(e, t, 0);
	return addr_encode(&flow.remote, text);
}

static bool show_trunks(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct trunk *t = objects_get(&e->trunks, i + 1);
	const struct resolution *r = &t->resolution;
	char text[ADDR_TEXT] = "", server[ADDR_TEXT];

	if (!t->object.configured && !t->budget.calls)
		return false;
	if (t->conf.address_count)
		prefix_encode(&t->conf.address[0], text);
	VIEW_PUT(trunks, b,
		{
			.name = t->object.name,
			.address = text,
			.server = trunk_server(e, t, server),
			.server_name = r->name,
			.server_age = r->count ? seconds_since(e, r->since) : NAN,
			.calls = t->budget.calls,
			.calls_in = t->budget.calls - t->budget.calls_out,
			.calls_out = t->budget.calls_out,
			.max_calls = t->conf.max_calls,
			.offered = t->in.offered,
			.answered = t->in.answered,
			.rejected = t->in.rejected,
			.cancelled = t->in.cancelled,
			.failed = t->in.failed,
			.out_offered = t->out.offered,
			.out_answered = t->out.answered,
			.out_rejected = t->out.rejected,
			.out_cancelled = t->out.cancelled,
			.out_failed = t->out.failed,
			.rests = trunk_rests(e, t) ? (double)(t->rests - e->now) / TD_NSEC_PER_SEC
						   : NAN,
		});
	return true;
}

/* Every counter in one table: what SIP, the registrar and calls count. */
static bool show_sip(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct sip_stats *ua = sip_ua_stats(e->ua);
	const struct registrar_stats *reg = registrar_stats(e->registrar);
	const struct {
		const char *name;
		uint64_t value;
		const char *text;
	} rows[] = {
#define ROW_UA(name, text)            {#name, ua->name, text},
#define ROW_REGISTRAR(name, text)     {"register_" #name, reg->name, text},
#define ROW_REFUSAL(name, text)       {#name, e->refused.name, text},
#define ROW_METRIC(name, value, text) {#name, value, text},
		CALL_METRICS(ROW_UA, ROW_REGISTRAR, ROW_REFUSAL, ROW_METRIC)
#undef ROW_UA
#undef ROW_REGISTRAR
#undef ROW_REFUSAL
#undef ROW_METRIC
	};

	VIEW_PUT(sip, b,
		{
			.counter = rows[i].name,
			.value = rows[i].value,
			.text = rows[i].text,
		});
	return true;
}

#define ONE_MORE(...) +1
enum { SIP_ROWS = 0 CALL_METRICS(ONE_MORE, ONE_MORE, ONE_MORE, ONE_MORE) };

static bool show_blocked(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	char source[ADDR_TEXT];
	struct guard_row row;

	if (!registrar_blocked(e->registrar, e->now, i, &row))
		return false;
	VIEW_PUT(blocked, b,
		{
			.kind = guard_kinds[row.kind],
			.user = row.user,
			.source = addr_encode_ip(&row.source, source),
			.left = (double)(row.until - e->now) / TD_NSEC_PER_SEC,
		});
	return true;
}

static uint32_t count_blocked(const struct td_engine *e)
{
	return GUARD_PLACES;
}

static bool show_acct(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct acct_key *k = &e->acct.row[i];
	const struct object *trunk = objects_get(&e->trunks, k->trunk);
	const struct object *queue = objects_get(&e->queues, k->queue);
	const struct object *link = objects_get(&e->links, k->link);

	VIEW_PUT(acct, b,
		{
			.row = i,
			.codec = i ? codec_name(k->codec) : "other",
			.trunk = trunk ? trunk->name
				 : i   ? "agents"
				       : "other",
			.queue = queue ? queue->name
				 : i   ? ""
				       : "other",
			.link = link ? link->name : "",
		});
	return true;
}

/* `rows`: those of the accounting table that its live use is the sum of. */
static void budget_row(const struct td_engine *e, const struct budget *x, uint32_t trunk,
	uint32_t link, struct td_buf *b)
{
	VIEW_START(links, b,
		{
			.name = x->name,
			.kind = td_kinds[x->kind].name,
			.layer = rate_layers[x->layer].name,
			.limit_bps = x->limit_bps,
			.reserved_bps = x->reserved_bps,
			.calls = x->calls,
			.max_calls = x->limit_calls,
			.refused = x->refused,
			.full = reserve_none_left(x),
			.in_bps = 0, /* the host knows */
			.out_bps = 0,
		});
	json_array_start(b, "rows");
	for (uint32_t i = 1; i < e->acct.count; i++)
		if (trunk ? e->acct.row[i].trunk == trunk : e->acct.row[i].link == link)
			json_u64(b, NULL, i);
	json_array_end(b);
	json_object_end(b);
}

/* Links, then trunks. */
static bool show_links(struct td_engine *e, uint32_t i, struct td_buf *b)
{
	const struct link *k = objects_get(&e->links, i + 1);
	const struct trunk *t =
		i < e->links.count ? NULL : objects_get(&e->trunks, i - e->links.count + 1);

	if (t ? !t->object.configured && !t->budget.calls
	      : !k->object.configured && !k->budget.calls)
		return false;
	if (t)
		budget_row(e, &t->budget, t->object.number, 0, b);
	else
		budget_row(e, &k->budget, 0, k->object.number, b);
	return true;
}

/* Rows of a view, and how many there may be; a place can be empty. */
struct rows {
	bool (*row)(struct td_engine *e, uint32_t i, struct td_buf *b);
	uint32_t (*count)(const struct td_engine *e);
};

static uint32_t count_calls(const struct td_engine *e)
{
	return e->calls.capacity;
}

static uint32_t count_contacts(const struct td_engine *e)
{
	return e->contacts.capacity;
}

static uint32_t count_queues(const struct td_engine *e)
{
	return e->queues.count;
}

static uint32_t count_channels(const struct td_engine *e)
{
	return e->queues.count * TD_CHANNEL_COUNT;
}

static uint32_t count_agents(const struct td_engine *e)
{
	return e->agents.count;
}

static uint32_t count_trunks(const struct td_engine *e)
{
	return e->trunks.count;
}

static uint32_t count_links(const struct td_engine *e)
{
	return e->links.count + e->trunks.count;
}

static uint32_t count_sip(const struct td_engine *e)
{
	return SIP_ROWS;
}

static uint32_t count_acct(const struct td_engine *e)
{
	return e->acct.count;
}

int td_engine_show(struct td_engine *e, uint64_t now, const char *what, uint32_t *cursor,
	unsigned max, struct td_buf *out)
{
	static const struct rows table[TD_VIEW_COUNT] = {
#define ROWS(ID, id, name, shape, help, empty) [TD_VIEW_ID_##ID] = {show_##id, count_##id},
		TD_VIEWS_SIGNALLING(ROWS)
#undef ROWS
	};
	const struct td_view *v = view_lookup(what);
	const struct rows *r = v ? &table[v - td_views] : NULL;
	unsigned rows = 0;

	engine_enter(e, now);
	if (!r || !r->row)
		return -EINVAL;
	out->comma = false;
	while (*cursor < r->count(e) && rows < max)
		rows += r->row(e, (*cursor)++, out);
	if (out->error)
		return -ENOMEM;
	return *cursor < r->count(e);
}
