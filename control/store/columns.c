/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/store/columns.h>

#define FIELD(type, field) offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define COUNT(a)           (sizeof(a) / sizeof((a)[0]))

#define CODEC_WORD(id, name, ...) [TD_CODEC_##id] = #name,
static const char *const codecs[] = {[TD_CODEC_NONE] = "", TD_CODECS(CODEC_WORD)};
static const char *const dispositions[] = {
	[0] = "",
	[TD_CALL_ANSWERED] = "answered",
	[TD_CALL_ABANDONED] = "abandoned",
	[TD_CALL_OVERFLOWED] = "overflowed",
	[TD_CALL_REJECTED] = "rejected",
	[TD_CALL_FAILED] = "failed",
};
static const char *const states[] = {TD_AGENT_STATES(TD_AGENT_STATE_NAME)};
_Static_assert(COUNT(codecs) == TD_CODEC_COUNT, "a word for each codec");
_Static_assert(COUNT(states) == TD_AGENT_STATE_COUNT, "a word for each state");

#define WORDS(list) (list), COUNT(list)
#define MEDIA(prefix, field)                                                                \
	{prefix "in_packets", COLUMN_UINT, FIELD(td_ev_cdr, field.in_packets)},             \
		{prefix "in_bytes", COLUMN_UINT, FIELD(td_ev_cdr, field.in_bytes)},         \
		{prefix "out_packets", COLUMN_UINT, FIELD(td_ev_cdr, field.out_packets)},   \
		{prefix "out_bytes", COLUMN_UINT, FIELD(td_ev_cdr, field.out_bytes)},       \
		{prefix "in_lost", COLUMN_INT, FIELD(td_ev_cdr, field.in_lost)},            \
		{prefix "in_jitter_us", COLUMN_UINT, FIELD(td_ev_cdr, field.in_jitter_us)}, \
		{prefix "rtt_us", COLUMN_UINT, FIELD(td_ev_cdr, field.rtt_us)},             \
	{                                                                                   \
		prefix "codec", COLUMN_WORD, FIELD(td_ev_cdr, field.codec), WORDS(codecs)   \
	}

#define RATING(prefix, field)                                                       \
	{prefix "r", COLUMN_SCORE, FIELD(td_ev_cdr, field.r_mean)},                 \
		{prefix "r_worst", COLUMN_SCORE, FIELD(td_ev_cdr, field.r_worst)},  \
		{prefix "mos", COLUMN_SCORE, FIELD(td_ev_cdr, field.mos_mean)},     \
	{                                                                           \
		prefix "mos_worst", COLUMN_SCORE, FIELD(td_ev_cdr, field.mos_worst) \
	}

#define QUALITY(prefix, field)                                                                \
	RATING(prefix "in_", field.in), RATING(prefix "out_", field.out),                     \
		{prefix "xr_r", COLUMN_SCORE, FIELD(td_ev_cdr, field.xr_r)},                  \
		{prefix "xr_mos", COLUMN_SCORE, FIELD(td_ev_cdr, field.xr_mos)},              \
		{prefix "silences", COLUMN_UINT, FIELD(td_ev_cdr, field.silences)},           \
		{prefix "silent_ms", COLUMN_UINT, FIELD(td_ev_cdr, field.silent_ms)},         \
		{prefix "in_jitter_max_us", COLUMN_UINT,                                      \
			FIELD(td_ev_cdr, field.in_jitter_max_us)},                            \
		{prefix "out_lost", COLUMN_INT, FIELD(td_ev_cdr, field.out_lost)},            \
		{prefix "out_jitter_us", COLUMN_UINT, FIELD(td_ev_cdr, field.out_jitter_us)}, \
	{                                                                                     \
		prefix "rtt_max_us", COLUMN_UINT, FIELD(td_ev_cdr, field.rtt_max_us)          \
	}

static const struct column cdr[] = {
	{"id", COLUMN_TEXT, FIELD(td_ev_cdr, id)},
	{"caller", COLUMN_TEXT, FIELD(td_ev_cdr, caller)},
	{"dialled", COLUMN_TEXT, FIELD(td_ev_cdr, dialled)},
	{"trunk", COLUMN_TEXT, FIELD(td_ev_cdr, trunk)},
	{"queue", COLUMN_TEXT, FIELD(td_ev_cdr, queue)},
	{"agent", COLUMN_TEXT, FIELD(td_ev_cdr, agent)},
	{"digits", COLUMN_TEXT, FIELD(td_ev_cdr, digits)},
	{"sip_call_id", COLUMN_TEXT, FIELD(td_ev_cdr, sip_call_id)},
	{"offered", COLUMN_WALL, FIELD(td_ev_cdr, offered)},
	{"answered", COLUMN_WALL, FIELD(td_ev_cdr, answered)},
	{"queued", COLUMN_WALL, FIELD(td_ev_cdr, queued)},
	{"connected", COLUMN_WALL, FIELD(td_ev_cdr, connected)},
	{"ended", COLUMN_WALL, FIELD(td_ev_cdr, ended)},
	{"wait_ms", COLUMN_UINT, FIELD(td_ev_cdr, wait_ms)},
	{"ring_ms", COLUMN_UINT, FIELD(td_ev_cdr, ring_ms)},
	{"talk_ms", COLUMN_UINT, FIELD(td_ev_cdr, talk_ms)},
	{"sip_code", COLUMN_UINT, FIELD(td_ev_cdr, sip_code)},
	{"disposition", COLUMN_WORD, FIELD(td_ev_cdr, disposition), WORDS(dispositions)},
	{"ended_by", COLUMN_UINT, FIELD(td_ev_cdr, ended_by)},
	{"attempts", COLUMN_UINT, FIELD(td_ev_cdr, attempts)},
	{"recording", COLUMN_UINT, FIELD(td_ev_cdr, recording)},
	MEDIA("caller_", caller_media),
	MEDIA("agent_", agent_media),
	QUALITY("caller_", caller_quality),
	QUALITY("agent_", agent_quality),
	{"to_trunk", COLUMN_TEXT, FIELD(td_ev_cdr, to_trunk)},
	{"cause", COLUMN_UINT, FIELD(td_ev_cdr, cause)},
};

