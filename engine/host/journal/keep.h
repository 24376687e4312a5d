/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is kept of the records when the journal's room ends. The journal thread's alone.
 *
 *     used     what is kept
 *     < 3/4    all
 *     >= 3/4   the steps of calls and live events are shed; an alarm says so
 *     all      nothing, until there is room again
 *
 * What is not kept is counted, and a TD_EV_GAP tells the count as soon as there is room.
 *
 * An alarm ends with the run that raised it: after the start there is a record that clears each
 * which stood when the last run ended, and before a stop in order one for each that stands.
 */
#ifndef TANDEM_ENGINE_HOST_JOURNAL_KEEP_H
#define TANDEM_ENGINE_HOST_JOURNAL_KEEP_H

#include <engine/host/journal/standing.h>
#include <stdatomic.h>
#include <system/journal/writer.h>
#include <tandem/alarm.h>
#include <tandem/event.h>

#define KEEP_RETRY_NS TD_NSEC_PER_SEC /* a full disk is looked at again */

struct keep {
	struct journal_writer *writer;
	struct standing standing;
	_Atomic uint64_t last; /* record: no reader has seen a later one. Any thread reads */
	struct td_ev_gap loss;
	bool full;           /* nothing is kept until there is room again */
	bool shedding;       /* diagnostics are not kept */
	uint64_t full_until; /* full by the disk's fault: try again then */
	uint64_t gap_told;
	uint64_t lost;
};

/* A record was lost: it is part of `loss` from now on. Any thread, of a loss of its own. */
void loss_add(struct td_ev_gap *loss, uint64_t wall, uint16_t type, const void *payload);
/* An alarm of the site: its record, and its line in the log. Any thread. */
void alarm_fill(
	struct td_ev_alarm *ev, enum td_alarm alarm, bool raised, const char *format, va_list args);

void keep_put(struct keep *k, uint64_t wall, uint16_t type, const void *payload, uint16_t len,
	uint64_t now);
void keep_turn(struct keep *k, uint64_t now); /* is there room again? tells what was lost */
void keep_stop(struct keep *k, uint64_t now); /* the last record of the run */
void keep_last(struct keep *k);               /* the writer's last record is `last` */
bool keep_rests(const struct keep *k);        /* nothing is to be tried or told */

#endif
