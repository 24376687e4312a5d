/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/compiled.h>
#include <control/site.h>
#include <system/file.h>
#include <system/log.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void site_init(struct site *s, const char *compiled, struct engine_link *link)
{
	*s = (struct site){.compiled = compiled, .link = link};
}

void site_fini(struct site *s)
{
	conf_free(s->want);
	conf_free(s->next);
}

/* What the last-good file says; NULL when it is not there or not sound. */
static struct td_conf *compiled_read(const char *path)
{
	struct td_conf *conf = NULL;
	unsigned char *text;
	struct td_text err;
	size_t len;

	if (file_read(path, CONF_FILE_MAX, &text, &len, &err))
		return NULL;
	conf_parse(&conf, (const char *)text, len, &err);
	free(text);
	return conf;
}

static int file_write(const struct site *s, const struct td_conf *conf)
{
	int rc = compiled_prepare(s->compiled, conf);

	return rc ? rc : compiled_commit(s->compiled);
}

int site_start(struct site *s, struct td_conf *conf)
{
	struct td_conf *old = compiled_read(s->compiled);
	struct conf_count count = {0};
	struct td_buf lines;
	int rc = 0;

	s->want = conf;
	buf_init(&lines);
	count = conf_diff(old, conf, &lines);
	if (!old || lines.error || count.set || count.deleted) {
		rc = file_write(s, conf);
		if (rc == 0)
			log_line(LOG_NOTICE, "compiled", "file=%s set=%u deleted=%u", s->compiled,
				count.set, count.deleted);
	}
	buf_free(&lines);
	conf_free(old);
	return rc;
}

/* The log says how a change ended, and so does whoever asked for it. */
static void tell(const struct site_result *r, void (*done)(void *ctx, const struct site_result *r),
	void *ctx)
{
	if (r->status)
		log_line(LOG_ERR, "configuration not applied", "reason=\"%s\"", r->why);
	else if (r->count.set || r->count.deleted)
		log_line(LOG_NOTICE, "configuration applied",
			"set=%u deleted=%u engine=%s restart=%s", r->count.set, r->count.deleted,
			r->engine ? "yes" : "absent", r->count.restart ? "needed" : "no");
	if (done)
		done(ctx, r);
}

/* The end of a change: the caller has said in r how. */
static void finish(struct site *s, const struct site_result *r)
{
	void (*done)(void *ctx, const struct site_result *r) = s->done;

	s->busy = false;
	s->done = NULL;
	conf_free(s->next);
	s->next = NULL;
	tell(r, done, s->ctx);
	if (s->ended)
		s->ended(s->ended_ctx);
}

static void fail(struct site *s, int status, const char *why)
{
	struct site_result r = {.status = status, .why = why};

	if (s->next)
		compiled_abandon(s->compiled);
	finish(s, &r);
}

/* The new file takes its name, and the new configuration its place. */
static void commit(struct site *s, bool engine)
{
	struct site_result r = {.count = s->count, .engine = engine};
	char why[256];
	int rc = s->next ? compiled_commit(s->compiled) : 0;

	if (s->next) {
		conf_free(s->want);
		s->want = s->next;
		s->next = NULL;
	}
	if (rc) {
		snprintf(why, sizeof(why),
			"applied, but not kept: %s: %s; make room there and apply it again",
			s->compiled, strerror(-rc));
		r.status = rc;
		r.why = why;
	}
	finish(s, &r);
}

/* The engine alone knows how many objects have changed: it tells us no secret of those it has. */
static bool answer_count(struct site *s, const char *body, size_t len)
{
	json_t *answer = json_loadb(body, len, 0, NULL);
	const json_t *set = json_object_get(answer, "set");
	const json_t *deleted = json_object_get(answer, "deleted");
	bool understood = json_is_integer(set) && json_is_integer(deleted);

	if (understood) {
		s->count.set = (uint32_t)json_integer_value(set);
		s->count.deleted = (uint32_t)json_integer_value(deleted);
	}
	json_decref(answer);
	return understood;
}

