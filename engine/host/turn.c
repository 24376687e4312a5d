/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/host/net/kernel_sip.h>
#include <engine/host/net/tcp.h>
#include <engine/host/record/recorder.h>
#include <engine/host/spsc.h>
#include <engine/host/turn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SIP_BATCH     32
#define MEDIA_BATCH   64
#define REQUEST_BATCH 4                      /* each may be 64 rows of text */
#define POINTER_RING  (16 * 2 * TURN_FLIGHT) /* a pointer takes 16 bytes: it cannot fill */
#define TRACE_RING    (4u << 20)
#define NAME_RING     (1u << 20) /* some 4,000 questions, some 2,000 answers */
#define ANSWER_BATCH  16

struct turn {
	struct dp *dp;
	struct journal *journal;
	struct recorder *recorder;
	struct kernel_sip *kernel_sip;
	struct tcp *tcp;
	struct td_engine *engine;
	struct spsc *requests, *answers, *traces;
	struct spsc *questions, *resolved; /* names to main, addresses to signalling */
	struct loop *loop;
	struct loop_work *kick;
	uint64_t now, wall_offset; /* signalling: of this turn */
	bool news;                 /* signalling: main should look */
	bool stopped;              /* no worker would carry anything out */
	bool waits;                /* for room in the journal's ring: no worker runs */
	bool checkpoint_lost;      /* signalling: all of it must be told again */
	_Atomic uint64_t wall_told;
	struct turn_stats stats; /* signalling */
	unsigned flight;         /* main */
};

static uint64_t wall(const struct turn *t)
{
	return t->now + t->wall_offset;
}

static int send_datagram(
	struct turn *t, const struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	int rc = dp_sip_send(t->dp, &flow->local, &flow->remote, dscp, data, len);

	if (rc != -EMSGSIZE)
		return rc;
	if (!t->kernel_sip)
		return rc;
	rc = kernel_sip_send(t->kernel_sip, &flow->local, &flow->remote, dscp, data, len);
	t->stats.sip.out_by_kernel += rc == 0;
	return rc;
}

static int send_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	struct turn *t = ctx;
	int rc;

	if (t->stopped)
		rc = -ESHUTDOWN;
	else if (flow->transport == TD_TRANSPORT_UDP)
		rc = send_datagram(t, flow, dscp, data, len);
	else if (flow->transport == TD_TRANSPORT_TCP && t->tcp)
		rc = tcp_send(t->tcp, flow, dscp, data, len);
	else
		rc = -EPROTONOSUPPORT;
	t->stats.sip.out += rc == 0; /* SIP counts the others: not_sent of `show sip` */
	return rc == -ENOBUFS ? -EAGAIN : rc;
}

static void hold_connection(void *ctx, const struct td_flow *flow, bool held)
{
	struct turn *t = ctx;

	if (t->tcp && !t->stopped)
		tcp_hold(t->tcp, flow, held);
}

static void send_media(void *ctx, const struct td_media_cmd *cmd)
{
	struct turn *t = ctx;

	if (t->stopped || dp_media_cmd(t->dp, cmd) != 0)
		t->stats.media_failed++;
}

/* Of as many records as a large site has agents, none is lost. A disk that hangs is not waited for
 * again. */
static void wait_room(struct turn *t)
{
	t->waits = t->waits && journal_wait_room(t->journal, JOURNAL_SIGNALLING);
}

static void take_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	struct turn *t = ctx;

	wait_room(t);
	journal_put(t->journal, JOURNAL_SIGNALLING, wall(t), type, payload, len);
}

static void take_checkpoint(
	void *ctx, enum td_checkpoint_kind kind, uint32_t number, const void *record, uint16_t len)
{
	struct turn *t = ctx;

	wait_room(t);
	t->checkpoint_lost |= !journal_checkpoint_put(t->journal, kind, number, record, len);
}

static int take_record(void *ctx, uint32_t recording, const char *call, enum td_codec codec)
{
	struct turn *t = ctx;
	int rc;

	if (!t->recorder)
		return call ? -ENXIO : 0;
	rc = call ? recorder_begin(t->recorder, wall(t), recording, call, codec)
		  : recorder_end(t->recorder, recording);
	t->stats.record_failed += rc == -EAGAIN;
	return rc;
}

