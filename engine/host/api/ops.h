/* SPDX-License-Identifier: BSD-3-Clause */
/* What the requests of include/tandem/api.h do. Main's thread. */
#ifndef TANDEM_HOST_API_OPS_H
#define TANDEM_HOST_API_OPS_H

#include <engine/conf/conf.h>
#include <system/api.h>
#include <engine/host/api/bandwidth.h>
#include <engine/host/record/recorder.h>
#include <engine/host/turn.h>
#include <sys/queue.h>

struct apply;
struct show;
struct waiter;

struct ops {
	/* the owner's, before ops_init() */
	struct dp *dp;
	struct turn *turn;
	struct journal *journal;
	struct recorder *recorder;      /* NULL: none */
	struct td_conf *conf;           /* in force; replaced when a change took effect */
	uint64_t started;               /* monotonic */
	void (*drain_begun)(void *ctx); /* NULL: no one wants to know */
	void *ctx;

	struct bandwidth bandwidth;
	struct apply *apply;            /* one change at a time */
	bool draining;                  /* asked for by a client or a signal */
	TAILQ_HEAD(shows, show) parked; /* their clients do not read fast enough */
	TAILQ_HEAD(waiters, waiter) tracers, drainers;
};

void ops_init(struct ops *o);
void ops_fini(struct ops *o);                  /* after api_stop() and the last answer */
extern const struct api_handlers ops_handlers; /* ctx to be set */

void ops_second(struct ops *o, uint64_t now); /* once a second */
bool ops_traces(struct ops *o);    /* after a kick; true: call it again, serving others between */
int ops_drain(struct ops *o);      /* no new calls from now on. 0 or -errno */
int ops_hangup_all(struct ops *o); /* and those that there are get BYE. 0 or -errno */
void ops_drained(struct ops *o);   /* the last call has ended: tell who waits */
/* What took effect goes to the journal. */
void ops_journal_config(struct ops *o, enum journal_source source, struct conf_count count);

#endif
