/* SPDX-License-Identifier: BSD-3-Clause */
/* SIP between signalling and the wire. */
#include <errno.h>
#include <dataplane/net/datagram.h>
#include <dataplane/worker/cmdq.h>
#include <dataplane/worker/sip.h>

#define SIP_HOLD_TIME (3 * TD_NSEC_PER_SEC) /* as long as ARP asks: NEIGHBOUR_PROBES */
#define SIP_SENT      64                    /* messages a turn takes from an own signalling lcore */

unsigned sip_recv(struct workers *all, struct dp_datagram *out, unsigned n)
{
	unsigned got = 0;
	struct rte_mbuf *m;

	for (unsigned w = 0; w < all->count; w++)
		while (got < n && cmdq_get(all->worker[w].sip_in, &m)) {
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

/* A message that failed before a worker had it: signalling counts it as made and dropped. */
static int sip_lost(struct workers *all, unsigned port, enum td_drop reason, int rc)
{
	struct td_port_stats *s = &all->signalling.lost[port];

	s->originated++;
	s->dropped[reason]++;
	return rc;
}

/* The port of a local address, to count on; the first one for an address that is not ours. */
static unsigned sip_port_of(const struct workers *all, const struct td_addr *local)
{
	int i = local->family == 6 ? local6_lookup(&all->local.local6, local->ip6)
				   : local_lookup(&all->local, local->ip4);

	return i < 0 ? 0 : all->address[i].port;
}

/* The next hop is not known yet, or one of the first n held messages waits for it. Main may make
 * it known at any moment. Then no message may overtake another, or a 200 would come before its
 * 180. */
static bool sip_waits(const struct dp_worker *d, uint32_t nexthop, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (d->hold[i].nexthop == nexthop)
			return true;
	return !nexthop_word(&d->all->fib, nexthop);
}

uint64_t sip_release_held(struct dp_worker *d, uint64_t now)
{
	uint64_t due = TD_NEVER;
	unsigned kept = 0;

	for (unsigned i = 0; i < d->held; i++) {
		struct sip_held h = d->hold[i];

		if (now < h.until && sip_waits(d, h.nexthop, kept)) {
			due = h.until < due ? h.until : due;
			d->hold[kept++] = h;
			continue;
		}
		d->worker.port[pkt_of(h.m)->port].stats.held--;
		worker_send_apart(&d->worker, h.m, h.nexthop, TD_APART_SIP, true);
		fib_put(&d->all->fib, h.nexthop);
	}
	d->held = kept;
	return due;
}

/* A SIP message of ours, counted already; waits for its neighbour if it must. Takes the packet and
 * the reference. */
static void sip_transmit(struct dp_worker *d, struct rte_mbuf *m, uint32_t nexthop, uint64_t now)
{
	if (d->held)
		sip_release_held(d, now);
	if (sip_waits(d, nexthop, d->held) && d->held < SIP_HOLD) {
		/* The first message to a new neighbour waits here: a retransmission would cost 500
		 * ms. */
		d->hold[d->held++] = (struct sip_held){m, nexthop, now + SIP_HOLD_TIME};
		d->worker.port[pkt_of(m)->port].stats.held++;
		return;
	}
	worker_send_apart(&d->worker, m, nexthop, TD_APART_SIP, true);
	fib_put(&d->all->fib, nexthop);
}

/* Gives one of our frames to the worker that sends it, with the reference to its next hop. */
static int sip_give(struct workers *all, struct rte_mbuf *m, unsigned port, uint32_t nexthop)
{
	struct dp_worker *d =
		&all->worker[0]; /* a frame for a port without a queue of its own is handed on */

	pkt_of(m)->port = (uint8_t)port;
	pkt_of(m)->leg = nexthop;
	if (all->inline_signalling) {
		d->worker.port[port].stats.originated++;
		sip_transmit(d, m, nexthop, dp_now());
		return 0;
	}
	if (!cmdq_put(d->sip_out, &m)) {
		rte_pktmbuf_free(m);
		fib_put(&all->fib, nexthop);
		return sip_lost(all, port, TD_DROP_TX_FULL, -ENOBUFS);
	}
	wake_post(&d->wake);
	return 0;
}

/* Frames of one datagram. Each goes with a reference of its own to the next hop, before the one
 * held now may go. */
static int sip_give_all(struct workers *all, struct rte_mbuf **m, unsigned n, unsigned port,
	uint32_t nexthop, const struct td_addr *remote)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t next = i + 1 < n ? fib_get(&all->fib, remote) : FIB_NO_ROUTE;
		int rc = sip_give(all, m[i], port, nexthop);

		nexthop = next;
		if (rc || (i + 1 < n && !next)) { /* the others are of no use without it */
			fib_put(&all->fib, next);
			rte_pktmbuf_free_bulk(m + i + 1, n - i - 1);
			return rc ? rc : sip_lost(all, port, TD_DROP_NO_ROUTE, -EHOSTUNREACH);
		}
	}
	return 0;
}

int sip_send(struct workers *all, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	const struct worker_port *ports = all->worker[0].worker.port;
	struct datagram d = {.local = local,
		.remote = remote,
		.data = data,
		.len = len,
		.dscp = dscp,
		.id = ++all->signalling.datagrams};
	struct rte_mbuf *m[DATAGRAM_FRAMES];
	struct td_addr via;
	uint32_t nexthop;
	unsigned port, n;

	if (local->family != remote->family || !(nexthop = fib_get(&all->fib, remote)))
		return sip_lost(all, sip_port_of(all, local), TD_DROP_NO_ROUTE, -EHOSTUNREACH);
	fib_key(&all->fib, nexthop, &port, &via);
	n = datagram_frames(&d, ports[port].mtu);
	if (n > 1 && ports[port].kernel_owned) {
		fib_put(&all->fib, nexthop);
		return -EMSGSIZE; /* not counted: the kernel sends it */
	}
	if (!n || n > DATAGRAM_FRAMES) {
		fib_put(&all->fib, nexthop);
		return sip_lost(all, port, TD_DROP_TOO_BIG, -EMSGSIZE);
	}
	if (rte_pktmbuf_alloc_bulk(all->pool, m, n)) {
		fib_put(&all->fib, nexthop);
		return sip_lost(all, port, TD_DROP_NO_MBUF, -ENOBUFS);
	}
	datagram_fill(&d, ports[port].mtu, m, n);
	return sip_give_all(all, m, n, port, nexthop, remote);
}

void sip_from_ring(struct dp_worker *d, uint64_t now)
{
	struct rte_mbuf *m;

	for (unsigned n = 0; n < SIP_SENT && cmdq_get(d->sip_out, &m); n++) {
		d->worker.port[pkt_of(m)->port].stats.originated++;
		sip_transmit(d, m, pkt_of(m)->leg, now);
	}
}

bool sip_held_ready(const struct dp_worker *d)
{
	for (unsigned i = 0; i < d->held; i++)
		if (nexthop_word(&d->all->fib, d->hold[i].nexthop))
			return true;
	return false;
}
