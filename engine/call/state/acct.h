/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the bandwidth table (include/tandem/stats.h): one a (codec, trunk or agents, queue,
 * link). */
#ifndef TANDEM_ENGINE_CALL_STATE_ACCT_H
#define TANDEM_ENGINE_CALL_STATE_ACCT_H

#include <tandem/stats.h>

#define ACCT_AGENTS 0 /* for `trunk`: the agents' side */

struct acct_key {
	uint32_t trunk; /* number, ACCT_AGENTS */
	uint32_t queue; /* 0 none */
	uint32_t link;  /* 0 none */
	uint8_t codec;
};

struct acct {
	struct acct_key *row; /* [rows] */
	uint16_t *place;      /* [2 * rows], open addressing: row numbers, 0 empty */
	uint32_t rows;
	uint32_t count; /* rows given out; row 0 counts all that found no free row */
};

int acct_init(struct acct *a, uint32_t rows); /* 1 to UINT16_MAX; 0 or -ENOMEM */
void acct_fini(struct acct *a);
uint32_t acct_row(struct acct *a, const struct acct_key *key);

#endif
