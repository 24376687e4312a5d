/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loops: a worker's, and signalling's where it has an lcore of its own.
 *
 * A turn takes a burst from each port, what the rings hold and what is due. Between turns the loop
 * may rest (sleep.c).
 */
#include <dataplane/net/frag.h>
#include <dataplane/worker/cmdq.h>
#include <dataplane/worker/loop.h>
#include <dataplane/worker/pipeline.h>
#include <dataplane/worker/sip.h>
#include <dataplane/worker/sleep.h>

#define QUIESCENT_TURNS 256 /* under load; a loop that sleeps is offline */
#define COMMAND_BURST   64

/* True when the turn ran. */
static bool signalling_turn(struct workers *all, uint64_t now)
{
	struct dp_signalling *s = &all->signalling;

	if (now < s->due && !signalling_has_work(all))
		return false;
	if (atomic_load_explicit(&s->pending, memory_order_relaxed))
		atomic_exchange(&s->pending, false); /* before it looks: a later one counts anew */
	s->due = all->turn(all->turn_ctx, now);
	return true;
}

static unsigned worker_receive(struct dp_worker *d, uint64_t now)
{
	struct worker *w = &d->worker;
	struct rte_mbuf *m[WORKER_BURST];
	unsigned n, total = 0;

	d->burst_full = false;
	for (unsigned i = 0; i < w->port_count; i++) {
		if (w->port[i].via)
			continue;
		n = rte_eth_rx_burst(w->port[i].eth_port, w->port[i].queue, m, WORKER_BURST);
		total += n;
		d->burst_full |= n == WORKER_BURST;
		if (w->port[i].vlan)
			n = vlan_receive(&w->port[i].stats, w->port[i].vlan, m, n);
		if (n)
			pipeline_run(d, i, m, n, now);
	}
	d->info.packets += total;
	return total;
}

/* Takes media that may leave on our legs. */
static unsigned worker_take_relayed(struct dp_worker *d, struct rte_ring *relayed, uint64_t now)
{
	struct rte_mbuf *m[WORKER_BURST];
	unsigned n = rte_ring_sc_dequeue_burst(relayed, (void **)m, WORKER_BURST, NULL);

	d->info.bridged_in += n;
	for (unsigned i = 0; i < n; i++) {
		d->worker.port[pkt_of(m[i])->port].stats.handed_in++;
		legs_take(d->rtp, m[i], now);
	}
	return n;
}

/* Takes frames for our queues, and packets for our legs. */
static unsigned worker_take(struct dp_worker *d, const struct handover *h, uint64_t now)
{
	struct worker *w = &d->worker;
	struct rte_mbuf *m[WORKER_BURST];
	unsigned frames = rte_ring_sc_dequeue_burst(h->frames, (void **)m, WORKER_BURST, NULL), n;

	for (unsigned i = 0; i < frames; i++) {
		w->port[pkt_of(m[i])->port].stats.handed_in++;
		worker_tx(w, pkt_of(m[i])->port, m[i]);
	}
	n = rte_ring_sc_dequeue_burst(h->received, (void **)m, WORKER_BURST, NULL);
	for (unsigned first = 0, end; first < n; first = end) { /* what came in by one port */
		unsigned port = pkt_of(m[first])->port;

		for (end = first + 1; end < n && pkt_of(m[end])->port == port; end++)
			;
		pipeline_take(d, port, m + first, end - first, now);
	}
	return frames + n + worker_take_relayed(d, h->relayed, now);
}

static unsigned worker_given(struct dp_worker *d, uint64_t now)
{
	unsigned n = 0;

	for (unsigned from = 0; from < d->all->count; from++)
		if (from != d->worker.index)
			n += worker_take(d, workers_handover(d->all, from, d->worker.index), now);
	return n;
}

/* Done once a turn, however much was handed over in the turn. */
static void worker_wake_others(struct dp_worker *d)
{
	for (; d->worker.handed; d->worker.handed &= d->worker.handed - 1)
		wake_post(&d->all->worker[__builtin_ctz(d->worker.handed)].wake);
}

