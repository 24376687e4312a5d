/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns at run time, of views and of the store. All of it is constant. */
#ifndef TANDEM_ENGINE_BASE_COLUMN_H
#define TANDEM_ENGINE_BASE_COLUMN_H

#include <stddef.h>
#include <tandem/column.h>
#include <tandem/types.h>

/* Names of a number's values. */
struct td_word {
	unsigned value;
	const char *name;
	const char *help; /* "": the name says all */
};

struct td_words {
	const struct td_word *word;
	unsigned count;
	bool numbered; /* people know the numbers and see both */
};

struct td_column {
	const char *name;
	enum td_column_type type;
	enum td_unit unit;
	unsigned place; /* in a table for people; 0: none */
	bool top;       /* `tandemctl top` has it too */
	const char *help;
	size_t offset;                    /* in its row */
	const struct td_columns *section; /* of a TD_COLUMN_SECTION */
	/* Of the store's columns: */
	size_t size; /* of the field at `offset` */
	/* Of a text, the field that has it when it is longer: empty, or not in the record, when it
	 * is not. Size 0: there is none. */
	size_t whole, whole_size;
	unsigned since;      /* the event's version that brought it; 0: it lies in td_rec */
	enum td_index index; /* how rows are found by it */
	const struct td_words *words; /* of a TD_COLUMN_WORD or CODE */
};

struct td_columns {
	const struct td_column *column;
	unsigned count;
};

const struct td_column *columns_get(const struct td_columns *list, const char *name); /* or NULL */
const struct td_column *columns_index(const struct td_columns *list, enum td_index index);
/* Whether it has names of this kind: `trunk`, `to_trunk` and `trunks`, which has several with
 * commas between, are of "trunk". */
bool column_is_of(const struct td_column *c, const char *what);
bool column_is_optional(const struct td_column *c);     /* of the store: it can be NULL */
const char *column_type_name(enum td_column_type type); /* "whole number" */
const char *unit_name(enum td_unit unit);               /* "bytes"; "" for none */
const char *word_get(const struct td_words *words, uint64_t value); /* NULL: it has no name */

#endif
