/* SPDX-License-Identifier: BSD-3-Clause */
/* del_expired_entries() alone is new enough to be called experimental: without it a stray fragment
 * would lie in the table until its place is needed. */
#define ALLOW_EXPERIMENTAL_API
#include <errno.h>
#include <rte_ip_frag.h>
#include <stdio.h>
#include <stdlib.h>
#include <dataplane/net/frag.h>

#define FRAG_BUCKETS 32
#define FRAG_BUCKET  16 /* entries; a power of two */

_Static_assert(FRAG_BUCKETS *FRAG_BUCKET == 2 * FRAG_DATAGRAMS, "half full at most");
_Static_assert(FRAG_ROOM <= UINT16_MAX, "mbufs count in 16 bits");

struct frag {
	struct rte_ip_frag_tbl *table;
	struct rte_mempool *longs;
	struct rte_ip_frag_death_row dead;
	uint32_t held;
	uint64_t due;
};

struct frag *frag_alloc(unsigned worker)
{
	struct frag *f = calloc(1, sizeof(*f));
	char name[RTE_MEMPOOL_NAMESIZE];

	if (!f)
		return NULL;
	snprintf(name, sizeof(name), "long-%u", worker);
	/* It gets nanoseconds as times; it only compares them. */
	f->table = rte_ip_frag_table_create(
		FRAG_BUCKETS, FRAG_BUCKET, FRAG_DATAGRAMS, FRAG_TIME, SOCKET_ID_ANY);
	f->longs = rte_pktmbuf_pool_create(name, FRAG_LONG, 0, sizeof(struct pkt),
		RTE_PKTMBUF_HEADROOM + FRAG_ROOM, SOCKET_ID_ANY);
	if (f->table && f->longs)
		return f;
	frag_free(f);
	errno = ENOMEM;
	return NULL;
}

void frag_free(struct frag *f)
{
	if (!f)
		return;
	if (f->table)
		rte_ip_frag_table_destroy(f->table);
	rte_mempool_free(f->longs);
	free(f);
}

static void frag_unhold(struct frag *f, struct worker *w, struct rte_mbuf *m)
{
	w->port[pkt_of(m)->port].stats.held--;
	f->held--;
}

static void frag_bury(struct frag *f, struct worker *w)
{
	for (uint32_t i = 0; i < f->dead.cnt; i++) {
		frag_unhold(f, w, f->dead.row[i]);
		worker_drop(w, f->dead.row[i], TD_DROP_IP_FRAGMENT);
	}
	f->dead.cnt = 0;
}

/* A copy in one buffer, with its struct pkt; the packet itself stays. */
static struct rte_mbuf *frag_copy(struct frag *f, struct rte_mbuf *m)
{
	struct rte_mbuf *one = m->pkt_len <= FRAG_ROOM ? rte_pktmbuf_alloc(f->longs) : NULL;
	uint8_t *at;

	if (!one)
		return NULL;
	*pkt_of(one) = *pkt_of(m);
	at = (uint8_t *)rte_pktmbuf_append(one, (uint16_t)m->pkt_len);
	for (const struct rte_mbuf *s = m; s; s = s->next) {
		memcpy(at, rte_pktmbuf_mtod(s, const void *), s->data_len);
		at += s->data_len;
	}
	return one;
}

struct rte_mbuf *frag_flatten(struct frag *f, struct worker *w, unsigned port, struct rte_mbuf *m)
{
	struct rte_mbuf *one = frag_copy(f, m);

	if (!one)
		w->port[port].stats.dropped[m->pkt_len > FRAG_ROOM ? TD_DROP_TOO_BIG
								   : TD_DROP_NO_MBUF]++;
	rte_pktmbuf_free(m);
	return one;
}

static struct rte_mbuf *frag_reassemble(struct frag *f, struct rte_mbuf *m, uint64_t now)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct rte_ipv4_hdr *ip4 = (void *)(eth + 1);
	struct rte_ipv6_hdr *ip6 = (void *)(eth + 1);

	m->l2_len = sizeof(*eth);
	if (eth->ether_type == htons(RTE_ETHER_TYPE_IPV6)) {
		m->l3_len = sizeof(*ip6) + sizeof(struct rte_ipv6_fragment_ext);
		return rte_ipv6_frag_reassemble_packet(f->table, &f->dead, m, now, ip6,
			rte_ipv6_frag_get_ipv6_fragment_header(ip6));
	}
	m->l3_len = (ip4->version_ihl & 15u) * 4;
	return rte_ipv4_frag_reassemble_packet(f->table, &f->dead, m, now, ip4);
}

/* The library leaves the header's checksum to a device. */
static void frag_sum(struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	struct rte_ipv4_hdr *ip = (void *)(uintptr_t)(eth + 1);

	if (eth->ether_type != htons(RTE_ETHER_TYPE_IPV4))
		return;
	ip->hdr_checksum = 0;
	ip->hdr_checksum =
		(uint16_t)~checksum_fold(checksum_add(0, ip, (ip->version_ihl & 15u) * 4));
}

/* The datagram is whole: all its fragments end here, except the one that continues as the
 * datagram. */
static struct rte_mbuf *frag_whole(struct frag *f, struct worker *w, struct rte_mbuf *m)
{
	struct rte_mbuf *one = frag_copy(f, m);
	struct td_port_stats *s;

	for (struct rte_mbuf *each = m; each; each = each->next) {
		frag_unhold(f, w, each);
		s = &w->port[pkt_of(each)->port].stats;
		if (each != m)
			s->consumed[TD_CONSUMED_FRAGMENT]++;
		else if (!one)
			s->dropped[m->pkt_len > FRAG_ROOM ? TD_DROP_TOO_BIG : TD_DROP_NO_MBUF]++;
	}
	rte_pktmbuf_free(m);
	if (one)
		frag_sum(one);
	return one;
}

struct rte_mbuf *frag_input(struct frag *f, struct worker *w, struct rte_mbuf *m, uint64_t now)
{
	struct rte_mbuf *whole;

	w->port[pkt_of(m)->port].stats.held++;
	f->held++;
	whole = frag_reassemble(f, m, now);
	frag_bury(f, w);
	if (f->due < now) /* look when a fragment's time has passed, and not in each turn */
		f->due = now + FRAG_TIME;
	return whole ? frag_whole(f, w, whole) : NULL;
}

uint64_t frag_expire(struct frag *f, struct worker *w, uint64_t now)
{
	if (!f->held)
		return TD_NEVER;
	if (now < f->due)
		return f->due;
	do { /* as often as its row is full */
		frag_bury(f, w);
		rte_ip_frag_table_del_expired_entries(f->table, &f->dead, now);
	} while (f->dead.cnt);
	f->due = now + TD_NSEC_PER_SEC;
	return f->held ? f->due : TD_NEVER;
}
