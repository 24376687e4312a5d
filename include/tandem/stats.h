/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters that the packet path writes and others read.
 *
 * Every packet is accounted for, per port and in total:
 *     in + originated = out + consumed + dropped (by named reason) + held
 * in: received from a port; originated: made by us (music, RTCP, SIP, ARP replies); out: handed to
 * a port; consumed: ended its life here as intended (SIP to signalling, RTCP, media of a held leg);
 * held: in a ring or a queue at this moment. A packet that comes in by one port and leaves by
 * another crosses: for one port, crossed_in stands on the left and crossed_out on the right; in
 * total they cancel out. Likewise between workers, handed_in and handed_out; in a sum over workers,
 * what is handed out and not in yet is held. Each reason belongs to exactly one list below, and its
 * text is what operators, JSON and the documentation show.
 */
#ifndef TANDEM_STATS_H
#define TANDEM_STATS_H

#include <tandem/types.h>

/* Why a packet was dropped: X(identifier, name, explanation). */
#define TD_DROPS(X)                                                                              \
	X(RUNT, "runt", "shorter than its headers say")                                          \
	X(ETHERTYPE, "ethertype", "neither IP nor ARP, on a port that the kernel does not own")  \
	X(NOT_FOR_US, "not-for-us", "Ethernet or IP destination is not ours")                    \
	X(VLAN, "vlan", "without the port's VLAN tag, or with another")                          \
	X(ETHERNET_SOURCE, "ethernet-source", "SIP from an Ethernet address of a group")         \
	X(IP_HEADER, "ip-header", "IP header malformed or its checksum wrong")                   \
	X(IP_FRAGMENT, "ip-fragment", "fragment of a datagram that never was whole")             \
	X(IP_EXTENSION, "ip-extension", "IPv6 extension header other than a fragment's")         \
	X(IP_PROTOCOL, "ip-protocol", "neither UDP nor ICMP")                                    \
	X(ICMP, "icmp", "ICMP or neighbour discovery malformed, or its checksum wrong")          \
	X(UDP_HEADER, "udp-header", "UDP length or checksum wrong, or none over IPv6")           \
	X(UDP_PORT, "udp-port", "neither the SIP port nor in the media range")                   \
	X(RTP_FRAGMENT, "rtp-fragment", "fragmented media: no codec needs it")                   \
	X(RTP_NO_LEG, "rtp-no-leg", "media to a port that no call uses")                         \
	X(RTP_STRANGER, "rtp-stranger", "not from the source that the leg's policy allows")      \
	X(RTP_HEADER, "rtp-header", "not RTP version 2, or truncated")                           \
	X(RTP_PAYLOAD_TYPE, "rtp-payload-type", "payload type that was not negotiated")          \
	X(RTP_FLOOD, "rtp-flood", "more than twice the codec's rate from its rightful source")   \
	X(RTP_DUPLICATE, "rtp-duplicate", "sequence number already seen")                        \
	X(RTP_LATE, "rtp-late", "too old for the sequence window")                               \
	X(RTP_PROBATION, "rtp-probation", "source not proven yet")                               \
	X(RTP_PEER_GONE, "rtp-peer-gone", "the other leg of the bridge ended")                   \
	X(RTCP_INVALID, "rtcp-invalid", "RTCP that fails RFC 3550 appendix A.2")                 \
	X(RTCP_FLOOD, "rtcp-flood", "more reports than a session of two has a use for")          \
	X(SRTP_AUTH, "srtp-auth", "SRTP or SRTCP whose authentication tag is wrong, or none")    \
	X(SRTP_REPLAY, "srtp-replay", "SRTP or SRTCP packet that was there already, or too old") \
	X(SRTP_NO_KEY, "srtp-no-key", "media of an SRTP leg before its keys, either way")        \
	X(SIP_RING_FULL, "sip-ring-full", "signalling did not keep up")                          \
	X(NO_ROUTE, "no-route", "no route to the destination")                                   \
	X(NO_NEIGHBOUR, "no-neighbour", "next hop's Ethernet address not known")                 \
	X(NO_MBUF, "no-mbuf", "packet pool empty")                                               \
	X(TX_FULL, "tx-full", "the port's transmit queue was full")                              \
	X(HANDOVER_FULL, "handover-full", "another worker did not keep up")                      \
	X(TOO_BIG, "too-big", "longer than the port's MTU, or than a packet can be here")

