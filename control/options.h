/* SPDX-License-Identifier: BSD-3-Clause */
/* tandemd's command line. */
#ifndef TANDEM_CONTROL_OPTIONS_H
#define TANDEM_CONTROL_OPTIONS_H

#include <system/options.h>

#define OPTIONS_STORE "/var/lib/tandem/store.sqlite" /* unless --store names another one */

extern const struct option_row tandemd_options[];

struct tandemd_options {
	const char *site;     /* site.yaml */
	const char *compiled; /* last-good file that the engine starts from */
	const char *engine;   /* its socket */
	const char *socket;   /* ours */
	const char *store;
	const char *journal; /* NULL: the site says where */
	const char *log;     /* NULL: likewise */
	const char *keep;    /* days of stories and decisions, as text */
	unsigned keep_days;  /* the same as a number */
};

/* As options_read(). */
int tandemd_options_read(struct tandemd_options *o, int argc, char **argv);

#endif
