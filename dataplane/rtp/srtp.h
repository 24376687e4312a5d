/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SRTP and SRTCP (RFC 3711; AES-GCM: RFC 7714), one direction of a session at a time, in place:
 *
 *     RTP:   header | payload                       AES_CM   +  MKI  tag
 *                   |<--- encrypted --->|           GCM      tag  MKI
 *     RTCP:  first 8 octets | the rest              AES_CM   +  E index  MKI  tag
 *                           |<- encrypted ->|       GCM      tag  E index  MKI
 *
 * Pure: no DPDK, no clock. Nothing is allocated but by srtp_crypto_alloc(). A context of libcrypto
 * belongs to one thread and is given the session key anew for each packet, so that a stream is
 * plain memory (docs/decisions.md says what that costs).
 */
#ifndef TANDEM_DATAPLANE_RTP_SRTP_H
#define TANDEM_DATAPLANE_RTP_SRTP_H

#include <tandem/media.h>
#include <dataplane/rtp/srtp_crypto.h>

#define SRTP_RTP_MORE  (16 + TD_SRTP_MKI_BYTES) /* octets that protecting adds, at most */
#define SRTP_RTCP_MORE (SRTP_RTP_MORE + 4)

/* So many SSRCs of a peer are told apart. A stream that comes back (hold, resume) goes on where it
 * was, and an old recording of it cannot be played again. One more takes the place of the one that
 * was used least recently. */
#define SRTP_SOURCES 4

struct srtp_source {
	uint32_t ssrc;    /* as it lies in the packet */
	bool used;        /* the others say something */
	bool rtp, rtcp;   /* such a packet came, or went */
	uint32_t used_at; /* `uses` of the stream when its turn began */
	bool inherited; /* its counter is from before a change of keys; no packet has come since */
	uint64_t index; /* highest: rollover counter and sequence number */
	uint64_t seen;  /* bit i: index - i */
	uint64_t rtcp_top; /* the same for SRTCP's own index */
	uint64_t rtcp_seen;
};

struct srtp_stream {
	struct td_srtp_key master; /* to know it again */
	struct srtp_keys rtp, rtcp;
	uint32_t uses; /* counts how often another source has its turn than before */
	uint8_t last;  /* place of the one whose turn it is */
	struct srtp_source source[SRTP_SOURCES];
};

enum srtp_result {
	SRTP_OK,
	SRTP_MALFORMED, /* too short, or a header longer than the packet */
	SRTP_AUTH,
	SRTP_REPLAY,
	SRTP_EXHAUSTED /* a key's last packet was sent (section 9.2) */
};

/* Takes a master key; no source is known. False: no such suite, and the stream is wiped. */
bool srtp_stream_init(struct srtp_crypto *x, struct srtp_stream *s, const struct td_srtp_key *key);
/* The same session goes on with another key. By RFC 3711 section 3.3.1 the rollover counter goes
 * on, but many peers begin at 0 with each key. The first authentic packet decides. */
void srtp_stream_inherit(struct srtp_stream *s, const struct srtp_stream *before);
bool srtp_stream_same(const struct srtp_stream *s, const struct td_srtp_key *key);
void srtp_stream_wipe(struct srtp_stream *s);

/* How much a packet grows. */
unsigned srtp_rtp_more(const struct srtp_stream *s);
unsigned srtp_rtcp_more(const struct srtp_stream *s);

/* In place; *len changes when SRTP_OK. Protecting needs the room above behind the packet. An
 * unprotect that fails leaves the packet as it was. */
enum srtp_result srtp_protect(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtp, unsigned *len);
enum srtp_result srtp_unprotect(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtp, unsigned *len);
enum srtp_result srtp_protect_rtcp(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtcp, unsigned *len);
enum srtp_result srtp_unprotect_rtcp(
	struct srtp_crypto *x, struct srtp_stream *s, uint8_t *rtcp, unsigned *len);

#endif
