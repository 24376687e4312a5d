/* SPDX-License-Identifier: BSD-3-Clause */
/* Contacts: into a queue, out of it, and out by time. */
#include <errno.h>
#include <engine/acd/internal.h>

void contact_free(struct acd_contact *c)
{
	struct acd_queue *q = c->queue;
	struct acd *a = q->acd;

	timer_cancel(&a->timers, &c->timer);
	tree_del(&q->line, &c->line_node);
	tree_del(&q->waiting[c->channel], &c->waiting_node);
	queue_refresh(q, c->channel);
	TAILQ_REMOVE(&q->entries, c, entry);
	hash_del(&a->contact_by_number, &c->node);
	pool_free(&a->contacts, c);
}

static void overflow(struct acd *a, const struct td_acd_in *in, enum td_acd_reason reason)
{
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_OVERFLOW, in->queue, 0, NULL);

	out.contact = in->contact;
	out.reason = (uint8_t)reason;
	out_end(a, &out);
}

/*
 * The contact leaves unserved. An agent who is rung for it gets a CANCEL and goes back to their
 * place among the idle.
 */
void contact_remove(struct acd_contact *c, enum td_acd_reason cancel, enum td_acd_reason over)
{
	struct acd_queue *q = c->queue;
	struct acd *a = q->acd;
	struct acd_agent *ag = c->agent;
	struct td_acd_out out;

	if (ag) {
		out = out_begin(a, TD_ACD_OUT_CANCEL, q->number, ag->number, c);
		out.reason = (uint8_t)cancel;
		out_end(a, &out);
		offer_end(c);
		agent_enter(ag, TD_AGENT_AVAILABLE, TD_ACD_NONE);
	}
	out = out_begin(a, TD_ACD_OUT_OVERFLOW, q->number, 0, c);
	out.reason = (uint8_t)over;
	out.position = tree_rank(&c->line_node) + 1;
	contact_free(c);
	if (over)
		out_end(a, &out);
	if (ag)
		agent_refresh(ag);
}

static void contact_fire(struct timer *t, uint64_t now)
{
	struct acd_contact *c = container_of(t, struct acd_contact, timer);

	c->queue->timed_out++;
	c->queue->timed_out_in_level +=
		contact_wait_ms(c->queue->acd, c) <= c->queue->conf.service_level_ms;
	contact_remove(c, TD_ACD_TIMEOUT, TD_ACD_TIMEOUT);
}

void contact_timeout_set(struct acd_contact *c)
{
	struct acd_queue *q = c->queue;

	if (q->conf.timeout_ms)
		timer_set(&q->acd->timers, &c->timer,
			c->entered + q->conf.timeout_ms * TD_NSEC_PER_MSEC);
	else
		timer_cancel(&q->acd->timers, &c->timer);
}

static uint64_t before(uint64_t now, uint32_t ms)
{
	uint64_t ns = ms * TD_NSEC_PER_MSEC;

	return now > ns ? now - ns : 0;
}

int contact_add(struct acd *a, const struct td_acd_in *in)
{
	struct acd_queue *q = queue_at(a, in->queue);

	if (in->contact == 0 || in->contact_add.channel >= TD_CHANNEL_COUNT)
		return -EINVAL;
	if (contact_find(a, in->contact))
		return -EEXIST;
	if (!q) {
		overflow(a, in, TD_ACD_EMPTY);
		return -ENOENT;
	}
	struct acd_contact *c = queue_full(q) ? NULL : pool_alloc(&a->contacts);

	if (!c) {
		q->full++;
		overflow(a, in, TD_ACD_FULL);
		return 0;
	}
	q->entered++;
	c->queue = q;
	c->number = in->contact;
	c->channel = in->contact_add.channel;
	c->priority = in->contact_add.priority;
	c->entered = before(a->now, in->contact_add.waited_here_ms);
	c->order_time = (int64_t)(a->now - in->contact_add.waited_ms * TD_NSEC_PER_MSEC);
	c->order = ++a->order;
	c->timer.fire = contact_fire;
	hash_add(&a->contact_by_number, &c->node,
		(struct str){(const char *)&c->number, sizeof(c->number)});
	TAILQ_INSERT_TAIL(&q->entries, c, entry);
	tree_add(&q->line, &c->line_node);
	tree_add(&q->waiting[c->channel], &c->waiting_node);
	contact_timeout_set(c);
	struct td_acd_out out = out_begin(a, TD_ACD_OUT_QUEUED, q->number, 0, c);

	out.position = tree_rank(&c->line_node) + 1;
	out_end(a, &out);
	queue_refresh(q, c->channel);
	return 0;
}

int contact_del(struct acd *a, const struct td_acd_in *in)
{
	struct acd_contact *c = contact_find(a, in->contact);
	uint32_t reason = in->end.reason;

	if (!c)
		return -ENOENT;
	if (reason != TD_ACD_ABANDON && reason != TD_ACD_WITHDRAW)
		return -EINVAL;
	struct acd_queue *q = c->queue;

	if (reason == TD_ACD_ABANDON) {
		q->abandoned++;
		q->abandoned_in_level += contact_wait_ms(a, c) <= q->conf.service_level_ms;
	} else {
		q->withdrawn++;
	}
	contact_remove(c, (enum td_acd_reason)reason, TD_ACD_NONE);
	return 0;
}
