/* SPDX-License-Identifier: BSD-3-Clause */
/* A value as a person reads it: its unit is the view's, or what its key tells. */
#ifndef TANDEM_CONTROL_CLI_CELL_H
#define TANDEM_CONTROL_CLI_CELL_H

#include <engine/base/view.h>
#include <jansson.h>

#define CELL 128 /* bytes, with NUL; longer text is cut */

/* column: NULL for what is in no view. */
void cell_text(
	const struct td_column *column, const char *key, const json_t *value, char out[CELL]);
void cell_title(const char *key, char out[CELL]);

#endif
