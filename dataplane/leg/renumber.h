/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Outgoing numbers that close up. What we keep of a stream leaves no hole in what its listener
 * gets, since the listener would take the hole for loss; and what comes from beside the stream
 * (aside.h) takes a number of its own:
 *
 *     arrives    10  11  12d 13  15  14        d: a digit that is kept
 *     add        +0  +0  -1  -1  -1
 *     leaves     10  11      12  14  13
 *
 * A packet that comes late gets the number that was left for it: what was added has changed since,
 * and the changes behind its place are taken back.
 */
#ifndef TANDEM_DATAPLANE_LEG_RENUMBER_H
#define TANDEM_DATAPLANE_LEG_RENUMBER_H

#include <tandem/types.h>

#define RENUMBER_WINDOW 32 /* numbers behind the highest that may still come */

struct renumber {
	bool any;                    /* the others say something */
	uint16_t top;                /* place of the last change */
	int16_t by[RENUMBER_WINDOW]; /* by place modulo the window: changes behind that number */
};

/* Behind `seq`, the highest number that has come, all numbers change. */
void renumber_note(struct renumber *n, uint16_t seq, int by);
/* What a late packet's number needs beside what is added now. */
uint16_t renumber_late(const struct renumber *n, uint16_t seq);

#endif
