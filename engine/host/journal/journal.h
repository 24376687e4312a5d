/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal thread: takes records from rings in memory and puts them into the journal directory
 * (system/journal/writer.h) every 20 ms; fdatasync() follows every 200 ms. So a loss of power may
 * cost 200 ms of records, and a crash of the engine what its rings held. After a second of silence
 * the thread sleeps until it is woken.
 *
 * Each thread that reports has a ring of its own. A put never blocks; when ring or reserve is
 * full the record is counted and a TD_EV_GAP tells the count as soon as there is room.
 */
#ifndef TANDEM_ENGINE_HOST_JOURNAL_JOURNAL_H
#define TANDEM_ENGINE_HOST_JOURNAL_JOURNAL_H

#include <engine/host/journal/checkpoint.h>
#include <system/journal/writer.h>
#include <tandem/alarm.h>

enum journal_source {
	JOURNAL_SIGNALLING,
	JOURNAL_MAIN,
	JOURNAL_RECORDER,
	JOURNAL_RECOVERY,
	JOURNAL_SOURCES
};

struct journal;

/* NULL with errno and one line in err. */
struct journal *journal_start(const char *dir, uint64_t reserve, struct td_text *err);
/* After its sources fell silent: writes all, TD_EV_STOP last when the stop is in order, and syncs.
 */
void journal_stop(struct journal *j, bool in_order);

/* The source's thread. len <= TD_REC_MAX. */
void journal_put(struct journal *j, enum journal_source source, uint64_t wall, uint16_t type,
	const void *payload, uint16_t len);
/* The source's thread, now and then: tells of losses when nothing else happens. */
void journal_tell_losses(struct journal *j, enum journal_source source);
/* The same, for host threads: the wall clock is read. */
void journal_put_now(struct journal *j, enum journal_source source, uint16_t type,
	const void *payload, uint16_t len);
void journal_alarm(struct journal *j, enum journal_source source, enum td_alarm alarm, bool raised,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * The checkpoint (checkpoint.h), once, before anything is put into it: counts of each kind. 0 or
 * -errno: then there is none, and the next run begins anew.
 */
int journal_checkpoint_start(
	struct journal *j, const char *dir, const uint32_t counts[static TD_CHECKPOINT_END]);
/* Signalling, as io.checkpoint of include/tandem/engine.h. False: there was no room, and all must
 * be told again. */
bool journal_checkpoint_put(struct journal *j, enum td_checkpoint_kind kind, uint32_t number,
	const void *record, uint16_t len);
/* Signalling's records so far have all that an earlier run has left: its file goes. */
void journal_checkpoint_commit(struct journal *j);
void journal_pulse(struct journal *j); /* any thread, each second: this run is there */
/* The source's thread, at the start and at the end, when it may wait: until its ring has room for
 * some records. False: it still has none after 5 s. */
bool journal_wait_room(struct journal *j, enum journal_source source);

/*
 * Any thread. A store may be ahead of a journal that was lost: its first acknowledgement since
 * journal_start() may be ahead of the last record, *last, but not of JOURNAL_AHEAD_MAX, behind
 * which numbers would end. 0, or -ERANGE and nothing happens.
 */
#define JOURNAL_AHEAD_MAX (1ull << 53) /* exact in all JSON; 4,000 a second need 71,000 years */
int journal_ack(struct journal *j, uint64_t seq, uint64_t *last);
void journal_usage(struct journal *j, struct journal_usage *u, uint64_t *lost);

#endif
