/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/ops_config.h>
#include <engine/base/view.h>
#include <system/body.h>
#include <system/file.h>
#include <system/log.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_BYTES 960 /* of an answer's lines; api_error() holds 1024 */

/* The lines of a refused site file, as many as fit. */
struct lines {
	char text[ERROR_BYTES];
	size_t len;
	unsigned left_out;
};

struct apply_job {
	struct tandemd_ops *ops;
	struct api_client *client;
	uint16_t op;
	uint32_t id;
	struct changes changes; /* what was asked for of them */
	bool tell_changes;
};

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

const char *waiting_paths(const struct site *s, char out[static TD_TEXT_BYTES])
{
	json_t *rows, *row;
	struct td_buf text;
	size_t i;

	out[0] = '\0';
	if (!s->link->ready || !s->waiting.count)
		return out;
	buf_init(&text);
	json_array_start(&text, NULL);
	buf_put(&text, s->waiting.rows.data, s->waiting.rows.len);
	json_array_end(&text);
	rows = json_loadb(text.data, text.len, 0, NULL);
	buf_free(&text);
	buf_init_fixed(&text, out, TD_TEXT_BYTES - 1);
	json_array_foreach(rows, i, row) buf_printf(
		&text, "%s%s", i ? ", " : "", json_string_value(json_object_get(row, "path")));
	out[text.len] = '\0';
	json_decref(rows);
	return out;
}

static void job_free(struct apply_job *j)
{
	api_client_put(j->client);
	changes_free(&j->changes);
	free(j);
}

static void apply_done(void *ctx, const struct site_result *r)
{
	struct apply_job *j = ctx;
	const struct tandemd_ops *o = j->ops;
	bool waits = r->engine && o->site->waiting.count;
	struct td_buf body;

	edited_look(o->edited, true);
	if (r->status) {
		api_error(j->client, j->op, j->id, r->status, "%s", r->why);
		job_free(j);
		return;
	}
	buf_init(&body);
	json_object_start(&body, NULL);
	json_u64(&body, "set", r->count.set);
	json_u64(&body, "deleted", r->count.deleted);
	json_bool(&body, "engine", r->engine);
	json_bool(&body, "restart", waits);
	json_u64(&body, "number", o->site->applied.number);
	if (waits)
		changes_put(&o->site->waiting, "waiting", &body);
	if (j->tell_changes)
		changes_put(&j->changes, "changes", &body);
	if (o->edited->why.s[0])
		json_str(&body, "note", str_of(o->edited->why.s));
	json_object_end(&body);
	api_reply_buf(j->client, j->op, j->id, &body);
	buf_free(&body);
	job_free(j);
}

static struct apply_job *job_alloc(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m)
{
	struct apply_job *j = malloc(sizeof(*j));

	if (!j) {
		api_error(c, m->op, m->id, -ENOMEM, "out of memory");
		return NULL;
	}
	*j = (struct apply_job){o, c, m->op, m->id};
	changes_init(&j->changes);
	api_client_get(c);
	return j;
}

/* Only told: nothing is applied. */
static void dry_answer(const struct apply_job *j)
{
	struct td_buf body;

	buf_init(&body);
	json_object_start(&body, NULL);
	json_bool(&body, "dry-run", true);
	changes_put(&j->changes, "changes", &body);
	json_object_end(&body);
	api_reply_buf(j->client, j->op, j->id, &body);
	buf_free(&body);
}

void op_apply(struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *file = body_text(body, "file");
	const json_t *yaml = json_object_get(body, "yaml");
	struct config_source source = {
		.file = file, .text = json_string_value(yaml), .len = json_string_length(yaml)};
	struct lines lines = {.len = 0};
	struct td_conf *conf = NULL;
	bool dry_run = false, diff = false;
	struct apply_job *j;
	int rc;

	if (!body_known(c, m, body, " file yaml diff dry-run") ||
		!body_is_text(c, m, body, "file") || !body_is_text(c, m, body, "yaml"))
		return;
	if (file[0] != '/' || !source.text) {
		api_error(c, m->op, m->id, -EINVAL,
			"\"file\" must be the whole path of the site file, \"yaml\" its text");
		return;
	}
	if (!body_flag(c, m, body, "dry-run", &dry_run) || !body_flag(c, m, body, "diff", &diff))
		return;
	rc = config_read(&conf, &source, lines_add, &lines);
	if (rc) {
		lines_end(&lines);
		api_error(c, m->op, m->id, rc, "%s", lines.text);
		return;
	}
	j = job_alloc(o, c, m);
	if (!j) {
		conf_free(conf);
		return;
	}
	j->tell_changes = diff;
	if (dry_run || diff)
		conf_changes(o->site->want, conf, changes_add, &j->changes);
	if (dry_run) {
		dry_answer(j);
		conf_free(conf);
		job_free(j);
		return;
	}
	site_apply(o->site, conf, file, apply_done, j);
}

