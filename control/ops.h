/* SPDX-License-Identifier: BSD-3-Clause */
/* What tandemd answers on its socket (include/tandem/api.h, from TD_API_APPLY on). */
#ifndef TANDEM_CONTROL_OPS_H
#define TANDEM_CONTROL_OPS_H

#include <control/options.h>
#include <control/site.h>
#include <control/store/follow.h>
#include <system/api.h>

#define OPS_JOBS 16

struct rows_job;

struct ops {
	const struct options *options;
	struct site *site;
	struct store *store;
	struct follow *follow;
	struct rows_job *jobs[OPS_JOBS]; /* long answers under way; NULL: free */
};

void ops_init(struct ops *o, const struct options *options, struct site *site, struct store *store,
	struct follow *follow);
void ops_fini(struct ops *o);
extern const struct api_handlers ops_handlers; /* set .ctx to the struct ops */

/* A page of each long answer whose client has room. True: come again at once. */
bool ops_turn(struct ops *o);
/* Reads the site file again and applies it (SIGHUP). Errors are logged. */
void ops_reload(struct ops *o);

#endif