static void take_trace(void *ctx, const char *call, bool in, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
	struct turn *t = ctx;
	struct trace *trace = spsc_reserve(t->traces, sizeof(*trace) + len);

	if (!trace) {
		t->stats.trace_lost++;
		return;
	}
	*trace = (struct trace){.wall = wall(t), .flow = *flow, .in = in, .len = (uint32_t)len};
	snprintf(trace->call, sizeof(trace->call), "%s", call ? call : "");
	memcpy(trace + 1, data, len);
	spsc_commit(t->traces);
	t->news = true;
}

/* A question for which there is no room is asked again by the engine. */
static void ask_name(void *ctx, uint32_t request, const char *name)
{
	struct turn *t = ctx;
	struct name_question *q = spsc_reserve(t->questions, sizeof(*q));

	if (!q)
		return;
	*q = (struct name_question){.request = request};
	snprintf(q->name, sizeof(q->name), "%s", name);
	spsc_commit(t->questions);
	t->news = true;
}

/* Blocks at no time once the machine has booted; up to 256 octets come whole. */
static void make_random(void *ctx, uint8_t *out, size_t n)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		abort(); /* a key that can be guessed is worse than no engine */
}

static void rings_free(struct turn *t)
{
	spsc_free(t->requests);
	spsc_free(t->answers);
	spsc_free(t->traces);
	spsc_free(t->questions);
	spsc_free(t->resolved);
}

struct turn *turn_alloc(const struct turn_params *p)
{
	struct turn *t = calloc(1, sizeof(*t));
	struct td_engine_io io = {.ctx = t,
		.sip = send_sip,
		.hold = hold_connection,
		.media = send_media,
		.event = take_event,
		.checkpoint = take_checkpoint,
		.record = take_record,
		.trace = take_trace,
		.random = make_random,
		.resolve = ask_name};
	int err = ENOMEM;

	if (!t)
		goto fail;
	t->journal = p->journal;
	t->waits = true;
	t->loop = p->loop;
	t->kick = p->kick;
	t->wall_offset = p->engine.wall_offset;
	atomic_init(&t->wall_told, p->engine.wall_offset);
	t->requests = spsc_alloc(POINTER_RING);
	t->answers = spsc_alloc(POINTER_RING);
	t->traces = spsc_alloc(TRACE_RING);
	t->questions = spsc_alloc(NAME_RING);
	t->resolved = spsc_alloc(NAME_RING);
	if (!t->requests || !t->answers || !t->traces || !t->questions || !t->resolved)
		goto free_rings;
	t->engine = td_engine_alloc(&p->engine, &io);
	if (!t->engine) {
		err = errno;
		goto free_rings;
	}
	return t;
free_rings:
	rings_free(t);
	free(t);
fail:
	errno = err;
	return NULL;
}

void turn_free(struct turn *t)
{
	if (!t)
		return;
	turn_abort(t); /* clients that went while nobody served the rings have asked once more */
	td_engine_free(t->engine);
	rings_free(t);
	free(t);
}

void turn_connect(struct turn *t, struct dp *dp, struct recorder *recorder, struct kernel_sip *ks,
	struct tcp *tcp)
{
	t->dp = dp;
	t->recorder = recorder;
	t->kernel_sip = ks;
	t->tcp = tcp;
	t->now = dp_now();
}

struct td_engine *turn_engine(struct turn *t)
{
	return t->engine;
}

/* A page that is too long for its buffer is made again with fewer rows. */
static int show(struct turn *t, struct request *r)
{
	uint32_t cursor = r->cursor;
	unsigned rows = TURN_ROWS;

	for (;;) {
		buf_reset(&r->rows);
		r->cursor = cursor;
		int rc = td_engine_show(t->engine, t->now, r->what, &r->cursor, rows, &r->rows);
		if (r->rows.error != -ENOSPC || rows == 1)
			return r->rows.error ? r->rows.error : rc;
		rows /= 2;
	}
}

static int count(const struct turn *t, struct request *r)
{
	r->contacts = td_engine_contacts(t->engine);
	r->calls = td_engine_calls(t->engine) - r->contacts;
	return 0;
}

