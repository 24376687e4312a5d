/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_ENGINE_HOST_OPTIONS_H
#define TANDEM_ENGINE_HOST_OPTIONS_H

#include <system/options.h>

extern const struct option_row engine_options[];

struct engine_options {
	const char *config, *socket;
	const char *log;         /* NULL: as the site says */
	const char *file_prefix; /* NULL: the dataplane's own */
};

/* As options_read(). */
int engine_options_read(struct engine_options *o, int argc, char **argv);

#endif
