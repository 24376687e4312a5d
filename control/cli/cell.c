/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cell.h>
#include <engine/base/utf8.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Epoch seconds in local time, as ISO 8601 has it with the zone. */
static void time_text(double t, char out[CELL])
{
	time_t seconds = (time_t)t;
	struct tm tm;
	char date[32], zone[8];

	if (t <= 0) {
		snprintf(out, CELL, "-");
		return;
	}
	localtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(out, CELL, "%s.%03d%.3s:%s", date, (int)floor((t - (double)seconds) * 1000), zone,
		zone + 3);
}

static void duration_text(double ms, char out[CELL])
{
	uint64_t s = (uint64_t)(ms / 1000);

	if (s >= 3600)
		snprintf(out, CELL, "%u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
			(unsigned)(s % 60));
	else if (s >= 60)
		snprintf(out, CELL, "%u:%02u", (unsigned)(s / 60), (unsigned)(s % 60));
	else
		snprintf(out, CELL, "%.1fs", ms / 1000);
}

static void rate_text(double bits, char out[CELL])
{
	if (bits >= 1e9)
		snprintf(out, CELL, "%.3f G", bits / 1e9);
	else if (bits >= 1e6)
		snprintf(out, CELL, "%.3f M", bits / 1e6);
	else
		snprintf(out, CELL, "%.1f k", bits / 1e3);
}

static void plain_text(const json_t *value, char out[CELL])
{
	if (json_is_integer(value))
		snprintf(out, CELL, "%lld", (long long)json_integer_value(value));
	else
		snprintf(out, CELL, "%.1f", json_number_value(value));
}

/* A number's word; with the number where people know it. */
static void word_text(const struct td_words *words, const json_t *value, char out[CELL])
{
	json_int_t number = json_integer_value(value);
	const char *word = word_get(words, (uint64_t)number);

	if (!word)
		plain_text(value, out);
	else if (words->numbered)
		snprintf(out, CELL, "%lld %s", (long long)number, word);
	else
		snprintf(out, CELL, "%s", word);
}

static void unit_text(enum td_unit unit, const json_t *value, char out[CELL])
{
	double number = json_number_value(value);

	switch (unit) {
	case TD_UNIT_TIME:
		time_text(number, out);
		break;
	case TD_UNIT_SECONDS:
		duration_text(number * 1000, out);
		break;
	case TD_UNIT_MS:
		duration_text(number, out);
		break;
	case TD_UNIT_US:
		snprintf(out, CELL, "%.1f ms", number / 1000);
		break;
	case TD_UNIT_BITS_S:
		rate_text(number, out);
		break;
	case TD_UNIT_RATIO:
		snprintf(out, CELL, "%.0f %%", number * 100);
		break;
	case TD_UNIT_MOS:
		snprintf(out, CELL, "%.2f", number);
		break;
	case TD_UNIT_PLACE:
		if (number == 0)
			snprintf(out, CELL, "-");
		else
			plain_text(value, out);
		break;
	default:
		plain_text(value, out);
	}
}

static void number_text(const struct td_column *column, const json_t *value, char out[CELL])
{
	if (column->words)
		word_text(column->words, value, out);
	else if (column->type == TD_COLUMN_FLAG)
		snprintf(out, CELL, "%s", json_number_value(value) > 0 ? "yes" : "no");
	else
		unit_text(column->unit, value, out);
}

static void string_text(const char *text, char out[CELL])
{
	struct td_buf shown;

	buf_init_fixed(&shown, out, CELL - 1);
	utf8_printable(&shown, str_of(text), UTF8_ONE_LINE);
	out[shown.len] = '\0';
}

/* "account=17, language=de" */
static void pairs_text(const json_t *pairs, char out[CELL])
{
	char storage[4 * CELL];
	struct td_buf b;
	const char *key;
	json_t *value;

	buf_init_fixed(&b, storage, sizeof(storage) - 1);
	json_object_foreach((json_t *)pairs, key, value)
		buf_printf(&b, "%s%s=%s", b.len ? ", " : "", key, json_string_value(value));
	storage[b.len] = '\0';
	string_text(b.len ? storage : "-", out);
}

void cell_text(const struct td_column *column, const json_t *value, char out[CELL])
{
	char *text;

	if (column && column->type == TD_COLUMN_PAIRS && json_is_object(value)) {
		pairs_text(value, out);
		return;
	}
	switch (json_typeof(value)) {
	case JSON_STRING:
		string_text(*json_string_value(value) ? json_string_value(value) : "-", out);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		snprintf(out, CELL, "%s", json_is_true(value) ? "yes" : "no");
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		if (column)
			number_text(column, value, out);
		else
			plain_text(value, out);
		break;
	case JSON_NULL:
		snprintf(out, CELL, "-");
		break;
	default:
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		string_text(text, out);
		free(text);
	}
}

bool cell_is_number(const struct td_column *column, const json_t *value)
{
	return json_is_number(value) &&
	       !(column && (column->words || column->type == TD_COLUMN_FLAG));
}

/* The cells of a duration have their units, so the title has none: wait_ms is "wait". */
void cell_title(const struct td_column *column, const char *key, char out[CELL])
{
	const char *unit = column ? unit_name(column->unit) : "";
	size_t n;

	if (column && column->unit == TD_UNIT_SECONDS && strcmp(key, unit) == 0)
		key = "for";
	string_text(key, out);
	n = strlen(out);
	if (column && (column->unit == TD_UNIT_MS || column->unit == TD_UNIT_US) && n > 3 &&
		out[n - 3] == '_' && strcmp(out + n - 2, unit) == 0)
		out[n - 3] = '\0';
	for (char *c = out; *c; c++)
		*c = *c == '_' ? ' ' : *c;
}
