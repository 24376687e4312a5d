/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a port's burst to its stages. Media that the fast lane knows goes through it; for all others
 * the parse has a verdict, and each stage gets its packets at once. The stages stand in one table.
 */
#include <dataplane/worker/cmdq.h>
#include <dataplane/worker/pipeline.h>
#include <dataplane/net/frag.h>
#include <dataplane/net/nd.h>
#include <dataplane/net/parse.h>
#include <dataplane/net/punt.h>
#include <dataplane/net/unreach.h>
#include <dataplane/leg/lane.h>

typedef void stage_fn(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now);

static void stage_sip(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m[i], struct rte_ether_hdr *);
		struct td_port_stats *s = &d->worker.port[pkt_of(m[i])->port].stats;

		/* The answer may go back there. */
		if (rte_is_multicast_ether_addr(&eth->src_addr)) {
			worker_drop(&d->worker, m[i], TD_DROP_ETHERNET_SOURCE);
			continue;
		}
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
		if (punt_arp(&d->worker, &d->all->local, m[i], &learnt) &&
			cmdq_put(d->learnt, &learnt)) /* full: it will be asked again */
			d->all->wake_main(d->all->main_ctx);
}

static void stage_icmp(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++)
		punt_icmp(&d->worker, m[i]);
}

static void stage_icmp6(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	struct punt_learnt learnt;

	for (unsigned i = 0; i < n; i++)
		if (nd_input(&d->worker, &d->all->local.local6, m[i], &learnt) &&
			cmdq_put(d->learnt, &learnt))
			d->all->wake_main(d->all->main_ctx);
}

/* A datagram made of them is treated as if it had come whole. */
static void stage_fragment(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned port = pkt_of(m[i])->port, verdict;
		struct rte_mbuf *whole = frag_input(d->frag, &d->worker, m[i], now);

		if (!whole)
			continue;
		verdict = parse_packet(&d->all->local, &d->worker.port[port], port, whole);
		if (verdict == VERDICT_SIP)
			stage_sip(d, &whole, 1, now);
		else
			worker_drop(&d->worker, whole,
				verdict < VERDICT_DROP ? TD_DROP_IP_FRAGMENT
						       : verdict - VERDICT_DROP);
	}
}

static void stage_kernel(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++)
		worker_consume(&d->worker, m[i], TD_CONSUMED_KERNEL);
}

static unsigned media_worker(const struct dp_worker *d, struct rte_mbuf *m)
{
	return td_leg_worker(pkt_of(m)->leg, d->all->count, d->all->local.ports_per_address);
}

/* Media that came to another worker than that of its leg, by one port. Packets for the same worker
 * are handed over together. */
static void stage_media(struct dp_worker *d, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	unsigned from = d->worker.index, port = pkt_of(m[0])->port;

	for (unsigned first = 0, end; first < n; first = end) {
		unsigned to = media_worker(d, m[first]);

		for (end = first + 1; end < n && media_worker(d, m[end]) == to; end++)
			;
		worker_hand(&d->worker, workers_handover(d->all, from, to)->received, to, port,
			m + first, end - first);
	}
}

/* Two tables: one table of pairs would cost half an instruction a packet more. */
#define STAGE_RUN(id, name, apart)   [VERDICT_##id] = stage_##name,
#define STAGE_APART(id, name, apart) [VERDICT_##id] = apart,
static stage_fn *const stages[VERDICT_COUNT] = {VERDICTS(STAGE_RUN)};
static const enum td_apart aparts[VERDICT_COUNT] = {VERDICTS(STAGE_APART)};

/* Puts a frame of several buffers into one; false when it was dropped. Only SIP may be so long. */
static bool pipeline_flatten(struct dp_worker *d, unsigned port, struct rte_mbuf **m)
{
	const struct local *t = &d->all->local;
	unsigned verdict;

	if (!d->frag) {
		pkt_of(*m)->port = (uint8_t)port;
		worker_drop(&d->worker, *m, TD_DROP_TOO_BIG);
		return false;
	}
	*m = frag_flatten(d->frag, &d->worker, port, *m);
	if (!*m)
		return false;
	verdict = parse_packet(t, &d->worker.port[port], port, *m);
	if (verdict != VERDICT_MEDIA)
		return true;
	worker_drop(&d->worker, *m, TD_DROP_TOO_BIG);
	return false;
}

/* The bytes of n packets, at most LANE_BURST, which are taken. */
static uint64_t pipeline_window(struct dp_worker *d, struct lane *lane, unsigned port,
	struct rte_mbuf **m, unsigned n, bool more, uint64_t now)
{
	struct worker_port *p = &d->worker.port[port];
	struct rte_mbuf *batch[VERDICT_COUNT][LANE_BURST];
	unsigned count[VERDICT_COUNT] = {0};
	uint64_t bytes = lane_open(lane, d->rtp, &d->all->local, port, m, n, more, now);

	for (unsigned i = lane_run(lane, 0); i < n; i = lane_run(lane, i + 1)) {
		unsigned verdict;

		if (m[i]->nb_segs > 1 && !pipeline_flatten(d, port, &m[i]))
			continue;
		verdict = parse_packet(&d->all->local, p, port, m[i]);
		if (verdict >= VERDICT_COUNT)
			worker_apart(p, TD_APART_REFUSED, TD_DIR_IN, m[i]);
		else if (verdict != VERDICT_MEDIA)
			worker_apart(p, aparts[verdict], TD_DIR_IN, m[i]);
		if (verdict == PARSE_DROP(UDP_PORT))
			unreach_drop(&d->worker, m[i], TD_DROP_UDP_PORT, now);
		else if (verdict >= VERDICT_COUNT)
			worker_drop(&d->worker, m[i], verdict - VERDICT_DROP);
		else if (verdict != VERDICT_MEDIA ||
			 (d->all->count > 1 && media_worker(d, m[i]) != d->worker.index))
			batch[verdict][count[verdict]++] = m[i];
		else /* at once: the leg's next packet may take the lane again */
			legs_receive(d->rtp, m[i], now);
	}
	for (unsigned v = 0; v < VERDICT_COUNT; v++)
		if (count[v])
			stages[v](d, batch[v], count[v], now);
	return bytes;
}

static uint64_t pipeline_windows(
	struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	uint64_t bytes = 0;
	struct lane lane;

	lane.ask = NULL;
	for (; n > LANE_BURST; m += LANE_BURST, n -= LANE_BURST)
		bytes += pipeline_window(d, &lane, port, m, LANE_BURST, n >= 2 * LANE_BURST, now);
	return bytes + pipeline_window(d, &lane, port, m, n, false, now);
}

void pipeline_run(struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	struct td_port_stats *s = &d->worker.port[port].stats;

	s->in += n;
	s->in_bytes += pipeline_windows(d, port, m, n, now);
}

void pipeline_take(
	struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now)
{
	d->worker.port[port].stats.handed_in += n;
	(void)pipeline_windows(d, port, m, n, now);
}
