/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/lane.h>
#include <dataplane/leg/police.h>
#include <dataplane/leg/record.h>
#include <dataplane/leg/relay.h>
#include <dataplane/leg/stats.h>
#include <dataplane/tap.h>

/* Where the frame of a packet usually begins. The mbuf would say so exactly, but it is not in the
 * cache yet. A wrong guess costs a prefetch. */
#define FRAME_AT (sizeof(struct rte_mbuf) + sizeof(struct pkt) + RTE_PKTMBUF_HEADROOM)

#define CHECKSUM_BAD (RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_BAD)

/* Bytes 12..27 of a frame: Ethernet type, version and header length, fragment, protocol. */
#define IPV4_IS     0x08, 0x00, 0x45, 0, 0, 0, 0, 0, 0x00, 0x00, 0, 17, 0, 0, 0, 0
#define IPV4_MASK   -1, -1, -1, 0, 0, 0, 0, 0, (char)0xbf, -1, 0, -1, 0, 0, 0, 0 /* but not DF */
#define MATCH_MASK  -1, -1, -1, -1, -1, 0x7f, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
#define SUM_INVERSE 0xfffefffefffeffff /* of 65535 modulo 2^64 */
#define MATCH_RTP   0xc4               /* 16-bit words 2, 6 and 7 of a match are RTP's */

