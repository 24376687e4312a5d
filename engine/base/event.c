/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/event.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define WORDS(list, numbered_)                \
	static const struct td_words list = { \
		.word = list##_words,         \
		.count = COUNT(list##_words), \
		.numbered = (numbered_),      \
	};
#define CODEC(id, name_, ...)           {TD_CODEC_##id, #name_, ""},
#define DISPOSITION(id, name_, help_)   {TD_CALL_##id, name_, help_},
#define AGENT_STATE(id, name_)          {TD_AGENT_##id, name_, ""},
#define ENDER(id, name_, help_)         {TD_ENDED_BY_##id, name_, help_},
#define CAUSE(id, number, name_, help_) {number, name_, help_},
static const struct td_word codecs_words[] = {{TD_CODEC_NONE, "", ""}, TD_CODECS(CODEC)};
static const struct td_word dispositions_words[] = {
	{TD_CALL_NONE, "", ""}, TD_DISPOSITIONS(DISPOSITION)};
static const struct td_word agent_states_words[] = {TD_AGENT_STATES(AGENT_STATE)};
static const struct td_word ended_by_words[] = {TD_ENDED_BY(ENDER)};
#define SEGMENT_KIND(id, name_, help_)  {TD_SEGMENT_##id, name_, help_},
#define SEGMENT_END(id, name_, help_)   {TD_SEGMENT_END_##id, name_, help_},
#define PARTY_END(id, name_, help_)     {TD_PARTY_END_##id, name_, help_},
#define ROLE(id, name_, turns, help_)   {TD_ROLE_##id, name_, help_},
#define OBJECT(id, name_, help_)        {TD_OBJECT_##id, name_, help_},
#define PHASE(id, name_, help_)         {TD_PHASE_##id, name_, help_},
#define CHANNEL(id, name_, help_, kind) {TD_CHANNEL_##id, name_, help_},
static const struct td_word segment_kinds_words[] = {TD_SEGMENT_KINDS(SEGMENT_KIND)};
static const struct td_word segment_ends_words[] = {TD_SEGMENT_ENDS(SEGMENT_END)};
static const struct td_word party_ends_words[] = {
	{TD_PARTY_END_NONE, "", ""}, TD_PARTY_ENDS(PARTY_END)};
static const struct td_word roles_words[] = {TD_ROLES(ROLE)};
static const struct td_word objects_words[] = {TD_OBJECTS(OBJECT)};
static const struct td_word phases_words[] = {TD_PHASES(PHASE)};
static const struct td_word channels_words[] = {TD_CHANNELS(CHANNEL)};
static const struct td_word causes_words[] = {TD_CAUSES(CAUSE)};
WORDS(codecs, false)
WORDS(dispositions, false)
WORDS(agent_states, false)
WORDS(ended_by, false)
WORDS(segment_kinds, false)
WORDS(segment_ends, false)
WORDS(party_ends, false)
WORDS(roles, false)
WORDS(objects, false)
WORDS(phases, false)
WORDS(channels, false)
WORDS(causes, true)

#define COLUMN(type_, S, event, path, column, since_, place_, index_, unit, help_) \
	{.name = #column,                                                          \
		.type = TD_COLUMN_##type_,                                         \
		.since = (since_),                                                 \
		.place = (place_),                                                 \
		.index = TD_INDEX_##index_,                                        \
		.help = (help_),                                                   \
		COLUMN_##type_(S, path, column, unit)},
/* BYTES: all of the record, from 0. */
#define COLUMN_TEXT  COLUMN_FIELD
#define COLUMN_COUNT COLUMN_FIELD
#define COLUMN_INT   COLUMN_FIELD
#define COLUMN_FLAG  COLUMN_FIELD
#define COLUMN_TIME  COLUMN_FIELD
#define COLUMN_SCORE COLUMN_FIELD
#define COLUMN_FIELD(S, path, column, unit_)                         \
	.unit = TD_UNIT_##unit_, .offset = offsetof(struct S, path), \
	.size = sizeof(((struct S *)0)->path)
#define COLUMN_WORD(S, path, column, list)   COLUMN_FIELD(S, path, column, NONE), .words = &(list)
#define COLUMN_CODE                          COLUMN_WORD
#define COLUMN_BYTES(S, path, column, unit_) .unit = TD_UNIT_##unit_
#define COLUMN_LONG(S, path, column, unit_)                  \
	COLUMN_FIELD(S, path, column, unit_),                \
		.whole = offsetof(struct S, column##_whole), \
		.whole_size = sizeof(((struct S *)0)->column##_whole)
#define TD_COLUMN_LONG TD_COLUMN_TEXT

#define ARRAY(number, id, name, shape, bytes, keep, place, index, help) \
	static const struct td_column name##_columns[] = {              \
		EVENT_COLUMNS(COLUMN, id, name, shape, place, index)};
TD_EVENTS(ARRAY)

static const struct td_column other_columns[] = {EVENT_OWN(COLUMN, other, 0, NONE)
		COLUMN(COUNT, td_rec, other, type, type, 0, 0, NONE, NONE, "its number")
			EVENT_BYTES(COLUMN, OTHER, other)};

/* Bytes of the fields of version 1, which come first and have no holes; of all fields. */
#define BYTES_1(since, order, place, index, type, c_type, name, dimension, unit, help, S) \
	+((since) == 1 ? sizeof(((struct S *)0)->name) : 0)
#define BYTES(since, order, place, index, type, c_type, name, dimension, unit, help, S) \
	+sizeof(((struct S *)0)->name)

/* The version that the newest field came with: fields' versions as bits, the highest of them. */
#define SINCE_BIT(since, order, place, index, type, c_type, name, dimension, unit, help, S) \
	| 1u << (since)
#define VERSION_EMPTY(id)  1
#define VERSION_BYTES(id)  1
#define VERSION_FIELDS(id) 31 - __builtin_clz(0u TD_EV_##id##_FIELDS(SINCE_BIT, ))

#define KEEP_ALWAYS
#define KEEP_LIST              .list = true,
#define KEEP_JOURNAL           .journal = true,
#define KEEP_SHED              .journal = true,
#define LEAST_EMPTY(id, name)  0
#define LEAST_BYTES(id, name)  sizeof(struct td_##name)
#define LEAST_FIELDS(id, name) TD_EV_##id##_FIELDS(BYTES_1, td_ev_##name)
#define TABLE(number, id, name_, shape, bytes, keep, place, index, help_) \
	{.name = #name_,                                                  \
		.help = (help_),                                          \
		.columns = {name_##_columns, COUNT(name_##_columns)},     \
		.least = LEAST_##shape(id, name_),                        \
		.version = VERSION_##shape(id),                           \
		KEEP_##keep},

const struct event_table event_tables[EVENT_TABLES] = {
	TD_EVENTS(TABLE){.name = "other",
		.help = "A record that this release does not know.",
		.columns = {other_columns, COUNT(other_columns)}},
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
#define CHECK(number, id, name, shape, bytes, keep, place, index, help) \
	CHECK_##shape(id, name, bytes) _Static_assert(                  \
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

uint16_t event_version(uint16_t type)
{
	return type && type < TD_EV_END ? event_tables[type - 1].version : 0;
}
