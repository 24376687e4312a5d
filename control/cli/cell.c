/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cell.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool key_ends(const char *key, const char *suffix)
{
	size_t k = strlen(key), s = strlen(suffix);

	return k > s && strcmp(key + k - s, suffix) == 0;
}

/* Epoch seconds, as the store and the engine give them, in local time. */
static void time_text(double t, char out[CELL])
{
	time_t seconds = (time_t)t;
	struct tm tm;
	char date[32];

	if (t <= 0) {
		snprintf(out, CELL, "-");
		return;
	}
	localtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(out, CELL, "%s.%03d", date, (int)floor((t - (double)seconds) * 1000));
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

/* MOS, and what begins or ends with it. */
static bool is_score(const char *key)
{
	const char *mos = strstr(key, "mos");

	return mos && (mos == key || mos[-1] == '_') && (!mos[3] || mos[3] == '_');
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

/* As in enum ended_by of a CDR. */
static const char *ended_by(const json_t *value)
{
	static const char *const who[] = {"us", "caller", "agent"};
	json_int_t n = json_integer_value(value);

	return n >= 0 && n < 3 ? who[n] : "?";
}

static bool is_amount(const char *key)
{
	return key_ends(key, "_bps") || key_ends(key, "bytes") || key_ends(key, "packets") ||
	       strcmp(key, "packets") == 0;
}

static void plain_text(const json_t *value, char out[CELL])
{
	if (json_is_integer(value))
		snprintf(out, CELL, "%lld", (long long)json_integer_value(value));
	else
		snprintf(out, CELL, "%.1f", json_number_value(value));
}

/* Of the store: a key's ending says its unit. */
static void guess_text(const char *key, const json_t *value, char out[CELL])
{
	double number = json_number_value(value);

	if (number > 1e9 && number < 1e11 && !is_amount(key))
		time_text(number, out);
	else if (key_ends(key, "_ms"))
		duration_text(number, out);
	else if (key_ends(key, "_us"))
		snprintf(out, CELL, "%.1f ms", number / 1000);
	else if (is_score(key))
		snprintf(out, CELL, "%.2f", number);
	else if (strcmp(key, "raised") == 0)
		snprintf(out, CELL, "%s", number > 0 ? "yes" : "no");
	else if (strcmp(key, "ended_by") == 0)
		snprintf(out, CELL, "%s", ended_by(value));
	else
		plain_text(value, out);
}

static void unit_text(enum td_unit unit, const json_t *value, char out[CELL])
{
	double number = json_number_value(value);

	switch (unit) {
	case TD_UNIT_SECONDS:
		duration_text(number * 1000, out);
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

void cell_text(const struct td_column *column, const char *key, const json_t *value, char out[CELL])
{
	char *text;

	switch (json_typeof(value)) {
	case JSON_STRING:
		snprintf(out, CELL, "%s",
			*json_string_value(value) ? json_string_value(value) : "-");
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		snprintf(out, CELL, "%s", json_is_true(value) ? "yes" : "no");
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		if (column)
			unit_text(column->unit, value, out);
		else
			guess_text(key, value, out);
		break;
	case JSON_NULL:
		snprintf(out, CELL, "-");
		break;
	default:
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		snprintf(out, CELL, "%s", text ? text : "");
		free(text);
	}
}

void cell_title(const char *key, char out[CELL])
{
	snprintf(out, CELL, "%s", strcmp(key, "seconds") == 0 ? "for" : key);
	if (key_ends(out, "_ms") || key_ends(out, "_us"))
		out[strlen(out) - 3] = '\0';
	for (char *c = out; *c; c++)
		*c = *c == '_' ? ' ' : *c;
}
