/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables and columns of the journal's events, made of the table in include/tandem/event.h. From
 * them the store makes its tables, indexes and rows and the keys of rows in JSON, and the reference
 * program makes its document.
 */
#ifndef TANDEM_ENGINE_BASE_EVENT_H
#define TANDEM_ENGINE_BASE_EVENT_H

#include <engine/base/column.h>
#include <engine/base/event_columns.h>

struct event_table {
	const char *name, *help;
	struct td_columns columns; /* EVENT_OWN_COLUMNS of the record, then the event's */
	uint16_t least;            /* bytes of a record of version 1: a shorter one is none of it */
	uint8_t version;           /* of the newest record */
	bool journal;              /* kept in the store's archive, not as rows */
	bool list;                 /* kept in the row of the call's cdr */
};

/* By type - 1. The last one takes the records that fit no other. */
#define EVENT_TABLES TD_EV_END
extern const struct event_table event_tables[EVENT_TABLES];

static inline const struct event_table *event_table(enum td_event_type type)
{
	return &event_tables[type - 1];
}

/* EVENT_cdr_caller: a column's place in its table's `columns`. */
#define EVENT_ID(type, S, event, path, column, ...) EVENT_##event##_##column,
#define EVENT_IDS(number, id, name, shape, bytes, keep, place, index, help) \
	enum { EVENT_COLUMNS(EVENT_ID, id, name, shape, place, index) };
TD_EVENTS(EVENT_IDS)
#undef EVENT_IDS
#undef EVENT_ID

/* The table of a record, by its type and length. A longer record is from a newer engine, which only
 * ever adds fields at the end. */
unsigned event_table_of(const struct td_rec *rec);

/* Of the records of this type that this release writes; 0: it knows no such type. */
uint16_t event_version(uint16_t type);

#endif
