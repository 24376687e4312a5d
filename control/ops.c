/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/config.h>
#include <control/ops.h>
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

#define PAGE_ROWS   200 /* a few milliseconds of SQLite, then the journal has its turn */
#define ERROR_BYTES 960 /* of an answer's lines; api_error() holds 1024 */

/* CDR, QUEUE_LOG or ALARMS under way. */
struct rows_job {
	struct api_client *client;
	uint16_t op;
	uint32_t id;
	struct store_query query;
};

struct apply_job {
	struct tandemd_ops *ops;
	struct api_client *client;
	uint16_t op;
	uint32_t id;
	bool elsewhere; /* not the file that tandemd starts with */
};

/* The lines of a refused site file, as many as fit. */
struct lines {
	char text[ERROR_BYTES];
	size_t len;
	unsigned left_out;
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

static void lines_add(void *ctx, const struct config_error *e)
{
	struct lines *l = ctx;
	size_t n = strlen(e->line);

	log_line(LOG_ERR, "site refused", "%s", e->line);
	if (l->len + n + 40 > sizeof(l->text)) {
		l->left_out++;
		return;
	}
	l->len += (size_t)snprintf(
		l->text + l->len, sizeof(l->text) - l->len, "%s%s", l->len ? "\n" : "", e->line);
}

static void lines_end(struct lines *l)
{
	if (l->left_out)
		snprintf(l->text + l->len, sizeof(l->text) - l->len, "\nand %u lines more",
			l->left_out);
}

static void apply_done(void *ctx, const struct site_result *r)
{
	struct apply_job *j = ctx;
	struct td_buf body;

	if (r->status) {
		api_error(j->client, j->op, j->id, r->status, "%s", r->why);
		goto out;
	}
	buf_init(&body);
	json_object_start(&body, NULL);
	json_u64(&body, "set", r->count.set);
	json_u64(&body, "deleted", r->count.deleted);
	json_bool(&body, "engine", r->engine);
	json_bool(&body, "restart", r->count.restart && r->engine);
	if (j->elsewhere) {
		char note[PATH_MAX + 64];

		snprintf(note, sizeof(note), "tandemd will start with %s again",
			j->ops->options->site);
		json_str(&body, "note", str_of(note));
	}
	json_object_end(&body);
	api_reply_buf(j->client, j->op, j->id, &body);
	buf_free(&body);
out:
	api_client_put(j->client);
	free(j);
}

static void op_apply(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *file = body_text(body, "file");
	const json_t *yaml = json_object_get(body, "yaml");
	struct config_source source = {
		.file = file, .text = json_string_value(yaml), .len = json_string_length(yaml)};
	struct lines lines = {.len = 0};
	struct td_conf *conf = NULL;
	struct apply_job *j;
	int rc;

	if (!body_known(c, m, body, " file yaml") || !body_is_text(c, m, body, "file") ||
		!body_is_text(c, m, body, "yaml"))
		return;
	if (file[0] != '/' || !source.text) {
		api_error(c, m->op, m->id, -EINVAL,
			"\"file\" must be the whole path of the site file, \"yaml\" its text");
		return;
	}
	rc = config_read(&conf, &source, lines_add, &lines);
	if (rc) {
		lines_end(&lines);
		api_error(c, m->op, m->id, rc, "%s", lines.text);
		return;
	}
	j = malloc(sizeof(*j));
	if (!j) {
		conf_free(conf);
		api_error(c, m->op, m->id, -ENOMEM, "out of memory");
		return;
	}
	*j = (struct apply_job){o, c, m->op, m->id, !file_same(o->options->site, file)};
	api_client_get(c);
	site_apply(o->site, conf, apply_done, j);
}

void ops_reload(struct tandemd_ops *o)
{
	struct config_source source = {.file = o->options->site};
	struct lines lines = {.len = 0};
	struct td_conf *conf = NULL;

	if (o->site->busy) {
		log_line(LOG_NOTICE, "site is read when the change under way has ended", "site=%s",
			o->options->site);
		o->reload_waits = true;
		return;
	}
	o->reload_waits = false;
	if (config_read(&conf, &source, lines_add, &lines) == 0)
		site_apply(o->site, conf, NULL, NULL);
}

static void reload_due(void *ctx)
{
	ops_reload(ctx);
}

/* The next turn reads the site, because the change's own client has its answer first. */
static void change_ended(void *ctx)
{
	struct tandemd_ops *o = ctx;

	if (o->reload_waits)
		loop_post(o->loop, &o->reload);
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
	struct site *site, struct store *store, struct follow *follow)
{
	*o = (struct tandemd_ops){.options = options,
		.site = site,
		.store = store,
		.follow = follow,
		.loop = loop,
		.pages = {.run = pages_send, .ctx = o},
		.reload = {.run = reload_due, .ctx = o}};
	site->ended = change_ended;
	site->ended_ctx = o;
}

static void rows_start(struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m,
	json_t *body, enum td_event_type event, const char *keys)
{
	const json_t *limit = json_object_get(body, "limit");
	json_int_t n = limit ? json_integer_value(limit) : TD_API_ROWS;
	struct rows_job *j, **place = o->jobs;
	int rc;

	if (!body_known(c, m, body, keys))
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
	j = calloc(1, sizeof(*j));
	if (!j) {
		api_error(c, m->op, m->id, -ENOMEM, "out of memory");
		return;
	}
	j->query.event = event;
	if (!body_copy(c, m, body, "call", j->query.call, sizeof(j->query.call)) ||
		!body_copy(c, m, body, "queue", j->query.queue, sizeof(j->query.queue))) {
		free(j);
		return;
	}
	rc = store_query_start(o->store, &j->query, (uint32_t)n);
	if (rc) {
		api_error(c, m->op, m->id, rc, "the store: %s", store_error(o->store));
		free(j);
		return;
	}
	j->client = c;
	j->op = m->op;
	j->id = m->id;
	api_client_get(c);
	*place = j;
	loop_post(o->loop, &o->pages);
}

static void op_cdr(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	rows_start(o, c, m, body, TD_EV_CDR, " limit call queue");
}

static void op_queue_log(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	rows_start(o, c, m, body, TD_EV_QUEUE_LOG, " limit call queue");
}

static void op_alarms(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	rows_start(o, c, m, body, TD_EV_ALARM, " limit");
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
	struct td_buf out;

	if (!body_known(c, m, body, ""))
		return;
	buf_init(&out);
	VIEW_PUT(status, &out,
		{
			.release = TD_VERSION,
			.site = o->options->site,
			.name = conf_site(o->site->want)->name,
			.engine = o->site->link->ready,
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
