/* SPDX-License-Identifier: BSD-3-Clause */
/* What all requests share: the parts that answer, and what is under way. Main's thread. */
#ifndef TANDEM_ENGINE_HOST_API_STATE_H
#define TANDEM_ENGINE_HOST_API_STATE_H

#include <engine/conf/conf.h>
#include <system/api.h>
#include <engine/host/api/bandwidth.h>
#include <engine/host/record/recorder.h>
#include <engine/host/turn.h>
#include <sys/queue.h>

struct apply;
struct job;
struct tcp;
struct waiter;

struct ops {
	/* the owner's, before ops_init() */
	struct dp *dp;
	struct turn *turn;
	struct tcp *tcp; /* NULL: none */
	struct journal *journal;
	struct recorder *recorder;      /* NULL: none */
	struct td_conf *conf;           /* in force; replaced when a change took effect */
	uint64_t started;               /* monotonic */
	void (*drain_begun)(void *ctx); /* count at once; NULL: no one wants to know */
	void *ctx;

	struct bandwidth bandwidth;
	bool alarms[TD_ALARM_COUNT];  /* of tandemd: those that are raised */
	struct api_client *store;     /* whose acknowledgements are taken; NULL: anybody's */
	struct apply *apply;          /* one change at a time */
	bool draining;                /* asked for by a client or a signal */
	bool ending;                  /* when the last call and contact has ended */
	bool final;                   /* by a signal: no client takes it back */
	TAILQ_HEAD(jobs, job) parked; /* their clients do not read fast enough */
	struct jobs asked;            /* the thread of TCP has them */
	TAILQ_HEAD(waiters, waiter) tracers, drainers;
};

#endif
