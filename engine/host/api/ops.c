/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/acd/acd.h>
#include <engine/base/addr.h>
#include <engine/base/view.h>
#include <engine/host/api/ops.h>
#include <engine/host/api/show.h>
#include <engine/host/api/apply.h>
#include <engine/sip/transport/flow.h>
#include <system/body.h>
#include <system/log.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES  (64u << 10)
#define TRACE_BATCH 64 /* then clients are served again */

/* A client who gets an answer later: one that traces, or one that waits for the drain. */
struct waiter {
	TAILQ_ENTRY(waiter) link;
	struct api_client *client;
	uint32_t id;
	char call[TD_CALL_ID_BYTES]; /* tracers: only this one; empty: all */
};

/* A request to signalling on behalf of a client. */
struct job {
	struct request r; /* first: done() finds the rest */
	struct ops *ops;
	struct api_client *client;
	uint16_t op;
	uint32_t id;
};

/* Joins the dataplane's figures to the engine's rows. 0 or a negative errno. */
typedef int show_join(
	const struct bandwidth *b, struct dp *dp, const struct td_buf *rows, struct td_buf *out);

struct show {
	struct job job; /* first */
	TAILQ_ENTRY(show) link;
	show_join *join; /* NULL: the rows are whole */
	char page[PAGE_BYTES];
};

static void job_free(struct job *j)
{
	api_client_put(j->client);
	buf_free(&j->r.rows);
	free(j);
}

static void *job_alloc(struct ops *o, struct api_client *c, const struct td_api_msg *m,
	enum request_op op, size_t size)
{
	struct job *j = calloc(1, size);

	if (!j) {
		api_error(c, m->op, m->id, -ENOMEM, "tandem-engine: no memory");
		return NULL;
	}
	j->ops = o;
	j->client = c;
	j->op = m->op;
	j->id = m->id;
	j->r.op = op;
	buf_init(&j->r.rows);
	api_client_get(c);
	return j;
}

static void job_fail(struct job *j, int rc, const char *why)
{
	api_error(j->client, j->op, j->id, rc, "%s", why[0] ? why : strerror(-rc));
	job_free(j);
}

static void job_send(struct job *j)
{
	int rc = turn_request(j->ops->turn, &j->r);

	if (rc)
		job_fail(j, rc, "too many requests under way; try again");
}

static void plain_done(struct request *r)
{
	struct job *j = (struct job *)r;

	if (r->rc) {
		job_fail(j, r->rc, r->err.s);
		return;
	}
	api_reply(j->client, j->op, j->id, "{}", 2);
	job_free(j);
}

/* SHOW: pages from signalling, one at a time; the next is asked for when the client has room. */

static void show_reply(struct api_client *c, uint16_t op, uint32_t id, const struct td_buf *rows)
{
	struct td_buf body;

	buf_init(&body);
	buf_str(&body, STR("{\"rows\":["));
	buf_put(&body, rows->data, rows->len);
	buf_str(&body, STR("]}"));
	api_reply_buf(c, op, id, &body);
	buf_free(&body);
}

static void show_done(struct request *r)
{
	struct show *s = (struct show *)r;
	struct job *j = &s->job;
	struct td_buf joined;

	if (r->rc < 0) {
		job_fail(j, r->rc, "");
		return;
	}
	if (s->join) {
		buf_init(&joined);
		int rc = s->join(&j->ops->bandwidth, j->ops->dp, &r->rows, &joined);
		if (!rc)
			show_reply(j->client, j->op, j->id, &joined);
		buf_free(&joined);
		if (rc) {
			job_fail(j, rc, "");
			return;
		}
	} else if (r->rows.len) {
		show_reply(j->client, j->op, j->id, &r->rows);
	}
	if (r->rc == 0 || api_client_gone(j->client)) {
		api_reply(j->client, j->op, j->id, NULL, 0);
		job_free(j);
	} else if (api_client_full(j->client)) {
		TAILQ_INSERT_TAIL(&j->ops->parked, s, link);
	} else {
		job_send(j);
	}
}

/* Views of which signalling knows a part. */
static const struct join {
	enum td_view_id view, part;
	show_join *join;
} joins[] = {
	{TD_VIEW_ID_BANDWIDTH, TD_VIEW_ID_ACCT, bandwidth_rows},
	{TD_VIEW_ID_LINKS, TD_VIEW_ID_LINKS, bandwidth_links},
};

