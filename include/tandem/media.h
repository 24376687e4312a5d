/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the signalling lcore and the workers say to each other about media legs.
 *
 * A leg is one RTP session with one peer. Its number IS its local (media address, port):
 *     leg = address_index * ports_per_address + (port - rtp_port_min) / 2
 * so a worker finds the leg of a packet without a hash. RTP takes the
 * even port, RTCP the odd one above it. The signalling lcore gives numbers out; the worker owns
 * the leg's record from LEG_ADD until it has answered LEG_DEL with TD_MEDIA_LEG_GONE.
 *
 * Commands go signalling -> worker and events worker -> signalling, through single-producer
 * single-consumer rings. The rings cannot fill: each live leg has at most TD_LEG_CREDITS commands
 * under way, and a ring has room for TD_LEG_CREDITS of each leg that there can be.
 */
#ifndef TANDEM_MEDIA_H
#define TANDEM_MEDIA_H

#include <tandem/types.h>

#define TD_LEG_NONE    UINT32_MAX
#define TD_LEG_CREDITS 8
#define TD_PT_NONE     255 /* no such payload type was negotiated */
#define TD_PT_OURS     0x80

enum td_media_op {
	TD_MEDIA_LEG_ADD = 1, /* .leg_params: create the leg */
	TD_MEDIA_LEG_SET, /* .leg_params: new remote, codec, direction; SSRC and statistics stay */
	TD_MEDIA_LEG_DEL, /* free it; answered by LEG_GONE with the final statistics */
	/* .other, .cookie, .other_cookie: what arrives on `leg` leaves on `other`, and the reverse.
	 * The two may be of different workers. */
	TD_MEDIA_BRIDGE,
	/* Likewise: neither leg gets anything from the other any more. Nothing happens where a leg
	 * is bridged with another one by now. */
	TD_MEDIA_UNBRIDGE,
	TD_MEDIA_PLAY, /* .play: a sound to this leg, until STOP, another PLAY, BRIDGE or its end */
	TD_MEDIA_STOP, /* .play.number: ends that play; nothing when another one runs by now */
	TD_MEDIA_TAP,  /* .tap: copy what arrives on this leg to the recorder */
	TD_MEDIA_UNTAP,
	TD_MEDIA_SRTP_IN,  /* .srtp: the peer's key, what we decrypt with; after LEG_ADD, LEG_SET */
	TD_MEDIA_SRTP_OUT, /* .srtp: ours, what we encrypt with */
};

enum td_leg_flags {
	TD_LEG_SEND = 1 << 0, /* the peer wants to hear us (its SDP: sendrecv or recvonly) */
	TD_LEG_RECV = 1 << 1, /* the peer may send (its SDP: sendrecv or sendonly) */
	TD_LEG_RTCP = 1 << 2, /* send RTCP to remote port + 1, or to .rtcp when set */
	TD_LEG_RTCP_MUX =
		1 << 3, /* RTCP from and to the RTP ports (RFC 5761); .rtcp means nothing */
	/* Media is SRTP from this LEG_ADD or LEG_SET on: packets that fail the check are dropped,
	 * and no packet leaves in the clear. SRTP_IN and SRTP_OUT bring the keys. A LEG_SET without
	 * this flag wipes them. */
	TD_LEG_SRTP = 1 << 4,
};

/*
 * Suites of SRTP. The last one is preferred most.
 *
 *     X(ID, KIND, octets of: master key, salt, tag of SRTP, tag of SRTCP; OFFERED)
 *
 * ID is the name in SDP (RFC 4568 section 6.2, RFC 7714 section 14.1). KIND: AEAD or HMAC.
 * OFFERED: whether our offers have it; an offer of the peer's may have any.
 */
#define TD_SRTP_SUITES(X)                                      \
	X(AES_CM_128_HMAC_SHA1_32, HMAC, 16, 14, 4, 10, false) \
	X(AES_CM_128_HMAC_SHA1_80, HMAC, 16, 14, 10, 10, true) \
	X(AEAD_AES_128_GCM, AEAD, 16, 12, 16, 16, true)        \
	X(AEAD_AES_256_GCM, AEAD, 32, 12, 16, 16, true)

