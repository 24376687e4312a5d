/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What begins and changes, for those who follow the journal live (TD_EV_LIVE). The end of what has
 * a record of its own is that record.
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_LIVE_H
#define TANDEM_ENGINE_CALL_EVENTS_LIVE_H

#include <engine/call/state/state.h>

struct live {
	const char *call; /* NULL: of no call */
	const char *name, *other, *state;
	uint8_t number;
};

/* A contact begins. */
void live_contact(struct td_engine *e, const struct contact *c);
void live_write(
	struct td_engine *e, enum td_object object, enum td_phase phase, const struct live *l);

#endif
