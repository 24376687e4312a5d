/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A leg: what the worker knows of one RTP session with one peer.
 *
 * The hot record is two cache lines, and a relayed packet touches one line of each of its two legs:
 * the receiving line of the leg by which it came, and the sending line of the leg by which it
 * leaves.
 *
 *     offset size  receiving line: is it ours, is it new, what does RFC 3550 count
 *          0   16  match: what a packet for the fast lane has (lane.h); all zero when none may
 *         16    4  the leg it is relayed to
 *         20    2  flags, enum leg_flag
 *         22    2  row of the accounting table
 *         24    4  highest sequence number, extended (RFC 3550 A.1)
 *         28    4  which of the last 32 sequence numbers were seen; bit 0 is the highest
 *         32    4  RTP time stamp of the last packet
 *         36    4  its arrival, in ticks
 *         40    4  interarrival jitter, 16 times (RFC 3550 A.8)
 *         44    2  the largest it was, in time-stamp units
 *         46    2  checksum: what the addresses, the ports and the SSRC take away from a sum
 *         48    4  packets   \ since the last report, which folds them into the cold record
 *         52    4  IP bytes  /
 *         56    4  flood: when all that came would have come at the rate allowed (police.h)
 *         60    2  flood: time that an IP byte takes at that rate, 1/256 ticks
 *         62    2  checksum: what the pseudo-header sums up to without a length
 *     offset size  sending line: what our packets to that peer look like
 *         64   28  header: IPv4 and UDP, complete but for UDP's checksum, for the last length sent
 *         92    4  next hop (dataplane/net/fib.h)
 *         96    4  our SSRC (network order)
 *        100    4  RTP time stamp: add to that of the packet relayed
 *        104    2  sequence number: add likewise
 *        106    1  payload type of the codec; with the marker bit (0x80) when it is due: the next
 *                  packet is the first from another feed
 *        107    1  payload type of telephone-event, TD_PT_NONE
 *        108    2  checksum: what the addresses, the ports and the SSRC add to a sum
 *        110    2  row of the accounting table
 *        112    4  packets   \ since the last report
 *        116    4  IP bytes  /
 *        120    4  the recording that what is relayed to this peer goes into: valid with LEG_TAP
 *        124    1  its channel     of the leg that it is relayed from
 *        125    1  its codec
 *        126    1  what the peer hears, enum leg_feed
 *        127    1  unused
 *
 * The cold record has what reports, commands and rare packets need. What only some legs need has
 * memory of its own (side.h).
 */
#ifndef TANDEM_DATAPLANE_LEG_LEG_H
#define TANDEM_DATAPLANE_LEG_LEG_H

#include <tandem/media.h>
#include <dataplane/leg/side.h>

/* A second of a worker's time. Time stamps of a codec with this clock count in the same units: such
 * legs take the fast lane. */
#define LEG_TICKS  8000
#define LEG_LINE   64
#define LEG_MATCH  16
#define LEG_HEADER 28 /* IPv4 without options, UDP */
/* Sequence numbers told apart behind the highest: 640 ms of 20 ms packets. */
#define LEG_WINDOW 32

enum leg_flag {
	LEG_LIVE = 1 << 0,
	LEG_RECV = 1 << 1,     /* the peer may send */
	LEG_SEND = 1 << 2,     /* the peer wants to hear us */
	LEG_RTCP = 1 << 3,     /* it gets reports */
	LEG_LATCHING = 1 << 4, /* its source is not proven yet */
	LEG_ANY_PORT = 1 << 5, /* TD_SOURCE_ADDRESS: the port is not settled yet */
	LEG_STARTED = 1 << 6,  /* a rightful packet came: SSRC and sequence are known */
	LEG_RELAY = 1 << 7,    /* what arrives leaves on `other` */
	LEG_SWITCH = 1 << 8, /* no packet was relayed yet: seq_add and ts_add of `other` must still
				be made */
	LEG_TAP = 1 << 9,
	LEG_FAR = 1 << 10,    /* `other` is another worker's leg (far.h) */
	LEG_ORPHAN = 1 << 11, /* the other leg of its bridge ended */
	LEG_SILENT = 1 << 12, /* TD_MEDIA_SILENT was sent: the next packet is news (watch.c) */
	LEG_SRTP = 1 << 13,   /* its packets are opened and sealed (secure.h) */
	LEG_SIX = 1 << 14,    /* its addresses are IPv6 */
};

/* A leg's packets may take the fast lane when exactly LEG_FAST of these flags are set. */
#define LEG_FAST (LEG_LIVE | LEG_STARTED)
#define LEG_FAST_MASK                                                                            \
	(LEG_FAST | LEG_SWITCH | LEG_LATCHING | LEG_ANY_PORT | LEG_SILENT | LEG_SRTP | LEG_SIX | \
		LEG_FAR)

/*
 * What a peer can hear, besides nothing: X(ID, name). stream_feed() alone changes it, and calls
 * name_leave() where another feed takes this one's place.
 */
#define LEG_FEEDS(X)                                                                   \
	X(BRIDGE, bridge) /* what arrives on the other leg of the bridge (bridge.c) */ \
	X(PLAY, play)     /* a sound (play.c) */

