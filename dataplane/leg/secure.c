/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/secure.h>

#define BEFORE_TIME LEG_TICKS /* the old key is good for a second more: packets overtake */

void secure_set(struct legs *r, uint32_t id, bool on)
{
	struct leg *l = &r->leg[id];

	if (!on && (l->flags & LEG_SRTP))
		explicit_bzero(&r->secure[id], sizeof(r->secure[id]));
	l->flags = (uint16_t)(on ? l->flags | LEG_SRTP : l->flags & ~LEG_SRTP);
}

void secure_key(struct legs *r, uint32_t id, bool in, const struct td_srtp_key *key)
{
	struct leg_secure *s = &r->secure[id];
	struct srtp_stream *stream = in ? &s->in : &s->out, was = *stream;

	if (!(r->leg[id].flags & LEG_SRTP) || srtp_stream_same(&was, key) ||
		!srtp_stream_init(r->crypto, stream, key))
		goto wipe;
	if (was.master.suite && (in || !key->fresh))
		srtp_stream_inherit(stream, &was);
	if (in) {
		s->before = was;
		s->confirmed = false;
	}
wipe:
	srtp_stream_wipe(&was);
}

static enum srtp_result unprotect(
	struct legs *r, struct srtp_stream *s, uint8_t *data, unsigned *len, bool rtcp)
{
	return rtcp ? srtp_unprotect_rtcp(r->crypto, s, data, len)
		    : srtp_unprotect(r->crypto, s, data, len);
}

static enum srtp_result open_any(struct legs *r, struct leg_secure *s, uint8_t *data, unsigned *len,
	bool rtcp, uint32_t time)
{
	enum srtp_result rc = unprotect(r, &s->in, data, len, rtcp);

	if (!s->before.master.suite)
		return rc;
	if (rc == SRTP_OK && !s->confirmed) {
		s->confirmed = true;
		s->changed = time;
	}
	if (s->confirmed && time - s->changed >= BEFORE_TIME)
		srtp_stream_wipe(&s->before);
	else if (rc != SRTP_OK)
		rc = unprotect(r, &s->before, data, len, rtcp) == SRTP_OK ? SRTP_OK : rc;
	return rc;
}

static enum td_drop drop_of(enum srtp_result rc)
{
	switch (rc) {
	case SRTP_REPLAY:
		return TD_DROP_SRTP_REPLAY;
	case SRTP_EXHAUSTED:
		return TD_DROP_SRTP_NO_KEY;
	default:
		return TD_DROP_SRTP_AUTH;
	}
}

bool secure_open(struct legs *r, struct rte_mbuf *m, bool rtcp, uint32_t time)
{
	struct pkt *pkt = pkt_of(m);
	struct leg_secure *s = &r->secure[pkt->leg];
	uint8_t *data = rte_pktmbuf_mtod_offset(m, uint8_t *, pkt->payload);
	struct rte_udp_hdr *udp = (void *)(data - sizeof(*udp));
	unsigned len = pkt->payload_len;
	enum srtp_result rc;

	if (!s->in.master.suite) {
		worker_drop(r->worker, m, TD_DROP_SRTP_NO_KEY);
		return false;
	}
	rc = open_any(r, s, data, &len, rtcp, time);
	if (rc != SRTP_OK) {
		worker_drop(r->worker, m, drop_of(rc));
		return false;
	}
	pkt->payload_len = (uint16_t)len;
	udp->dgram_cksum =
		0; /* the checksum is that of the old packet, and cannot be carried over */
	return true;
}

static void lengths_set(struct rte_mbuf *m, unsigned headers, unsigned payload)
{
	struct rte_udp_hdr *udp = rte_pktmbuf_mtod_offset(m, void *, headers - sizeof(*udp));

	udp->dgram_len = htons((uint16_t)(sizeof(*udp) + payload));
	if (worker_is6(m))
		rte_pktmbuf_mtod(m, struct frame6 *)->ip.payload_len = udp->dgram_len;
	else
		rte_pktmbuf_mtod(m, struct frame *)->ip.total_length =
			htons((uint16_t)(IP_UDP_BYTES + payload));
}

bool secure_seal(struct legs *r, uint32_t id, struct rte_mbuf *m, bool rtcp)
{
	struct leg_secure *s = &r->secure[id];
	unsigned headers = worker_is6(m) ? sizeof(struct frame6) : sizeof(struct frame);
	uint8_t *data = rte_pktmbuf_mtod_offset(m, uint8_t *, headers);
	unsigned before = m->data_len - headers, len = before;
	enum srtp_result rc;

	if (!s->out.master.suite) {
		worker_drop(r->worker, m, TD_DROP_SRTP_NO_KEY);
		return false;
	}
	if (rte_pktmbuf_tailroom(m) < SRTP_RTCP_MORE) {
		worker_drop(r->worker, m, TD_DROP_TOO_BIG);
		return false;
	}
	rc = rtcp ? srtp_protect_rtcp(r->crypto, &s->out, data, &len)
		  : srtp_protect(r->crypto, &s->out, data, &len);
	if (rc != SRTP_OK) {
		worker_drop(r->worker, m, drop_of(rc));
		return false;
	}
	rte_pktmbuf_append(m, (uint16_t)(len - before));
	lengths_set(m, headers, len);
	return true;
}

unsigned secure_more(const struct legs *r, uint32_t id)
{
	return r->leg[id].flags & LEG_SRTP ? srtp_rtp_more(&r->secure[id].out) : 0;
}
