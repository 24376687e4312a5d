/* SPDX-License-Identifier: BSD-3-Clause */
/* tandemd's own alarms, and which alarms stand. */
#include <control/store/internal.h>
#include <control/store/store.h>
#include <errno.h>
#include <stdio.h>

/* A transaction of its own: the journal's records that are put go with their number, and so does
 * a fault among them. */
int store_alarm(struct store *s, const struct td_ev_alarm *ev, uint64_t wall)
{
	const struct td_rec rec = {.type = TD_EV_ALARM, .len = sizeof(*ev), .wall = wall};
	sqlite3_stmt *st = s->insert[TD_EV_ALARM - 1];
	int rc;

	if (s->open || s->pending)
		return -EBUSY;
	rc = store_run(s->db, "BEGIN IMMEDIATE");
	if (rc)
		return rc;
	rc = store_finish(st, row_bind(st, &rec, ev));
	if (rc == 0)
		rc = store_run(s->db, "COMMIT");
	if (rc && !sqlite3_get_autocommit(s->db))
		store_run(s->db, "ROLLBACK");
	return rc;
}

int store_alarm_stands(struct store *s, const char *name, bool *stands)
{
	char sql[160];
	int64_t raised;
	int rc;

	snprintf(sql, sizeof(sql),
		"SELECT raised FROM alarm WHERE name = '%s' ORDER BY rowid DESC LIMIT 1", name);
	rc = store_number_get(s->db, sql, &raised);
	*stands = raised != 0;
	return rc;
}

/* An engine before 0.2 cleared what it could not remember never: its rows have no object. */
int store_alarms(struct store *s, struct td_buf *out)
{
	static const char sql[] = "SELECT name, object FROM alarm WHERE raised AND rowid IN "
				  "(SELECT max(rowid) FROM alarm WHERE object IS NOT NULL "
				  "GROUP BY name, object) ORDER BY rowid";
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
			const char *object = (const char *)sqlite3_column_text(st, 1);

			buf_printf(out, "%s%s%s%s", out->len ? ", " : "",
				(const char *)sqlite3_column_text(st, 0),
				object && object[0] ? " " : "", object ? object : "");
		}
	sqlite3_finalize(st);
	rc = store_errno(rc);
	return rc ? rc : out->error;
}
