/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A site's objects, as the engine holds them.
 *
 * People write site.yaml; tandemd checks it whole and compiles it to text, one object a line,
 * sorted, that the engine reads at its start and that differences are made of:
 *
 *     queue sales groups=sales music=moh record=true wrap_up=5000 ...
 *
 * kind, name, then key=value in the schema's order; values with spaces, quotes or = are quoted with
 * " and \ escapes; lists are comma-separated; durations are milliseconds. A change is lines with
 * "set " or "del " in front (docs/configuration.md). One table, td_schema[] in engine/conf, says
 * for each kind its keys, their types, ranges, defaults and what they refer to; the YAML reader,
 * the compiler, the engine's reader and the manual page all go by it.
 */
#ifndef TANDEM_CONFIG_H
#define TANDEM_CONFIG_H

#include <tandem/stats.h>
#include <tandem/types.h>

#define TD_CONF_LIST  16 /* longest list: addresses of a port or trunk; of groups: TD_ACD_GROUPS */
#define TD_PATH_BYTES 128
/* Bytes free on the disk of the recordings; with less, nothing is recorded. */
#define TD_RECORDING_FREE_MIN (16ull << 20)
#define TD_DSCP_SITE          255 /* not said: the site's counts */

enum td_kind {
	TD_KIND_SITE, /* one, always there, named "site" */
	TD_KIND_PORT,
	TD_KIND_LINK,
	TD_KIND_TRUNK,
	TD_KIND_GROUP,
	TD_KIND_AGENT,
	TD_KIND_SOUND,
	TD_KIND_QUEUE,
	TD_KIND_ROUTE,
	TD_KIND_COUNT
};

struct td_prefix {
	struct td_addr addr; /* port 0 */
	uint8_t bits;
};

#define TD_HUGEPAGES(X)                                                                           \
	X(AUTO, "auto",                                                                           \
		"where there are some; where there are none, one line says once what that costs") \
	X(REQUIRE, "require", "without them the engine does not start")                           \
	X(NEVER, "never", "ordinary pages")
#define TD_HUGEPAGES_ENUM(id, ...) TD_HUGEPAGES_##id,
enum td_hugepages { TD_HUGEPAGES(TD_HUGEPAGES_ENUM) };

/* Latency of the packet path, against the CPU that it costs. */
#define TD_LATENCIES(X)                                                   \
	X(BALANCED, "balanced", "sleep, and wake at each packet")         \
	X(LOW, "low", "spin while media flows, which takes a whole core") \
	X(CPU, "cpu", "let packets gather for up to 0.5 ms, which costs the least")
#define TD_LATENCY_ENUM(id, ...) TD_LATENCY_##id,
enum td_latency { TD_LATENCIES(TD_LATENCY_ENUM) };

/* How many objects there can be. The engine makes its tables for so many when it starts; names that
 * were deleted since count as well. */
struct td_limits {
	uint32_t agents, groups, queues, links, sounds;
	uint32_t bandwidth_rows; /* include/tandem/stats.h; at most UINT16_MAX */
};

struct td_conf_site {
	char name[TD_NAME_BYTES];
	char domain[TD_NAME_BYTES * 2];      /* SIP domain and digest realm */
	uint16_t sip_port;                   /* 5060 */
	uint16_t rtp_port_min, rtp_port_max; /* min even, max odd: 20000-29999 */
	uint8_t sip_dscp, rtp_dscp; /* of packets we send, where trunk or agent say nothing else */
	uint32_t max_calls;         /* sizes every table at start; needs a restart to change */
	struct td_limits max;       /* the same */
	int32_t signalling_core;    /* -1: inside worker 0's loop */
	uint8_t worker_cores[TD_CONF_LIST], worker_count; /* none given: core 0 alone */
	uint8_t hugepages;                                /* enum td_hugepages */
	uint8_t latency;                                  /* enum td_latency */
	uint32_t memory_mb;                               /* for DPDK */
	char journal_dir[TD_PATH_BYTES];
	uint64_t journal_reserve; /* bytes kept while tandemd is away */
	char recording_dir[TD_PATH_BYTES];
	char log[TD_PATH_BYTES]; /* "journal", "stderr" or a file */
	uint32_t nonce_ms;       /* life of a digest nonce */
	uint32_t register_min_s, register_max_s;
	uint32_t max_duration_s; /* of a call; 0: any */
	uint32_t rtp_timeout_s;  /* the longest silence of a talk; 0: any */
	uint32_t hold_timeout_s; /* the same while a side holds or the caller waits; 0: any */
	uint32_t auth_failures, auth_block_s;
	uint32_t max_connections, source_connections, connection_idle_s; /* of SIP over TCP */
};

#define TD_PORT_TYPES(X)                                                      \
	X(AF_XDP, "af_xdp", "an ordinary interface, by AF_XDP sockets")       \
	X(AF_PACKET, "af_packet", "an ordinary interface, by packet sockets") \
	X(MEMIF, "memif", "memory shared with another program")               \
	X(RING, "ring", "a ring in the engine's own memory, for tests")       \
	X(PCI, "pci", "a device that a driver of DPDK has for itself")