static int carry_out(struct turn *t, struct request *r)
{
	switch (r->op) {
	case REQUEST_SHOW:
		return show(t, r);
	case REQUEST_AGENT:
		return td_engine_agent(t->engine, t->now, r->name, r->action, r->reason, &r->err);
	case REQUEST_HANGUP:
		return td_engine_hangup(t->engine, t->now, r->name, &r->err);
	case REQUEST_PARTY:
		return td_engine_party(t->engine, t->now, &r->party, &r->err);
	case REQUEST_CONTACT:
		return td_engine_contact(t->engine, t->now, &r->contact, r->name, &r->err);
	case REQUEST_CONFIG:
		return td_engine_config(t->engine, t->now, r->text, r->len, &r->err);
	case REQUEST_CONFIG_TEXT:
		return td_engine_config_text(t->engine, &r->rows);
	case REQUEST_DRAIN:
		td_engine_drain(t->engine, t->now, r->on);
		return count(t, r);
	case REQUEST_HANGUP_ALL:
		td_engine_hangup_all(t->engine, t->now);
		return 0;
	case REQUEST_CALLS:
		return count(t, r);
	case REQUEST_TRACE:
		td_engine_trace(t->engine, r->on);
		return 0;
	case REQUEST_PEERS:
		td_engine_peers(t->engine, r->peers, r->peer_count);
		return 0;
	}
	return -EINVAL;
}

static unsigned take_requests(struct turn *t)
{
	unsigned n = 0;
	struct request **place;
	size_t len;

	for (; n < REQUEST_BATCH && (place = spsc_peek(t->requests, &len)); n++) {
		struct request *r = *place;

		r->rc = carry_out(t, r);
		spsc_consume(t->requests);
		spsc_put(t->answers, &r,
			sizeof(struct request *)); /* fits: TURN_FLIGHT bounds both rings */
		t->news = true;
	}
	return n;
}

static unsigned take_sip(struct turn *t)
{
	struct dp_datagram d[SIP_BATCH];
	unsigned n = dp_sip_recv(t->dp, d, SIP_BATCH);

	for (unsigned i = 0; i < n; i++) {
		const struct td_flow flow = {d[i].local, d[i].remote, TD_TRANSPORT_UDP, 0};

		td_engine_sip(t->engine, t->now, &flow, d[i].data, d[i].len);
	}
	if (n)
		dp_sip_release(t->dp, d, n);
	t->stats.sip.in += n;
	return n;
}

static unsigned take_kernel_sip(struct turn *t)
{
	const struct kernel_datagram *d;
	unsigned n = 0;

	if (!t->kernel_sip)
		return 0;
	for (; n < SIP_BATCH && (d = kernel_sip_peek(t->kernel_sip)); n++) {
		const struct td_flow flow = {d->local, d->remote, TD_TRANSPORT_UDP, 0};

		td_engine_sip(t->engine, t->now, &flow, (const uint8_t *)(d + 1), d->len);
		kernel_sip_consume(t->kernel_sip);
	}
	t->stats.sip.in += n;
	return n;
}

static unsigned take_tcp(struct turn *t)
{
	const struct tcp_news *news;
	unsigned n = 0;

	for (; t->tcp && n < SIP_BATCH && (news = tcp_peek(t->tcp)); n++) {
		if (news->ended)
			td_engine_flow_failed(t->engine, t->now, &news->flow);
		else
			td_engine_sip(t->engine, t->now, &news->flow, (const uint8_t *)(news + 1),
				news->len);
		tcp_consume(t->tcp);
	}
	return n;
}

/* An answer in its ring, the addresses behind it. */
struct answer {
	uint32_t request, ttl_s, count;
	char error[64];
	struct td_addr addresses[];
};

static unsigned take_names(struct turn *t)
{
	const struct answer *a;
	unsigned n = 0;
	size_t len;

	for (; n < ANSWER_BATCH && (a = spsc_peek(t->resolved, &len)); n++) {
		const struct td_resolved r = {
			a->request, a->addresses, a->count, a->error, a->ttl_s};

		td_engine_resolved(t->engine, t->now, &r);
		spsc_consume(t->resolved);
	}
	return n;
}

