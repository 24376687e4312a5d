/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/distribute.h>
#include <engine/call/transition/wait.h>

void wait_begin(struct td_engine *e, struct call *c, struct queue *q)
{
	struct td_acd_in in;

	c->queue = q;
	c->contact = ++e->last_contact;
	if (!c->contact) /* 0 is no contact */
		c->contact = ++e->last_contact;
	c->entered = e->now;
	c->position = c->first_position = 0;
	hash_add(&e->by_contact, &c->by_contact,
		(struct str){(const char *)&c->contact, sizeof(c->contact)});
	q->waiting++;
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_CONTACT_ADD;
	in.queue = q->object.number;
	in.contact = c->contact;
	in.contact_add.waited_ms = c->waited_ms;
	distribute(e, &in);
}

void wait_over(struct td_engine *e, struct call *c)
{
	hash_del(&e->by_contact, &c->by_contact);
	c->contact = 0;
	c->queue->waiting--;
	c->waited_ms += ms_between(c->entered, e->now);
	c->cdr.wait_ms = c->waited_ms;
}