#define TD_PORT_ENUM(id, ...) TD_PORT_##id,
enum td_port_type { TD_PORT_TYPES(TD_PORT_ENUM) };

struct td_conf_port {
	char name[TD_NAME_BYTES];
	uint8_t type;               /* enum td_port_type */
	char device[TD_PATH_BYTES]; /* interface, memif socket, PCI address; ring: any word */
	struct td_prefix address[TD_CONF_LIST]; /* ours on this port; SIP and media use each */
	uint8_t address_count;
	struct td_addr gateway, gateway6; /* family 0 none; only where !td_port_kernel() */
	uint16_t mtu;                     /* 1500 */
	uint16_t vlan;                    /* the tag of all its frames; 0: they have none */
	bool fallback;                    /* af_xdp: use af_packet where AF_XDP is refused */
	bool memif_server;
	uint8_t queues; /* at most; 0: as many as workers where the device can, one of a memif */
};

/* Does the kernel answer ARP, route and put fragments together for this port? A VLAN of its own is
 * Tandem's alone, on whatever device. */
static inline bool td_port_kernel(const struct td_conf_port *p)
{
	return (p->type == TD_PORT_AF_XDP || p->type == TD_PORT_AF_PACKET) && !p->vlan;
}

/* Media encrypted (RFC 3711), its keys in SDP (RFC 4568). */
#define TD_SRTP_POLICIES(X)                                                              \
	X(OFF, "off", "only RTP")                                                        \
	X(OPTIONAL, "optional", "what the peer has; our own offer is RTP/AVP with keys") \
	X(REQUIRED, "required", "only SRTP (RTP/SAVP), and a peer without it gets 488")
#define TD_SRTP_ENUM(id, ...) TD_SRTP_##id,
enum td_srtp_policy { TD_SRTP_POLICIES(TD_SRTP_ENUM) };

/* A line that calls share: what it carries in each direction. Full, it takes no more calls. */
struct td_conf_link {
	char name[TD_NAME_BYTES];
	uint64_t limit_bps; /* 0 without limit */
	uint32_t max_calls; /* legs at once; 0 without limit */
	uint8_t layer;      /* enum td_layer, at which limit_bps counts */
};

/* In the order of enum td_transport: what a trunk can be told to use. */
#define TD_TRUNK_TRANSPORTS(X)                                       \
	X(UDP, "udp", "datagrams, sent again while no answer comes") \
	X(TCP, "tcp", "a TCP connection, which stays open for the calls that follow")

#define TD_HOST_BYTES 254 /* longest name of DNS in text (RFC 1035 section 2.3.4), and NUL */

/* A peer that we call: an address, or a name for which the host finds addresses. */
struct td_server {
	struct td_addr addr;      /* family 0: the name's addresses, this port; no port: nothing */
	char name[TD_HOST_BYTES]; /* in lower case; empty: the address counts */
};

/* Whether a caller by UDP must show that it is there, before it hears anything and anybody is rung
 * for it: X(id, word, help). */
#define TD_CALLER_PROOFS(X)                                                          \
	X(REQUIRED, "required",                                                      \
		"by the ACK, which needs the tag in our 200: who forges the "        \
		"address of an INVITE does not see it")                              \
	X(NONE, "none",                                                              \
		"the address is enough: one forged INVITE sends a stream of RTP to " \
		"where its SDP says, and rings agents")
#define TD_CALLER_PROOF_ID(id, ...) TD_CALLER_PROOF_##id,
enum td_caller_proof { TD_CALLER_PROOFS(TD_CALLER_PROOF_ID) };

struct td_conf_trunk {
	char name[TD_NAME_BYTES];
	struct td_prefix address[TD_CONF_LIST]; /* calls from these sources are this trunk's */
	uint8_t address_count;
	struct td_prefix media[TD_CONF_LIST]; /* where its media may go, beside `address` */
	uint8_t media_count;
	uint8_t policy;                /* enum td_source_policy */
	uint8_t srtp;                  /* enum td_srtp_policy */
	uint8_t codecs[TD_CODEC_LIST]; /* enum td_codec, preferred first, 0-terminated */
	uint8_t sip_dscp, rtp_dscp;    /* or TD_DSCP_SITE */
	uint32_t max_calls;            /* 0 without limit */
	uint64_t limit_bps;            /* 0 without limit */
	uint8_t layer;                 /* enum td_layer, at which limit_bps counts */
	char link[TD_NAME_BYTES];      /* the line it comes by; empty: one without limit */
	uint8_t transport;             /* of calls out: enum td_transport */
	struct td_server server;       /* where calls out go; none: its first address, port 5060 */
	bool reveal;                   /* who we are, and calls' ids */
	uint8_t proof;                 /* enum td_caller_proof */
	uint32_t max_unproven;         /* calls that ring before a proof; 0 without limit */
};

