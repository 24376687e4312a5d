/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SDP (RFC 8866) as far as one audio stream needs it, and offer/answer (RFC 3264).
 * Decoded text is not kept: everything is copied into fixed fields.
 */
#ifndef TANDEM_ENGINE_SDP_SDP_H
#define TANDEM_ENGINE_SDP_SDP_H

#include <engine/base/buf.h>
#include <tandem/config.h>
#include <tandem/media.h>

#define SDP_MEDIA_MAX   8  /* m= lines we can answer; more is -E2BIG */
#define SDP_MEDIA_BYTES 64 /* of one, with its first format alone, with NUL; longer is -E2BIG */

/* The attributes of a direction (RFC 8866 section 6.7), two flags: X(ID, attribute). The place in
 * the list is the value: 1, the author sends; 2, the author receives. */
#define SDP_DIRECTIONS(X)           \
	X(SDP_INACTIVE, "inactive") \
	X(SDP_SENDONLY, "sendonly") \
	X(SDP_RECVONLY, "recvonly") \
	X(SDP_SENDRECV, "sendrecv")
#define SDP_DIRECTION_ID(id, word) id,
enum sdp_direction { SDP_DIRECTIONS(SDP_DIRECTION_ID) SDP_DIRECTION_COUNT };
extern const char *const sdp_direction_names[SDP_DIRECTION_COUNT];

#define SDP_CRYPTO_MAX 4 /* lines a=crypto that are kept */

/* How its author encrypts what it sends (RFC 4568). */
struct sdp_crypto {
	uint32_t tag;
	struct td_srtp_key key;
};

/* One side's description of the first usable audio stream. */
struct sdp {
	struct td_addr rtp;  /* port 0: stream refused; ip 0.0.0.0 or ::: old-style hold, direction
				says so */
	struct td_addr rtcp; /* family 0: rtp.port + 1 */
	uint8_t codecs[TD_CODEC_LIST]; /* enum td_codec that we know, in its order, 0-terminated */
	uint8_t pt[TD_CODEC_LIST];     /* payload type of each */
	uint8_t dtmf_pt;               /* telephone-event/8000, TD_PT_NONE */
	uint8_t ptime_ms;              /* 20 when not given */
	uint8_t direction;             /* enum sdp_direction, from its author's view */
	bool rtcp_mux;                 /* RTCP on the RTP port (RFC 5761) */
	bool rtcp_rsize;               /* RTCP of reduced size may come (RFC 5506) */
	bool rtcp_xr; /* a=rtcp-xr of any kind; encoded: voip-metrics, please (RFC 3611) */
	bool savp;    /* RTP/SAVP, else RTP/AVP; with either there may be: */
	uint8_t crypto_count;
	struct sdp_crypto crypto[SDP_CRYPTO_MAX]; /* those that we can use, in its order */
	const char *crypto_why;                   /* a line could not be used, and why; NULL */
	uint64_t session_id, version;
	/* the other m= lines, to be answered with port 0 in their places (RFC 3264 section 6) */
	uint8_t media_count, audio_index;
	char media_line[SDP_MEDIA_MAX][SDP_MEDIA_BYTES]; /* "video 0 RTP/AVP 96" for the answer */
};

/*
 * 0; -EINVAL malformed; -ENOENT no audio (m=audio RTP/AVP with a port, or RTP/SAVP) at an address
 * (c= has a name); -E2BIG. With TD_SRTP_OFF, RTP/SAVP is not usable and keys are ignored. Otherwise
 * a stream RTP/SAVP wins over an earlier stream without keys, because a peer that can do both
 * offers both.
 */
int sdp_decode(struct sdp *out, struct str text, enum td_srtp_policy srtp);

/* crypto.c. The value of a=crypto; NULL, or why it cannot be used, and *out is as it was. */
const char *sdp_crypto_decode(struct sdp_crypto *out, struct str line);
void sdp_crypto_encode(const struct sdp_crypto *c, struct td_buf *out);
const char *sdp_crypto_suite(unsigned suite); /* its name */
unsigned sdp_crypto_bytes(unsigned suite);    /* of its key and salt */
/* Writes stars over all keys in a message; how many there were. */
size_t sdp_crypto_redact(char *text, size_t n);

/* Writes an offer or an answer: origin and addresses from o->rtp, codecs and pts in order.
 * media_count 0 is taken as 1: our audio alone. */
void sdp_encode(const struct sdp *o, struct td_buf *out);

/*
 * Chooses the answer to `offer`: the first codec of `ours` (0-terminated, preferred first) that is
 * offered. Fills codec, pt, dtmf_pt, ptime and direction (its hold mirrored: sendonly -> recvonly);
 * of RTCP's extensions it takes what is offered, and its profile. Keys are the caller's to add.
 * 0; -ENOENT when no codec is common.
 */
int sdp_answer(const struct sdp *offer, const uint8_t *ours, const struct td_addr *rtp,
	uint64_t session_id, uint64_t version, struct sdp *answer);

/* After offer and answer: what a leg needs to send to the peer described by `peer`, codec chosen
 * from what both have. 0 or -ENOENT: no codec, or an address of another family or of no host.
 * Leaves ssrc, seq, ts_offset, acct, cookie, policy alone. */
int sdp_leg(const struct sdp *ours, const struct sdp *peer, struct td_leg_params *leg);

#endif