static void show_unknown(struct api_client *c, const struct td_api_msg *m, const char *what)
{
	struct td_buf names;
	char storage[512];

	buf_init_fixed(&names, storage, sizeof(storage));
	view_names(", ", &names);
	api_error(c, m->op, m->id, -EINVAL, "nothing called \"%.40s\" to show; there are %.*s",
		what, (int)names.len, names.data);
}

static void op_show(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *what = body_text(body, "what");
	const struct td_view *v = view_lookup(what);
	struct td_buf rows;
	struct show *s;

	if (!v || !view_is_shown(v)) {
		show_unknown(c, m, what);
		return;
	}
	buf_init(&rows);
	if (show_rows(o, what, &rows) == 0) {
		show_reply(c, m->op, m->id, &rows);
		api_reply(c, m->op, m->id, NULL, 0);
		buf_free(&rows);
		return;
	}
	buf_free(&rows);
	s = job_alloc(o, c, m, REQUEST_SHOW, sizeof(*s));
	if (!s)
		return;
	s->job.r.what = v->name;
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		if (v != &td_views[joins[i].view])
			continue;
		s->join = joins[i].join;
		s->job.r.what = td_views[joins[i].part].name;
	}
	s->job.r.done = show_done;
	buf_init_fixed(&s->job.r.rows, s->page, sizeof(s->page));
	job_send(&s->job);
}

static void op_agent(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *word = body_text(body, "do");
	enum td_agent_action action = acd_action_lookup(word);
	struct job *j;

	if (action == TD_AGENT_ACTION_COUNT) {
		api_error(c, m->op, m->id, -EINVAL, "\"do\" is \"%.40s\"; it is one of%s", word,
			TD_AGENT_ACTIONS(TD_SPACED));
		return;
	}
	j = job_alloc(o, c, m, REQUEST_AGENT, sizeof(*j));
	if (!j)
		return;
	if (!body_copy(c, m, body, "agent", j->r.name, sizeof(j->r.name)) ||
		!body_copy(c, m, body, "reason", j->r.reason, sizeof(j->r.reason))) {
		job_free(j);
		return;
	}
	j->r.action = action;
	j->r.done = plain_done;
	job_send(j);
}

static void op_hangup(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct job *j = job_alloc(o, c, m, REQUEST_HANGUP, sizeof(*j));

	if (!j)
		return;
	if (!body_copy(c, m, body, "call", j->r.name, sizeof(j->r.name))) {
		job_free(j);
		return;
	}
	j->r.done = plain_done;
	job_send(j);
}

/* The place of `word` in the list, or -1 after an answer that says what there is. */
static int word_of(struct api_client *c, const struct td_api_msg *m, json_t *body, const char *key,
	const char *const *words, const char *list)
{
	const char *word = body_text(body, key);

	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	api_error(c, m->op, m->id, -EINVAL, "\"%s\" is \"%.40s\"; it is one of%s", key, word, list);
	return -1;
}

static void op_party(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	static const char *const actions[] = {TD_PARTY_ACTIONS(TD_WORD) NULL};
	static const char *const kinds[] = {TD_PARTY_KINDS(TD_WORD) NULL};
	int action = word_of(c, m, body, "do", actions, TD_PARTY_ACTIONS(TD_SPACED));
	int kind = action < 0 ? -1 : word_of(c, m, body, "by", kinds, TD_PARTY_KINDS(TD_SPACED));
	struct td_party_request *r;
	struct job *j;

	if (kind < 0)
		return;
	j = job_alloc(o, c, m, REQUEST_PARTY, sizeof(*j));
	if (!j)
		return;
	r = &j->r.party;
	r->action = (enum td_party_action)action;
	r->kind = (enum td_party_kind)kind;
	if (!body_copy(c, m, body, "call", r->call, sizeof(r->call)) ||
		!body_copy(c, m, body, "name", r->name, sizeof(r->name))) {
		job_free(j);
		return;
	}
	j->r.done = plain_done;
	job_send(j);
}

static void config_text_done(struct request *r)
{
	struct job *j = (struct job *)r;
	struct td_buf body;

	if (r->rc) {
		job_fail(j, r->rc, r->err.s);
		return;
	}
	buf_init(&body);
	json_object_start(&body, NULL);
	json_str(&body, "text", (struct str){r->rows.data, r->rows.len});
	json_object_end(&body);
	api_reply_buf(j->client, j->op, j->id, &body);
	buf_free(&body);
	job_free(j);
}

