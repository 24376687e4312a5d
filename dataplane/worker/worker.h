/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker as its loop has it, and all workers with what they share. The fields say which thread
 * writes them; those that say nothing main writes, before the workers run.
 */
#ifndef TANDEM_DATAPLANE_WORKER_WORKER_H
#define TANDEM_DATAPLANE_WORKER_WORKER_H

#include <rte_rcu_qsbr.h>
#include <dataplane/dataplane.h>
#include <dataplane/leg/legs.h>
#include <dataplane/net/ledger.h>
#include <dataplane/net/local.h>
#include <dataplane/net/way.h>
#include <dataplane/worker/handover.h>
#include <dataplane/worker/wake.h>

#define SIP_HOLD 64 /* SIP messages that wait for a neighbour */

struct frag;

struct sip_held {
	struct rte_mbuf *m;
	uint32_t nexthop; /* with a reference */
	uint64_t until;
};

/* How its loop comes to rest; sleep.c. */
struct worker_rest {
	uint64_t last;      /* when packets came last */
	unsigned turns;     /* empty ones, in a row */
	bool nap;           /* latency cpu: packets come fast enough; a nap is due */
	bool interrupts;    /* main, before start: a queue has some */
	bool armed;         /* these: a turn is to be taken before sleeping */
	int fd[PORT_MAX];   /* main, before start: readable when packets wait; -1: none, nap instead
			     */
	int intr[PORT_MAX]; /* main, before start: the queue's descriptor; -1 none */
};

/* A worker and its ends of the rings; the thread that writes is named. */
struct dp_worker {
	struct worker worker;
	struct workers *all;
	struct legs *rtp;
	struct tap *tap;
	struct wake wake;
	struct rte_ring *commands; /* signalling: struct td_media_cmd */
	struct rte_ring *sip_out;  /* signalling: mbuf, its next hop in pkt.leg; own lcore only */
	struct rte_ring *frames;   /* main: mbuf, a whole frame for pkt.port */
	struct rte_ring *events;   /* worker: struct td_media_event */
	struct rte_ring *sip_in;   /* worker: mbuf */
	struct rte_ring *learnt;   /* worker, for main: struct punt_learnt */
	struct frag *frag;         /* NULL where the kernel owns all ports */
	struct sip_held hold[SIP_HOLD]; /* worker, all below too */
	unsigned held;
	uint32_t generation; /* of routes that the legs know */
	uint64_t rtp_due;
	bool told_signalling; /* put something into events or sip_in */
	bool burst_full;      /* of a port: more waits there */
	struct worker_rest rest;
	struct dp_worker_info info;
};

/* The signalling function's place: an lcore of its own, or worker 0's loop. */
struct dp_signalling {
	struct wake own;      /* where it has an lcore */
	struct wake *wake;    /* of the loop that runs it */
	_Atomic bool pending; /* dp_signal_wake(): any */
	uint64_t due;
	struct td_port_stats lost[PORT_MAX]; /* signalling: never reached a worker */
	struct ways *ways;                   /* signalling: how strangers' messages came */
	uint32_t datagrams; /* signalling: sent, as a number for fragments to be known by */
};

struct workers {
	unsigned count;
	struct dp_worker *worker;
	struct handover *handover; /* between workers; NULL where there is one */
	struct local local;
	struct legs_address address[PORT_MAX * TD_CONF_LIST];
	unsigned addresses;
	struct rte_mempool *pool;
	struct rte_rcu_qsbr *qsbr; /* thread: worker's index, then signalling */
	struct fib fib;            /* main */
	struct dp_signalling signalling;
	bool inline_signalling; /* in worker 0's loop */
	uint8_t latency;        /* enum td_latency: how loops rest */
	uint64_t (*turn)(void *ctx, uint64_t now);
	void *turn_ctx;
	void (*wake_main)(void *main_ctx); /* any thread: something was learnt */
	void *main_ctx;
	_Atomic bool stop; /* main */
};

/* NULL: a worker hands itself nothing. */
static inline struct handover *workers_handover(
	const struct workers *all, unsigned from, unsigned to)
{
	return from == to ? NULL : &all->handover[from * all->count + to];
}

#endif