static inline __m128i load16(const void *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

/* Pass 1. */
static inline void lane_ask(struct rte_mbuf *m)
{
	__builtin_prefetch(m);
	__builtin_prefetch((uint8_t *)m + FRAME_AT, 1);
}

uint64_t lane_open(struct lane *lane, struct legs *r, const struct local *t, unsigned port,
	struct rte_mbuf **m, unsigned n, bool more, uint64_t now)
{
	struct leg *legs = r->leg;
	uint32_t none = r->legs;
	uint64_t bytes = 0;

	lane->rtp = r;
	lane->m = m;
	lane->port = port;
	lane->n = n;
	lane->now = now;
	lane->time = leg_ticks(now);
	lane->mac_word = r->worker->port[port].mac_word;
	lane->mac_check = r->worker->port[port].mac_check;
	if (lane->ask != m)
		for (unsigned i = 0; i < n; i++)
			lane_ask(m[i]);
	lane->ask = more ? m + LANE_BURST : m;
	for (unsigned i = 0; i < n; i++) {
		struct leg *l = &legs[none];

		if (likely(m[i]->data_len >= PARSE_RTP_FRAME))
			l = &legs[local_leg(t, rte_pktmbuf_mtod(m[i], const uint8_t *), none)];
		bytes += m[i]->pkt_len;
		lane->leg[i] = l;
		__builtin_prefetch(l, 1);
	}
	return bytes;
}

/*
 * IPv4's checksum is right when the sum of the header's words is a multiple of 65535, and not 0,
 * which version 4 rules out. Words of 64 bits will do: 2^64 leaves 1, too, and so does each carry.
 * A multiple of an odd number times that number's inverse modulo 2^64 is the small quotient.
 */
static inline bool sum_right(const uint8_t *f)
{
	uint64_t sum = raw64(f + RELAY_IP), part;

	part = raw64(f + RELAY_IP + 8);
	sum += part;
	sum += sum < part;
	part = raw32(f + RELAY_IP + 16);
	sum += part;
	sum += sum < part;
	return sum * SUM_INVERSE <= UINT64_MAX / UINT16_MAX;
}

/* What holds for a frame of any sender: one segment, IPv4 and UDP whose lengths agree, sent to us.
 */
static inline bool frame_right(
	const struct lane *lane, const struct rte_mbuf *m, const uint8_t *f, uint32_t total)
{
	return total + sizeof(struct rte_ether_hdr) == m->pkt_len && m->pkt_len == m->data_len &&
	       total - sizeof(struct rte_ipv4_hdr) == be16_get(f + 38) &&
	       !(m->ol_flags & CHECKSUM_BAD) && !((raw64(f) ^ lane->mac_word) & lane->mac_check) &&
	       sum_right(f);
}

/* The packet is the next of its leg, and is counted. False: nothing happened. */
static inline bool lane_accept(const struct lane *lane, struct td_acct_row *acct, struct leg *l,
	const struct rte_mbuf *m, const uint8_t *f)
{
	const __m128i is = _mm_setr_epi8(IPV4_IS), is_mask = _mm_setr_epi8(IPV4_MASK);
	const __m128i match_mask = _mm_setr_epi8(MATCH_MASK);
	__m128i match = _mm_blend_epi16(load16(f + RELAY_ADDR), load16(f + 38), MATCH_RTP);
	__m128i wrong = _mm_or_si128(_mm_and_si128(_mm_xor_si128(load16(f + 12), is), is_mask),
		_mm_and_si128(_mm_xor_si128(match, load16(l->match)), match_mask));
	uint32_t total = be16_get(f + 16), delta;

	if (unlikely(!_mm_testz_si128(wrong, wrong) || !frame_right(lane, m, f, total)))
		return false;
	delta = (uint16_t)(be16_get(f + RELAY_RTP + 2) - l->seq_max);
	if (unlikely(delta - 1 >= SEQ_MAX_DROPOUT - 1)) /* 0 too: a duplicate */
		return false;
	if (unlikely(!police_pass(l, total, lane->time)))
		return false;
	leg_advance(l, delta);
	leg_jitter(l, rte_be_to_cpu_32(raw32(f + RELAY_RTP + 4)), lane->time);
	leg_count_in(acct, l, total);
	return true;
}

/* What a tap will read beyond the headers. */
static inline void tap_prefetch(const uint8_t *f, unsigned len)
{
	for (unsigned at = RTE_CACHE_LINE_SIZE; at < len; at += RTE_CACHE_LINE_SIZE)
		__builtin_prefetch(f + at);
}

/*
 * The record is written past the caches: its lines are written whole, so they need not be read
 * first, and the next reader is another core. The last unit is filled with whatever lies behind the
 * payload in the packet's memory.
 */
static inline void tap_write(
	uint8_t *to, const struct leg *out, const uint8_t *rtp, unsigned len, uint64_t now)
{
	long long *word = (void *)to;
	uint64_t seq = be16_get(rtp + 2), ts = rte_be_to_cpu_32(raw32(rtp + 4));

	_mm_stream_si64(&word[0],
		(long long)(TAP_AUDIO | (uint64_t)len << 16 | (uint64_t)out->tap_recording << 32));
	_mm_stream_si64(&word[1], (long long)(out->tap_channel | (uint64_t)out->tap_codec << 8 |
					      seq << 16 | ts << 32));
	_mm_stream_si64(&word[2], (long long)rte_be_to_cpu_32(raw32(rtp + 8)));
	_mm_stream_si64(&word[3], (long long)now);
	to += sizeof(struct tap_rec);
	rtp += RTP_HEADER;
	for (unsigned at = 0; at < len; at += TAP_UNIT)
		_mm256_stream_si256((__m256i *)(void *)(to + at),
			_mm256_loadu_si256((const __m256i *)(const void *)(rtp + at)));
}

_Static_assert(offsetof(struct tap_rec, len) == 2 && offsetof(struct tap_rec, recording) == 4 &&
		       offsetof(struct tap_rec, channel) == 8 &&
		       offsetof(struct tap_rec, codec) == 9 &&
		       offsetof(struct tap_rec, seq) == 10 && offsetof(struct tap_rec, ts) == 12 &&
		       offsetof(struct tap_rec, ssrc) == 16 && offsetof(struct tap_rec, now) == 24,
	"tap_write() writes it as words");

/* It cannot leave. */
static void lane_drop(
	struct worker *w, const struct worker_port *in, struct rte_mbuf *m, enum td_drop reason)
{
	pkt_of(m)->port = (uint8_t)(in - w->port);
	worker_drop(w, m, reason);
}

/* Pass 4 for a packet. */
static inline void lane_send(struct worker *w, struct td_acct_row *acct, struct worker_port *in,
	struct rte_mbuf *m, const struct leg *l, struct leg *out)
{
	uint8_t *f = rte_pktmbuf_mtod(m, uint8_t *);
	uint64_t word = nexthop_word(w->fib, out->nexthop);
	uint32_t total = m->pkt_len - (uint32_t)sizeof(struct rte_ether_hdr);
	struct worker_port *p = worker_port(w, nexthop_port(word));
	bool unsummed = relay_unsummed(f, l->in_pseudo);

	relay_rewrite(out, f, out->out_type, l->in_sum, relay_next(out));
	leg_count_out(acct, out, total);
	if (unlikely(!word)) {
		lane_drop(w, in, m,
			out->nexthop == FIB_NO_ROUTE ? TD_DROP_NO_ROUTE : TD_DROP_NO_NEIGHBOUR);
		return;
	}
	if (unlikely(total > p->mtu)) {
		lane_drop(w, in, m, TD_DROP_TOO_BIG);
		return;
	}
	memcpy(f, &word, 8); /* and two bytes of the next, which is */
	memcpy(f + 6, &p->mac_word, 8);
	if (unlikely(unsummed))
		worker_checksum(p, m);
	worker_tx_from(w, in, p, m);
}

/* It is counted and no one listens. */
static void lane_end(struct legs *r, struct lane *lane, unsigned i)
{
	struct rte_mbuf *m = lane->m[i];
	const struct leg *l = lane->leg[i];
	uint32_t id = (uint32_t)(l - r->leg);

	pkt_of(m)->port = (uint8_t)lane->port;
	if (l->flags & LEG_TAP)
		record_payload(r, id, rte_pktmbuf_mtod_offset(m, const uint8_t *, RELAY_RTP),
			rte_pktmbuf_mtod_offset(m, const uint8_t *, PARSE_RTP_FRAME),
			(uint16_t)(m->data_len - PARSE_RTP_FRAME), lane->now);
	if (l->flags & LEG_ORPHAN)
		worker_drop(r->worker, m, TD_DROP_RTP_PEER_GONE);
	else
		worker_consume(r->worker, m, TD_CONSUMED_RTP_HELD);
}

/* Packets that pass 3 has counted, for pass 4. */
struct lane_way {
	unsigned n;
	uint16_t flags; /* of all their legs */
	struct rte_mbuf *m[LANE_BURST];
	const struct leg *in[LANE_BURST];
	struct leg *out[LANE_BURST];
};

/* Pass 3 from `at` on. Returns the place of the first packet that is not for the lane. Two passes
 * in one function would need more registers than there are. */
static __rte_noinline unsigned lane_check(struct lane *lane, struct lane_way *way, unsigned at)
{
	struct legs *r = lane->rtp;
	struct td_acct_row *acct = r->acct;
	unsigned n = lane->n, sends = 0, i;
	uint16_t flags = 0;

	for (i = at; i < n; i++) {
		struct rte_mbuf *m = lane->m[i];
		const uint8_t *f = rte_pktmbuf_mtod(m, const uint8_t *);
		struct leg *l = lane->leg[i], *out;

		lane_ask(lane->ask[i]);
		if (unlikely(!lane_accept(lane, acct, l, m, f)))
			break;
		if (unlikely(!(l->flags & LEG_RELAY))) {
			lane_end(r, lane, i);
			continue;
		}
		out = &r->leg[l->other];
		__builtin_prefetch(out->header, 1);
		way->m[sends] = m;
		way->in[sends] = l;
		way->out[sends] = out;
		sends++;
		flags |= l->flags;
		if (l->flags & LEG_TAP)
			tap_prefetch(f, m->data_len);
	}
	way->n = sends;
	way->flags = flags;
	return i;
}

static __rte_noinline void lane_tap(struct lane *lane, const struct lane_way *way)
{
	struct tap *tap = lane->rtp->tap;

	for (unsigned i = 0; i < way->n; i++) {
		const struct rte_mbuf *m = way->m[i];
		unsigned len = m->data_len - (unsigned)PARSE_RTP_FRAME;
		uint8_t *to;

		if (!(way->in[i]->flags & LEG_TAP))
			continue;
		to = tap_reserve(tap, (uint16_t)len);
		if (to)
			tap_write(to, way->out[i],
				rte_pktmbuf_mtod_offset(m, const uint8_t *, RELAY_RTP), len,
				lane->now);
	}
	tap_publish(tap);
}

unsigned lane_run(struct lane *lane, unsigned at)
{
	struct legs *r = lane->rtp;
	struct worker *w = r->worker;
	struct worker_port *in = &w->port[lane->port];
	struct td_acct_row *acct = r->acct;
	struct lane_way way;
	unsigned end = lane_check(lane, &way, at);

	if (unlikely(way.flags & LEG_TAP))
		lane_tap(lane, &way);
	for (unsigned i = 0; i < way.n; i++)
		lane_send(w, acct, in, way.m[i], way.in[i], way.out[i]);
	return end;
}
