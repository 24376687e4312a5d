/* SPDX-License-Identifier: BSD-3-Clause */
/* What the requests to tandemd share: the parts that answer, and what is under way. */
#ifndef TANDEM_CONTROL_OPS_STATE_H
#define TANDEM_CONTROL_OPS_STATE_H

#include <control/edited.h>
#include <control/options.h>
#include <control/site.h>
#include <control/store/follow.h>
#include <system/api.h>

#define OPS_JOBS 16

struct rows_job;

struct tandemd_ops {
	const struct tandemd_options *options;
	struct site *site;
	struct edited *edited;
	struct store *store;
	struct follow *follow;
	struct loop *loop;
	struct loop_work pages;          /* posted while a long answer has a page to send */
	struct rows_job *jobs[OPS_JOBS]; /* long answers under way; NULL: free */
	struct td_text ack_error;        /* why the engine does not free what is stored */
};

#endif
