/* SPDX-License-Identifier: BSD-3-Clause */
/* Tracing and draining: who asked is told later. A client waits for each once at most: a trace
 * costs as much as there are tracers.
 *
 *   serving ──drain──► draining ──then-exit, a signal──► ending ──none is left──► the end
 *      ▲                  │                                │
 *      └───────off────────┴───────off, but by no signal────┘
 */
#include <engine/base/addr.h>
#include <engine/host/api/job.h>
#include <engine/host/api/waiters.h>
#include <engine/sip/transport/flow.h>
#include <system/body.h>
#include <system/log.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_BATCH 64 /* then clients are served again */

/* A client who gets an answer later: one that traces, or one that waits for the drain. */
struct waiter {
	TAILQ_ENTRY(waiter) link;
	struct api_client *client;
	uint32_t id;
	char call[TD_CALL_ID_BYTES]; /* tracers: only this one; empty: all */
	bool begun;                  /* drainers: the engine drains for them */
	bool told;                   /* drainers: what was left when this was said last */
	uint32_t calls, contacts;
};

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

void op_trace(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	bool first = TAILQ_EMPTY(&o->tracers);
	struct waiter *w = waiter_add(&o->tracers, c, m);

	if (!w)
		return;
	if (!body_known(c, m, body, " call") ||
		!body_copy(c, m, body, "call", w->call, sizeof(w->call))) {
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

static void drain_look(struct ops *o)
{
	if (o->drain_begun)
		o->drain_begun(o->ctx);
}

int ops_drain(struct ops *o)
{
	int rc = tell(o, REQUEST_DRAIN, true);

	if (rc)
		return rc;
	o->draining = o->ending = o->final = true;
	drain_look(o);
	return 0;
}

int ops_hangup_all(struct ops *o)
{
	o->draining = o->ending = o->final = true;
	drain_look(o);
	return tell(o, REQUEST_HANGUP_ALL, true);
}

static void drain_reply(
	const struct ops *o, struct api_client *c, uint32_t id, uint32_t calls, uint32_t contacts)
{
	struct td_buf body;

	buf_init(&body);
	json_object_start(&body, NULL);
	json_bool(&body, "draining", o->draining);
	json_bool(&body, "then-exit", o->ending);
	json_u64(&body, "calls", calls);
	json_u64(&body, "contacts", contacts);
	json_object_end(&body);
	api_reply_buf(c, TD_API_DRAIN, id, &body);
	buf_free(&body);
}

/* A drain that a client asks for. */
struct drain {
	struct job job; /* first */
	bool then_exit, wait;
};

/* NULL: none, or the client is gone. */
static struct waiter *drainer(const struct drain *d)
{
	struct waiter *w;

	TAILQ_FOREACH (w, &d->job.ops->drainers, link)
		if (d->wait && w->client == d->job.client)
			return w;
	return NULL;
}

static void drain_done(struct request *r)
{
	struct drain *d = (struct drain *)r;
	struct waiter *w = drainer(d);
	struct job *j = &d->job;
	struct ops *o = j->ops;

	if (r->rc) {
		if (w)
			waiter_del(&o->drainers, w);
		job_fail(j, r->rc, r->err.s);
		return;
	}
	if (!o->final) {
		o->draining = r->on;
		o->ending = r->on && (o->ending || d->then_exit);
	}
	log_line(LOG_NOTICE, o->draining ? "draining: no new calls" : "new calls are taken again",
		"by=client then_exit=%d calls=%u contacts=%u", o->ending, r->calls, r->contacts);
	if (w)
		w->begun = true;
	if (!d->wait)
		drain_reply(o, j->client, j->id, r->calls, r->contacts);
	drain_look(o);
	job_free(j);
}

/* What the request says; false: the client has been told what is wrong with it. */
static bool drain_read(
	struct api_client *c, const struct td_api_msg *m, json_t *body, bool final, struct drain *d)
{
	bool off = false;

	if (!body_known(c, m, body, " off then-exit wait") || !body_flag(c, m, body, "off", &off) ||
		!body_flag(c, m, body, "then-exit", &d->then_exit) ||
		!body_flag(c, m, body, "wait", &d->wait))
		return false;
	d->job.r.on = !off;
	if (off && final)
		api_error(c, m->op, m->id, -EBUSY,
			"a signal has told the engine to end, which cannot be taken back");
	else if (off && (d->then_exit || d->wait))
		api_error(c, m->op, m->id, -EINVAL, "\"off\" goes with nothing else");
	else
		return true;
	return false;
}

void op_drain(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct drain *d = job_alloc(o, c, m, REQUEST_DRAIN, sizeof(*d));
	struct waiter *w = NULL;

	if (!d)
		return;
	d->job.r.done = drain_done;
	if (drain_read(c, m, body, o->final, d) &&
		(!d->wait || (w = waiter_add(&o->drainers, c, m)))) {
		if (job_try(&d->job) && w)
			waiter_del(&o->drainers, w);
		return;
	}
	job_free(&d->job);
}

bool ops_counts(const struct ops *o)
{
	return o->ending || !TAILQ_EMPTY(&o->drainers);
}

bool ops_counted(struct ops *o, uint32_t calls, uint32_t contacts)
{
	struct waiter *w = TAILQ_FIRST(&o->drainers), *next;
	bool none = !calls && !contacts;

	for (; w; w = next) {
		next = TAILQ_NEXT(w, link);
		if (!w->begun)
			continue;
		if (!w->told || w->calls != calls || w->contacts != contacts || !o->draining)
			drain_reply(o, w->client, w->id, calls, contacts);
		w->told = true;
		w->calls = calls;
		w->contacts = contacts;
		if (!none && o->draining)
			continue;
		api_reply(w->client, TD_API_DRAIN, w->id, NULL, 0);
		waiter_del(&o->drainers, w);
	}
	return none && o->ending;
}

static void forget(struct waiters *list, const struct api_client *c)
{
	struct waiter *w = TAILQ_FIRST(list), *next;

	for (; w; w = next) {
		next = TAILQ_NEXT(w, link);
		if (w->client == c)
			waiter_del(list, w);
	}
}

void waiters_forget(struct ops *o, const struct api_client *c)
{
	bool traced = !TAILQ_EMPTY(&o->tracers);

	forget(&o->tracers, c);
	forget(&o->drainers, c);
	if (traced && TAILQ_EMPTY(&o->tracers))
		tell(o, REQUEST_TRACE, false);
}
