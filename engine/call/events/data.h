/* SPDX-License-Identifier: BSD-3-Clause */
/* The record of each key that is set in a contact's data (TD_EV_CONTACT_DATA). */
#ifndef TANDEM_ENGINE_CALL_EVENTS_DATA_H
#define TANDEM_ENGINE_CALL_EVENTS_DATA_H

#include <engine/call/state/state.h>

/* Tells the journal what the request has set or taken away; before: the data were these. */
void data_write(struct td_engine *e, const struct contact *c, const struct contact_data *before,
	const struct td_contact_request *r);

#endif
