/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/quality.h>
#include <engine/base/event.h>
#include <string.h>

/* What is told of a stream: X(name, what came from the leg, what went to it). Both are columns of a
 * call's record without their leg, or NONE. The codec is first: a leg without one had no media. */
#define STREAM(X)                                 \
	X(codec, codec, codec)                    \
	X(packets, in_packets, out_packets)       \
	X(lost, in_lost, out_lost)                \
	X(jitter_us, in_jitter_us, out_jitter_us) \
	X(jitter_max_us, in_jitter_max_us, NONE)  \
	X(rtt_us, rtt_us, rtt_us)                 \
	X(rtt_max_us, rtt_max_us, rtt_max_us)     \
	X(r, in_r, out_r)                         \
	X(r_worst, in_r_worst, out_r_worst)       \
	X(mos, in_mos, out_mos)                   \
	X(mos_worst, in_mos_worst, out_mos_worst) \
	X(silent_ms, silent_ms, NONE)

enum { EVENT_cdr_caller_NONE = -1, EVENT_cdr_agent_NONE = -1 };

#define ONE(...)                   +1
#define NAME(name, in, out)        #name,
#define FROM_CALLER(name, in, out) EVENT_cdr_caller_##in,
#define TO_CALLER(name, in, out)   EVENT_cdr_caller_##out,
#define FROM_CALLEE(name, in, out) EVENT_cdr_agent_##in,
#define TO_CALLEE(name, in, out)   EVENT_cdr_agent_##out,

#define FIGURES (0 STREAM(ONE))
static const char *const names[FIGURES] = {STREAM(NAME)};
static const struct cdr_stream {
	const char *name;
	int figure[FIGURES]; /* columns of a call's record; -1: there is none */
} streams[] = {
	{"from caller", {STREAM(FROM_CALLER)}},
	{"to caller", {STREAM(TO_CALLER)}},
	{"from callee", {STREAM(FROM_CALLEE)}},
	{"to callee", {STREAM(TO_CALLEE)}},
};

static const struct td_columns *cdr_columns(void)
{
	return &event_table(TD_EV_CDR)->columns;
}

static void stream_add(json_t *rows, const json_t *cdr, const struct cdr_stream *s)
{
	const struct td_column *column = cdr_columns()->column;
	const char *codec = json_string_value(json_object_get(cdr, column[s->figure[0]].name));
	json_t *row;

	if (!codec || !*codec)
		return;
	row = json_pack("{s:s}", "stream", s->name);
	for (size_t i = 0; i < FIGURES; i++) {
		json_t *value =
			s->figure[i] < 0 ? NULL : json_object_get(cdr, column[s->figure[i]].name);

		if (value)
			json_object_set(row, names[i], value);
	}
	json_array_append_new(rows, row);
}

static void print(const struct cli *cli, const json_t *rows)
{
	struct td_column column[1 + FIGURES] = {{.name = "stream", .place = 1}};
	const struct td_columns columns = {column, 1 + FIGURES};

	for (size_t i = 0; i < FIGURES; i++) {
		struct td_column *c = &column[1 + i];

		*c = cdr_columns()->column[streams[0].figure[i]];
		c->name = names[i];
		c->place = 1;
	}
	cli_table(cli, &columns, rows, "");
	putchar('\n');
}

/* All that the record has of its legs. */
static void legs_del(json_t *cdr)
{
	static const char *const prefix[] = {"caller_", "agent_"};
	const struct td_columns *columns = cdr_columns();

	for (unsigned i = 0; i < columns->count; i++) {
		const char *name = columns->column[i].name;

		for (size_t k = 0; k < sizeof(prefix) / sizeof(prefix[0]); k++)
			if (strncmp(name, prefix[k], strlen(prefix[k])) == 0)
				json_object_del(cdr, name);
	}
}

void quality_show(const struct cli *cli, json_t *cdr)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		stream_add(rows, cdr, &streams[i]);
	legs_del(cdr);
	if (json_array_size(rows))
		print(cli, rows);
	json_decref(rows);
}
