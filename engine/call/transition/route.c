/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/story.h>
#include <engine/call/site/trunk.h>
#include <engine/call/transition/dial.h>
#include <engine/call/transition/driver.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/wait.h>
#include <engine/call/transition/route.h>

static void stop(struct td_engine *e, struct call *c, enum td_ended_by by)
{
}

/* The queue that has the call next: into which the last one overflows, or the route's own when its
 * trunks were no use. NULL: none. A transfer of whom a trunk reached is no matter of the route's.
 */
static struct queue *next_queue(struct td_engine *e, struct call *c, const struct outcome *o)
{
	struct queue **own = &driver_top(c)->route.queue, *q = *own;

	if (o->queue) {
		c->contact->hops++;
		return o->queue;
	}
	if (!q || !q->object.configured || !o->untaken || c->contact->cdr.connected)
		return NULL;
	*own = NULL;
	story(e, c, "no trunk takes the call: it goes to queue %s", q->object.name);
	return q;
}

static void resume(struct td_engine *e, struct call *c, const struct outcome *o)
{
	struct queue *q = next_queue(e, c, o);

	if (q) {
		wait_start(e, c, q);
		return;
	}
	if (o->disposition == TD_CALL_FAILED)
		story(e, c, "%d to the caller%s", o->code,
			o->ended_by == TD_ENDED_BY_US ? ": no trunk is left" : "");
	call_end(e, c, (enum td_ended_by)o->ended_by, (enum td_disposition)o->disposition, o->code);
}

static const struct driver_ops driver = {.name = "route", .stop = stop, .resume = resume};

/* Tells which trunks are passed over. */
static void resting(struct td_engine *e, struct call *c, const struct td_conf_route *r,
	const struct target *targets, uint8_t count)
{
	for (uint8_t i = 0; i < r->trunk_count; i++) {
		const struct trunk *t = objects_configured(&e->trunks, r->trunks[i]);

		if (t && trunk_rests(e, t) && !(count == 1 && targets[0].trunk == t))
			story(e, c, "trunk %s is not called: it rests for %u s, as it asked for",
				t->object.name, ms_between(e->now, t->rests) / 1000);
	}
}

void route_start(
	struct td_engine *e, struct call *c, const struct td_conf_route *r, struct queue *q)
{
	struct driver *d = driver_push(c, &driver);
	struct target t[TD_CONF_LIST] = {0};
	struct attempt_plan plan = {.t = t, .number = c->contact->cdr.dialled, .code = 503};

	if (r) {
		plan.count = trunk_targets(e, r, t);
		resting(e, c, r, t, plan.count);
	}
	if (plan.count) {
		d->route.queue = q;
		dial_start(e, c, &plan);
	} else {
		wait_start(e, c, q);
	}
}
