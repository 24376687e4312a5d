/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables for people, JSON for programs: the same rows, so neither can lack what the other has. */
#include <control/cli/cli.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CELL      128
#define COLUMNS   40
#define KEY_WIDTH 24

/* Terminal columns of UTF-8 text, one a code point. */
static int text_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

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

static bool is_seconds(const char *key)
{
	static const char *const keys[] = {
		"seconds", "waited", "talked", "oldest", "asa", "uptime"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
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

/* A value as a person reads it; the key's ending says its unit. */
static void cell_text(const char *key, const json_t *value, char out[CELL])
{
	double number = json_number_value(value);

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
		if (number > 1e9 && number < 1e11 && !is_amount(key))
			time_text(number, out);
		else if (strcmp(key, "service_level") == 0)
			snprintf(out, CELL, "%.0f %%", number * 100);
		else if (key_ends(key, "_ms"))
			duration_text(number, out);
		else if (is_seconds(key))
			duration_text(number * 1000, out);
		else if (key_ends(key, "_us"))
			snprintf(out, CELL, "%.1f ms", number / 1000);
		else if (is_score(key))
			snprintf(out, CELL, "%.2f", number);
		else if (key_ends(key, "_bps"))
			rate_text(number, out);
		else if (strcmp(key, "raised") == 0)
			snprintf(out, CELL, "%s", number > 0 ? "yes" : "no");
		else if (strcmp(key, "ended_by") == 0)
			snprintf(out, CELL, "%s", ended_by(value));
		else if (strcmp(key, "position") == 0 && number == 0)
			snprintf(out, CELL, "-"); /* in no queue */
		else if (json_is_integer(value))
			snprintf(out, CELL, "%lld", (long long)json_integer_value(value));
		else
			snprintf(out, CELL, "%.1f", number);
		break;
	case JSON_NULL:
		snprintf(out, CELL, "-");
		break;
	default: {
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

		snprintf(out, CELL, "%s", text ? text : "");
		free(text);
	}
	}
}

static void title_text(const char *key, char out[CELL])
{
	snprintf(out, CELL, "%s", strcmp(key, "seconds") == 0 ? "for" : key);
	if (key_ends(out, "_ms") || key_ends(out, "_us"))
		out[strlen(out) - 3] = '\0';
	for (char *c = out; *c; c++)
		*c = *c == '_' ? ' ' : *c;
}

static void put_cell(const char *text, int width, bool right, bool last)
{
	int pad = width - text_width(text);

	if (right)
		printf("%*s%s", pad, "", text);
	else
		printf("%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

static void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY | CLI_JSON_REAL);
	putchar('\n');
}

struct column {
	char key[CELL];
	int width;
	bool right;
};

static int columns_of(const json_t *rows, const char *keys, struct column columns[COLUMNS])
{
	const json_t *first = json_array_get(rows, 0);
	const char *key;
	json_t *value;
	int n = 0;

	while (keys && *keys && n < COLUMNS) {
		size_t len = strcspn(keys, " ");

		snprintf(columns[n++].key, CELL, "%.*s", (int)len, keys);
		keys += len;
		keys += *keys == ' ';
	}
	if (n > 0)
		return n;
	json_object_foreach((json_t *)first, key, value)
	{
		if (n < COLUMNS)
			snprintf(columns[n++].key, CELL, "%s", key);
	}
	return n;
}

/* Widths and sides: numbers stand right, under each other. */
static void columns_fit(const json_t *rows, struct column *columns, int n)
{
	char text[CELL];
	json_t *row;
	size_t i;

	for (int c = 0; c < n; c++) {
		title_text(columns[c].key, text);
		columns[c].width = text_width(text);
		columns[c].right =
			json_is_number(json_object_get(json_array_get(rows, 0), columns[c].key));
		json_array_foreach(rows, i, row)
		{
			const json_t *value = json_object_get(row, columns[c].key);

			if (!value)
				continue;
			cell_text(columns[c].key, value, text);
			if (text_width(text) > columns[c].width)
				columns[c].width = text_width(text);
		}
	}
}

void cli_table(const struct cli *cli, const json_t *rows, const char *keys, const char *empty)
{
	struct column columns[COLUMNS];
	char text[CELL];
	json_t *row;
	size_t i;
	int n;

	if (cli->json) {
		print_json(rows);
		return;
	}
	if (json_array_size(rows) == 0) {
		puts(empty);
		return;
	}
	n = columns_of(rows, keys, columns);
	columns_fit(rows, columns, n);
	if (cli->color)
		fputs("\033[1m", stdout);
	for (int c = 0; c < n; c++) {
		title_text(columns[c].key, text);
		put_cell(text, columns[c].width, columns[c].right, c == n - 1);
	}
	if (cli->color)
		fputs("\033[0m", stdout);
	json_array_foreach(rows, i, row)
	{
		for (int c = 0; c < n; c++) {
			const json_t *value = json_object_get(row, columns[c].key);

			snprintf(text, sizeof(text), "-");
			if (value)
				cell_text(columns[c].key, value, text);
			put_cell(text, columns[c].width, columns[c].right, c == n - 1);
		}
	}
}

/* Objects in an object: their keys a line each, indented. */
static void print_object(const json_t *object, int indent, int width)
{
	char text[CELL];
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		title_text(key, text);
		printf("%*s%-*s  ", indent, "", width - indent, text);
		if (json_is_object(value)) {
			putchar('\n');
			print_object(value, indent + 2, width);
			continue;
		}
		cell_text(key, value, text);
		puts(json_is_string(value) && *json_string_value(value) ? json_string_value(value)
									: text);
	}
}

void cli_object(const struct cli *cli, const json_t *object)
{
	if (cli->json)
		print_json(object);
	else
		print_object(object, 0, KEY_WIDTH);
}
