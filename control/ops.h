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

struct tandemd_ops {
	const struct tandemd_options *options;
	struct site *site;
	struct store *store;
	struct follow *follow;
	struct loop *loop;
	struct loop_work pages;          /* posted while a long answer has a page to send */
	struct loop_work reload;         /* posted when a change has ended and reload_waits */
	bool reload_waits;               /* SIGHUP came during a change */
	struct rows_job *jobs[OPS_JOBS]; /* long answers under way; NULL: free */
	struct td_text ack_error;        /* why the engine does not free what is stored */
};

void ops_init(struct tandemd_ops *o, struct loop *loop, const struct tandemd_options *options,
	struct site *site, struct store *store, struct follow *follow);
void ops_fini(struct tandemd_ops *o);
extern const struct api_handlers ops_handlers; /* set .ctx to the struct tandemd_ops */

/* Reads the site file again and applies it (SIGHUP); when a change is under way, after its end.
 * Errors are logged. */
void ops_reload(struct tandemd_ops *o);

#endif
