/* SPDX-License-Identifier: BSD-3-Clause */
/* All about one call, from rows and from the archive. */
#include <control/store/internal.h>
#include <control/store/store.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_SECONDS 60    /* that the clock may have been put back by during a call */
#define TRACE_SECONDS 600   /* of a call before its queue; after it, what could not be recorded */
#define NEAR          64    /* calls before one, of which one has ended */
#define DAY_SECONDS   86400 /* of a call that no row tells of, before its engine's end */

/* Events of the archive that have an array of their own in the answer; the others share `events`.
 */
enum { STORY, DATA, EVENTS, LISTS };
static const struct {
	const char *key;
	enum td_event_type event;
} lists[LISTS] = {[STORY] = {"story", TD_EV_STORY},
	[DATA] = {"data", TD_EV_CONTACT_DATA},
	[EVENTS] = {"events", TD_EV_END}};

/* What the archive has of a call: elements of an array each. */
struct call_trace {
	struct td_buf list[LISTS], lost;
	double first; /* time of its first record; INFINITY: none */
};

static void trace_record(void *ctx, const struct td_rec *rec, const void *payload)
{
	struct call_trace *t = ctx;
	unsigned i = 0;

	while (i < EVENTS && lists[i].event != rec->type)
		i++;
	struct td_buf *out = &t->list[i];

	t->first = fmin(t->first, store_seconds(rec->wall));
	json_object_start(out, NULL);
	if (i == EVENTS)
		json_str(out, "event", str_of(event_tables[event_table_of(rec)].name));
	row_json(rec, payload, out);
	json_object_end(out);
}

static void trace_lost(void *ctx, const struct archive_place *place, const char *why)
{
	struct call_trace *t = ctx;

	json_str(&t->lost, NULL, str_of(why));
}

static void trace_free(struct call_trace *t)
{
	for (unsigned i = 0; i < LISTS; i++)
		buf_free(&t->list[i]);
	buf_free(&t->lost);
}

/* The one number of a query about the call; 0 when it has no row. */
static int call_number(struct store *s, const char *sql, const char *call, double *value)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	*value = 0;
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, call, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		*value = sqlite3_column_double(st, 0);
	sqlite3_finalize(st);
	return store_errno(rc);
}

/* When the last call before this one came of which there is a record; 0: none is near. Calls are
 * numbered as they come. */
static int offered_before(struct store *s, const char *call, double *offered)
{
	const char *dot = strchr(call, '.');
	uint64_t number;
	char id[TD_CALL_ID_BYTES];
	int rc = 0;

	*offered = 0;
	if (!dot || !str_u64(str_of(dot + 1), UINT64_MAX, &number))
		return 0;
	for (uint64_t i = 1; i <= NEAR && i < number && rc == 0 && !*offered; i++) {
		snprintf(id, sizeof(id), "%.*s.%llu", (int)(dot - call), call,
			(unsigned long long)(number - i));
		rc = call_number(s, "SELECT offered FROM cdr WHERE id = ?", id, offered);
	}
	return rc;
}

/* Of a call with a record: from its offer to its record. What could not be recorded is told later.
 */
static int ended_range(struct store *s, const char *call, double *from, double *to)
{
	double untold = 0;
	int rc = call_number(s, "SELECT max(time) FROM cdr WHERE id = ?", call, to);

	if (rc == 0 && *to)
		rc = call_number(s, "SELECT min(offered) FROM cdr WHERE id = ?", call, from);
	if (rc == 0 && *to)
		rc = call_number(s,
			"SELECT max(recording) FROM cdr WHERE id = ?1 AND NOT EXISTS"
			" (SELECT 1 FROM recording WHERE call = ?1)",
			call, &untold);
	*to += untold ? TRACE_SECONDS : CLOCK_SECONDS;
	return rc;
}

/* Of a call without: it is live, or was when the engine started anew. */
static int live_range(struct store *s, const char *call, double *from, double *to)
{
	double next = 0, queued = 0, before = 0;
	int rc = call_number(s,
		"SELECT time FROM start WHERE time >= CAST(? AS REAL) ORDER BY time"
		" LIMIT 1 OFFSET 1",
		call, &next);

	*to = next ? next + TRACE_SECONDS : INFINITY;
	if (rc == 0)
		rc = call_number(
			s, "SELECT min(time) FROM queue_log WHERE call = ?", call, &queued);
	if (rc == 0)
		rc = offered_before(s, call, &before);
	*from = queued ? queued - TRACE_SECONDS : fmin(*to, s->archive.known_until) - DAY_SECONDS;
	*from = fmax(*from, before);
	return rc;
}

/*
 * The stretch of the archive in which a call is looked for, so that the answer does not depend on
 * how much there is. Nothing of a call is older than its offer, or than the engine's start, which
 * the call's name tells.
 */
static int trace_range(struct store *s, const char *call, double *from, double *to)
{
	double ended;
	int rc = call_number(s, "SELECT count(*) FROM cdr WHERE id = ?", call, &ended);

	*from = *to = 0;
	if (rc == 0)
		rc = ended ? ended_range(s, call, from, to) : live_range(s, call, from, to);
	*from = fmax(*from, strtod(call, NULL)) - CLOCK_SECONDS;
	return rc;
}

static int trace_read(struct store *s, const char *call, struct call_trace *t)
{
	double from, to;
	int rc = trace_range(s, call, &from, &to);

	for (unsigned i = 0; i < LISTS; i++)
		buf_init(&t->list[i]);
	buf_init(&t->lost);
	t->first = INFINITY;
	if (rc == 0)
		rc = archive_call(&s->archive.reader, call, from, to, trace_record, trace_lost, t);
	if (rc == 0)
		rc = archive_waiting(&s->archive, call, trace_record, t);
	return rc;
}