#define DATA(n) FIELD(td_ev_queue_log, data[n])
static const struct column queue_log[] = {
	{"call", COLUMN_TEXT, FIELD(td_ev_queue_log, call)},
	{"queue", COLUMN_TEXT, FIELD(td_ev_queue_log, queue)},
	{"agent", COLUMN_TEXT, FIELD(td_ev_queue_log, agent)},
	{"event", COLUMN_TEXT, FIELD(td_ev_queue_log, event)},
	{"data1", COLUMN_TEXT, DATA(0)},
	{"data2", COLUMN_TEXT, DATA(1)},
	{"data3", COLUMN_TEXT, DATA(2)},
	{"data4", COLUMN_TEXT, DATA(3)},
	{"data5", COLUMN_TEXT, DATA(4)},
};

static const struct column agent_session[] = {
	{"agent", COLUMN_TEXT, FIELD(td_ev_agent_session, agent)},
	{"state", COLUMN_WORD, FIELD(td_ev_agent_session, state), WORDS(states)},
	{"reason", COLUMN_TEXT, FIELD(td_ev_agent_session, reason)},
	{"from", COLUMN_WALL, FIELD(td_ev_agent_session, from)},
	{"to", COLUMN_WALL, FIELD(td_ev_agent_session, to)},
};

static const struct column recording[] = {
	{"recording", COLUMN_UINT, FIELD(td_ev_recording, recording)},
	{"call", COLUMN_TEXT, FIELD(td_ev_recording, call)},
	{"file", COLUMN_TEXT, FIELD(td_ev_recording, file)},
	{"codec", COLUMN_WORD, FIELD(td_ev_recording, codec), WORDS(codecs)},
	{"recovered", COLUMN_UINT, FIELD(td_ev_recording, recovered)},
	{"samples", COLUMN_UINT, FIELD(td_ev_recording, samples)},
	{"missing", COLUMN_UINT, FIELD(td_ev_recording, missing)},
};

static const struct column alarm[] = {
	{"name", COLUMN_TEXT, FIELD(td_ev_alarm, name)},
	{"text", COLUMN_TEXT, FIELD(td_ev_alarm, text)},
	{"raised", COLUMN_UINT, FIELD(td_ev_alarm, raised)},
};

static const struct column gap[] = {
	{"lost", COLUMN_UINT, FIELD(td_ev_gap, lost)},
	{"lost_diag", COLUMN_UINT, FIELD(td_ev_gap, lost_diag)},
	{"from", COLUMN_WALL, FIELD(td_ev_gap, from)},
	{"to", COLUMN_WALL, FIELD(td_ev_gap, to)},
};

static const struct column story[] = {
	{"call", COLUMN_TEXT, FIELD(td_ev_story, call)},
	{"text", COLUMN_TEXT, FIELD(td_ev_story, text)},
};

static const struct column config[] = {
	{"set", COLUMN_UINT, FIELD(td_ev_config, set)},
	{"deleted", COLUMN_UINT, FIELD(td_ev_config, deleted)},
	{"digest", COLUMN_TEXT, FIELD(td_ev_config, digest)},
};

static const struct column start[] = {
	{"version", COLUMN_TEXT, FIELD(td_ev_start, version)},
	{"wall_offset", COLUMN_UINT, FIELD(td_ev_start, wall_offset)},
	{"seed", COLUMN_INT, FIELD(td_ev_start, seed)},
};

static const struct column acd[] = {
	{"data", COLUMN_BYTES, 0, 0},
};

static const struct column raw[] = {
	{"type", COLUMN_TYPE, 0, 0},
	{"data", COLUMN_BYTES, 0, 0},
};

/* clang-format off */
#define TABLE(name, type) {#name, name, COUNT(name), sizeof(struct type)}
/* clang-format on */
const struct table store_tables[TABLE_COUNT] = {
	TABLE(start, td_ev_start),
	{"stop", NULL, 0, 0},
	TABLE(gap, td_ev_gap),
	{"cdr", cdr, COUNT(cdr), offsetof(struct td_ev_cdr, caller_quality)},
	TABLE(queue_log, td_ev_queue_log),
	TABLE(agent_session, td_ev_agent_session),
	TABLE(recording, td_ev_recording),
	TABLE(alarm, td_ev_alarm),
	TABLE(config, td_ev_config),
	{"acd_in", acd, COUNT(acd), sizeof(struct td_acd_in)},
	{"acd_out", acd, COUNT(acd), sizeof(struct td_acd_out)},
	TABLE(story, td_ev_story),
	{"other", raw, COUNT(raw), 0},
};

/* The tables stand in the order of enum td_event_type. */
_Static_assert(TD_EV_START == 1 && TD_EV_STORY == TABLE_COUNT - 1, "a table for each type");

unsigned store_table_of(const struct td_rec *rec)
{
	unsigned i = rec->type - 1u;

	/* A longer record is from a newer engine, which only ever adds fields at the end. */
	if (rec->type == 0 || rec->type >= TABLE_COUNT || rec->len < store_tables[i].payload)
		return TABLE_COUNT - 1;
	return i;
}
