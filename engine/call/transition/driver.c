/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/transition/driver.h>
#include <assert.h>

struct driver *driver_push(struct call *c, const struct driver_ops *ops)
{
	struct driver *d = &c->driver[c->drivers];

	assert(c->drivers < DRIVERS_MAX);
	c->drivers++;
	*d = (struct driver){.ops = ops};
	return d;
}

struct driver *driver_top(struct call *c)
{
	return c->drivers ? &c->driver[c->drivers - 1] : NULL;
}

void driver_pop(struct call *c)
{
	c->drivers--;
}

void driver_return(struct td_engine *e, struct call *c, const struct outcome *o)
{
	driver_pop(c);
	driver_top(c)->ops->resume(
		e, c, o); /* only the route has none below, and it ends the call */
}

void driver_stop(struct td_engine *e, struct call *c, enum td_ended_by by)
{
	while (c->drivers) {
		const struct driver_ops *ops = driver_top(c)->ops;

		driver_pop(c);
		ops->stop(e, c, by);
	}
}
