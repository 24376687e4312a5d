/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * site.yaml: read, checked whole, and compiled into a struct td_conf. tandemd applies what comes
 * out; `tandemctl check` throws it away.
 */
#ifndef TANDEM_CONTROL_CONFIG_CONFIG_H
#define TANDEM_CONTROL_CONFIG_CONFIG_H

#include <engine/conf/conf.h>

#define CONFIG_FILE_MAX (4u << 20) /* bytes; a site is some hundred kilobytes */

struct config_source {
	const char *file; /* its name: for errors, and relative paths in it start beside it */
	const char *text; /* NULL: read the file */
	size_t len;
	unsigned cpus; /* 0: as many as this machine has */
	bool warnings; /* a file without errors: these are reported too */
	bool here;     /* this machine is the site's; else its interfaces say whether it is */
};

struct config_error {
	const char *line; /* "FILE:LINE:COLUMN: what; what to do"; a warning has "warning: " in
			     front of the what */
	const char *file, *text;
	size_t file_line, file_column; /* from 1; 0: of the file as a whole */
	bool warning;                  /* no error: the site can be applied */
};

/*
 * Every error goes to `report`, the first thousand of them, in the order of the file. 0 and *out
 * (conf_free() it; out may be NULL), or -EINVAL after at least one report, or -ENOMEM (reported
 * too).
 */
int config_read(struct td_conf **out, const struct config_source *source,
	void (*report)(void *ctx, const struct config_error *e), void *ctx);

/* Where something stands in the file, by its path: "queues.sales.ring". When the key is not there,
 * its object's place. line 0: neither is. */
struct config_place {
	size_t line, column;
};
void config_place(const struct config_source *source, const char *path, struct config_place *out);

#endif
