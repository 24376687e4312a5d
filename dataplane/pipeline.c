/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a port's burst to its stages: the fused parse gives each packet a verdict, then each stage
 * gets its packets at once. All stages stand in one table.
 */
#include <dataplane/private.h>

typedef void stage_fn(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now);

static void stage_media(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	rtp_input(d->rtp, m, n, now);
}

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
	[VERDICT_MEDIA] = stage_media,
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

	/* Three lines of each packet, all misses at once: a ring hands over mbufs that are cold. */
	for (unsigned i = 0; i < n; i++) {
		rte_prefetch0(m[i]);
		rte_prefetch0(pkt_of(m[i]));
	}
	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
	for (unsigned i = 0; i < n; i++) {
		unsigned verdict;

		p->stats.in_bytes += m[i]->pkt_len;
		verdict = parse_packet(&d->dp->parse, p, port, m[i]);
		if (verdict < VERDICT_COUNT)
			batch[verdict][count[verdict]++] = m[i];
		else
			worker_drop(&d->worker, m[i], verdict - VERDICT_DROP);
	}
	p->stats.in += n;
	for (unsigned v = 0; v < VERDICT_COUNT; v++)
		if (count[v])
			stages[v](d, batch[v], count[v], now);
}
