/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is applied, and making the engine have it. Only site_apply() changes it: a restart, of
 * tandemd or of the engine, takes what was applied last. At the very first start the site's file
 * is applied.
 *
 * A change: the engine's running text is asked for, the difference is made, the new last-good file
 * is made safe beside the old one, the engine applies the difference, all or nothing, and only
 * then the file takes its name and `want` moves on. Whatever fails, all is as it was. Without an
 * engine the file is written, and the engine gets the difference when it comes. Values that an
 * engine takes only when it starts are left out of the difference; they wait in the file.
 */
#ifndef TANDEM_CONTROL_SITE_H
#define TANDEM_CONTROL_SITE_H

#include <control/changes.h>
#include <control/config/config.h>
#include <control/history.h>
#include <control/link.h>
#include <engine/conf/conf.h>

struct site_result {
	int status;      /* 0, or a negative errno: nothing was changed */
	const char *why; /* one line, when status is not 0 */
	struct conf_count count;
	bool engine; /* it has taken it; false: it will when it comes */
};

struct site {
	const char *compiled; /* path of the last-good file */
	struct engine_link *link;
	struct td_conf *want;            /* what is applied; NULL: nothing was yet */
	struct applied applied;          /* when, and from where */
	uint64_t last_number;            /* of the history */
	struct changes waiting;          /* for the engine's next start, as far as it has told */
	char journal_dir[TD_PATH_BYTES]; /* of the engine that runs, or that will */
	/* The change under way: */
	bool busy;
	struct td_conf *next; /* NULL: the engine shall have `want` again */
	struct applied next_applied;
	struct conf_count count;
	void (*done)(void *ctx, const struct site_result *r);
	void *ctx;
	/* Called when a change has ended and the next one may come; NULL: nobody waits for that. */
	void (*ended)(void *ctx);
	void *ended_ctx;
};

void site_init(struct site *s, const char *compiled, struct engine_link *link);
void site_fini(struct site *s);

/* Finds what was applied last: the last-good file, else the newest of the history, else, when
 * nothing was ever applied, what `file` says, whose errors go to `report`. Without any, want stays
 * NULL. Writes nothing. */
void site_find(struct site *s, const char *file,
	void (*report)(void *ctx, const struct config_error *e), void *ctx);
/* Writes what site_find() has found. 0 or a negative errno. */
int site_start(struct site *s);
/* The site's own values; their defaults while nothing is applied. */
const struct td_conf_site *site_values(const struct site *s);
/* The engine has come: it gets what it lacks. */
void site_sync(struct site *s);
/* Takes conf over. `from`: the file, or what else. `done` is called once, perhaps before this
 * returns; NULL: the log is enough. */
void site_apply(struct site *s, struct td_conf *conf, const char *from,
	void (*done)(void *ctx, const struct site_result *r), void *ctx);

#endif
