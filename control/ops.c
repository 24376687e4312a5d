/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/ops.h>
#include <control/ops_config.h>
#include <engine/base/view.h>
#include <system/body.h>
#include <system/file.h>
#include <system/log.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_ROWS 200 /* a few milliseconds of SQLite, then the journal has its turn */
#define TURNS     25  /* of looking for rows: then an empty page tells the client to wait on */

/* CDR, QUEUE_LOG or ALARMS under way. */
struct rows_job {
	struct api_client *client;
	uint16_t op;
	uint32_t id;
	struct store_query query;
	unsigned turns; /* in which rows were looked for */
};

static void rows_job_free(struct rows_job **place)
{
	api_client_put((*place)->client);
	free(*place);
	*place = NULL;
}

void ops_fini(struct tandemd_ops *o)
{
	for (unsigned i = 0; i < OPS_JOBS; i++)
		if (o->jobs[i])
			rows_job_free(&o->jobs[i]);
}

/* One page to the client. True: there is more. */
static bool rows_page(struct tandemd_ops *o, struct rows_job *j)
{
	struct td_buf out;
	int rc;

	buf_init(&out);
	rc = store_query_next(o->store, &j->query, PAGE_ROWS, &out);
	if (rc < 0) {
		api_error(j->client, j->op, j->id, rc, "the store: %s", store_error(o->store));
	} else if (out.len == 0) {
		if (++j->turns % TURNS == 0)
			api_reply(j->client, j->op, j->id, "{}", 2);
	} else {
		api_reply_buf(j->client, j->op, j->id, &out);
		if (rc == 0)
			api_reply(j->client, j->op, j->id, NULL, 0);
	}
	buf_free(&out);
	return rc == 1;
}

/* A page of each long answer whose client has room. */
static void pages_send(void *ctx)
{
	struct tandemd_ops *o = ctx;
	bool again = false;

	for (unsigned i = 0; i < OPS_JOBS; i++) {
		struct rows_job *j = o->jobs[i];

		if (!j || (!api_client_gone(j->client) && api_client_full(j->client)))
			continue; /* its socket will wake us */
		if (api_client_gone(j->client) || !rows_page(o, j))
			rows_job_free(&o->jobs[i]);
		else
			again |= !api_client_full(j->client);
	}
	if (again)
		loop_post(o->loop, &o->pages);
}

void ops_init(struct tandemd_ops *o, struct loop *loop, const struct tandemd_options *options,
	struct site *site, struct edited *edited, struct store *store, struct follow *follow)
{
	*o = (struct tandemd_ops){.options = options,
		.site = site,
		.store = store,
		.follow = follow,
		.loop = loop,
		.edited = edited,
		.pages = {.run = pages_send, .ctx = o}};
}

/* Whether a value is one of these words; else the client has been told. */
static bool is_word(struct api_client *c, const struct td_api_msg *m, const char *key,
	const struct td_words *words, const char *value)
{
	struct td_buf list;
	char storage[256];

	buf_init_fixed(&list, storage, sizeof(storage));
	for (unsigned i = 0; i < words->count; i++) {
		if (strcmp(words->word[i].name, value) == 0)
			return true;
		if (words->word[i].name[0])
			buf_printf(&list, "%s%s", list.len ? ", " : "", words->word[i].name);
	}
	api_error(c, m->op, m->id, -EINVAL, "\"%s\" is one of %.*s", key, (int)list.len, list.data);
	return false;
}

static bool time_read(struct api_client *c, const struct td_api_msg *m, const json_t *body,
	const char *key, double *t)
{
	const json_t *value = json_object_get(body, key);

	if (value && (!json_is_number(value) || json_number_value(value) <= 0)) {
		api_error(c, m->op, m->id, -EINVAL, "\"%s\" must be a number of seconds since 1970",
			key);
		return false;
	}
	*t = json_number_value(value);
	return true;
}

/* What the rows are asked by. False: the client has been told what is wrong. */
static bool query_read(struct api_client *c, const struct td_api_msg *m, json_t *body,
	enum td_event_type event, struct store_query *q)
{
	char keys[128] = " limit since until";
	size_t n = strlen(keys);

	*q = (struct store_query){.event = event};
	for (unsigned i = 0; i < STORE_KEY_COUNT; i++)
		if (store_query_has(event, i))
			n += (size_t)snprintf(keys + n, sizeof(keys) - n, " %s", store_keys[i]);
	if (!body_known(c, m, body, keys) || !time_read(c, m, body, "since", &q->since) ||
		!time_read(c, m, body, "until", &q->until))
		return false;
	if (q->since > 0 && q->until > 0 && q->until <= q->since) {
		api_error(c, m->op, m->id, -EINVAL, "\"until\" must be after \"since\"");
		return false;
	}
	for (unsigned i = 0; i < STORE_KEY_COUNT; i++) {
		const struct td_words *words = store_query_words(event, i);

		if (!body_copy(c, m, body, store_keys[i], q->by[i], sizeof(q->by[i])) ||
			(words && q->by[i][0] && !is_word(c, m, store_keys[i], words, q->by[i])))
			return false;
	}
	return true;
}

