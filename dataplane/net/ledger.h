/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker: what one lcore owns, and how its stages count, make and send packets.
 *
 * The ledger: a packet belongs to the port in its struct pkt, where it came in or for which it was
 * made, until worker_send() hands it to the port it leaves by. The functions below keep
 *     in + originated + crossed_in + handed_in
 *             = out + consumed + dropped + held + crossed_out + handed_out
 * true for each port and worker whatever a stage does, and each of them takes the packet away from
 * its caller.
 */
#ifndef TANDEM_DATAPLANE_NET_LEDGER_H
#define TANDEM_DATAPLANE_NET_LEDGER_H

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <tandem/config.h>
#include <tandem/media.h>
#include <tandem/stats.h>
#include <dataplane/net/checksum.h>
#include <dataplane/net/fib.h>
#include <dataplane/net/frame.h>
#include <dataplane/net/pkt.h>
#include <dataplane/net/vlan.h>

#define WORKER_BURST 128          /* packets taken from a port, and given to one, at once */
#define PORT_MAX     16           /* ports of a site */
#define WORKER_MAX   TD_CONF_LIST /* lcores that move packets: worker_cores of the site */

struct worker_port {
	uint16_t eth_port; /* main, before start: DPDK's number */
	uint16_t queue;    /* main, before start: ours, rx and tx */
	uint16_t mtu;      /* main, before start */
	bool kernel_owned; /* main, before start: ARP, ICMP, all else are the kernel's */
	bool tx_checksum;  /* main, before start: the device fills IPv4 and UDP checksums */
	uint16_t vlan;     /* main, before start: the tag of all frames; 0: they have none */
	struct rte_ether_addr mac; /* main, before start: worker_port_mac() */
	uint64_t mac_word;         /* it, and the type of IPv4, as they lie in a frame */
	uint64_t mac_check;    /* of the first 8 bytes of a frame, those that must be mac_word's */
	struct rte_ring *via;  /* main, before start: to the worker whose queue serves for us, */
	uint8_t via_worker;    /* that one; via NULL: the queue is ours */
	uint16_t tx_count;     /* worker */
	uint64_t unreach_full; /* worker: when the bucket of "port unreachable" is full (unreach.c)
				*/
	struct rte_mbuf *tx[WORKER_BURST]; /* worker */
	struct td_port_stats stats;        /* worker; others read */
} __rte_cache_aligned;

struct worker {
	unsigned index;
	unsigned port_count;
	uint32_t handed;          /* worker: bit by worker that was handed something this turn */
	struct rte_mempool *pool; /* mbufs with sizeof(struct pkt) private bytes */
	struct fib *fib;
	struct rte_ring
		*to_legs[WORKER_MAX]; /* main, before start: to the legs of each other one */
	struct worker_port port[PORT_MAX];
};

/* Keeps the address in a register. The compiler would compute it anew at each use. */
static inline struct worker_port *worker_port(struct worker *w, unsigned port)
{
	struct worker_port *p = &w->port[port];

	__asm__("" : "+r"(p));
	return p;
}

static inline void worker_port_mac(struct worker_port *p, const struct rte_ether_addr *mac)
{
	uint16_t type = htons(RTE_ETHER_TYPE_IPV4);

	p->mac = *mac;
	memcpy(&p->mac_word, mac, sizeof(*mac));
	memcpy((uint8_t *)&p->mac_word + sizeof(*mac), &type, sizeof(type));
	p->mac_check = p->kernel_owned ? 0 : (1ull << 48) - 1;
}

/* Sends what is batched for the port, or hands it to the worker that has its queue; what neither
 * takes is dropped as tx-full or handover-full. */
void worker_flush(struct worker *w, unsigned port);

static inline void worker_drop(struct worker *w, struct rte_mbuf *m, enum td_drop reason)
{
	w->port[pkt_of(m)->port].stats.dropped[reason]++;
	rte_pktmbuf_free(m);
}

static inline void worker_consume(struct worker *w, struct rte_mbuf *m, enum td_consumed how)
{
	w->port[pkt_of(m)->port].stats.consumed[how]++;
	rte_pktmbuf_free(m);
}

/* A frame that is not RTP. Its tag was taken off, or is still to be put on. */
static inline void worker_apart(
	struct worker_port *p, enum td_apart kind, enum td_direction way, const struct rte_mbuf *m)
{
	struct td_frames *f = &p->stats.apart[kind][way];

	f->packets++;
	f->bytes += m->pkt_len + (p->vlan ? RATE_VLAN_BYTES : 0);
}

/* Hands n packets of one port to worker `to` by a ring of that pair (worker/handover.h); what has
 * no room is dropped.
 */
static inline void worker_hand(struct worker *w, struct rte_ring *ring, unsigned to, unsigned port,
	struct rte_mbuf **m, unsigned n)
{
	struct td_port_stats *s = &w->port[port].stats;
	unsigned put;

	s->handed_out += n; /* counted before it can be handed_in: otherwise a reader would see a
			       negative difference */
	put = rte_ring_sp_enqueue_burst(ring, (void **)m, n, NULL);
	s->handed_out -= n - put;
	s->dropped[TD_DROP_HANDOVER_FULL] += n - put;
	w->handed |= 1u << to;
	for (unsigned i = put; i < n; i++)
		rte_pktmbuf_free(m[i]);
}

/* A new packet, empty, for `port`. NULL when the pool is empty (counted, and balanced). */
static inline struct rte_mbuf *worker_originate(struct worker *w, unsigned port)
{
	struct td_port_stats *s = &w->port[port].stats;
	struct rte_mbuf *m = rte_pktmbuf_alloc(w->pool);

	s->originated++;
	if (m)
		pkt_of(m)->port = (uint8_t)port;
	else
		s->dropped[TD_DROP_NO_MBUF]++;
	return m;
}