static void applied(void *ctx, int status, const char *body, size_t len)
{
	struct site *s = ctx;

	if (status)
		fail(s, status, body);
	else if (!answer_count(s, body, len))
		fail(s, -EPROTO, "the engine's answer is not understood");
	else
		commit(s, true);
}

/* {"text": ...}; -ENOMEM or 0 in the buffer's error. */
static void body_text(struct td_buf *body, const struct td_buf *text)
{
	buf_init(body);
	json_object_start(body, NULL);
	json_str(body, "text", (struct str){text->data, text->len});
	json_object_end(body);
	if (text->error)
		body->error = text->error;
}

static void difference_send(struct site *s, const struct td_conf *running)
{
	const struct td_conf *conf = s->next ? s->next : s->want;
	struct td_buf lines, body;
	int rc;

	buf_init(&lines);
	s->count = conf_diff(running, conf, &lines);
	if (!lines.error && !lines.len) {
		commit(s, true);
		goto free_lines;
	}
	body_text(&body, &lines);
	rc = link_send(s->link, TD_API_CONFIG_APPLY, &body, applied, s);
	buf_free(&body);
	if (rc)
		fail(s, rc, strerror(-rc));
free_lines:
	buf_free(&lines);
}

static void running_got(void *ctx, int status, const char *body, size_t len)
{
	struct site *s = ctx;
	struct td_conf *running = NULL;
	struct td_text err;
	json_t *answer = NULL;
	const char *text;
	int rc;

	if (status) {
		fail(s, status, body);
		return;
	}
	answer = json_loadb(body, len, 0, NULL);
	text = json_string_value(json_object_get(answer, "text"));
	if (!text) {
		fail(s, -EPROTO, "the engine's configuration is not understood");
		goto out;
	}
	rc = *text ? conf_parse(&running, text, strlen(text), &err) : 0;
	if (rc) {
		/* The text is from another release: all our objects are sent, and objects that we
		 * do not know stay. */
		log_line(LOG_WARNING, "engine's configuration not understood", "reason=\"%s\"",
			err.s);
		running = NULL;
	}
	difference_send(s, running);
	conf_free(running);
out:
	json_decref(answer);
}

static int running_ask(struct site *s)
{
	struct td_buf body;
	int rc;

	buf_init(&body);
	buf_str(&body, STR("{}"));
	rc = link_send(s->link, TD_API_CONFIG_GET, &body, running_got, s);
	buf_free(&body);
	return rc;
}

void site_sync(struct site *s)
{
	int rc;

	if (s->busy)
		return; /* a change that waited for this engine goes first, and ends the same */
	s->busy = true;
	rc = running_ask(s);
	if (rc)
		fail(s, rc, strerror(-rc));
}

void site_apply(struct site *s, struct td_conf *conf,
	void (*done)(void *ctx, const struct site_result *r), void *ctx)
{
	struct site_result busy = {
		.status = -EBUSY, .why = "another change is under way; try again"};
	struct td_buf lines;
	char why[256];
	int rc;

	if (s->busy) {
		conf_free(conf);
		tell(&busy, done, ctx);
		return;
	}
	s->busy = true;
	s->next = conf;
	s->done = done;
	s->ctx = ctx;
	rc = compiled_prepare(s->compiled, conf);
	if (rc) {
		snprintf(why, sizeof(why), "%s: %s; nothing was changed", s->compiled,
			strerror(-rc));
		fail(s, rc, why);
		return;
	}
	if (s->link->ready) {
		rc = running_ask(s);
		if (rc)
			fail(s, rc, strerror(-rc));
		return;
	}
	buf_init(&lines);
	s->count = conf_diff(s->want, conf, &lines);
	rc = lines.error;
	buf_free(&lines);
	if (rc)
		fail(s, rc, "out of memory");
	else
		commit(s, false);
}
