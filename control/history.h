/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What was applied: the last-good file says in its first lines which number it has, when it was
 * applied and from which file, and the directory FILE-history beside it keeps the last
 * HISTORY_MAX of them, each as N.conf with the same lines. All are the user's alone: the text has
 * digests of passwords.
 */
#ifndef TANDEM_CONTROL_HISTORY_H
#define TANDEM_CONTROL_HISTORY_H

#include <engine/conf/conf.h>
#include <limits.h>
#include <time.h>

#define HISTORY_MAX 10

struct applied {
	uint64_t number;       /* from 1, one more each time; 0: nothing was applied yet */
	uint32_t set, deleted; /* objects that it changed */
	char at[32];           /* ISO 8601 with the zone */
	char from[PATH_MAX];   /* the file, or what else; one line */
};

/* `from` is made printable. */
void applied_set(struct applied *a, uint64_t number, time_t at, const char *from);
/* Replaces the last-good file, or one of the history, as compiled_prepare() does. */
int applied_prepare(const char *path, const struct applied *a, const struct td_conf *conf);

/* Reads such a file. Without its lines (an older release made it) it has the number 0 and the
 * file's time. 0, or a negative errno and one line in err. */
int applied_read(const char *path, struct applied *a, struct td_conf **conf, struct td_text *err);

/* Writes it to the history, and deletes what is older than the last HISTORY_MAX. 0 or a negative
 * errno. */
int history_keep(const char *compiled, const struct applied *a, const struct td_conf *conf);
/* Those that are there, oldest first. Their count or a negative errno. */
int history_list(const char *compiled, struct applied out[static HISTORY_MAX]);
/* As applied_read(); -ENOENT: there is no such number. */
int history_read(const char *compiled, uint64_t number, struct applied *a, struct td_conf **conf,
	struct td_text *err);

#endif
