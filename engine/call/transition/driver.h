/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who leads a call: a stack of drivers. The one on top acts; when it has done what it can, it
 * returns to the one below with an outcome.
 *
 *     route   the bottom: where the dialled number leads, and what follows when that fails
 *     queue   the caller waits, and the distributor says who is rung: wait.h
 *     dial    somebody is rung by name or number: dial.h
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_DRIVER_H
#define TANDEM_ENGINE_CALL_TRANSITION_DRIVER_H

#include <engine/call/state/state.h>

struct outcome {
	uint8_t ended_by;    /* enum td_ended_by, */
	uint8_t disposition; /* enum td_disposition, */
	int code;            /* and SIP code with which the call ends, if nobody knows better */
	struct queue *queue; /* that the call overflows into; NULL: none */
	bool untaken;        /* nobody was reached who could say anything of the number */
};

struct driver_ops {
	const char *name;
	/* The call ends, or another one leads it from now on: it gives up what is under way. */
	void (*stop)(struct td_engine *e, struct call *c, enum td_ended_by by);
	/* The driver above it has returned. */
	void (*resume)(struct td_engine *e, struct call *c, const struct outcome *o);
};

/* The stack never fills: a queue gives way to the next one, and one call is dialled at a time. */
struct driver *driver_push(struct call *c, const struct driver_ops *ops);
struct driver *driver_top(struct call *c); /* NULL: none is left */
void driver_pop(struct call *c);
/* The top one has ended. */
void driver_return(struct td_engine *e, struct call *c, const struct outcome *o);
/* All, from the top down. */
void driver_stop(struct td_engine *e, struct call *c, enum td_ended_by by);

#endif