#define TD_SRTP_SUITE_ENUM(id, ...) TD_SRTP_##id,
enum td_srtp_suite { TD_SRTP_NONE, TD_SRTP_SUITES(TD_SRTP_SUITE_ENUM) TD_SRTP_SUITE_COUNT };

/* Octets that a suite adds to a packet of SRTP. */
#define TD_SRTP_TAG_ENUM(id, kind, key, salt, tag, ...) TD_SRTP_TAG_##id = (tag),
enum td_srtp_tag { TD_SRTP_SUITES(TD_SRTP_TAG_ENUM) };

#define TD_SRTP_KEY_BYTES 44 /* room for the master key and salt of any suite */
#define TD_SRTP_KEY_FITS(id, kind, key, salt, ...) \
	_Static_assert((key) + (salt) <= TD_SRTP_KEY_BYTES, #id " fits");
TD_SRTP_SUITES(TD_SRTP_KEY_FITS)

#define TD_SRTP_MKI_BYTES 8

/* The master key of one direction. Whoever holds a copy wipes it (explicit_bzero). */
struct td_srtp_key {
	uint8_t suite;                  /* enum td_srtp_suite */
	uint8_t mki_len;                /* 0: packets have no master key identifier */
	uint8_t fresh;                  /* SRTP_OUT: the rollover counter begins at 0 again */
	uint8_t mki[TD_SRTP_MKI_BYTES]; /* as in the packet */
	uint8_t key[TD_SRTP_KEY_BYTES]; /* key, then salt */
};

struct td_leg_params {
	struct td_addr remote; /* where our packets go: c= and m= of the peer's SDP */
	struct td_addr rtcp;   /* a=rtcp, family 0 when it is remote.port + 1 */
	struct td_addr sip; /* where the peer's SIP comes from: TD_SOURCE_LATCH trusts it more than
			     * any other; family 0 unknown */
	uint32_t ssrc;      /* ours, for the life of the leg */
	uint32_t ts_offset; /* random first time stamp (RFC 3550 section 5.1) */
	uint16_t seq;       /* random first sequence number */
	uint8_t codec;      /* enum td_codec */
	uint8_t pt;         /* payload type we send for codec, by the peer's SDP */
	uint8_t dtmf_pt;    /* RFC 4733 telephone-event, TD_PT_NONE when not negotiated */
	/* Those of our SDP, by which we receive (RFC 3264 section 5.1): TD_PT_OURS and the number;
	 * 0: the same. The peer's are taken, too, where they mean nothing else. */
	uint8_t pt_ours, dtmf_ours;
	uint8_t policy;   /* enum td_source_policy */
	uint8_t ptime_ms; /* 10..60 */
	uint8_t dscp;     /* 0..63, of what we send */
	uint32_t flags;   /* enum td_leg_flags */
	uint32_t acct;    /* row of the accounting table (include/tandem/stats.h) */
	uint32_t cookie;  /* the call's own; comes back in every event of the leg */
};

struct td_media_cmd {
	uint16_t op; /* enum td_media_op */
	uint16_t unused;
	uint32_t leg;
	union {
		struct td_leg_params leg_params;
		struct {
			uint32_t other;
			uint32_t cookie, other_cookie; /* of both legs, as in their leg_params */
		};
		struct {
			uint32_t sound;  /* its number, conf_sound() */
			uint32_t loop;   /* 0 once, 1 for ever */
			uint32_t number; /* of the play: another one for each of a leg's plays */
		} play;
		struct {
			uint32_t recording; /* number of the recording, unique in this run */
			uint32_t channel;   /* 0 left (caller), 1 right (agent) */
		} tap;
		struct td_srtp_key srtp;
	};
};

enum td_media_event_type {
	TD_MEDIA_DTMF = 1,  /* .dtmf: one whole digit, reported once, at its end */
	TD_MEDIA_PLAYED,    /* .play: a sound that does not loop came to its end */
	TD_MEDIA_FIRST_RTP, /* the first rightful packet arrived; .from is its source */
	TD_MEDIA_LEG_GONE,  /* .stats: final; the number may be given out again */
	TD_MEDIA_LEG_STATS, /* .stats: asked for, or every 5 s while media runs */
	TD_MEDIA_SILENT,    /* .silence: nothing came for TD_SILENCE_MS, though the peer sends and
			       receives */
	TD_MEDIA_HEARD,     /* .silence: the packet that ended a silence, .ms long */
};

/* An operator hears of a silence within 2 s. A telephone that suppresses silence (RFC 3389) cannot
 * be told from one that fails: our sessions have no payload type for comfort noise. */
#define TD_SILENCE_MS 1500

/* What the peer's VoIP metrics block says of the stream it gets from us (RFC 3611 section 4.7). */
struct td_leg_xr {
	bool known;            /* one came */
	uint8_t plc;           /* 0 unspecified, 1 disabled, 2 enhanced, 3 standard */
	uint8_t r;             /* 0..100, 127 unavailable */
	uint8_t mos;           /* MOS-CQ, else MOS-LQ: tenths, 10..50; 127 unavailable */
	uint8_t loss, discard; /* 256ths of all packets since its stream began */
	uint16_t buffer_ms;    /* jitter buffer, nominal; 0 unknown */
};

/* Statistics of a leg by RFC 3550 section 6.4.1 and appendix A. "in" is what the peer sent us. */
struct td_leg_stats {
	uint64_t in_packets, in_bytes; /* RTP of the rightful source; IP bytes, headers counted */
	uint64_t out_packets, out_bytes;
	uint64_t strangers;     /* dropped by the source policy */
	uint64_t unexpected_pt; /* dropped: payload type not negotiated */
	uint32_t in_ssrc;
	uint32_t in_expected; /* extended highest - first + 1, over all SSRCs */
	int32_t in_lost;      /* expected - received; negative when duplicates prevail */
	uint32_t in_jitter;   /* time-stamp units, as RFC 3550 6.4.1 interarrival jitter */
	uint32_t in_jitter_max;
	uint32_t out_reports; /* report blocks about our stream that came; 0: the next three mean
				 nothing */
	int32_t out_lost;     /* what the last one says: */
	uint32_t out_jitter;
	uint32_t out_seq_max; /* the highest sequence number of ours that it has, extended */
	uint32_t rtt_us;      /* by LSR/DLSR, 0 unknown */
	struct td_leg_xr xr;
};

struct td_media_event {
	uint16_t type; /* enum td_media_event_type */
	uint16_t unused;
	uint32_t leg;
	uint32_t cookie;
	uint32_t unused2;
	union {
		struct {
			char digit;           /* 0-9 * # A-D, '!' for flash */
			uint8_t volume;       /* -dBm0 */
			uint16_t duration_ms; /* from the last packet of the event */
		} dtmf;
		struct td_addr from;
		uint32_t play; /* number of the play that is over */
		struct td_leg_stats stats;
		struct {
			uint32_t ms; /* since the last packet; or since one could be sent */
			bool never;  /* no packet has ever come */
		} silence;
	};
};

/*
 * The arithmetic of leg numbers, one place for both sides. `per_address` is
 * td_legs_per_address(site.rtp_port_min, site.rtp_port_max); `port` is the even RTP port.
 */
static inline uint32_t td_legs_per_address(uint16_t port_min, uint16_t port_max)
{
	return (port_max + 1u - port_min) / 2;
}

static inline uint32_t td_leg_number(
	uint32_t address, uint16_t port, uint16_t port_min, uint32_t per_address)
{
	return address * per_address + (uint32_t)(port - port_min) / 2;
}

static inline uint16_t td_leg_port(uint32_t leg, uint16_t port_min, uint32_t per_address)
{
	return (uint16_t)(port_min + leg % per_address * 2);
}

/* Each address' legs are split over the workers in contiguous ranges: worker w owns the places
 * td_worker_first(w) .. td_worker_first(w + 1) - 1 of every address. */
static inline uint32_t td_worker_first(uint32_t worker, uint32_t workers, uint32_t per_address)
{
	return (uint32_t)((uint64_t)per_address * worker / workers);
}

/* Inverse of the above: the smallest w with place < floor(per_address * (w + 1) / workers). */
static inline uint32_t td_leg_worker(uint32_t leg, uint32_t workers, uint32_t per_address)
{
	uint64_t place = leg % per_address;

	return (uint32_t)(((place + 1) * workers - 1) / per_address);
}

#endif
