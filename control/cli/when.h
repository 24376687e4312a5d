/* SPDX-License-Identifier: BSD-3-Clause */
/* Points in time as people write them: --since and --until. */
#ifndef TANDEM_CONTROL_CLI_WHEN_H
#define TANDEM_CONTROL_CLI_WHEN_H

#include <stdbool.h>
#include <time.h>

/* What can be written, for help. */
#define WHEN_FORMS                                                                        \
	"`2026-12-01`, `2026-12-01T15:04:05`, with a zone as `Z` or `+01:00`, otherwise " \
	"local time; `15:04`, when it was that last; or `90s`, `5m`, `2h`, `3d`, `1w` ago"

/* Seconds since 1970. False: it is none of the forms, or a day or time that there is not. */
bool when_decode(const char *text, time_t now, double *t);

#endif
