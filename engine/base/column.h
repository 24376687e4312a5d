/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns at run time. All of it is constant. */
#ifndef TANDEM_ENGINE_BASE_COLUMN_H
#define TANDEM_ENGINE_BASE_COLUMN_H

#include <stddef.h>
#include <tandem/column.h>
#include <tandem/types.h>

struct td_column {
	const char *name;
	enum td_column_type type;
	enum td_unit unit;
	unsigned place; /* in a table for people; 0: none */
	const char *help;
	size_t offset;                    /* in its row */
	const struct td_columns *section; /* of a TD_COLUMN_SECTION */
};

struct td_columns {
	const struct td_column *column;
	unsigned count;
};

const struct td_column *columns_get(const struct td_columns *list, const char *name); /* or NULL */
const char *column_type_name(enum td_column_type type); /* "whole number" */
const char *unit_name(enum td_unit unit);               /* "bytes"; "" for none */

#endif