struct td_conf_group {
	char name[TD_NAME_BYTES];
	char link[TD_NAME_BYTES]; /* of its agents that name none */
};

#define TD_DIGESTS(X)                                       \
	X(MD5, "md5", "MD5; many telephones know no other") \
	X(SHA256, "sha256", "SHA-256 (RFC 8760)")
#define TD_DIGEST_ENUM(id, ...) TD_DIGEST_##id,
enum td_digest { TD_DIGESTS(TD_DIGEST_ENUM) TD_DIGEST_COUNT };

/* What proves that a call is an agent's: X(id, word, help). */
#define TD_CALL_PROOFS(X)                                                            \
	X(ALWAYS, "always", "the password, in each call (RFC 3261 section 22.2)")    \
	X(SOURCE, "source",                                                          \
		"that it comes from where the telephone has registered; who forges " \
		"that address over UDP calls as this agent; behind a proxy with an " \
		"agent who has `always`, the password")
#define TD_CALL_PROOF_ID(id, ...) TD_CALL_PROOF_##id,
enum td_call_proof { TD_CALL_PROOFS(TD_CALL_PROOF_ID) };

struct td_conf_agent {
	char name[TD_NAME_BYTES]; /* also the SIP user and digest user name */
	uint8_t algorithm;        /* enum td_digest */
	char ha1[72];             /* hex of H(name:domain:password); the password is not kept */
	char groups[TD_CONF_LIST][TD_NAME_BYTES];
	uint8_t group_count;
	uint8_t auth;               /* enum td_call_proof */
	char number[TD_NAME_BYTES]; /* that the agent's calls show; empty: the name */
	uint8_t policy;             /* enum td_source_policy */
	uint8_t srtp;               /* enum td_srtp_policy */
	uint8_t codecs[TD_CODEC_LIST];
	uint8_t sip_dscp, rtp_dscp; /* or TD_DSCP_SITE */
	struct td_addr
		contact; /* fixed contact: a telephone that does not register; family 0 none */
	bool auto_login; /* registering logs in; losing the registration logs out */
	char link[TD_NAME_BYTES]; /* the line to the telephone; empty: the groups' */
	uint8_t channels;         /* 1 << enum td_channel: what can be offered to the agent */
};

struct td_conf_sound {
	char name[TD_NAME_BYTES];
	char file[TD_PATH_BYTES]; /* WAV, mono, 8 kHz, 16 bit */
};

/* Who is rung. */
#define TD_STRATEGIES(X) \
	X(LONGEST_IDLE, "longest-idle", "the agent who has waited for a call longest")
#define TD_STRATEGY_ENUM(id, ...) TD_STRATEGY_##id,
enum td_strategy { TD_STRATEGIES(TD_STRATEGY_ENUM) };

/* What becomes of a caller for whom the queue has no more time or place. */
#define TD_OVERFLOWS(X)                                                       \
	X(HANGUP, "hangup", "end the call, with 480 when it is not answered") \
	X(BUSY, "busy", "end the call, with 486 when it is not answered")     \
	X(QUEUE, "queue", "another queue, written `{queue: NAME}`")
#define TD_OVERFLOW_ENUM(id, ...) TD_OVERFLOW_##id,
enum td_overflow { TD_OVERFLOWS(TD_OVERFLOW_ENUM) };

struct td_conf_queue {
	char name[TD_NAME_BYTES];
	char groups[TD_CONF_LIST][TD_NAME_BYTES];
	uint8_t group_count;
	uint8_t strategy;          /* enum td_strategy */
	char music[TD_NAME_BYTES]; /* a sound */
	bool record;
	uint32_t wrap_up_ms, ring_ms, timeout_ms, busy_backoff_ms;
	uint32_t max_length;
	uint8_t overflow;                   /* enum td_overflow */
	char overflow_queue[TD_NAME_BYTES]; /* for TD_OVERFLOW_QUEUE */
	uint32_t service_level_ms;
};

/* Who may take a route: X(id, word, help). */
#define TD_CALLERS(X)                               \
	X(AGENTS, "agents", "agents and operators") \
	X(TRUNKS, "trunks", "those who call by a trunk")
#define TD_CALLER_ID(id, ...) TD_CALLER_##id,
enum td_caller { TD_CALLERS(TD_CALLER_ID) TD_CALLER_COUNT };

struct td_conf_route {
	char name[TD_NAME_BYTES];  /* the number dialled; a trailing * matches any rest */
	char trunk[TD_NAME_BYTES]; /* only calls of this trunk; empty: any */
	char queue[TD_NAME_BYTES]; /* with trunks: when none of them takes the call */
	char trunks[TD_CONF_LIST][TD_NAME_BYTES]; /* out by the first of these that can */
	uint8_t trunk_count;
	uint8_t from; /* 1 << enum td_caller; 0: as it leads, from() in engine/call/site/routes.c */
	bool refuse;  /* the calls get 403 */
};

#endif
