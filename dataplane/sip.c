/* SPDX-License-Identifier: BSD-3-Clause */
/* SIP between signalling and the wire. */
#include <errno.h>
#include <dataplane/private.h>

#define SIP_TTL  64
#define SIP_SENT 64 /* messages a turn takes from an own signalling lcore */

unsigned dp_sip_recv(struct dp *dp, struct dp_datagram *out, unsigned n)
{
	unsigned got = 0;
	struct rte_mbuf *m;

	for (unsigned w = 0; w < dp->workers; w++)
		while (got < n && cmdq_get(dp->worker[w].sip_in, &m)) {
			const struct pkt *k = pkt_of(m);

			out[got++] = (struct dp_datagram){
				.local = {.family = 4, .port = k->dst_port, .ip4 = k->dst_ip},
				.remote = {.family = 4, .port = k->src_port, .ip4 = k->src_ip},
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

static void sip_fill(struct rte_mbuf *m, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	struct frame *f = (void *)rte_pktmbuf_append(m, (uint16_t)(sizeof(*f) + len));

	f->ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = (uint8_t)(dscp << 2), /* RFC 2474 section 3 */
		.total_length = htons((uint16_t)(sizeof(f->ip) + sizeof(f->udp) + len)),
		.time_to_live = SIP_TTL,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = local->ip4,
		.dst_addr = remote->ip4,
	};
	f->udp = (struct rte_udp_hdr){
		.src_port = htons(local->port),
		.dst_port = htons(remote->port),
		.dgram_len = htons((uint16_t)(sizeof(f->udp) + len)),
	};
	memcpy(f + 1, data, len);
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
	int i = parse_lookup(&dp->parse, local->ip4);

	return i < 0 ? 0 : dp->address[i].port;
}

int dp_sip_send(struct dp *dp, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	struct dp_worker *d = &dp->worker[0]; /* the ports' queues are worker 0's */
	struct rte_mbuf *m;
	uint32_t nexthop, ip;
	unsigned port;

	if (local->family != 4 || remote->family != 4 ||
		!(nexthop = fib_get(&dp->fib, remote->ip4)))
		return sip_lost(dp, sip_port_of(dp, local), TD_DROP_NO_ROUTE, -EHOSTUNREACH);
	fib_key(&dp->fib, nexthop, &port, &ip);
	if (len + sizeof(struct frame) - sizeof(struct rte_ether_hdr) > dp->port[port].mtu) {
		fib_put(&dp->fib, nexthop);
		return -EMSGSIZE; /* not counted: the kernel sends it */
	}
	m = rte_pktmbuf_alloc(dp->pool);
	if (!m) {
		fib_put(&dp->fib, nexthop);
		return sip_lost(dp, port, TD_DROP_NO_MBUF, -ENOBUFS);
	}
	sip_fill(m, local, remote, dscp, data, len);
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
	worker_send(&d->worker, m, nexthop);
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
		worker_send(&d->worker, h.m, h.nexthop);
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