static void op_config_get(
	struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct job *j = job_alloc(o, c, m, REQUEST_CONFIG_TEXT, sizeof(*j));

	if (!j)
		return;
	j->r.done = config_text_done;
	job_send(j);
}

static void op_config_apply(
	struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	json_t *text = json_object_get(body, "text");

	if (!json_is_string(text)) {
		api_error(c, m->op, m->id, -EINVAL, "\"text\" is missing: lines of set and del");
		return;
	}
	apply_start(o, c, m, json_string_value(text), json_string_length(text));
}

static void op_journal_ack(
	struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const json_t *number = json_object_get(body, "seq");
	json_int_t seq = json_integer_value(number);
	uint64_t last;

	if (!json_is_integer(number) || seq < 0)
		api_error(c, m->op, m->id, -EINVAL, "\"seq\" must be a number from 0 on");
	else if (journal_ack(o->journal, (uint64_t)seq, &last))
		api_error(c, m->op, m->id, -ERANGE,
			"\"seq\" is %lld, but the journal ends with %" PRIu64
			"; is the store another engine's?",
			(long long)seq, last);
	else
		api_reply(c, m->op, m->id, "{}", 2);
}

/* Tracing and draining: who asked is told later. A client waits for each once at most: a trace
 * costs as much as there are tracers. */

static bool waits(const struct waiters *list, const struct api_client *c)
{
	for (const struct waiter *w = TAILQ_FIRST(list); w; w = TAILQ_NEXT(w, link))
		if (w->client == c)
			return true;
	return false;
}

static struct waiter *waiter_add(
	struct waiters *list, struct api_client *c, const struct td_api_msg *m)
{
	struct waiter *w;

