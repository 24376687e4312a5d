/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/event.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define CODEC(id, name, ...)       [TD_CODEC_##id] = #name,
#define DISPOSITION(id, name, ...) [TD_CALL_##id] = (name),
static const char *const codecs[TD_CODEC_COUNT] = {"", TD_CODECS(CODEC)};
static const char *const dispositions[TD_DISPOSITION_COUNT] = {"", TD_DISPOSITIONS(DISPOSITION)};
static const char *const agent_states[] = {TD_AGENT_STATES(TD_AGENT_STATE_NAME)};

/* A field's columns, by its kind; `path` is the field in the payload's struct S. */
#define COLUMN(kind_, S, path, column, since_, unit_, help_) \
	{.name = (column),                                   \
		.kind = EVENT_##kind_,                       \
		.offset = offsetof(struct S, path),          \
		.size = sizeof(((struct S *)0)->path),       \
		.since = (since_),                           \
		.unit = (unit_),                             \
		.help = (help_)},
#define COLUMNS_TEXT(...)  COLUMN(TEXT, __VA_ARGS__)
#define COLUMNS_UINT(...)  COLUMN(UINT, __VA_ARGS__)
#define COLUMNS_INT(...)   COLUMN(INT, __VA_ARGS__)
#define COLUMNS_WALL(...)  COLUMN(WALL, __VA_ARGS__)
#define COLUMNS_SCORE(...) COLUMN(SCORE, __VA_ARGS__)
#define COLUMNS_PAD(...)
#define COLUMNS_WORD(S, path, column, since_, list, help_) \
	{.name = (column),                                 \
		.kind = EVENT_WORD,                        \
		.offset = offsetof(struct S, path),        \
		.size = sizeof(((struct S *)0)->path),     \
		.since = (since_),                         \
		.unit = "",                                \
		.help = (help_),                           \
		.words = (list),                           \
		.word_count = COUNT(list)},
#define COLUMNS_TEXTS(S, path, column, ...)               \
	COLUMN(TEXT, S, path[0], column "1", __VA_ARGS__) \
	COLUMN(TEXT, S, path[1], column "2", __VA_ARGS__) \
	COLUMN(TEXT, S, path[2], column "3", __VA_ARGS__) \
	COLUMN(TEXT, S, path[3], column "4", __VA_ARGS__) \
	COLUMN(TEXT, S, path[4], column "5", __VA_ARGS__)
#define COLUMNS_MEDIA(S, path, column, since, prefix, help) \
	TD_EV_MEDIA_FIELDS(INNER, S, path, prefix, since, help)
#define COLUMNS_QUALITY(S, path, column, since, prefix, help) \
	TD_EV_QUALITY_FIELDS(INNER, S, path, prefix, since, help)
#define COLUMNS_RATING(S, path, column, since, prefix, help) \
	TD_EV_RATING_FIELDS(INMOST, S, path, prefix, since, help)

/* A struct within a struct, two deep: a macro cannot call itself. */
#define INNER(_, place, kind, type, name, dimension, unit, help, S, path, prefix, since, outer) \
	INNER_##kind(S, path.name, prefix, #name, since, unit, outer ": " help)
#define INNER_TEXT(S, path, prefix, column, ...)  COLUMNS_TEXT(S, path, prefix column, __VA_ARGS__)
#define INNER_UINT(S, path, prefix, column, ...)  COLUMNS_UINT(S, path, prefix column, __VA_ARGS__)
#define INNER_INT(S, path, prefix, column, ...)   COLUMNS_INT(S, path, prefix column, __VA_ARGS__)
#define INNER_SCORE(S, path, prefix, column, ...) COLUMNS_SCORE(S, path, prefix column, __VA_ARGS__)
#define INNER_WORD(S, path, prefix, column, ...)  COLUMNS_WORD(S, path, prefix column, __VA_ARGS__)
#define INNER_PAD(...)
#define INNER_RATING(S, path, prefix, column, since, inner, help) \
	COLUMNS_RATING(S, path, column, since, prefix inner, help)
#define INMOST(_, place, kind, type, name, dimension, unit, help, S, path, prefix, since, outer) \
	COLUMNS_##kind(S, path.name, prefix #name, since, unit, outer ": " help)

/* An event's columns: those that stand first, then the others. */
#define FIRSTS(since, place, ...) FIRSTS_##place(since, __VA_ARGS__)
#define FIRSTS_NEXT(...)
#define FIRSTS_FIRST(since, kind, type, name, dimension, unit, help, S) \
	COLUMNS_##kind(S, name, #name, since, unit, help)
#define NEXTS(since, place, ...) NEXTS_##place(since, __VA_ARGS__)
#define NEXTS_FIRST(...)
#define NEXTS_NEXT(since, kind, type, name, dimension, unit, help, S) \
	COLUMNS_##kind(S, name, #name, since, unit, help)

#define ARRAY_EMPTY(id, name)
#define ARRAY_BYTES(id, name)
#define ARRAY_FIELDS(id, name)                                                    \
	static const struct event_column name##_columns[] = {TD_EV_##id##_FIELDS( \
		FIRSTS, td_ev_##name) TD_EV_##id##_FIELDS(NEXTS, td_ev_##name)};
#define ARRAY(number, id, name, shape, ...) ARRAY_##shape(id, name)
TD_EVENTS(ARRAY)

static const struct event_column bytes_columns[] = {
	{.name = "data",
		.kind = EVENT_BYTES,
		.since = 1,
		.unit = "",
		.help = "the record as it is"},
};
static const struct event_column other_columns[] = {
	{.name = "type", .kind = EVENT_TYPE, .since = 1, .unit = "", .help = "its number"},
	{.name = "data",
		.kind = EVENT_BYTES,
		.since = 1,
		.unit = "",
		.help = "the record as it is"},
};

/* Bytes of the fields of version 1, which come first and have no holes; of all fields. */
#define BYTES_1(since, place, kind, type, name, dimension, unit, help, S) \
	+((since) == 1 ? sizeof(((struct S *)0)->name) : 0)
#define BYTES(since, place, kind, type, name, dimension, unit, help, S) \
	+sizeof(((struct S *)0)->name)

#define KEEP_ALWAYS                         false
#define KEEP_DAYS                           true
#define TABLE_EMPTY(id, name_, keep, help_) {.name = #name_, .help = (help_), .days = KEEP_##keep},
#define TABLE_BYTES(id, name_, keep, help_)           \
	{.name = #name_,                              \
		.help = (help_),                      \
		.columns = bytes_columns,             \
		.column_count = COUNT(bytes_columns), \
		.least = sizeof(struct td_##name_),   \
		.days = KEEP_##keep},
#define TABLE_FIELDS(id, name_, keep, help_)                          \
	{.name = #name_,                                              \
		.help = (help_),                                      \
		.columns = name_##_columns,                           \
		.column_count = COUNT(name_##_columns),               \
		.least = TD_EV_##id##_FIELDS(BYTES_1, td_ev_##name_), \
		.days = KEEP_##keep},
#define TABLE(number, id, name, shape, bytes, keep, help) TABLE_##shape(id, name, keep, help)

const struct event_table event_tables[EVENT_TABLES] = {
	TD_EVENTS(TABLE){.name = "other",
		.help = "A record that this release does not know.",
		.columns = other_columns,
		.column_count = COUNT(other_columns)},
};

/* The layout on disk does not move, and the numbers go up one by one. */
#define CHECK_EMPTY(id, name, bytes) _Static_assert((bytes) == 0, #name ": EMPTY has no bytes");
#define CHECK_BYTES(id, name, bytes)                        \
	_Static_assert(sizeof(struct td_##name) == (bytes), \
		"struct td_" #name ": journals have records of other bytes");
#define CHECK_FIELDS(id, name, bytes)                                            \
	_Static_assert(sizeof(struct td_ev_##name) == (bytes),                   \
		"struct td_ev_" #name ": its bytes are not those of the table"); \
	_Static_assert(TD_EV_##id##_FIELDS(BYTES, td_ev_##name) == (bytes),      \
		"struct td_ev_" #name ": a hole between its fields; name it by a PAD");
#define CHECK(number, id, name, shape, bytes, keep, help) \
	CHECK_##shape(id, name, bytes) _Static_assert(    \
		(bytes) <= TD_REC_MAX, #name ": longer than a record can be");
TD_EVENTS(CHECK)
#define ONE_MORE(...) +1
_Static_assert(TD_EVENTS(ONE_MORE) + 1 == TD_EV_END, "events are numbered 1, 2, 3 in their order");
_Static_assert(TD_EV_MEDIA_FIELDS(BYTES, td_ev_media) == sizeof(struct td_ev_media), "no holes");
_Static_assert(TD_EV_RATING_FIELDS(BYTES, td_ev_rating) == sizeof(struct td_ev_rating), "no holes");
_Static_assert(
	TD_EV_QUALITY_FIELDS(BYTES, td_ev_quality) == sizeof(struct td_ev_quality), "no holes");

unsigned event_table_of(const struct td_rec *rec)
{
	if (rec->type == 0 || rec->type >= TD_EV_END ||
		rec->len < event_tables[rec->type - 1].least)
		return EVENT_TABLES - 1;
	return rec->type - 1u;
}
