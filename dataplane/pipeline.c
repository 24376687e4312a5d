/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a port's burst to its stages. Media that the fast lane knows goes through it; for all others
 * the parse has a verdict, and each stage gets its packets at once. The stages stand in one table.
 */
#include <dataplane/private.h>
#include <dataplane/rtp/lane.h>

typedef void stage_fn(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now);

static void stage_sip(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		struct td_port_stats *s = &d->worker.port[pkt_of(m[i])->port].stats;

		if (!cmdq_put(d->sip_in, &m[i])) {
			worker_drop(&d->worker, m[i], TD_DROP_SIP_RING_FULL);
			continue;
		}
		s->consumed[TD_CONSUMED_SIP]++;
		d->told_signalling = true;
	}
}

static void stage_arp(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	struct punt_learnt learnt;

	for (unsigned i = 0; i < n; i++)
		if (punt_arp(&d->worker, &d->dp->parse, m[i], &learnt) &&
			cmdq_put(d->learnt, &learnt)) /* full: it will be asked again */
			home_wake(d->dp);
}

static void stage_icmp(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++)
		punt_icmp(&d->worker, m[i]);
}

static void stage_kernel(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++)
		worker_consume(&d->worker, m[i], TD_CONSUMED_KERNEL);
}

static stage_fn *const stages[VERDICT_COUNT] = {
	[VERDICT_SIP] = stage_sip,
	[VERDICT_ARP] = stage_arp,
	[VERDICT_ICMP] = stage_icmp,
	[VERDICT_KERNEL] = stage_kernel,
};

void pipeline_run(struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	struct worker_port *p = &d->worker.port[port];
	struct rte_mbuf *batch[VERDICT_COUNT][WORKER_BURST];
	unsigned count[VERDICT_COUNT] = {0};
	struct lane lane;

	p->stats.in += n;
	p->stats.in_bytes += lane_open(&lane, d->rtp, &d->dp->parse, port, m, n, now);
	for (unsigned i = lane_run(&lane, 0); i < n; i = lane_run(&lane, i + 1)) {
		unsigned verdict = parse_packet(&d->dp->parse, p, port, m[i]);

		if (verdict == VERDICT_MEDIA) /* in turn: its leg's next may be in the lane again */
			rtp_receive(d->rtp, m[i], now);
		else if (verdict < VERDICT_COUNT)
			batch[verdict][count[verdict]++] = m[i];
		else
			worker_drop(&d->worker, m[i], verdict - VERDICT_DROP);
	}
	for (unsigned v = 0; v < VERDICT_COUNT; v++)
		if (count[v])
			stages[v](d, batch[v], count[v], now);
}
