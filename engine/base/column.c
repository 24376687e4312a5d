/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/column.h>
#include <string.h>

const struct td_column *columns_get(const struct td_columns *list, const char *name)
{
	for (unsigned i = 0; i < list->count; i++)
		if (strcmp(list->column[i].name, name) == 0)
			return &list->column[i];
	return NULL;
}

const struct td_column *columns_index(const struct td_columns *list, enum td_index index)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->column[i].index == index)
			return &list->column[i];
	return NULL;
}

bool column_is_of(const struct td_column *c, const char *what)
{
	size_t n = strlen(c->name), m = strlen(what);

	if (c->type != TD_COLUMN_TEXT && c->type != TD_COLUMN_WORD)
		return false;
	if (n == m + 1 && c->name[m] == 's')
		return strncmp(c->name, what, m) == 0;
	return n >= m && strcmp(c->name + n - m, what) == 0 &&
	       (n == m || c->name[n - m - 1] == '_');
}

bool column_is_optional(const struct td_column *c)
{
	return c->since > 1 ||
	       (c->since && (c->type == TD_COLUMN_TIME || c->type == TD_COLUMN_SCORE));
}

const char *column_type_name(enum td_column_type type)
{
#define TYPE_NAME(id, name) [TD_COLUMN_##id] = (name),
	static const char *const names[TD_COLUMN_TYPE_COUNT] = {TD_COLUMN_TYPES(TYPE_NAME)};

	return names[type];
}

const char *unit_name(enum td_unit unit)
{
#define UNIT_NAME(id, name) [TD_UNIT_##id] = (name),
	static const char *const names[TD_UNIT_COUNT] = {TD_UNITS(UNIT_NAME)};

	return names[unit];
}

const char *word_get(const struct td_words *words, uint64_t value)
{
	for (unsigned i = 0; i < words->count; i++)
		if (words->word[i].value == value)
			return words->word[i].name;
	return NULL;
}