	if (waits(list, c)) {
		api_error(c, m->op, m->id, -EBUSY,
			"this client waits for the same already; connect once more");
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (!w) {
		api_error(c, m->op, m->id, -ENOMEM, "tandem-engine: no memory");
		return NULL;
	}
	w->client = c;
	w->id = m->id;
	api_client_get(c);
	TAILQ_INSERT_TAIL(list, w, link);
	return w;
}

static void waiter_del(struct waiters *list, struct waiter *w)
{
	TAILQ_REMOVE(list, w, link);
	api_client_put(w->client);
	free(w);
}

static void quiet_done(struct request *r)
{
	free(r);
}

/* A request that no client waits for. */
static int tell(struct ops *o, enum request_op op, bool on)
{
	struct request *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->op = op;
	r->on = on;
	r->done = quiet_done;
	rc = turn_request(o->turn, r);
	if (rc)
		free(r);
	return rc;
}

static void op_trace(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	bool first = TAILQ_EMPTY(&o->tracers);
	struct waiter *w = waiter_add(&o->tracers, c, m);

	if (!w)
		return;
	if (!body_copy(c, m, body, "call", w->call, sizeof(w->call))) {
		waiter_del(&o->tracers, w);
		return;
	}
	int rc = first ? tell(o, REQUEST_TRACE, true) : 0;
	if (rc) {
		waiter_del(&o->tracers, w);
		api_error(c, m->op, m->id, rc, "not traced: %s; try again", strerror(-rc));
	}
}

static void trace_reply(const struct waiter *w, const struct trace *t)
{
	char src[ADDR_TEXT], dst[ADDR_TEXT];
	struct td_buf body;

	buf_init(&body);
	json_object_start(&body, NULL);
	json_u64(&body, "t", t->wall);
	json_str(&body, "src", str_of(addr_encode(t->in ? &t->flow.remote : &t->flow.local, src)));
	json_str(&body, "dst", str_of(addr_encode(t->in ? &t->flow.local : &t->flow.remote, dst)));
	json_str(&body, "transport", flow_uri_name(&t->flow));
	json_bool(&body, "in", t->in);
	json_str(&body, "call", str_of(t->call));
	json_str(&body, "data", (struct str){(const char *)(t + 1), t->len});
	json_object_end(&body);
	api_reply_buf(w->client, TD_API_TRACE_SIP, w->id, &body);
	buf_free(&body);
}

bool ops_traces(struct ops *o)
{
	const struct trace *t;
	struct waiter *w;
	unsigned n = 0;

	for (; n < TRACE_BATCH && (t = turn_trace_peek(o->turn)); n++) {
		TAILQ_FOREACH (w, &o->tracers, link)
			if (!w->call[0] || strcmp(w->call, t->call) == 0)
				trace_reply(w, t);
		turn_trace_consume(o->turn);
	}
	return n == TRACE_BATCH;
}

static void drain_begin(struct ops *o)
{
	o->draining = true;
	if (o->drain_begun)
		o->drain_begun(o->ctx);
}

int ops_drain(struct ops *o)
{
	if (o->draining)
		return 0;
	int rc = tell(o, REQUEST_DRAIN, true);
	if (rc == 0)
		drain_begin(o);
	return rc;
}

int ops_hangup_all(struct ops *o)
{
	drain_begin(o);
	return tell(o, REQUEST_HANGUP_ALL, true);
}

static void op_drain(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct waiter *w = waiter_add(&o->drainers, c, m);

	if (!w)
		return;
	int rc = ops_drain(o);
	if (rc) {
		waiter_del(&o->drainers, w);
		api_error(c, m->op, m->id, rc, "not drained: %s; try again", strerror(-rc));
		return;
	}
	log_line(LOG_NOTICE, "draining: no new calls", "by=client");
}

void ops_drained(struct ops *o)
{
	struct waiter *w = TAILQ_FIRST(&o->drainers), *next;

	for (; w; w = next) {
		next = TAILQ_NEXT(w, link);
		api_reply(w->client, TD_API_DRAIN, w->id, "{}", 2);
		waiter_del(&o->drainers, w);
	}
}

void ops_second(struct ops *o, uint64_t now)
{
	bandwidth_sample(&o->bandwidth, o->dp, now);
	journal_tell_losses(o->journal, JOURNAL_MAIN);
}

static void request(void *ctx, struct api_client *c, const struct td_api_msg *m, const char *text)
{
	static const struct {
		uint16_t op;
		void (*run)(struct ops *o, struct api_client *c, const struct td_api_msg *m,
			json_t *body);
	} table[] = {
#define OP(ID, number, name, right, request, answer) {TD_API_##ID, op_##name},
		TD_API_ENGINE_OPS(OP)
#undef OP
	};
	json_error_t error;
	json_t *body = json_loadb(text, m->len, JSON_REJECT_DUPLICATES, &error);

	if (!json_is_object(body)) {
		api_error(c, m->op, m->id, -EINVAL, "the request is no JSON object: %s",
			body ? "another value" : error.text);
		json_decref(body);
		return;
	}
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].op != m->op)
			continue;
		table[i].run(ctx, c, m, body);
		json_decref(body);
		return;
	}
	api_error(c, m->op, m->id, -EOPNOTSUPP,
		"tandem-engine has no operation %u; tandemd may have", m->op);
	json_decref(body);
}

static void waiters_forget(struct waiters *list, const struct api_client *c)
{
	struct waiter *w = TAILQ_FIRST(list), *next;

	for (; w; w = next) {
		next = TAILQ_NEXT(w, link);
		if (w->client == c)
			waiter_del(list, w);
	}
}

/* Takes this client's answers out of those that wait for room to send, and gives each to `then`. */
static void unpark(struct ops *o, const struct api_client *c, void (*then)(struct job *j))
{
	struct show *s = TAILQ_FIRST(&o->parked), *next;

	for (; s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (s->job.client != c)
			continue;
		TAILQ_REMOVE(&o->parked, s, link);
		then(&s->job);
	}
}

static void closed(void *ctx, struct api_client *c)
{
	struct ops *o = ctx;
	bool traced = !TAILQ_EMPTY(&o->tracers);

	unpark(o, c, job_free);
	waiters_forget(&o->tracers, c);
	waiters_forget(&o->drainers, c);
	if (traced && TAILQ_EMPTY(&o->tracers))
		tell(o, REQUEST_TRACE, false);
}

static void drained(void *ctx, struct api_client *c)
{
	unpark(ctx, c, job_send);
}

const struct api_handlers ops_handlers = {.request = request, .closed = closed, .drained = drained};

void ops_init(struct ops *o)
{
	TAILQ_INIT(&o->parked);
	TAILQ_INIT(&o->tracers);
	TAILQ_INIT(&o->drainers);
}

void ops_fini(struct ops *o)
{
	bandwidth_fini(&o->bandwidth);
	conf_free(o->conf);
	o->conf = NULL;
}
