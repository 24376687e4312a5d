/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns of the journal's events, out of the table in include/tandem/event.h: the store makes
 * its tables, its rows and so the keys of their JSON by them, the reference program its document.
 */
#ifndef TANDEM_ENGINE_BASE_EVENT_H
#define TANDEM_ENGINE_BASE_EVENT_H

#include <stddef.h>
#include <tandem/event.h>

/* As the kinds of fields; and of a table whose payloads are kept as they are: */
enum event_kind {
	EVENT_TEXT, /* char[size] */
	EVENT_UINT, /* `size` bytes wide */
	EVENT_INT,
	EVENT_WALL,  /* uint64_t nanoseconds -> seconds since 1970; 0 -> NULL */
	EVENT_SCORE, /* uint16_t hundredths -> a number; 0 -> NULL */
	EVENT_WORD,  /* uint8_t -> words[value], beyond them "unknown" */
	EVENT_BYTES, /* the whole payload */
	EVENT_TYPE,  /* the record's type */
	EVENT_KIND_COUNT
};

struct event_column {
	const char *name;
	enum event_kind kind;
	uint16_t offset, size; /* in the payload */
	uint16_t since;        /* the event's version that brought it; above 1 it can be NULL */
	const char *unit;      /* "" none */
	const char *help;      /* what it is */
	const char *const *words;
	unsigned word_count;
};

struct event_table {
	const char *name, *help;
	const struct event_column *columns;
	uint16_t column_count;
	uint16_t least; /* bytes of a record of version 1: a shorter one is none of this table */
	bool days;      /* rows are kept for some days, not for ever */
};

/* By type - 1; the last one takes what no other can. */
#define EVENT_TABLES TD_EV_END
extern const struct event_table event_tables[EVENT_TABLES];

/* The table of a record, by its type and length. A longer record is from a newer engine, which only
 * ever adds fields at the end. */
unsigned event_table_of(const struct td_rec *rec);

#endif
