/* SPDX-License-Identifier: BSD-3-Clause */
/* The differences of two configurations as rows of the view config-changes, for an answer. */
#ifndef TANDEM_CONTROL_CHANGES_H
#define TANDEM_CONTROL_CHANGES_H

#include <engine/conf/conf.h>

#define CHANGES_MAX 10000 /* of an answer; nobody reads more */

struct changes {
	struct td_buf rows; /* of JSON, commas between them; check its error */
	uint32_t count;     /* left out included */
};

void changes_init(struct changes *c);
void changes_free(struct changes *c);
/* Appends one; for conf_changes() and conf_stage(), ctx a struct changes. A new object has a row
 * for itself and one for each value that is no default. */
void changes_add(void *ctx, const struct conf_change *change);
/* Appends "NAME": [rows] to an open object; `more` too when some were left out. */
void changes_put(const struct changes *c, const char *name, struct td_buf *out);

#endif
