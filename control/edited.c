/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/edited.h>
#include <system/log.h>
#include <errno.h>
#include <string.h>

void edited_init(struct edited *e, const char *file, const struct site *site)
{
	*e = (struct edited){.file = file, .site = site};
}

int edited_read(const struct edited *e, struct td_conf **conf,
	void (*report)(void *ctx, const struct config_error *error), void *ctx)
{
	struct config_source source = {.file = e->file};

	return config_read(conf, &source, report, ctx);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The first one is enough to begin with: tandemctl check tells all. */
struct errors {
	struct td_text first;
	unsigned count;
};

static void error_take(void *ctx, const struct config_error *error)
{
	struct errors *e = ctx;

	if (e->count++ == 0)
		td_text_set(&e->first, "%s", error->line);
}

static bool conf_same(const struct td_conf *a, const struct td_conf *b)
{
	struct conf_count count;
	struct td_buf lines;
	bool same;

	if (!a)
		return false;
	buf_init(&lines);
	count = conf_diff(a, b, &lines);
	same = !lines.error && !count.set && !count.deleted;
	buf_free(&lines);
	return same;
}

static enum edited_state compare(const struct edited *e, struct td_text *why)
{
	struct errors errors = {.count = 0};
	enum edited_state state = EDITED_DIFFERS;
	struct td_conf *conf = NULL;

	td_text_set(why, "%s", "");
	if (edited_read(e, &conf, error_take, &errors)) {
		td_text_set(why, "%s%s", errors.first.s,
			errors.count > 1 ? " (and more: tandemctl check)" : "");
		return EDITED_WRONG;
	}
	if (conf_same(e->site->want, conf))
		state = EDITED_APPLIED;
	else
		td_text_set(why, "%s differs from what is applied: run tandemctl apply %s", e->file,
			e->file);
	conf_free(conf);
	return state;
}

static void state_log(const struct edited *e)
{
	if (e->state == EDITED_WRONG)
		log_line(LOG_ERR, "site file has an error; what was applied last stays in force",
			"error=\"%s\"", e->why.s);
	else if (e->state == EDITED_DIFFERS)
		log_line(LOG_WARNING, "site file is not applied", "reason=\"%s\"", e->why.s);
	else
		log_line(LOG_NOTICE, "site file is applied", "site=%s", e->file);
}

bool edited_look(struct edited *e, bool again)
{
	enum edited_state state = e->state;
	struct td_text before = e->why;
	struct stat now;

	if (stat(e->file, &now))
		memset(&now, 0, sizeof(now));
	if (e->looked && !again && e->state != EDITED_WRONG && same_file(&now, &e->seen) &&
		e->number == e->site->applied.number)
		return false;
	e->seen = now;
	e->number = e->site->applied.number;
	e->state = compare(e, &e->why);
	if (e->looked && e->state == state && strcmp(e->why.s, before.s) == 0)
		return false;
	if (e->looked || e->state != EDITED_APPLIED)
		state_log(e);
	e->looked = true;
	return true;
}