#define LEG_FEED_ENUM(id, name) LEG_FEED_##id,
enum leg_feed { LEG_FEED_NONE, LEG_FEEDS(LEG_FEED_ENUM) LEG_FEED_COUNT };

struct leg {
	_Alignas(LEG_LINE) uint8_t match[LEG_MATCH];
	uint32_t other;
	uint16_t flags;
	uint16_t in_acct;
	uint32_t seq_max;
	uint32_t seen;
	uint32_t in_ts, in_time;
	uint32_t jitter;
	uint16_t jitter_max;
	uint16_t in_sum;
	uint32_t in_packets, in_bytes;
	uint32_t police_time;
	uint16_t police_byte;
	uint16_t in_pseudo;

	_Alignas(LEG_LINE) uint8_t header[LEG_HEADER];
	uint32_t nexthop;
	uint32_t out_ssrc;
	uint32_t ts_add;
	uint16_t seq_add;
	uint8_t out_type;
	uint8_t out_dtmf_pt;
	uint16_t out_sum;
	uint16_t out_acct;
	uint32_t out_packets, out_bytes;
	uint32_t tap_recording;
	uint8_t tap_channel, tap_codec;
	uint8_t feed, unused;
};

_Static_assert(sizeof(struct leg) == 2 * LEG_LINE, "two cache lines a leg");
_Static_assert(offsetof(struct leg, other) == 16, "as drawn");
_Static_assert(offsetof(struct leg, seq_max) == 24, "as drawn");
_Static_assert(offsetof(struct leg, in_packets) == 48, "as drawn");
_Static_assert(offsetof(struct leg, in_pseudo) == 62, "the receiving line ends here");
_Static_assert(offsetof(struct leg, header) == LEG_LINE, "the sending line begins here");
_Static_assert(offsetof(struct leg, nexthop) == 92, "as drawn");
_Static_assert(offsetof(struct leg, out_packets) == 112, "as drawn");
_Static_assert(offsetof(struct leg, feed) == 126, "as drawn");

struct leg_cold {
	_Alignas(LEG_LINE) uint32_t recording;
	uint8_t channel, codec, policy, ptime_ms;
	uint32_t clock; /* Hz, of its time stamps */
	uint32_t cookie;
	uint32_t top_ts;  /* highest time stamp behind in_ts, after reordering */
	uint32_t floor;   /* packets before it (extended) were sent before the last switch */
	uint16_t bad_seq; /* RFC 3550 A.1: this one next would prove a jump */
	bool jumped;      /* bad_seq is set */
	bool first_told;  /* TD_MEDIA_FIRST_RTP was sent */
	uint8_t sides;    /* bit by enum leg_side: those that it has taken */
	uint8_t pt_too, dtmf_too; /* by which the peer may send as well; TD_PT_NONE */
	uint8_t run;              /* with LEG_ANY_PORT: packets in sequence from src_port */
	/* what the peer sends, and from where */
	uint32_t in_ssrc;  /* network order */
	uint32_t src_ip;   /* source_mark(): of IPv4 the address itself; it is that of `to` */
	uint16_t src_port; /* host order; with LEG_ANY_PORT the last one it used */
	uint8_t pt, dtmf_pt;

	/* statistics of the whole leg; the hot ones count since the last report */
	uint64_t in_packets, in_bytes, out_packets, out_bytes;
	uint32_t strangers, unexpected_pt;
	uint32_t base;            /* extended sequence number of this SSRC's first packet */
	uint32_t expected_before; /* of earlier SSRCs, and before jumps */
	uint32_t packets_before;  /* in_packets when this SSRC began */
	uint32_t expected_prior, received_prior; /* at our last report block (RFC 3550 A.3) */
	uint32_t reported_packets;               /* in + out at the last LEG_STATS */

	/* is the peer heard (watch.c); times in ticks */
	uint32_t watch_packets; /* in_packets when it was looked last */
	uint32_t watch_heard;   /* when it was heard last, or might first be */
	uint32_t report_at;     /* ms: the timer of both fires at the earlier */

	/* what we send */
	struct td_addr remote, rtcp; /* as signalling said */
	struct td_addr to;           /* where ours go: the same, or where a latch led */
	uint32_t rtcp_nexthop;
	uint32_t last_ts, last_time; /* of the last packet sent, its time in ticks */
	uint16_t last_seq;
	bool mux; /* RTCP on the RTP ports (RFC 5761) */
	uint8_t dscp;

	uint16_t payload_octets; /* of a packet of the codec */

	uint32_t out_packets_sr; /* leg_out_packets() at our last report: a sender since then? */
	uint32_t rtcp_time;      /* police_rtcp() */

	/* with LEG_FAR (far.c) */
	uint32_t far_cookie; /* of the other leg, which another one of its number has not */
	uint16_t far_run;    /* of what we hand over: counted up where the stream begins anew */
	uint16_t fed_run;    /* of what we are handed */
	uint16_t fed_seq;    /* its highest sequence number */
	uint8_t fed_back;    /* so many numbers before it may still come */
	bool fed;            /* these are known: a packet has come since the feed is the bridge */

	struct wheel_timer watch; /* watch.c: silence, and the next report */
};

/* A power of two: its place follows from the leg's number by one shift. */
_Static_assert(sizeof(struct leg_cold) == 4 * LEG_LINE, "768 bytes a relayed call");

#endif
