/* SPDX-License-Identifier: BSD-3-Clause */
/* Bandwidth by codec, trunk and queue: the workers' counters, and their rate in the last second. */
#ifndef TANDEM_ENGINE_HOST_API_BANDWIDTH_H
#define TANDEM_ENGINE_HOST_API_BANDWIDTH_H

#include <engine/base/buf.h>
#include <tandem/stats.h>

struct dp;

extern const char *const direction_names[TD_DIR_COUNT];

struct bandwidth_row {
	struct td_acct_row last;
	double packets[TD_DIR_COUNT], ip_bytes[TD_DIR_COUNT]; /* a second */
};

struct bandwidth {
	uint64_t at; /* monotonic ns of the last sample, 0 none */
	uint32_t rows;
	struct bandwidth_row *row; /* [rows] */
};

int bandwidth_init(struct bandwidth *b, uint32_t rows);                  /* 0 or -ENOMEM */
void bandwidth_fini(struct bandwidth *b);                                /* all zeros is fine */
void bandwidth_sample(struct bandwidth *b, struct dp *dp, uint64_t now); /* once a second */

/*
 * names: the engine's accounting rows as it shows them ("acct"), JSON objects with commas between.
 * Appends a row for each of them and direction that carried anything. 0, -EINVAL, -ENOMEM.
 */
int bandwidth_rows(
	const struct bandwidth *b, struct dp *dp, const struct td_buf *names, struct td_buf *out);

/* The same for the engine's "links", each with what it carries now, bits a second at its layer. */
int bandwidth_links(
	const struct bandwidth *b, struct dp *dp, const struct td_buf *links, struct td_buf *out);

#endif
