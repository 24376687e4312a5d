/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/quality.h>
#include <stdio.h>
#include <string.h>

#define KEY 64
#define COLUMNS                                                                              \
	"stream codec packets lost jitter_us jitter_max_us rtt_us rtt_max_us r r_worst mos " \
	"mos_worst "                                                                         \
	"silent_ms"

static void copy(json_t *row, const char *to, const json_t *cdr, const char *leg, const char *from)
{
	char key[KEY];
	json_t *value;

	snprintf(key, sizeof(key), "%s_%s", leg, from);
	value = json_object_get(cdr, key);
	if (value)
		json_object_set(row, to, value);
}

static void direction(json_t *rows, const json_t *cdr, const char *leg, const char *way)
{
	static const char *const own[] = {"packets", "lost", "jitter_us", "jitter_max_us", "r",
		"r_worst", "mos", "mos_worst"};
	static const char *const both[] = {"codec", "rtt_us", "rtt_max_us"};
	json_t *row = json_object();
	char text[KEY];

	snprintf(text, sizeof(text), "%s %s", strcmp(way, "in") == 0 ? "from" : "to", leg);
	json_object_set_new(row, "stream", json_string(text));
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		snprintf(text, sizeof(text), "%s_%s", way, own[i]);
		copy(row, own[i], cdr, leg, text);
	}
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++)
		copy(row, both[i], cdr, leg, both[i]);
	if (strcmp(way, "in") == 0)
		copy(row, "silent_ms", cdr, leg, "silent_ms");
	json_array_append_new(rows, row);
}

void quality_show(const struct cli *cli, json_t *cdr)
{
	static const char *const legs[] = {"caller", "agent"};
	json_t *rows = json_array();

	for (size_t i = 0; i < 2; i++) {
		char prefix[KEY];
		const char *key;
		json_t *value;
		void *next;

		snprintf(prefix, sizeof(prefix), "%s_codec", legs[i]);
		value = json_object_get(cdr, prefix);
		if (json_is_string(value) && *json_string_value(value)) {
			direction(rows, cdr, legs[i], "in");
			direction(rows, cdr, legs[i], "out");
		}
		snprintf(prefix, sizeof(prefix), "%s_", legs[i]);
		json_object_foreach_safe(cdr, next, key, value)
		{
			if (strncmp(key, prefix, strlen(prefix)) == 0)
				json_object_del(cdr, key);
		}
	}
	if (json_array_size(rows)) {
		cli_table(cli, rows, COLUMNS, "");
		putchar('\n');
	}
	json_decref(rows);
}
