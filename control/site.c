/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/compiled.h>
#include <control/site.h>
#include <engine/conf/schema.h>
#include <system/log.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void site_init(struct site *s, const char *compiled, struct engine_link *link)
{
	*s = (struct site){.compiled = compiled, .link = link};
	changes_init(&s->waiting);
}

void site_fini(struct site *s)
{
	conf_free(s->want);
	conf_free(s->next);
	changes_free(&s->waiting);
}

const struct td_conf_site *site_values(const struct site *s)
{
	static struct td_conf_site defaults;

	if (s->want)
		return conf_site(s->want);
	if (!defaults.journal_dir[0])
		conf_object_init(TD_KIND_SITE, &defaults, STR(""));
	return &defaults;
}

/* The newest of the history that is sound. */
static bool history_find(struct site *s)
{
	struct applied all[HISTORY_MAX];
	int count = history_list(s->compiled, all);
	struct td_text err;

	for (int i = count; i-- > 0 && !s->want;)
		if (history_read(s->compiled, all[i].number, &s->applied, &s->want, &err))
			log_line(LOG_WARNING, "what was applied is not understood", "reason=\"%s\"",
				err.s);
	if (count > 0)
		s->last_number = all[count - 1].number;
	return s->want;
}

static uint32_t objects_of(const struct td_conf *conf)
{
	uint32_t count = 0;

	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++)
		count += conf->of[kind].count;
	return count;
}

static void applied_now(struct site *s, struct applied *a, const char *from)
{
	applied_set(a, s->last_number + 1, time(NULL), from);
}

void site_find(struct site *s, const char *file,
	void (*report)(void *ctx, const struct config_error *e), void *ctx)
{
	struct config_source source = {.file = file};
	struct td_text err;
	int rc = applied_read(s->compiled, &s->applied, &s->want, &err);

	if (rc && rc != -ENOENT)
		log_line(LOG_ERR, "what was applied is not understood", "reason=\"%s\"", err.s);
	if (!history_find(s)) {
		s->applied = (struct applied){0};
		if (config_read(&s->want, &source, report, ctx) == 0) {
			applied_now(s, &s->applied, file);
			s->applied.set = objects_of(s->want);
		}
	} else if (!s->applied.number) { /* an older release made it */
		s->applied.number = s->last_number + 1;
	}
	if (s->applied.number > s->last_number)
		s->last_number = s->applied.number;
	snprintf(s->journal_dir, sizeof(s->journal_dir), "%s", site_values(s)->journal_dir);
}

static bool kept(const struct site *s)
{
	struct applied all[HISTORY_MAX];
	int count = history_list(s->compiled, all);

	return count > 0 && all[count - 1].number >= s->applied.number;
}

static void keep(const struct site *s)
{
	int rc = history_keep(s->compiled, &s->applied, s->want);

	if (rc)
		log_line(LOG_ERR, "not kept in the history", "file=%s-history reason=\"%s\"",
			s->compiled, strerror(-rc));
}

int site_start(struct site *s)
{
	struct applied there;
	struct td_conf *old = NULL;
	struct td_text err;
	int rc = 0;

	if (!s->want)
		return 0;
	/* Anew, as this release may have more keys than the one that made it. */
	rc = applied_prepare(s->compiled, &s->applied, s->want);
	if (rc == 0)
		rc = compiled_commit(s->compiled);
	if (rc && applied_read(s->compiled, &there, &old, &err) == 0 &&
		there.number == s->applied.number) {
		log_line(LOG_ERR, "the last-good file is not made anew; the old one stays",
			"file=%s reason=\"%s\"", s->compiled, strerror(-rc));
		rc = 0;
	}
	conf_free(old);
	if (rc == 0 && !kept(s))
		keep(s);
	return rc;
}