static unsigned worker_commands(struct dp_worker *d, uint64_t now)
{
	struct td_media_cmd cmd;
	unsigned n = 0;

	while (n < COMMAND_BURST && cmdq_get(d->commands, &cmd)) {
		legs_command(d->rtp, &cmd, now);
		n++;
	}
	if (n)
		d->rtp_due = 0; /* what is due may have changed */
	return n;
}

static unsigned worker_frames(struct dp_worker *d)
{
	struct rte_mbuf *m;
	unsigned n = 0;

	for (; cmdq_get(d->frames, &m); n++) {
		struct worker_port *p = &d->worker.port[pkt_of(m)->port];
		bool v6 = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *)->ether_type ==
			  htons(RTE_ETHER_TYPE_IPV6);

		p->stats.originated++;
		worker_apart(p, v6 ? TD_APART_ICMP : TD_APART_ARP, TD_DIR_OUT, m);
		worker_tx(&d->worker, pkt_of(m)->port, m);
	}
	return n;
}

static void worker_routes(struct dp_worker *d)
{
	uint32_t generation = atomic_load_explicit(&d->all->fib.generation, memory_order_acquire);

	if (generation == d->generation)
		return;
	d->generation = generation;
	legs_reroute(d->rtp);
}

uint64_t worker_turn(struct dp_worker *d, uint64_t now)
{
	struct workers *all = d->all;
	uint64_t due, held;
	unsigned packets = worker_receive(d, now);
	bool work = worker_took(d, packets, now);

	work |= worker_given(d, now) | worker_frames(d) | worker_commands(d, now);
	if (!all->inline_signalling)
		sip_from_ring(d, now);
	worker_routes(d);
	if (now >= d->rtp_due)
		d->rtp_due = legs_tick(d->rtp, now);
	held = sip_release_held(d, now);
	due = d->rtp_due < held ? d->rtp_due : held;
	held = d->frag ? frag_expire(d->frag, &d->worker, now) : TD_NEVER;
	due = held < due ? held : due;
	if (!d->worker.index && all->inline_signalling) {
		work |= signalling_turn(all, now);
		due = all->signalling.due < due ? all->signalling.due : due;
	} else if (d->told_signalling) {
		wake_post(all->signalling.wake);
	}
	d->told_signalling = false;
	for (unsigned i = 0; i < d->worker.port_count; i++)
		worker_flush(&d->worker, i);
	worker_wake_others(d);
	return work ? 0 : due;
}

int worker_run(void *arg)
{
	struct dp_worker *d = arg;
	struct workers *all = d->all;
	uint64_t now = dp_now(), due, before;

	loop_prepare();
	rte_rcu_qsbr_thread_online(all->qsbr, d->worker.index);
	while (!atomic_load_explicit(&all->stop, memory_order_relaxed)) {
		before = now;
		due = worker_turn(d, now);
		now = dp_now();
		d->info.turns++;
		if (!due || d->rest.nap)
			d->info.busy_ns += now - before;
		if (d->info.turns % QUIESCENT_TURNS == 0)
			rte_rcu_qsbr_quiescent(all->qsbr, d->worker.index);
		now = worker_rest(d, now, due);
	}
	rte_rcu_qsbr_thread_offline(all->qsbr, d->worker.index);
	return 0;
}

int signalling_run(void *arg)
{
	struct workers *all = arg;
	unsigned thread = all->count;
	uint64_t now;

	loop_prepare();
	rte_rcu_qsbr_thread_online(all->qsbr, thread);
	while (!atomic_load_explicit(&all->stop, memory_order_relaxed)) {
		now = dp_now();
		if (signalling_turn(all, now)) {
			rte_rcu_qsbr_quiescent(all->qsbr, thread);
			continue;
		}
		signalling_sleep(all, now);
	}
	rte_rcu_qsbr_thread_offline(all->qsbr, thread);
	return 0;
}
