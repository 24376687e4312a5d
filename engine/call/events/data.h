/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys and values of a contact, and the record of each that is set (TD_EV_CONTACT_DATA). */
#ifndef TANDEM_ENGINE_CALL_EVENTS_DATA_H
#define TANDEM_ENGINE_CALL_EVENTS_DATA_H

#include <engine/call/state/state.h>

/* What a request brings, added to *d. 0, or -EINVAL or -ENOSPC as contact_data_set(), counted, with
 * a line in err; then *d is not to be used. */
int data_add(struct td_engine *e, struct contact_data *d, const struct td_contact_request *r,
	struct td_text *err);
/* Tells the journal what data_add() has set. */
void data_write(struct td_engine *e, const struct contact *c, const struct td_contact_request *r);

#endif