/* Why a packet was consumed. */
#define TD_CONSUMED(X)                                                                   \
	X(SIP, "sip", "handed to signalling")                                            \
	X(ARP, "arp", "ARP answered or learnt")                                          \
	X(NDP, "ndp", "IPv6 neighbour discovery answered or learnt")                     \
	X(FRAGMENT, "fragment", "put together with others: the last of them goes on")    \
	X(ICMP, "icmp", "ICMP echo answered or error read")                              \
	X(RTCP, "rtcp", "RTCP report read")                                              \
	X(RTP_HELD, "rtp-held", "media while no one listens: held, or music is playing") \
	X(RTP_DTMF, "rtp-dtmf", "RFC 4733 event read and not relayed")                   \
	X(LATCH, "latch", "packet that proved a latching source")                        \
	X(KERNEL, "kernel", "not ours, on a port whose kernel has seen it too (af_packet)")

#define TD_STATS_ENUM_DROP(id, name, text)     TD_DROP_##id,
#define TD_STATS_ENUM_CONSUMED(id, name, text) TD_CONSUMED_##id,
enum td_drop { TD_DROPS(TD_STATS_ENUM_DROP) TD_DROP_COUNT };
enum td_consumed { TD_CONSUMED(TD_STATS_ENUM_CONSUMED) TD_CONSUMED_COUNT };

/* What a port carries that is not RTP: X(identifier, name). The rest of `in` and `out` is RTP. */
#define TD_APARTS(X)                                                             \
	X(RTCP, "rtcp")                                                          \
	X(SIP, "sip")                                                            \
	X(ARP, "arp")                                                            \
	X(ICMP, "icmp")         /* ICMPv6 and neighbour discovery too */         \
	X(FRAGMENT, "fragment") /* in: of SIP */                                 \
	X(KERNEL, "kernel")     /* in, on a port whose kernel has seen it too */ \
	X(REFUSED, "refused")   /* in: dropped by its headers */

#define TD_STATS_ENUM_APART(id, name) TD_APART_##id,
enum td_apart { TD_APARTS(TD_STATS_ENUM_APART) TD_APART_COUNT };

/* As a port or a leg sees it: X(identifier, name). */
#define TD_DIRECTIONS(X)    X(IN, "in") X(OUT, "out")
#define TD_DIR_ID(id, name) TD_DIR_##id,
enum td_direction { TD_DIRECTIONS(TD_DIR_ID) TD_DIR_COUNT };

struct td_frames {
	uint64_t packets, bytes; /* bytes: Ethernet frames without FCS */
};

/* The packet balance of one port as one worker sees it, or a sum of those. */
struct td_port_stats {
	uint64_t in, in_bytes; /* bytes: Ethernet frames without FCS */
	uint64_t out, out_bytes;
	uint64_t originated;
	uint64_t consumed[TD_CONSUMED_COUNT];
	uint64_t dropped[TD_DROP_COUNT];
	uint64_t held;
	uint64_t crossed_in, crossed_out;                     /* from, to another port of ours */
	uint64_t handed_in, handed_out;                       /* from, to another worker */
	struct td_frames apart[TD_APART_COUNT][TD_DIR_COUNT]; /* of in and out, not RTP */
};

/*
 * Bandwidth: one row per (codec, trunk or agents, queue, link); a leg's RTCP counts with its RTP.
 * The signalling lcore gives rows out; a leg names its row. Each worker owns its own copy of the
 * table, so no cache line is shared. The site says how many rows there are (td_limits); row 0
 * counts all that found the table full.
 */
struct td_acct_row {
	uint64_t packets[TD_DIR_COUNT];
	uint64_t ip_bytes[TD_DIR_COUNT]; /* IP header and all above it */
};

/* The named layers: X(ID, word, octets of each packet beyond its IP bytes, what is counted). See
 * docs/bandwidth.md. */
#define TD_LAYERS(X)                                                                   \
	X(IP, "ip", 0, "IP packets")                                                   \
	X(ETHERNET, "ethernet", 14, "frames without FCS, as interface counters count") \
	X(WIRE, "wire", 38, "frames, FCS, preamble and gap: what a link really carries")
#define TD_LAYER_ENUM(id, ...)                TD_LAYER_##id,
#define TD_LAYER_OCTETS(id, word, bytes, ...) TD_LAYER_##id##_BYTES = bytes,
enum td_layer { TD_LAYERS(TD_LAYER_ENUM) TD_LAYER_COUNT };
enum { TD_LAYERS(TD_LAYER_OCTETS) };

/* What admission takes a stream's RTCP for: a report of so many octets, above UDP, each mean
 * interval of RFC 3550 section 6.2. */
#define TD_RTCP_BYTES       144
#define TD_RTCP_INTERVAL_MS 5000

#endif
