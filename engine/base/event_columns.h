/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every column of an event's table, as a list, out of the fields in include/tandem/event.h.
 *
 * EVENT_COLUMNS(C, id, event, shape, place, index) is a row of
 * C(type, S, event, path, column, since, place, index, unit, help) for each of them, `path` being
 * its field in the struct S.
 */
#ifndef TANDEM_ENGINE_BASE_EVENT_COLUMNS_H
#define TANDEM_ENGINE_BASE_EVENT_COLUMNS_H

#include <tandem/event.h>

/* What the store adds to each event: columns of the record itself. */
#define EVENT_OWN_COLUMNS 2
#define EVENT_OWN(C, event, place, index)                                           \
	C(COUNT, td_rec, event, seq, seq, 0, 0, NONE, NONE, "number of the record") \
	C(TIME, td_rec, event, wall, time, 0, place, index, TIME, "when it happened")

#define EVENT_COLUMNS(C, id, event, shape, place, index) \
	EVENT_OWN(C, event, place, index) EVENT_##shape(C, id, event)

#define EVENT_EMPTY(C, id, event)
#define EVENT_BYTES(C, id, event) \
	C(BYTES, td_rec, event, , data, 1, 0, NONE, NONE, "the record as it is")
#define EVENT_FIELDS(C, id, event)                                 \
	TD_EV_##id##_FIELDS(EVENT_FIRSTS, C, td_ev_##event, event) \
		TD_EV_##id##_FIELDS(EVENT_NEXTS, C, td_ev_##event, event)

/* Columns that stand first, then the others. */
#define EVENT_FIRSTS(since, order, ...) EVENT_FIRSTS_##order(since, __VA_ARGS__)
#define EVENT_FIRSTS_FIRST(...)         EVENT_FIELD(__VA_ARGS__)
#define EVENT_FIRSTS_NEXT(...)
#define EVENT_NEXTS(since, order, ...) EVENT_NEXTS_##order(since, __VA_ARGS__)
#define EVENT_NEXTS_FIRST(...)
#define EVENT_NEXTS_NEXT(...) EVENT_FIELD(__VA_ARGS__)

/* A field's columns, by its type. */
#define EVENT_FIELD(since, place, index, type, c_type, name, dimension, unit, help, C, S, event) \
	EVENT_FIELD_##type(C, S, event, name, name, since, place, index, unit, help)
#define EVENT_FIELD_TEXT(C, ...)  C(TEXT, __VA_ARGS__)
#define EVENT_FIELD_COUNT(C, ...) C(COUNT, __VA_ARGS__)
#define EVENT_FIELD_INT(C, ...)   C(INT, __VA_ARGS__)
#define EVENT_FIELD_FLAG(C, ...)  C(FLAG, __VA_ARGS__)
#define EVENT_FIELD_TIME(C, ...)  C(TIME, __VA_ARGS__)
#define EVENT_FIELD_SCORE(C, ...) C(SCORE, __VA_ARGS__)
#define EVENT_FIELD_WORD(C, ...)  C(WORD, __VA_ARGS__)
#define EVENT_FIELD_CODE(C, ...)  C(CODE, __VA_ARGS__)
#define EVENT_FIELD_LONG(C, ...)  C(LONG, __VA_ARGS__)
#define EVENT_FIELD_WHOLE(...)
#define EVENT_FIELD_PAD(...)
#define EVENT_FIELD_TEXTS(C, S, event, path, column, ...)  \
	C(TEXT, S, event, path[0], column##1, __VA_ARGS__) \
	C(LONG, S, event, path[1], column##2, __VA_ARGS__) \
	C(TEXT, S, event, path[2], column##3, __VA_ARGS__) \
	C(TEXT, S, event, path[3], column##4, __VA_ARGS__) \
	C(TEXT, S, event, path[4], column##5, __VA_ARGS__)
#define EVENT_FIELD_MEDIA(C, S, event, path, column, since, place, index, prefix, help) \
	TD_EV_MEDIA_FIELDS(EVENT_INNER, C, S, event, path, prefix, since, help)
#define EVENT_FIELD_QUALITY(C, S, event, path, column, since, place, index, prefix, help) \
	TD_EV_QUALITY_FIELDS(EVENT_INNER, C, S, event, path, prefix, since, help)
#define EVENT_FIELD_RATING(C, S, event, path, column, since, place, index, unit, help) \
	TD_EV_RATING_FIELDS(EVENT_INMOST, C, S, event, path, column, since, help)

/* A struct within a struct, two deep: a macro cannot call itself. */
#define EVENT_INNER(inner_since, order, place, index, type, c_type, name, dimension, unit, help, \
	C, S, event, path, prefix, since, outer)                                                 \
	EVENT_FIELD_##type(                                                                      \
		C, S, event, path.name, prefix##name, since, place, index, unit, outer ": " help)
#define EVENT_INMOST(inner_since, order, place, index, type, c_type, name, dimension, unit, help, \
	C, S, event, path, prefix, since, outer)                                                  \
	EVENT_FIELD_##type(C, S, event, path.name, prefix##_##name, since, place, index, unit,    \
		outer ": " help)

#endif
