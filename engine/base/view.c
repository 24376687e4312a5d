/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/view.h>
#include <math.h>

#define SECTION_OF_TEXT(name)    NULL
#define SECTION_OF_COUNT(name)   NULL
#define SECTION_OF_LIMIT(name)   NULL
#define SECTION_OF_NUMBER(name)  NULL
#define SECTION_OF_BOOL(name)    NULL
#define SECTION_OF_SECTION(name) &section_##name
#define SECTION_OF_PAIRS(name)   NULL

#define COLUMN(owner, type_, name_, unit_, place_, help_) \
	{.name = #name_,                                  \
		.type = TD_COLUMN_##type_,                \
		.unit = TD_UNIT_##unit_,                  \
		.place = (place_) % TD_TOP,               \
		.top = (place_) >= TD_TOP,                \
		.help = (help_),                          \
		.offset = offsetof(struct owner, name_),  \
		.section = SECTION_OF_##type_(name_)},
#define COLUMNS(list)                                  \
	{                                              \
		list, sizeof(list) / sizeof((list)[0]) \
	}

#define SECTION(ID, id)                                          \
	static const struct td_column section_columns_##id[] = { \
		TD_SECTION_##ID(COLUMN, td_section_##id)};       \
	static const struct td_columns section_##id = COLUMNS(section_columns_##id);
TD_SECTIONS(SECTION)

#define DROP(id, name_, text)            \
	{.name = (name_),                \
		.type = TD_COLUMN_COUNT, \
		.unit = TD_UNIT_PACKETS, \
		.place = 1,              \
		.help = (text),          \
		.offset = offsetof(struct td_section_packets_dropped, count[TD_DROP_##id])},
static const struct td_column dropped_columns[] = {TD_DROPS(DROP)};
static const struct td_columns section_packets_dropped = COLUMNS(dropped_columns);

#define CONSUMED(id, name_, text)        \
	{.name = (name_),                \
		.type = TD_COLUMN_COUNT, \
		.unit = TD_UNIT_PACKETS, \
		.place = 1,              \
		.help = (text),          \
		.offset = offsetof(struct td_section_consumed, count[TD_CONSUMED_##id])},
static const struct td_column consumed_columns[] = {TD_CONSUMED(CONSUMED)};
static const struct td_columns section_consumed = COLUMNS(consumed_columns);

#define VIEW_COLUMNS(ID, id, name, shape, help, empty) \
	static const struct td_column columns_##id[] = {TD_VIEW_##ID(COLUMN, td_view_##id)};
TD_VIEWS(VIEW_COLUMNS)

#define VIEW(ID, id, name, source, shape, help, empty) \
	[TD_VIEW_ID_##ID] = {name, VIEW_##source, VIEW_##shape, help, empty, COLUMNS(columns_##id)},
#define OF_SIGNALLING(ID, id, name, ...) VIEW(ID, id, name, SIGNALLING, __VA_ARGS__)
#define OF_JOINED(ID, id, name, ...)     VIEW(ID, id, name, JOINED, __VA_ARGS__)
#define OF_HOST(ID, id, name, ...)       VIEW(ID, id, name, HOST, __VA_ARGS__)
#define OF_TANDEMD(ID, id, name, ...)    VIEW(ID, id, name, TANDEMD, __VA_ARGS__)
const struct td_view td_views[TD_VIEW_COUNT] = {TD_VIEWS_SIGNALLING(OF_SIGNALLING)
		TD_VIEWS_JOINED(OF_JOINED) TD_VIEWS_HOST(OF_HOST) TD_VIEWS_TANDEMD(OF_TANDEMD)};

const struct td_view *view_lookup(const char *name)
{
	for (unsigned i = 0; i < TD_VIEW_COUNT; i++)
		if (strcmp(td_views[i].name, name) == 0)
			return &td_views[i];
	return NULL;
}

bool view_is_shown(const struct td_view *v)
{
	return v->source != VIEW_TANDEMD && v->shape != VIEW_PART;
}

void view_names(const char *between, struct td_buf *out)
{
	const char *comma = "";

	for (unsigned i = 0; i < TD_VIEW_COUNT; i++) {
		if (!view_is_shown(&td_views[i]))
			continue;
		buf_printf(out, "%s%s", comma, td_views[i].name);
		comma = between;
	}
}

static void pairs_put(const char *name, const struct td_pairs *pairs, struct td_buf *out)
{
	json_object_start(out, name);
	for (size_t at = 0; at < pairs->bytes;) {
		const char *key = pairs->text + at;
		struct str value = str_of(key + strlen(key) + 1);

		json_str(out, key, value);
		at = (size_t)(value.p + value.n + 1 - pairs->text);
	}
	json_object_end(out);
}

static void limit_put(const char *name, uint64_t limit, struct td_buf *out)
{
	if (limit)
		json_u64(out, name, limit);
	else
		json_f64(out, name, NAN); /* null */
}

static void columns_put(const struct td_columns *columns, const char *row, struct td_buf *out)
{
	for (unsigned i = 0; i < columns->count; i++) {
		const struct td_column *c = &columns->column[i];
		const void *field = row + c->offset;

		switch (c->type) {
		case TD_COLUMN_TEXT:
			json_str(out, c->name, str_of(*(const char *const *)field));
			break;
		case TD_COLUMN_COUNT:
			json_u64(out, c->name, *(const uint64_t *)field);
			break;
		case TD_COLUMN_LIMIT:
			limit_put(c->name, *(const uint64_t *)field, out);
			break;
		case TD_COLUMN_NUMBER:
			json_f64(out, c->name, *(const double *)field);
			break;
		case TD_COLUMN_BOOL:
			json_bool(out, c->name, *(const bool *)field);
			break;
		case TD_COLUMN_SECTION: /* one level: a section has none of its own */
			json_object_start(out, c->name);
			columns_put(c->section, field, out);
			json_object_end(out);
			break;
		case TD_COLUMN_PAIRS:
			pairs_put(c->name, field, out);
			break;
		default: /* the store's: the build refuses them here */
			break;
		}
	}
}

void view_row_start(enum td_view_id id, const void *row, struct td_buf *out)
{
	json_object_start(out, NULL);
	columns_put(&td_views[id].columns, row, out);
}

void view_row_encode(enum td_view_id id, const void *row, struct td_buf *out)
{
	view_row_start(id, row, out);
	json_object_end(out);
}
