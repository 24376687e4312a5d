/* SPDX-License-Identifier: BSD-3-Clause */
/* A value as a person reads it, by what its column is. */
#ifndef TANDEM_CONTROL_CLI_CELL_H
#define TANDEM_CONTROL_CLI_CELL_H

#include <engine/base/column.h>
#include <jansson.h>

#define CELL 128 /* bytes, with NUL; longer text is cut */

/* column: NULL when nothing is known of it. */
void cell_text(const struct td_column *column, const json_t *value, char out[CELL]);
void cell_title(const struct td_column *column, const char *key, char out[CELL]);
bool cell_is_number(const struct td_column *column, const json_t *value); /* as people read it */

#endif
