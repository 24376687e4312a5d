/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/data.h>
#include <stdio.h>

void data_write(struct td_engine *e, const struct contact *c, const struct contact_data *before,
	const struct td_contact_request *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		struct td_ev_contact_data ev = {0};

		if (!r->data[i].value[0] && !contact_data_get(before, str_of(r->data[i].key)).p)
			continue; /* there was nothing to take away */
		memcpy(ev.call, c->cdr.id, sizeof(ev.call));
		snprintf(ev.key, sizeof(ev.key), "%s", r->data[i].key);
		snprintf(ev.value, sizeof(ev.value), "%s", r->data[i].value);
		e->io.event(e->io.ctx, TD_EV_CONTACT_DATA, &ev, sizeof(ev));
	}
}