static void rows_start(struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m,
	json_t *body, enum td_event_type event)
{
	const json_t *limit = json_object_get(body, "limit");
	json_int_t n = limit ? json_integer_value(limit) : TD_API_ROWS;
	struct rows_job *j, **place = o->jobs;
	struct store_query query;
	int rc;

	if (!query_read(c, m, body, event, &query))
		return;
	if (n < 1 || n > TD_API_ROWS_MAX) {
		api_error(c, m->op, m->id, -EINVAL, "\"limit\" must be a number from 1 to %d",
			TD_API_ROWS_MAX);
		return;
	}
	while (place < o->jobs + OPS_JOBS && *place)
		place++;
	if (place == o->jobs + OPS_JOBS) {
		api_error(c, m->op, m->id, -EBUSY, "%d long answers are under way; try again",
			OPS_JOBS);
		return;
	}
	rc = store_query_start(o->store, &query, (uint32_t)n);
	if (rc) {
		api_error(c, m->op, m->id, rc, "the store: %s", store_error(o->store));
		return;
	}
	j = malloc(sizeof(*j));
	if (!j) {
		api_error(c, m->op, m->id, -ENOMEM, "out of memory");
		return;
	}
	*j = (struct rows_job){.client = c, .op = m->op, .id = m->id, .query = query};
	api_client_get(c);
	*place = j;
	loop_post(o->loop, &o->pages);
}

static void op_cdr(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	rows_start(o, c, m, body, TD_EV_CDR);
}

static void op_queue_log(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	rows_start(o, c, m, body, TD_EV_QUEUE_LOG);
}

static void op_alarms(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	rows_start(o, c, m, body, TD_EV_ALARM);
}

static void op_call(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *call = body_text(body, "call");
	struct td_buf out;
	int rc;

	if (!body_known(c, m, body, " call") || !body_is_text(c, m, body, "call"))
		return;
	if (!call[0]) {
		api_error(c, m->op, m->id, -EINVAL, "\"call\" is missing");
		return;
	}
	buf_init(&out);
	rc = store_call(o->store, call, &out);
	if (rc == -ENOENT)
		api_error(
			c, m->op, m->id, rc, "no call %.40s in the store; see tandemctl cdr", call);
	else if (rc)
		api_error(c, m->op, m->id, rc, "the store: %s", store_error(o->store));
	else
		api_reply_buf(c, m->op, m->id, &out);
	buf_free(&out);
}

static const char *follow_error(const struct follow *f)
{
	return f->error == -ENOENT ? "no journal yet" : f->error ? strerror(-f->error) : "";
}

static void op_status(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	char waiting[TD_TEXT_BYTES];
	struct td_buf out, alarms;

	if (!body_known(c, m, body, ""))
		return;
	edited_look(o->edited, false);
	buf_init(&out);
	buf_init(&alarms);
	if (store_alarms(o->store, &alarms))
		buf_reset(&alarms);
	buf_put(&alarms, "", 1);
	VIEW_PUT(status, &out,
		{
			.release = TD_VERSION,
			.site = o->options->site,
			.name = o->site->want ? conf_site(o->site->want)->name : "",
			.applied = o->site->applied.number,
			.applied_at = o->site->applied.at,
			.applied_from = o->site->applied.from,
			.not_applied = o->edited->why.s,
			.restart = waiting_paths(o->site, waiting),
			.engine = o->site->link->ready,
			.alarms = alarms.error ? "" : alarms.data,
			.compiled = o->site->compiled,
			.store = o->options->store,
			.journal = o->follow->dir,
			.stored_seq = store_seq(o->store),
			.missing = store_missing(o->store),
			.damaged = o->follow->damaged,
			.unknown = store_unknown(o->store),
			.store_error = follow_error(o->follow),
			.journal_error = o->ack_error.s,
		});
	api_reply_buf(c, m->op, m->id, &out);
	buf_free(&alarms);
	buf_free(&out);
}

static void request(void *ctx, struct api_client *c, const struct td_api_msg *m, const char *text)
{
	static const struct {
		uint16_t op;
		void (*run)(struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m,
			json_t *body);
	} table[] = {
#define OP(ID, number, name, right, request, answer) {TD_API_##ID, op_##name},
		TD_API_TANDEMD_OPS(OP)
#undef OP
	};
	json_t *body = body_read(c, m, text);

	if (!body)
		return;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].op != m->op)
			continue;
		table[i].run(ctx, c, m, body);
		goto out;
	}
	api_error(c, m->op, m->id, -ENOSYS, "tandemd knows no operation %u; is it the engine's?",
		m->op);
out:
	json_decref(body);
}

/* Its jobs end when their page is due. */
static void closed(void *ctx, struct api_client *c)
{
	struct tandemd_ops *o = ctx;

	loop_post(o->loop, &o->pages);
}

static void drained(void *ctx, struct api_client *c)
{
	struct tandemd_ops *o = ctx;

	loop_post(o->loop, &o->pages);
}

const struct api_handlers ops_handlers = {.request = request, .closed = closed, .drained = drained};
