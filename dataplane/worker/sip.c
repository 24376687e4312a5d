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
	uint64_t now = dp_now();
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
			way_learn(all->signalling.ways, &out[got - 1].remote, k->port,
				rte_pktmbuf_mtod(m, struct frame *)->eth.src_addr.addr_bytes, now);
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

/* A frame of ours whose checksums are in place. Takes the reference, too. */
static void sip_leave(struct dp_worker *d, struct rte_mbuf *m, uint32_t nexthop)
{
	uint64_t way = pkt_of(m)->way;
	unsigned port =
		way ? worker_address(&d->worker, m, way) : worker_route(&d->worker, m, nexthop);

	fib_put(&d->all->fib, nexthop);
	if (port == PORT_MAX)
		return;
	worker_apart(&d->worker.port[port], TD_APART_SIP, TD_DIR_OUT, m);
	worker_tx(&d->worker, port, m);
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
		sip_leave(d, h.m, h.nexthop);
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
	if (!pkt_of(m)->way && sip_waits(d, nexthop, d->held) && d->held < SIP_HOLD) {
		/* The first message to a new neighbour waits here: a retransmission would cost 500
		 * ms. */
		d->hold[d->held++] = (struct sip_held){m, nexthop, now + SIP_HOLD_TIME};
		d->worker.port[pkt_of(m)->port].stats.held++;
		return;
	}
	sip_leave(d, m, nexthop);
}

/* How a message leaves: by a next hop, with a reference, or else by the way of way_lookup(). */
struct sip_path {
	uint32_t nexthop;
	uint64_t way;
	unsigned port;
};

/* Gives one of our frames to the worker that sends it, with the reference to its next hop. */
static int sip_give(struct workers *all, struct rte_mbuf *m, const struct sip_path *p)
{
	uint32_t nexthop = p->nexthop;
	unsigned port = p->port;

	struct dp_worker *d =
		&all->worker[0]; /* a frame for a port without a queue of its own is handed on */

	pkt_of(m)->port = (uint8_t)port;
	pkt_of(m)->leg = nexthop;
	pkt_of(m)->way = p->way;
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
static int sip_give_all(struct workers *all, struct rte_mbuf **m, unsigned n, struct sip_path p,
	const struct td_addr *remote)
{
	for (unsigned i = 0; i < n; i++) {
		bool more = i + 1 < n && !p.way;
		uint32_t next = more ? fib_get(&all->fib, remote) : FIB_NO_ROUTE;
		int rc = sip_give(all, m[i], &p);

		p.nexthop = next;
		if (rc || (more && !next)) { /* the others are of no use without it */
			fib_put(&all->fib, next);
			rte_pktmbuf_free_bulk(m + i + 1, n - i - 1);
			return rc ? rc : sip_lost(all, p.port, TD_DROP_NO_ROUTE, -EHOSTUNREACH);
		}
	}
	return 0;
}

/* An answer goes back by the way that the request came, unless its next hop is known. What we ask
 * somebody goes to a next hop: we know whom we ask. */
static bool sip_path(
	struct workers *all, const struct td_addr *remote, bool answer, struct sip_path *p)
{
	struct td_addr via;

	*p = (struct sip_path){
		.nexthop = answer ? fib_find(&all->fib, remote) : fib_get(&all->fib, remote)};
	if (answer && !p->nexthop)
		p->way = way_lookup(all->signalling.ways, remote, dp_now());
	if (answer && !p->nexthop && !p->way)
		p->nexthop = fib_get(&all->fib, remote);
	if (p->way)
		p->port = nexthop_port(p->way);
	else
		fib_key(&all->fib, p->nexthop, &p->port, &via);
	return p->way || p->nexthop;
}

static bool sip_answers(const void *data, size_t len)
{
	static const char version[] = "SIP/2.0 "; /* RFC 3261 section 7.2 */

	return len > sizeof(version) && memcmp(data, version, sizeof(version) - 1) == 0;
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
	struct sip_path p;
	unsigned n;

	if (local->family != remote->family || !sip_path(all, remote, sip_answers(data, len), &p))
		return sip_lost(all, sip_port_of(all, local), TD_DROP_NO_ROUTE, -EHOSTUNREACH);
	n = datagram_frames(&d, ports[p.port].mtu);
	if (n > 1 && ports[p.port].kernel_owned) {
		fib_put(&all->fib, p.nexthop);
		return -EMSGSIZE; /* not counted: the kernel sends it */
	}
	if (!n || n > DATAGRAM_FRAMES) {
		fib_put(&all->fib, p.nexthop);
		return sip_lost(all, p.port, TD_DROP_TOO_BIG, -EMSGSIZE);
	}
	if (rte_pktmbuf_alloc_bulk(all->pool, m, n)) {
		fib_put(&all->fib, p.nexthop);
		return sip_lost(all, p.port, TD_DROP_NO_MBUF, -ENOBUFS);
	}
	datagram_fill(&d, ports[p.port].mtu, m, n);
	return sip_give_all(all, m, n, p, remote);
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
