/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The alarms that stand, of all threads and of tandemd: whoever raises an alarm forgets it when the
 * engine ends, however that comes. The file `alarms` in the journal's directory keeps them, so that
 * the next run can write the row that clears each. The journal thread's alone.
 */
#ifndef TANDEM_ENGINE_HOST_JOURNAL_STANDING_H
#define TANDEM_ENGINE_HOST_JOURNAL_STANDING_H

#include <tandem/event.h>

#define STANDING_FILE "alarms"

struct standing {
	int dirfd; /* -1: none, nothing is kept */
	struct td_ev_alarm *row;
	unsigned count, cap;
	bool dirty; /* the file names one that is over */
	bool told;  /* that the file cannot be written */
};

/* Reads what stood when the last run ended. A file that cannot be read is a line in the log. */
void standing_open(struct standing *s, const char *dir);
void standing_close(struct standing *s);
/* A record of an alarm was put. One that is raised is in the file at once, so that no crash comes
 * between; one that is cleared leaves it with standing_save(), once its record is in the journal.
 */
void standing_note(struct standing *s, const struct td_ev_alarm *ev);
void standing_save(struct standing *s);
/* The record that clears one of them; false: there is none. */
bool standing_get(const struct standing *s, const char *why, struct td_ev_alarm *ev);

#endif
