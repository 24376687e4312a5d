/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/data.h>
#include <errno.h>
#include <stdio.h>

int data_add(struct td_engine *e, struct contact_data *d, const struct td_contact_request *r,
	struct td_text *err)
{
	for (uint32_t i = 0; i < r->count; i++) {
		struct str key = str_of(r->data[i].key), value = str_of(r->data[i].value);
		int rc = contact_data_set(d, key, value);

		if (rc == 0)
			continue;
		e->refused.contacts_data++;
		if (rc == -ENOSPC)
			td_text_set(err,
				"no room for %.63s: a contact has at most %d keys, and %d octets "
				"in all",
				key.p, CONTACT_DATA_MAX, CONTACT_DATA_BYTES);
		else
			td_text_set(err, "\"%.63s\" is no key: a key has 1 to %d octets", key.p,
				TD_NAME_BYTES - 1);
		return rc;
	}
	return 0;
}

void data_write(struct td_engine *e, const struct contact *c, const struct td_contact_request *r)
{
	for (uint32_t i = 0; i < r->count; i++) {
		struct td_ev_contact_data ev = {0};

		memcpy(ev.call, c->cdr.id, sizeof(ev.call));
		snprintf(ev.key, sizeof(ev.key), "%s", r->data[i].key);
		snprintf(ev.value, sizeof(ev.value), "%s", r->data[i].value);
		e->io.event(e->io.ctx, TD_EV_CONTACT_DATA, &ev, sizeof(ev));
	}
}
