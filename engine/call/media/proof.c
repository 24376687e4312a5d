/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/alarm.h>
#include <engine/call/media/proof.h>

#define CLEAR_NS (600 * TD_NSEC_PER_SEC) /* whoever forges cannot raise it more often */

bool proof_at_once(const struct td_flow *flow, const struct trunk *t, const struct agent *a)
{
	if (flow->connection)
		return true; /* its handshake has gone both ways */
	return a ? a->conf.auth == TD_CALL_PROOF_ALWAYS : t->conf.proof == TD_CALLER_PROOF_NONE;
}

/* True: its alarm is not raised yet. */
static bool doubt(const struct td_engine *e, struct trunk *t)
{
	bool first = !t->doubted;

	t->doubted = e->now;
	return first;
}

bool proof_full(struct td_engine *e, struct trunk *t)
{
	if (!t->conf.max_unproven || t->unproven < t->conf.max_unproven)
		return false;
	if (doubt(e, t))
		alarm_write(e, TD_ALARM_CALLER_UNPROVEN, t->object.name, true,
			"trunk %s: %u calls ring before their caller has shown that it is there: "
			"see "
			"its key max_unproven",
			t->object.name, t->unproven);
	return true;
}

/* The last cause of its alarm is long ago. */
static void believe(struct td_engine *e, struct trunk *t)
{
	if (!t || !t->doubted || e->now - t->doubted <= CLEAR_NS)
		return;
	t->doubted = 0;
	alarm_write(e, TD_ALARM_CALLER_UNPROVEN, t->object.name, false,
		"trunk %s: its callers are there", t->object.name);
}

void proof_begin(struct td_engine *e, struct call *c, bool proven, bool rings)
{
	c->proven = proven;
	if (proven) /* by TCP, or the trunk's key proof says so now */
		believe(e, c->trunk);
	c->rings_unproven = !proven && rings && c->trunk;
	e->unproven_now += !proven;
	if (c->rings_unproven)
		c->trunk->unproven++;
}

void proof_over(struct td_engine *e, struct call *c)
{
	e->unproven_now -= !c->proven;
	if (c->rings_unproven)
		c->trunk->unproven--;
	c->rings_unproven = false;
}

void proof_given(struct td_engine *e, struct call *c)
{
	if (c->proven)
		return;
	proof_over(e, c);
	c->proven = true;
	believe(e, c->trunk);
}

void proof_missed(struct td_engine *e, struct call *c)
{
	if (c->proven)
		return;
	e->unproven++;
	if (c->trunk && doubt(e, c->trunk))
		alarm_write(e, TD_ALARM_CALLER_UNPROVEN, c->trunk->object.name, true,
			"trunk %s: no ACK has come to the 200 of call %s", c->trunk->object.name,
			c->contact->cdr.id);
}
