/* SPDX-License-Identifier: BSD-3-Clause */
/* Encoding, and the offer/answer model of RFC 3264. */
#include <errno.h>
#include <engine/base/addr.h>
#include <engine/base/codec.h>
#include <engine/sdp/sdp.h>

const char *const sdp_direction_names[SDP_DIRECTION_COUNT] = {SDP_DIRECTIONS(TD_WORD)};

static void audio_encode(const struct sdp *o, struct td_buf *out)
{
	buf_printf(out, "m=audio %u RTP/%s", o->rtp.port, o->savp ? "SAVP" : "AVP");
	for (unsigned i = 0; i < sizeof(o->codecs) && o->codecs[i]; i++)
		buf_printf(out, " %u", o->pt[i]);
	if (o->dtmf_pt != TD_PT_NONE)
		buf_printf(out, " %u", o->dtmf_pt);
	buf_str(out, STR("\r\n"));
	for (unsigned i = 0; i < sizeof(o->codecs) && o->codecs[i]; i++)
		buf_printf(out, "a=rtpmap:%u %s/%u\r\n", o->pt[i],
			codec_get(o->codecs[i])->encoding, codec_get(o->codecs[i])->clock);
	if (o->dtmf_pt != TD_PT_NONE) /* RFC 4733: digits, letters and flash */
		buf_printf(out, "a=rtpmap:%u telephone-event/%u\r\na=fmtp:%u 0-16\r\n", o->dtmf_pt,
			TD_DTMF_CLOCK, o->dtmf_pt);
	buf_printf(out, "a=ptime:%u\r\na=%s\r\n", o->ptime_ms,
		sdp_direction_names[o->direction & SDP_SENDRECV]);
	if (o->rtcp.port != 0 && o->rtcp.port != o->rtp.port + 1)
		buf_printf(out, "a=rtcp:%u\r\n", o->rtcp.port);
	if (o->rtcp_mux)
		buf_str(out, STR("a=rtcp-mux\r\n"));
	if (o->rtcp_rsize)
		buf_str(out, STR("a=rtcp-rsize\r\n"));
	if (o->rtcp_xr)
		buf_str(out, STR("a=rtcp-xr:voip-metrics\r\n"));
	for (unsigned i = 0; i < o->crypto_count; i++)
		sdp_crypto_encode(&o->crypto[i], out);
}

void sdp_encode(const struct sdp *o, struct td_buf *out)
{
	unsigned count = o->media_count ? o->media_count : 1;
	const char *type = o->rtp.family == 6 ? "IP6" : "IP4";
	char ip[ADDR_TEXT];

	addr_encode_ip(&o->rtp, ip);
	buf_printf(out, "v=0\r\no=- %llu %llu IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		(unsigned long long)o->session_id, (unsigned long long)o->version, type, ip, type,
		ip);
	for (unsigned i = 0; i < count; i++) {
		if (i == o->audio_index)
			audio_encode(o, out);
		else
			buf_printf(out, "m=%s\r\n", o->media_line[i]);
	}
}

/* Index of the codec, -1 when it is not there. */
static int codec_find(const struct sdp *s, uint8_t codec)
{
	for (unsigned i = 0; i < sizeof(s->codecs) && s->codecs[i]; i++)
		if (s->codecs[i] == codec)
			return (int)i;
	return -1;
}

/* What one side sends the other receives. */
static uint8_t mirror(uint8_t direction)
{
	return (uint8_t)((direction & SDP_SENDONLY ? SDP_RECVONLY : 0) |
			 (direction & SDP_RECVONLY ? SDP_SENDONLY : 0));
}

int sdp_answer(const struct sdp *offer, const uint8_t *ours, const struct td_addr *rtp,
	uint64_t session_id, uint64_t version, struct sdp *answer)
{
	int at = -1;

	for (; *ours && at < 0; ours++)
		at = codec_find(offer, *ours);
	if (at < 0)
		return -ENOENT;
	struct sdp a = {
		.rtp = *rtp,
		.codecs = {offer->codecs[at]},
		.pt = {offer->pt[at]},
		.dtmf_pt = offer->dtmf_pt,
		.ptime_ms = offer->ptime_ms,
		.direction = mirror(offer->direction),
		.rtcp_mux = offer->rtcp_mux,
		.rtcp_rsize = offer->rtcp_rsize,
		.rtcp_xr = offer->rtcp_xr,
		.savp = offer->savp,
		.session_id = session_id,
		.version = version,
		.media_count = offer->media_count,
		.audio_index = offer->audio_index,
	};

	memcpy(a.media_line, offer->media_line, sizeof(a.media_line));
	*answer = a; /* may be the offer's own place */
	return 0;
}

/* Media goes where the peer says, to one host that our leg can reach. */
static bool is_target(const struct sdp *ours, const struct td_addr *a)
{
	return a->family == ours->rtp.family && addr_is_host(a);
}

/* As before RFC 3264: by the address 0.0.0.0. */
static bool is_on_hold(const struct sdp *peer)
{
	return addr_is_any(&peer->rtp);
}

static uint32_t leg_flags(const struct sdp *ours, const struct sdp *peer)
{
	bool reachable = peer->rtp.port != 0 && !is_on_hold(peer);
	uint32_t flags = 0;

	if (peer->direction & SDP_RECVONLY && reachable)
		flags |= TD_LEG_SEND;
	if (peer->direction & SDP_SENDONLY)
		flags |= TD_LEG_RECV;
	if (reachable)
		flags |= TD_LEG_RTCP;
	if (ours->rtcp_mux && peer->rtcp_mux)
		flags |= TD_LEG_RTCP_MUX;
	return flags;
}

int sdp_leg(const struct sdp *ours, const struct sdp *peer, struct td_leg_params *leg)
{
	int at = -1;

	/* Our answer has one codec. Where the answer is the peer's, its order counts (section 6.1).
	 */
	for (unsigned i = 0; i < sizeof(peer->codecs) && peer->codecs[i] && at < 0; i++)
		if (codec_find(ours, peer->codecs[i]) >= 0)
			at = (int)i;
	if (at < 0)
		return -ENOENT;
	/* A peer on hold may go on speaking from its old address: 0.0.0.0 does not move it. */
	if (!is_on_hold(peer)) {
		if (!is_target(ours, &peer->rtp) ||
			(peer->rtcp.family && !is_target(ours, &peer->rtcp)))
			return -ENOENT;
		leg->remote = peer->rtp;
		leg->rtcp = peer->rtcp;
	}
	leg->codec = peer->codecs[at];
	leg->pt = peer->pt[at];
	leg->pt_ours = TD_PT_OURS | ours->pt[codec_find(ours, leg->codec)];
	leg->dtmf_pt = ours->dtmf_pt == TD_PT_NONE ? TD_PT_NONE : peer->dtmf_pt;
	leg->dtmf_ours = leg->dtmf_pt == TD_PT_NONE ? 0 : TD_PT_OURS | ours->dtmf_pt;
	leg->ptime_ms = peer->ptime_ms;
	leg->flags = leg_flags(ours, peer);
	if (leg->flags & TD_LEG_RTCP_MUX)
		leg->rtcp = (struct td_addr){0}; /* RFC 5761 section 5.1.1 */
	return 0;
}