void op_config_history(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct applied all[HISTORY_MAX];
	int count = history_list(o->site->compiled, all);
	struct td_buf out;

	if (!body_known(c, m, body, ""))
		return;
	if (count < 0) {
		api_error(c, m->op, m->id, count, "%s-history: %s", o->site->compiled,
			strerror(-count));
		return;
	}
	buf_init(&out);
	json_object_start(&out, NULL);
	json_array_start(&out, "rows");
	for (int i = 0; i < count; i++)
		VIEW_PUT(config_history, &out,
			{
				.number = all[i].number,
				.at = all[i].at,
				.set = all[i].set,
				.deleted = all[i].deleted,
				.from = all[i].from,
				.applied = all[i].number == o->site->applied.number,
			});
	json_array_end(&out);
	json_object_end(&out);
	api_reply_buf(c, m->op, m->id, &out);
	buf_free(&out);
}

/* A number of the history in a request. -1: the client has been told; 0: it is not there; 1. */
static int number_read(struct api_client *c, const struct td_api_msg *m, const json_t *body,
	const char *key, uint64_t *number)
{
	const json_t *value = json_object_get(body, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1) {
		api_error(c, m->op, m->id, -EINVAL,
			"\"%s\" must be a number of tandemctl config history", key);
		return -1;
	}
	*number = (uint64_t)json_integer_value(value);
	return 1;
}

/* One of the history. NULL: the client has been told. */
static struct td_conf *history_conf(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, uint64_t number)
{
	struct td_conf *conf = NULL;
	struct applied applied;
	struct td_text err;
	int rc = history_read(o->site->compiled, number, &applied, &conf, &err);

	if (rc)
		api_error(c, m->op, m->id, rc, "%s", err.s);
	return rc ? NULL : conf;
}

/* What the site's file says. NULL: the client has been told. */
static struct td_conf *edited_conf(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m)
{
	struct lines lines = {.len = 0};
	struct td_conf *conf = NULL;
	int rc = edited_read(o->edited, &conf, lines_add, &lines);

	if (rc) {
		lines_end(&lines);
		api_error(c, m->op, m->id, rc, "%s", lines.text);
	}
	return conf;
}

static void diff_answer(struct api_client *c, const struct td_api_msg *m, const struct td_conf *old,
	const struct td_conf *new)
{
	struct changes changes;
	struct td_buf out;

	changes_init(&changes);
	conf_changes(old, new, changes_add, &changes);
	buf_init(&out);
	json_object_start(&out, NULL);
	changes_put(&changes, "rows", &out);
	json_object_end(&out);
	api_reply_buf(c, m->op, m->id, &out);
	buf_free(&out);
	changes_free(&changes);
}

/* From a number of the history to another one, or to what is applied; to 0: not given. */
static void history_diff(struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m,
	uint64_t from, uint64_t to)
{
	struct td_conf *old = history_conf(o, c, m, from);
	struct td_conf *new = old &&to ? history_conf(o, c, m, to) : NULL;

	if (old && !to && !o->site->want)
		api_error(c, m->op, m->id, -ENOENT, "nothing is applied; name two numbers");
	else if (old && (!to || new))
		diff_answer(c, m, old, to ? new : o->site->want);
	conf_free(old);
	conf_free(new);
}

/* Without numbers: from what is applied to the site's file, which is what apply would change. */
void op_config_diff(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	uint64_t from = 0, to = 0;
	struct td_conf *edited;

	if (number_read(c, m, body, "from", &from) < 0 || number_read(c, m, body, "to", &to) < 0 ||
		!body_known(c, m, body, " from to"))
		return;
	if (to && !from) {
		api_error(c, m->op, m->id, -EINVAL, "\"from\" is missing");
		return;
	}
	if (from) {
		history_diff(o, c, m, from, to);
		return;
	}
	edited = edited_conf(o, c, m);
	if (edited)
		diff_answer(c, m, o->site->want, edited);
	conf_free(edited);
}

void op_config_rollback(
	struct tandemd_ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct td_conf *conf;
	struct apply_job *j;
	uint64_t number = 0;
	char from[40];
	int has = number_read(c, m, body, "number", &number);

	if (has == 0)
		api_error(c, m->op, m->id, -EINVAL, "\"number\" is missing");
	if (has <= 0 || !body_known(c, m, body, " number"))
		return;
	conf = history_conf(o, c, m, number);
	j = conf ? job_alloc(o, c, m) : NULL;
	if (!j) {
		conf_free(conf);
		return;
	}
	snprintf(from, sizeof(from), "rollback %lu", number);
	site_apply(o->site, conf, from, apply_done, j);
}