static unsigned take_media(struct turn *t)
{
	struct td_media_event ev[MEDIA_BATCH];
	unsigned n = dp_media_events(t->dp, ev, MEDIA_BATCH);

	for (unsigned i = 0; i < n; i++)
		td_engine_media(t->engine, t->now, &ev[i]);
	return n;
}

static void take_wall(struct turn *t)
{
	uint64_t told = atomic_load_explicit(&t->wall_told, memory_order_relaxed);

	if (told == t->wall_offset)
		return;
	t->wall_offset = told;
	td_engine_wall(t->engine, t->now, told);
}

uint64_t turn_run(void *turn, uint64_t now)
{
	struct turn *t = turn;
	bool more = false;

	t->now = now;
	t->waits = false;
	take_wall(t);
	more |= take_media(t) == MEDIA_BATCH;
	more |= take_sip(t) == SIP_BATCH;
	more |= take_kernel_sip(t) == SIP_BATCH;
	more |= take_tcp(t) == SIP_BATCH;
	more |= take_names(t) == ANSWER_BATCH;
	more |= take_requests(t) == REQUEST_BATCH;
	uint64_t deadline = td_engine_advance(t->engine, now);
	journal_tell_losses(t->journal, JOURNAL_SIGNALLING);
	if (t->checkpoint_lost) {
		t->checkpoint_lost = false;
		td_engine_checkpoint_again(t->engine);
	}
	if (t->news) {
		t->news = false;
		loop_post(t->loop, t->kick);
	}
	return more ? 0 : deadline;
}

int turn_request(struct turn *t, struct request *r)
{
	if (t->flight >= TURN_FLIGHT)
		return -EBUSY;
	if (!spsc_put(t->requests, &r, sizeof(struct request *)))
		return -EBUSY;
	t->flight++;
	dp_signal_wake(t->dp);
	return 0;
}

void turn_answers(struct turn *t)
{
	struct request **place;
	size_t len;

	while ((place = spsc_peek(t->answers, &len))) {
		struct request *r = *place;

		spsc_consume(t->answers);
		t->flight--;
		r->done(r);
	}
}

void turn_stop(struct turn *t)
{
	t->now = dp_now();
	while (take_media(t) == MEDIA_BATCH) /* the workers' last words */
		;
	t->stopped = true;
	t->waits = true;
	td_engine_stop(t->engine, t->now);
	journal_tell_losses(t->journal, JOURNAL_SIGNALLING);
}

void turn_abort(struct turn *t)
{
	struct request **place;
	size_t len;

	turn_answers(t);
	while ((place = spsc_peek(t->requests, &len))) {
		struct request *r = *place;

		spsc_consume(t->requests);
		t->flight--;
		r->rc = -ESHUTDOWN;
		r->done(r);
	}
}

const struct name_question *turn_question_peek(struct turn *t)
{
	size_t len;

	return spsc_peek(t->questions, &len);
}

void turn_question_consume(struct turn *t)
{
	spsc_consume(t->questions);
}

void turn_resolved(struct turn *t, const struct td_resolved *r)
{
	size_t addresses = r->count * sizeof(*r->addresses);
	struct answer *a = spsc_reserve(t->resolved, sizeof(*a) + addresses);

	if (!a)
		return;
	*a = (struct answer){r->request, r->ttl_s, r->count};
	snprintf(a->error, sizeof(a->error), "%s", r->error ? r->error : "");
	if (r->count)
		memcpy(a->addresses, r->addresses, addresses);
	spsc_commit(t->resolved);
	dp_signal_wake(t->dp);
}

const struct trace *turn_trace_peek(struct turn *t)
{
	size_t len;

	return spsc_peek(t->traces, &len);
}

void turn_trace_consume(struct turn *t)
{
	spsc_consume(t->traces);
}

void turn_wall(struct turn *t, uint64_t wall_offset)
{
	atomic_store_explicit(&t->wall_told, wall_offset, memory_order_relaxed);
}

void turn_stats(const struct turn *t, struct turn_stats *out)
{
	struct kernel_sip_stats kernel = {0};

	if (t->kernel_sip)
		kernel_sip_stats(t->kernel_sip, &kernel);
	*out = t->stats;
	out->sip.kernel_refused = kernel.refused;
	out->sip.lost = kernel.lost;
	if (t->tcp)
		tcp_stats(t->tcp, &out->tcp);
}
