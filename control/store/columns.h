/* SPDX-License-Identifier: BSD-3-Clause */
/* How a record's fields become a row's columns. Only for the files of this folder. */
#ifndef TANDEM_CONTROL_STORE_COLUMNS_H
#define TANDEM_CONTROL_STORE_COLUMNS_H

#include <stddef.h>
#include <tandem/event.h>

enum column_type {
	COLUMN_TEXT, /* char[size] */
	COLUMN_UINT, /* `size` bytes wide */
	COLUMN_INT,
	COLUMN_WALL,  /* uint64_t nanoseconds -> seconds since 1970; 0 -> NULL */
	COLUMN_SCORE, /* uint16_t hundredths -> a number; 0 -> NULL */
	COLUMN_WORD,  /* uint8_t -> words[value] */
	COLUMN_BYTES, /* the whole payload, as it is */
	COLUMN_TYPE,  /* the record's type */
};

struct column {
	const char *name;
	enum column_type type;
	uint16_t offset, size;
	const char *const *words;
	unsigned word_count;
};

struct table {
	const char *name;
	const struct column *columns;
	uint16_t column_count;
	/* Least bytes of a record that this table can take. Columns from here on are of fields that
	 * older engines' records lack: NULL then. */
	uint16_t payload;
};

#define TABLE_COUNT 13
extern const struct table store_tables[TABLE_COUNT];
/* The table of a record, by its type and length: the last one takes what no other can. */
unsigned store_table_of(const struct td_rec *rec);

#endif
