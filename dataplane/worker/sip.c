/* SPDX-License-Identifier: BSD-3-Clause */
/* SIP between signalling and the wire. */
#include <errno.h>
#include <dataplane/net/datagram.h>
#include <dataplane/private.h>

#define SIP_SENT 64 /* messages a turn takes from an own signalling lcore */

unsigned dp_sip_recv(struct dp *dp, struct dp_datagram *out, unsigned n)
{
	unsigned got = 0;
	struct rte_mbuf *m;

	for (unsigned w = 0; w < dp->workers; w++)
		while (got < n && cmdq_get(dp->worker[w].sip_in, &m)) {
			const struct pkt *k = pkt_of(m);

			out[got++] = (struct dp_datagram){
				.local = pkt_destination(k),
				.remote = pkt_source(k),
				.data = rte_pktmbuf_mtod_offset(m, uint8_t *, k->payload),
				.len = k->payload_len,
				.owner = m,
			};
		}
	return got;
}

void dp_sip_release(struct dp *dp, struct dp_datagram *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rte_pktmbuf_free(d[i].owner);
}

/* A message that came to nothing before a worker had it: made and dropped, by signalling. */
static int sip_lost(struct dp *dp, unsigned port, enum td_drop reason, int rc)
{
	struct td_port_stats *s = &dp->signalling.lost[port];

	s->originated++;
	s->dropped[reason]++;
	return rc;
}

/* The port of a local address, to count on; the first one for an address that is not ours. */
static unsigned sip_port_of(const struct dp *dp, const struct td_addr *local)
{
	int i = local->family == 6 ? local6_lookup(&dp->local.local6, local->ip6)
				   : local_lookup(&dp->local, local->ip4);

	return i < 0 ? 0 : dp->address[i].port;
}

/* One of our frames, to the worker that sends; with its reference to the next hop. */
static int sip_give(struct dp *dp, struct rte_mbuf *m, unsigned port, uint32_t nexthop)
{
	struct dp_worker *d = &dp->worker[0]; /* what it has no queue for, it hands on */

	pkt_of(m)->port = (uint8_t)port;
	pkt_of(m)->leg = nexthop;
	if (dp_inline_signalling(dp)) {
		d->worker.port[port].stats.originated++;
		sip_transmit(d, m, nexthop, dp_now());
		return 0;
	}
	if (!cmdq_put(d->sip_out, &m)) {
		rte_pktmbuf_free(m);
		fib_put(&dp->fib, nexthop);
		return sip_lost(dp, port, TD_DROP_TX_FULL, -ENOBUFS);
	}
	wake_post(&d->wake);
	return 0;
}

int dp_sip_send(struct dp *dp, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	struct datagram d = {.local = local,
		.remote = remote,
		.data = data,
		.len = len,
		.dscp = dscp,
		.id = ++dp->signalling.datagrams};
	struct rte_mbuf *m[DATAGRAM_FRAMES];
	struct td_addr via;
	uint32_t nexthop;
	unsigned port, n;
	int rc = 0;

	if (local->family != remote->family || !(nexthop = fib_get(&dp->fib, remote)))
		return sip_lost(dp, sip_port_of(dp, local), TD_DROP_NO_ROUTE, -EHOSTUNREACH);
	fib_key(&dp->fib, nexthop, &port, &via);
	n = datagram_frames(&d, dp->port[port].mtu);
	if (n > 1 && td_port_kernel(&dp->conf[port])) {
		fib_put(&dp->fib, nexthop);
		return -EMSGSIZE; /* not counted: the kernel sends it */
	}
	if (!n || n > DATAGRAM_FRAMES || rte_pktmbuf_alloc_bulk(dp->pool, m, n)) {
		fib_put(&dp->fib, nexthop);
		return n && n <= DATAGRAM_FRAMES ? sip_lost(dp, port, TD_DROP_NO_MBUF, -ENOBUFS)
						 : sip_lost(dp, port, TD_DROP_TOO_BIG, -EMSGSIZE);
	}
	datagram_fill(&d, dp->port[port].mtu, m, n);
	for (unsigned i = 0; i < n && !rc; i++) {
		/* Each frame with a reference of its own, before the one held now may go. */
		uint32_t next = i + 1 < n ? fib_get(&dp->fib, remote) : FIB_NO_ROUTE;

		rc = sip_give(dp, m[i], port, nexthop);
		nexthop = next;
		if (rc || (i + 1 < n && !next)) { /* the others are of no use without it */
			fib_put(&dp->fib, next);
			rte_pktmbuf_free_bulk(m + i + 1, n - i - 1);
			return rc ? rc : sip_lost(dp, port, TD_DROP_NO_ROUTE, -EHOSTUNREACH);
		}
	}
	return rc;
}

void sip_from_ring(struct dp_worker *d, uint64_t now)
{
	struct rte_mbuf *m;

	for (unsigned n = 0; n < SIP_SENT && cmdq_get(d->sip_out, &m); n++) {
		d->worker.port[pkt_of(m)->port].stats.originated++;
		sip_transmit(d, m, pkt_of(m)->leg, now);
	}
}

/* Not known yet, or one of the first n held waits for it: main may make it known at any moment, and
 * none may overtake another then, or a 200 would come before its 180. */
static bool sip_waits(const struct dp_worker *d, uint32_t nexthop, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (d->hold[i].nexthop == nexthop)
			return true;
	return !nexthop_word(&d->dp->fib, nexthop);
}

void sip_transmit(struct dp_worker *d, struct rte_mbuf *m, uint32_t nexthop, uint64_t now)
{
	if (d->held)
		sip_release_held(d, now);
	if (sip_waits(d, nexthop, d->held) && d->held < DP_HOLD) {
		/* The first message to a new neighbour: a retransmission would cost 500 ms. */
		d->hold[d->held++] = (struct dp_held){m, nexthop, now + DP_HOLD_TIME};
		d->worker.port[pkt_of(m)->port].stats.held++;
		return;
	}
	worker_send_apart(&d->worker, m, nexthop, TD_APART_SIP, true);
	fib_put(&d->dp->fib, nexthop);
}

uint64_t sip_release_held(struct dp_worker *d, uint64_t now)
{
	uint64_t due = TD_NEVER;
	unsigned kept = 0;

	for (unsigned i = 0; i < d->held; i++) {
		struct dp_held h = d->hold[i];

		if (now < h.until && sip_waits(d, h.nexthop, kept)) {
			due = h.until < due ? h.until : due;
			d->hold[kept++] = h;
			continue;
		}
		d->worker.port[pkt_of(h.m)->port].stats.held--;
		worker_send_apart(&d->worker, h.m, h.nexthop, TD_APART_SIP, true);
		fib_put(&d->dp->fib, h.nexthop);
	}
	d->held = kept;
	return due;
}

bool sip_held_ready(const struct dp_worker *d)
{
	for (unsigned i = 0; i < d->held; i++)
		if (nexthop_word(&d->dp->fib, d->hold[i].nexthop))
			return true;
	return false;
}
