/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration the site shall have, and making the engine have it.
 *
 * A change: the engine's running text is asked for, the difference is made, the new last-good file
 * is made safe beside the old one, the engine applies the difference, all or nothing, and only
 * then the file takes its name and `want` moves on. Whatever fails, all is as it was. Without an
 * engine the file is written, and the engine gets the difference when it comes.
 */
#ifndef TANDEM_CONTROL_SITE_H
#define TANDEM_CONTROL_SITE_H

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
	struct td_conf *want;
	/* The change under way: */
	bool busy;
	struct td_conf *next; /* NULL: the engine shall have `want` again */
	struct conf_count count;
	void (*done)(void *ctx, const struct site_result *r);
	void *ctx;
	/* Called when a change has ended and the next one may come; NULL: nobody waits for that. */
	void (*ended)(void *ctx);
	void *ended_ctx;
};

void site_init(struct site *s, const char *compiled, struct engine_link *link);
void site_fini(struct site *s);

/* At the start: `conf` (taken over) is what the site shall have; writes the last-good file when it
 * says something else. 0 or a negative errno. */
int site_start(struct site *s, struct td_conf *conf);
/* The engine has come: it gets what it lacks. */
void site_sync(struct site *s);
/* Takes conf over. `done` is called once, perhaps before this returns; NULL: the log is enough. */
void site_apply(struct site *s, struct td_conf *conf,
	void (*done)(void *ctx, const struct site_result *r), void *ctx);

#endif
