/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The alarm `engine-lost`. The journal is the engine's, so tandemd writes this alarm's rows into
 * the store itself, between the journal's records.
 */
#ifndef TANDEM_CONTROL_LOST_H
#define TANDEM_CONTROL_LOST_H

#include <control/store/store.h>

#define LOST_START_NS (10 * TD_NSEC_PER_SEC) /* both programs may have been started together */

struct lost {
	struct store *store;
	bool stands; /* in the store */
	bool wanted;
	struct td_text why;
};

/* Whether the alarm stands, says the store. */
void lost_init(struct lost *l, struct store *store);
/* The engine is lost, or (why NULL) there; the row follows with lost_tell(). */
void lost_set(struct lost *l, const char *why);
/* Writes the row when one is due and the store has no records that wait for their commit. */
void lost_tell(struct lost *l);

#endif
