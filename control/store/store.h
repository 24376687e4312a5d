/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happened: a row of SQLite for each record of the journal, or a place in the archive
 * (docs/store.md).
 *
 * Rows, blocks of the archive and the sequence number they reach are written in one transaction, so
 * after any end of the process the store knows exactly what it has. A record is known by its number
 * and time; putting it a second time changes nothing.
 */
#ifndef TANDEM_CONTROL_STORE_STORE_H
#define TANDEM_CONTROL_STORE_STORE_H

#include <engine/base/buf.h>
#include <tandem/event.h>
#include <tandem/text.h>

struct store;

/* Makes the file, or brings an older one up to date. NULL with errno and one line in err. */
struct store *store_open(const char *path, struct td_text *err);
void store_close(struct store *s); /* what was not committed is not kept; NULL is fine */

/*
 * Writes the record's row in the transaction that is open, or opens one; or lets the record wait
 * for its block of the archive. 0, or a negative errno: then roll back. Numbers that are missing
 * before this one are counted in the table `missing`.
 */
int store_put(struct store *s, const struct td_rec *rec, const void *payload);
int store_commit(struct store *s); /* 0 or a negative errno: then it was rolled back */
int store_seal(struct store *s);   /* likewise, with a block of the records that wait */
/* Forgets what outlives no end of the process: the records behind store_safe(), which are to be put
 * again. */
void store_rollback(struct store *s);
unsigned store_pending(const struct store *s); /* records put since the last commit */
bool store_waits(const struct store *s);       /* records wait for their block */

/* Number and time of the last record committed (with store_pending() 0: of the last one put). */
uint64_t store_seq(const struct store *s);
uint64_t store_seq_wall(const struct store *s);
uint64_t store_safe(const struct store *s); /* up to here the journal is not needed any more */
/* The journal has begun anew: numbers start again at its first record. Seal before. */
void store_restart(struct store *s);
uint64_t store_missing(const struct store *s);  /* records of all time that never came */
uint64_t store_unknown(const struct store *s);  /* records of a newer release, in the archive */
uint64_t store_replaced(const struct store *s); /* how often a segment that was open was replaced */
const char *store_error(const struct store *s); /* SQLite's last line */

/* Deletes segments of the archive that are older than `days`, one at a time, and such rows of an
 * older release, some thousand at a time: 1 when there are more, 0, or a negative errno. Not within
 * a transaction. */
int store_purge(struct store *s, unsigned days, uint64_t wall_now);

/* alarm.c. A row of tandemd's own, whose number is 0, committed at once. 0, or a negative errno:
 * -EBUSY while records wait for their commit. */
int store_alarm(struct store *s, const struct td_ev_alarm *ev, uint64_t wall);
/* Whether the last row of an alarm that has no objects raised it. 0 or a negative errno. */
int store_alarm_stands(struct store *s, const char *name, bool *stands);
/* Appends those that stand: "link-full north, site-full max_calls". 0 or a negative errno. */
int store_alarms(struct store *s, struct td_buf *out);

/*
 * query.c: rows as JSON. X(key): what rows can be asked by. `call` is the column of the call's id;
 * another key goes by each column that column_is_of() it, so `trunk` also by `to_trunk`.
 */
#define STORE_KEYS(X)     X(call) X(queue) X(agent) X(caller) X(trunk) X(disposition) X(name)
#define STORE_KEY_ID(key) STORE_BY_##key,
enum store_key { STORE_KEYS(STORE_KEY_ID) STORE_KEY_COUNT };
extern const char *const store_keys[STORE_KEY_COUNT]; /* their names */

#define STORE_VALUE_BYTES TD_NUMBER_BYTES
_Static_assert(STORE_VALUE_BYTES >= TD_NAME_BYTES && STORE_VALUE_BYTES >= TD_CALL_ID_BYTES,
	"a value has room");

struct store_query {
	enum td_event_type event; /* rows of its table */
	/* Empty: of all. A table that has no such column passes over it. */
	char by[STORE_KEY_COUNT][STORE_VALUE_BYTES];
	/* Of the time that people see of the table, seconds since 1970: from `since` on, before
	 * `until`; 0: no bound. */
	double since, until;
	/* Its own: */
	enum { STORE_SPAN, STORE_FIND, STORE_GIVE } phase;
	uint32_t left;       /* rows that are still looked for */
	int64_t low, at;     /* ids that are still looked at; at < low: none */
	int64_t from, to;    /* ids still to be given out; from > to: none */
	int64_t first, last; /* ids of the rows from `since` to `reached` */
	double reached;      /* infinite: all are known */
	uint32_t span;       /* rows by which `reached` moves */
};
/* Whether the table has a column for this key, and one that could have the value: of a word one of
 * its words. */
bool store_query_has(enum td_event_type event, enum store_key key);
const struct td_words *store_query_words(
	enum td_event_type event, enum store_key key); /* or NULL */
/* Chooses the last `limit` rows that fit. 0 or a negative errno. */
int store_query_start(struct store *s, struct store_query *q, uint32_t limit);
/* Appends up to `max` rows, {"rows":[...]}, oldest first; or nothing, while it looks for them: each
 * time it looks at a bounded number of rows. 1: there may be more, 0: no, -errno. */
int store_query_next(struct store *s, struct store_query *q, unsigned max, struct td_buf *out);
/*
 * {"cdr":{...},"story":[...],"queue_log":[...],"recordings":[...]}; -ENOENT: no trace. Without a
 * record of its end "cdr" is missing and there is "interrupted": the engine has started anew
 * since, so there will never be one. "events":[...] are the archive's other records of the call,
 * each with the name of its "event"; "segments":[...] and "parties":[...] are not there for a call
 * of an older release; "lost":[...] has a line for each block that could not be read.
 */
int store_call(struct store *s, const char *call, struct td_buf *out);

#endif