/* The packet is answered in place: it ends here, and its buffer is a new one of ours. */
static inline void worker_turn_round(struct worker *w, struct rte_mbuf *m, enum td_consumed how)
{
	struct td_port_stats *s = &w->port[pkt_of(m)->port].stats;

	s->consumed[how]++;
	s->originated++;
}

/* A whole frame of `from` out of `port`, which becomes its owner. */
static inline void worker_tx_from(
	struct worker *w, struct worker_port *from, struct worker_port *port, struct rte_mbuf *m)
{
	if (from != port) {
		from->stats.crossed_out++;
		port->stats.crossed_in++;
	}
	port->tx[port->tx_count++] = m;
	if (port->tx_count == WORKER_BURST)
		worker_flush(w, (unsigned)(port - w->port));
}

/* A whole frame out of `port`. */
static inline void worker_tx(struct worker *w, unsigned port, struct rte_mbuf *m)
{
	worker_tx_from(w, &w->port[pkt_of(m)->port], &w->port[port], m);
}

static inline bool worker_is6(const struct rte_mbuf *m)
{
	return rte_pktmbuf_mtod(m, const struct frame *)->ip.version_ihl >> 4 == 6;
}

/* UDP's over IPv6, where there is no other (RFC 8200 section 8.1). */
static inline void worker_checksum6(struct rte_mbuf *m)
{
	struct frame6 *f = rte_pktmbuf_mtod(m, struct frame6 *);
	uint64_t sum = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);
	uint16_t folded;

	f->udp.dgram_cksum = 0;
	sum = checksum_add(sum, f->ip.src_addr, 32);
	folded = (uint16_t)~checksum_fold(checksum_add(sum, &f->udp, ntohs(f->udp.dgram_len)));
	f->udp.dgram_cksum = folded ? folded : 0xffff;
}

/* The checksums of a struct frame, by the device or here. All other fields are in place. */
static inline void worker_checksum(const struct worker_port *p, struct rte_mbuf *m)
{
	struct frame *f = rte_pktmbuf_mtod(m, struct frame *);
	uint64_t sum = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);
	size_t len = ntohs(f->udp.dgram_len);
	uint16_t folded;

	f->ip.hdr_checksum = 0;
	f->udp.dgram_cksum = 0;
	sum = checksum_add(sum, &f->ip.src_addr, 8); /* pseudo-header, RFC 768 */
	if (p->tx_checksum) {
		m->l2_len = sizeof(f->eth);
		m->l3_len = sizeof(f->ip);
		m->ol_flags |=
			RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM;
		f->udp.dgram_cksum = checksum_fold(sum);
		return;
	}
	f->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip)));
	folded = (uint16_t)~checksum_fold(checksum_add(sum, &f->udp, len));
	f->udp.dgram_cksum = folded ? folded : 0xffff; /* 0 means none, RFC 768 */
}

/* Where a struct frame or frame6 goes: writes its Ethernet header by a nexthop_word() and returns
 * the port. PORT_MAX: the packet was dropped, too-big. */
static inline unsigned worker_address(struct worker *w, struct rte_mbuf *m, uint64_t word)
{
	struct frame *f = rte_pktmbuf_mtod(m, struct frame *);
	unsigned port = nexthop_port(word);

	if (unlikely(m->pkt_len - sizeof(f->eth) > w->port[port].mtu)) {
		worker_drop(w, m, TD_DROP_TOO_BIG);
		return PORT_MAX;
	}
	memcpy(&f->eth.dst_addr, &word, sizeof(f->eth.dst_addr));
	f->eth.src_addr = w->port[port].mac;
	f->eth.ether_type = worker_is6(m) ? htons(RTE_ETHER_TYPE_IPV6) : htons(RTE_ETHER_TYPE_IPV4);
	return port;
}

/* The same by a next hop, which may not be resolved: no-route, no-neighbour. */
static inline unsigned worker_route(struct worker *w, struct rte_mbuf *m, uint32_t nexthop)
{
	uint64_t word = nexthop_word(w->fib, nexthop);

	if (unlikely(!word)) {
		worker_drop(
			w, m, nexthop == FIB_NO_ROUTE ? TD_DROP_NO_ROUTE : TD_DROP_NO_NEIGHBOUR);
		return PORT_MAX;
	}
	return worker_address(w, m, word);
}

/*
 * A struct frame or frame6 with payload, complete but for Ethernet addresses and checksums, to a
 * next hop (fib_get()). Sent from the port that leads there, or dropped.
 */
static inline void worker_send(struct worker *w, struct rte_mbuf *m, uint32_t nexthop)
{
	unsigned port = worker_route(w, m, nexthop);

	if (unlikely(port == PORT_MAX))
		return;
	if (worker_is6(m))
		worker_checksum6(m);
	else
		worker_checksum(&w->port[port], m);
	worker_tx(w, port, m);
}

/* worker_send() for a frame whose checksums are in place. */
static inline void worker_send_summed(struct worker *w, struct rte_mbuf *m, uint32_t nexthop)
{
	unsigned port = worker_route(w, m, nexthop);

	if (likely(port != PORT_MAX))
		worker_tx(w, port, m);
}

/* worker_send() of RTCP. */
static inline void worker_send_rtcp(struct worker *w, struct rte_mbuf *m, uint32_t nexthop)
{
	unsigned port = worker_route(w, m, nexthop);

	if (unlikely(port == PORT_MAX))
		return;
	if (worker_is6(m))
		worker_checksum6(m);
	else
		worker_checksum(&w->port[port], m);
	worker_apart(&w->port[port], TD_APART_RTCP, TD_DIR_OUT, m);
	worker_tx(w, port, m);
}

#endif