/* The log says how a change ended, and so does whoever asked for it. */
static void tell(const struct site_result *r, void (*done)(void *ctx, const struct site_result *r),
	void *ctx)
{
	if (r->status)
		log_line(LOG_ERR, "configuration not applied", "reason=\"%s\"", r->why);
	else if (r->count.set || r->count.deleted)
		log_line(LOG_NOTICE, "configuration applied", "set=%u deleted=%u engine=%s",
			r->count.set, r->count.deleted, r->engine ? "yes" : "absent");
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
	bool moved = s->next && s->next_applied.number != s->applied.number;
	char why[256];
	int rc = s->next ? compiled_commit(s->compiled) : 0;

	if (s->next) {
		conf_free(s->want);
		s->want = s->next;
		s->next = NULL;
		s->applied = s->next_applied;
		s->last_number = s->applied.number;
	}
	if (!engine)
		snprintf(s->journal_dir, sizeof(s->journal_dir), "%s", site_values(s)->journal_dir);
	if (moved && rc == 0)
		keep(s);
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

/* A part that can be applied may need the part that waits, as agents need max_agents. */
static void fail_waiting(struct site *s, const char *why)
{
	char text[1024];

	snprintf(text, sizeof(text),
		"%s; the file also changes values that the engine takes only when it starts: apply "
		"these alone, restart the engine, then apply the rest",
		why);
	fail(s, -EINVAL, text);
}

static void engine_answered(void *ctx, int status, const char *body, size_t len)
{
	struct site *s = ctx;

	if (status == -EINVAL && s->waiting.count)
		fail_waiting(s, body);
	else if (status)
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

/* What waits is counted anew: this engine has told what it runs with. */
static void difference_send(struct site *s, const struct td_conf *running)
{
	const struct td_conf *conf = s->next ? s->next : s->want;
	struct td_conf *now = NULL;
	struct td_buf lines, body;
	int rc = 0;

	changes_free(&s->waiting);
	changes_init(&s->waiting);
	if (running)
		rc = conf_stage(&now, running, conf, changes_add, &s->waiting);
	if (rc) {
		fail(s, rc, "out of memory");
		return;
	}
	buf_init(&lines);
	s->count = conf_diff(running, now ? now : conf, &lines);
	conf_free(now);
	if (!lines.error && !lines.len) {
		commit(s, true);
		goto free_lines;
	}
	body_text(&body, &lines);
	rc = link_send(s->link, TD_API_CONFIG_APPLY, &body, engine_answered, s);
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
	if (running)
		snprintf(s->journal_dir, sizeof(s->journal_dir), "%s",
			conf_site(running)->journal_dir);
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

	if (s->busy || !s->want)
		return; /* a change that waited for this engine goes first, and ends the same */
	s->busy = true;
	rc = running_ask(s);
	if (rc)
		fail(s, rc, strerror(-rc));
}

/* What it changes of what is applied, for the history. The same again is no new number. */
static int next_describe(struct site *s, const char *from)
{
	struct conf_count count;
	struct td_buf lines;
	int rc;

	buf_init(&lines);
	count = conf_diff(s->want, s->next, &lines);
	rc = lines.error;
	buf_free(&lines);
	s->count = count;
	if (s->want && !count.set && !count.deleted) {
		s->next_applied = s->applied;
		return rc;
	}
	applied_now(s, &s->next_applied, from);
	s->next_applied.set = count.set;
	s->next_applied.deleted = count.deleted;
	return rc;
}

void site_apply(struct site *s, struct td_conf *conf, const char *from,
	void (*done)(void *ctx, const struct site_result *r), void *ctx)
{
	struct site_result busy = {
		.status = -EBUSY, .why = "another change is under way; try again"};
	char why[PATH_MAX + 64];
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
	rc = next_describe(s, from);
	if (rc == 0)
		rc = applied_prepare(s->compiled, &s->next_applied, conf);
	if (rc) {
		snprintf(why, sizeof(why), "%s: %s; nothing was changed", s->compiled,
			strerror(-rc));
		fail(s, rc, why);
		return;
	}
	if (!s->link->ready) {
		commit(s, false);
		return;
	}
	rc = running_ask(s);
	if (rc)
		fail(s, rc, strerror(-rc));
}