/* The event's rows of a call as objects: elements of an array, or the member `key`. */
static int rows_put(struct store *s, enum td_event_type event, const char *call, const char *key,
	struct td_buf *out)
{
	const struct event_table *t = event_table(event);
	bool numbered = event == TD_EV_SEGMENT || event == TD_EV_PARTY;
	sqlite3_stmt *st = NULL;
	struct td_buf sql;
	int rc;

	buf_init(&sql);
	buf_str(&sql, STR("SELECT "));
	store_columns(t, &sql);
	buf_printf(&sql, " FROM \"%s\" WHERE \"%s\" = ? ORDER BY %s%s", t->name,
		columns_index(&t->columns, TD_INDEX_CALL)->name, numbered ? "number" : "seq",
		key ? " LIMIT 1" : "");
	buf_put(&sql, "", 1);
	if (sql.error) {
		buf_free(&sql);
		return sql.error;
	}
	rc = sqlite3_prepare_v2(s->db, sql.data, -1, &st, NULL);
	buf_free(&sql);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(st, 1, call, -1, SQLITE_STATIC);
	while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		json_object_start(out, key);
		store_row_json(st, out);
		json_object_end(out);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(st);
	rc = store_errno(rc);
	return rc ? rc : out->error;
}

static void elements_put(const struct td_buf *from, struct td_buf *out)
{
	if (!from->len)
		return;
	if (out->comma)
		buf_str(out, STR(","));
	buf_put(out, from->data, from->len);
	out->comma = true;
}

/* Rows of an older release, then what the archive has. */
static int story_put(
	struct store *s, const char *call, const struct call_trace *t, struct td_buf *out)
{
	int rc = 0;

	json_array_start(out, "story");
	if (s->old[TD_EV_STORY - 1])
		rc = rows_put(s, TD_EV_STORY, call, NULL, out);
	elements_put(&t->list[STORY], out);
	json_array_end(out);
	return rc;
}

static int array_put(struct store *s, const char *key, enum td_event_type event, const char *call,
	struct td_buf *out)
{
	int rc;

	json_array_start(out, key);
	rc = rows_put(s, event, call, NULL, out);
	json_array_end(out);
	return rc;
}

static void others_put(const char *key, const struct td_buf *elements, struct td_buf *out)
{
	if (!elements->len)
		return;
	json_array_start(out, key);
	elements_put(elements, out);
	json_array_end(out);
}

/* No array without a row: older releases had no such rows. */
static int array_if_any(struct store *s, const char *key, enum td_event_type event,
	const char *call, struct td_buf *out)
{
	struct td_buf rows;
	int rc;

	buf_init(&rows);
	rc = rows_put(s, event, call, NULL, &rows);
	if (rc == 0)
		others_put(key, &rows, out);
	buf_free(&rows);
	return rc;
}

/* Whether the engine has started anew since the call's first trace: its run is over then. */
static int interrupted_put(
	struct store *s, const char *call, const struct call_trace *t, struct td_buf *out)
{
	double logged, old = 0, started = 0;
	int rc = call_number(s, "SELECT min(time) FROM queue_log WHERE call = ?", call, &logged);

	if (rc == 0 && s->old[TD_EV_STORY - 1])
		rc = call_number(s, "SELECT min(time) FROM story WHERE call = ?", call, &old);
	if (rc == 0)
		rc = call_number(s, "SELECT max(time) FROM start WHERE ?1 != ''", call, &started);
	json_bool(out, "interrupted",
		started > fmin(t->first, fmin(logged ? logged : INFINITY, old ? old : INFINITY)));
	return rc;
}

static int call_put(
	struct store *s, const char *call, const struct call_trace *t, struct td_buf *out)
{
	size_t empty = out->len;
	int rc = rows_put(s, TD_EV_CDR, call, "cdr", out);
	bool found = out->len > empty;

	if (rc == 0 && !found)
		rc = interrupted_put(s, call, t, out);
	empty = out->len +
		sizeof("\"story\":[],\"queue_log\":[],\"recordings\":[]"); /* and a comma */
	if (rc == 0)
		rc = story_put(s, call, t, out);
	if (rc == 0)
		rc = array_put(s, "queue_log", TD_EV_QUEUE_LOG, call, out);
	if (rc == 0)
		rc = array_put(s, "recordings", TD_EV_RECORDING, call, out);
	if (rc == 0)
		rc = array_if_any(s, "segments", TD_EV_SEGMENT, call, out);
	if (rc == 0)
		rc = array_if_any(s, "parties", TD_EV_PARTY, call, out);
	for (unsigned i = STORY + 1; i < LISTS; i++)
		others_put(lists[i].key, &t->list[i], out);
	found |= out->len > empty;
	others_put("lost", &t->lost, out);
	return rc == 0 && !found ? -ENOENT : rc;
}

int store_call(struct store *s, const char *call, struct td_buf *out)
{
	size_t before = out->len;
	struct call_trace t;
	int rc = trace_read(s, call, &t);

	json_object_start(out, NULL);
	if (rc == 0)
		rc = call_put(s, call, &t, out);
	json_object_end(out);
	for (unsigned i = 0; rc == 0 && i < LISTS; i++)
		rc = t.list[i].error;
	trace_free(&t);
	if (rc)
		out->len = before;
	return rc ? rc : out->error;
}
