/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands behind struct dp, for the files of this folder alone. */
#ifndef TANDEM_DATAPLANE_PRIVATE_H
#define TANDEM_DATAPLANE_PRIVATE_H

#include <rte_rcu_qsbr.h>
#include <dataplane/worker/cmdq.h>
#include <dataplane/dataplane.h>
#include <dataplane/worker/handover.h>
#include <dataplane/net/frag.h>
#include <dataplane/net/nd.h>
#include <dataplane/net/neighbour.h>
#include <dataplane/net/netlink.h>
#include <dataplane/net/punt.h>
#include <dataplane/port/port.h>
#include <dataplane/leg/rtp.h>
#include <dataplane/worker/wake.h>
#include <dataplane/net/ledger.h>

#define DP_HOLD      64                    /* SIP messages that wait for a neighbour */
#define DP_HOLD_TIME (3 * TD_NSEC_PER_SEC) /* as long as ARP asks: NEIGHBOUR_PROBES */
#define DP_SIP_RING  2047
#define DP_ACCT_ROWS 1024 /* codecs x trunks x queues */

struct dp_held {
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
	int intr[PORT_MAX]; /* main, before start: the queue's descriptor; -1 none */
};

/* A worker and its ends of the rings; the thread that writes is named. */
struct dp_worker {
	struct worker worker;
	struct dp *dp;
	struct rtp *rtp;
	struct tap *tap;
	struct wake wake;
	struct rte_ring *commands; /* signalling: struct td_media_cmd */
	struct rte_ring *sip_out;  /* signalling: mbuf, its next hop in pkt.leg; own lcore only */
	struct rte_ring *frames;   /* main: mbuf, a whole frame for pkt.port */
	struct rte_ring *events;   /* worker: struct td_media_event */
	struct rte_ring *sip_in;   /* worker: mbuf */
	struct rte_ring *learnt;   /* worker, for main: struct punt_learnt */
	struct frag *frag;         /* NULL where the kernel owns all ports */
	struct dp_held hold[DP_HOLD]; /* worker, all below too */
	unsigned held;
	uint32_t generation; /* of routes that the legs know */
	uint64_t rtp_due;
	uint64_t events_lost;
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
	uint64_t commands_lost;
	uint32_t datagrams; /* signalling: sent, as a number for fragments to be known by */
};

struct dp {
	struct td_conf_site site;
	struct td_conf_port *conf; /* copies, as many as ports */
	struct port port[PORT_MAX];
	unsigned ports, opened, workers;
	uint64_t (*turn)(void *ctx, uint64_t now);
	void *turn_ctx;
	uint64_t wall_offset; /* at the start */
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
	struct local local;
	struct rtp_address address[PORT_MAX * TD_CONF_LIST];
	unsigned addresses;
	struct rte_mempool *pool;
	struct rte_rcu_qsbr *qsbr; /* thread: worker's index, then signalling */
	struct fib fib;
	struct netlink *netlink;       /* main; NULL when the kernel owns no port */
	struct neighbours *neighbours; /* main */
	struct sounds *sounds;
	struct dp_signalling signalling;
	struct dp_worker *worker;
	struct handover *handover; /* between workers; NULL where there is one */
	uint64_t rings_bytes;
	_Atomic bool stop;
	bool running;
	int main_epoll, main_event;
	_Atomic bool main_pending;         /* any: main_event was written */
	uint64_t main_second, main_minute; /* main: when ageing was done last */
};

static inline bool dp_inline_signalling(const struct dp *dp)
{
	return dp->site.signalling_core < 0;
}

/* NULL: a worker hands itself nothing. */
static inline struct handover *dp_handover(const struct dp *dp, unsigned from, unsigned to)
{
	return from == to ? NULL : &dp->handover[from * dp->workers + to];
}

/* worker.c: lcore functions. */
int worker_run(void *dp_worker);
/* One turn of its loop. The next deadline; 0 when there was work, so that another should follow. */
uint64_t worker_turn(struct dp_worker *d, uint64_t now);
int signalling_run(void *dp);

/* sleep.c: how the loops sleep. */
void loop_prepare(void); /* of the thread, before its first turn */
bool signalling_has_work(struct dp *dp);
/* After receiving: whether another turn should follow at once, as far as packets go. */
bool worker_took(struct dp_worker *d, unsigned packets, uint64_t now);
/* After a turn: sleeps, or not, until `due` at the latest; 0: not at all. The time then. */
uint64_t worker_rest(struct dp_worker *d, uint64_t now, uint64_t due);
void signalling_sleep(struct dp *dp, uint64_t now);

/* rxintr.c: interrupts of its queues. */
void rx_intr_init(struct dp_worker *d); /* main, once ports and queues are known */
void rx_intr_arm(struct dp_worker *d);
void rx_intr_disarm(struct dp_worker *d);
/* Reads those that are readable. */
void rx_intr_take(struct dp_worker *d, const struct pollfd *fds, unsigned n);

/* pipeline.c: a burst that came in by a port. */
void pipeline_run(
	struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now);
/* One that another worker received by that port and handed over. */
void pipeline_take(
	struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now);

/* sip.c: a SIP message of ours, counted already; waits for its neighbour if it must. Takes the
 * packet and the reference. */
void sip_transmit(struct dp_worker *d, struct rte_mbuf *m, uint32_t nexthop, uint64_t now);
/* Sends or gives up what waits; the time when to look again. */
uint64_t sip_release_held(struct dp_worker *d, uint64_t now);
bool sip_held_ready(const struct dp_worker *d); /* one that waited can go */
void sip_from_ring(struct dp_worker *d, uint64_t now);

/* home.c, main thread: routes and neighbours. */
int home_start(struct dp *dp, struct td_text *err);
void home_stop(struct dp *dp);
void home_wake(void *dp); /* any thread: dp_main_fd() becomes readable */

#endif
