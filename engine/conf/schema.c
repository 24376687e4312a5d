/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/conf/schema.h>
#include <tandem/acd.h>
#include <assert.h>
#include <stdio.h>

#define FIELD(type, field) \
	.offset = offsetof(struct type, field), .size = sizeof(((struct type *)0)->field)
#define LIST(type, field, count, max) \
	FIELD(type, field), .count_offset = offsetof(struct type, count), .list_max = (max)

#define SECOND 1000u
#define HOUR   (3600u * SECOND)
#define MEGA   (1ull << 20)

#define OBJECTS_MAX 1000000 /* of any kind */
#define PART_MIN    3       /* letters of a word by which another one is known */

#define DSCP_SIP_HELP "DSCP of SIP that we send: a name or 0 to 63; `site`: that of the site."
#define DSCP_RTP_HELP \
	"DSCP of RTP and RTCP that we send: a name or 0 to 63; `site`: that of the site."

#define CODEC_CODE(id, name, ...) " `" #name "`"
#define CODECS_HELP               "Codecs, preferred first, of:" TD_CODECS(CODEC_CODE) "."

/* The words of an enum's list, and one sentence for each. */
#define WORDS(list)                       .words = &(list(TD_SPACED))[1]
#define WORD_HELP(id, word, help, ...)    " `" word "`: " help "."
#define LAYER_WORD(id, word, bytes, help) WORD_HELP(id, word, help)

#define LIMIT_MAX (1000ull * 1000 * 1000 * 1000)
#define LIMIT_HELP                                                                             \
	"Bits a second in each direction, like `10M`, with all headers and RTCP. A call that " \
	"would exceed the limit is refused. 0: without limit."

#define LAYER_HELP "What the limit counts." TD_LAYERS(LAYER_WORD)

#define POLICIES    TD_SOURCE_POLICIES(WORD_HELP)
#define POLICY_HELP "Which packets are accepted as the peer's." POLICIES " See docs/security.md."

#define SRTP_WORDS TD_SRTP_POLICIES(WORD_HELP)
#define SRTP_HELP  "SRTP with its keys in SDP." SRTP_WORDS " Whoever can read the SIP has the keys."

static_assert(TD_CHANNEL_COUNT <= 8, "td_conf_agent.channels has a bit for each");

/* The order within a kind is the order in the compiled text. */
const struct conf_key td_schema[] = {
	/* clang-format off */
	{TD_KIND_SITE, "name", CONF_NAME, 0, FIELD(td_conf_site, name), .value = "tandem",
	 .help = "What the site is called where people see it."},
	{TD_KIND_SITE, "domain", CONF_NAME, CONF_REQUIRED, FIELD(td_conf_site, domain),
	 .help = "SIP domain and realm of the agents' passwords."},
	{TD_KIND_SITE, "sip_port", CONF_INT, CONF_RESTART, FIELD(td_conf_site, sip_port), .min = 1,
	 .max = 65535, .value = "5060", .help = "UDP and TCP port of SIP on every address. TCP: on ports that the kernel owns too "
		 "(af_xdp and af_packet without vlan)."},
	{TD_KIND_SITE, "rtp_ports", CONF_PORTS, CONF_RESTART, FIELD(td_conf_site, rtp_port_min),
	 .min = 1024, .max = 65535, .value = "20000-29999",
	 .help = "UDP ports of media on every address, from an even to an odd port. A call takes "
		 "two pairs."},
	{TD_KIND_SITE, "sip_dscp", CONF_DSCP, 0, FIELD(td_conf_site, sip_dscp), .value = "CS3",
	 .help = "DSCP of SIP that we send: `EF`, `CS0` to `CS7`, `AF11` to `AF43` or 0 to 63."},
	{TD_KIND_SITE, "rtp_dscp", CONF_DSCP, 0, FIELD(td_conf_site, rtp_dscp), .value = "EF",
	 .help = "DSCP of RTP and RTCP that we send, written like `sip_dscp`."},
	{TD_KIND_SITE, "max_calls", CONF_INT, CONF_RESTART, FIELD(td_conf_site, max_calls),
	 .min = 1, .max = 1000000, .value = "2000",
	 .help = "The most calls at once. Their memory is taken at the start. One call more gets 503."},
	{TD_KIND_SITE, "max_agents", CONF_INT, CONF_RESTART, FIELD(td_conf_site, max.agents), .min = 1,
	 .max = OBJECTS_MAX, .value = "4096", .help = "The most agents there can be. Their memory is taken at the start."},
	{TD_KIND_SITE, "max_groups", CONF_INT, CONF_RESTART, FIELD(td_conf_site, max.groups), .min = 1,
	 .max = OBJECTS_MAX, .value = "1024", .help = "The most groups there can be. Their memory is taken at the start."},
	{TD_KIND_SITE, "max_queues", CONF_INT, CONF_RESTART, FIELD(td_conf_site, max.queues), .min = 1,
	 .max = OBJECTS_MAX, .value = "1024", .help = "The most queues there can be. Their memory is taken at the start."},
	{TD_KIND_SITE, "max_links", CONF_INT, CONF_RESTART, FIELD(td_conf_site, max.links), .min = 1,
	 .max = OBJECTS_MAX, .value = "1024", .help = "The most links there can be. Their memory is taken at the start."},
	{TD_KIND_SITE, "max_sounds", CONF_INT, CONF_RESTART, FIELD(td_conf_site, max.sounds),
	 .min = 1, .max = OBJECTS_MAX, .value = "1024",
	 .help = "The most sounds there can be. Their memory is taken at the start."},
	{TD_KIND_SITE, "max_bandwidth_rows", CONF_INT, CONF_RESTART,
	 FIELD(td_conf_site, max.bandwidth_rows), .min = 1, .max = UINT16_MAX, .value = "1024",
	 .help = "Rows of `show bandwidth`, each a codec, a trunk or the agents, a queue and a link; "
		 "what finds the table full is counted together."},
	{TD_KIND_SITE, "max_duration", CONF_DURATION, 0, FIELD(td_conf_site, max_duration_s),
	 .max = 168 * HOUR, .unit = SECOND, .value = "12h",
	 .help = "A call that has lasted so long since its INVITE is ended; `0s` never."},
	{TD_KIND_SITE, "rtp_timeout", CONF_DURATION, 0, FIELD(td_conf_site, rtp_timeout_s),
	 .max = 24 * HOUR, .unit = SECOND, .value = "60s",
	 .help = "A talk in which no side has sent RTP for so long is ended; `0s` never."},
	{TD_KIND_SITE, "hold_timeout", CONF_DURATION, 0, FIELD(td_conf_site, hold_timeout_s),
	 .max = 168 * HOUR, .unit = SECOND, .value = "30m",
	 .help = "The same while a side holds, and for a caller who waits: telephones that suppress "
		 "silence send nothing while music plays to them."},
	{TD_KIND_SITE, "signalling_core", CONF_CORE, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, signalling_core), .max = 255, .value = "none",
	 .help = "CPU of SIP, calls and queues; `none`: the first worker's."},
	{TD_KIND_SITE, "worker_cores", CONF_CORES, CONF_ENGINE | CONF_RESTART,
	 LIST(td_conf_site, worker_cores, worker_count, TD_CONF_LIST), .max = 255, .value = "0",
	 .help = "CPUs that move packets. Each of them has a worker."},
	{TD_KIND_SITE, "hugepages", CONF_ENUM, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, hugepages), WORDS(TD_HUGEPAGES), .value = "auto",
	 .help = "Hugepages for packets." TD_HUGEPAGES(WORD_HELP)},
	{TD_KIND_SITE, "latency", CONF_ENUM, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, latency), WORDS(TD_LATENCIES), .value = "balanced",
	 .help = "What a worker does between packets." TD_LATENCIES(WORD_HELP)},
	{TD_KIND_SITE, "memory_mb", CONF_INT, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, memory_mb), .min = 64, .max = 1u << 20, .value = "256",
	 .help = "Megabytes for packets and media tables."},
	{TD_KIND_SITE, "journal_dir", CONF_PATH, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, journal_dir), .value = "/var/lib/tandem/journal",
	 .help = "Directory of the journal, which tandemd reads too."},
	{TD_KIND_SITE, "journal_reserve", CONF_SIZE, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, journal_reserve), .min = 4 * MEGA, .max = MEGA * MEGA, .value = "256M",
	 .help = "How much the journal may hold while tandemd is away."},
	{TD_KIND_SITE, "recording_dir", CONF_PATH, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, recording_dir), .value = "/var/lib/tandem/recordings",
	 .help = "Directory of the recordings."},
	{TD_KIND_SITE, "log", CONF_STRING, CONF_ENGINE | CONF_RESTART, FIELD(td_conf_site, log),
	 .value = "journal", .help = "`journal` (of systemd), `stderr`, or a file."},
	{TD_KIND_SITE, "nonce", CONF_DURATION, CONF_ENGINE, FIELD(td_conf_site, nonce_ms),
	 .min = SECOND, .max = 24 * HOUR, .unit = 1, .value = "5m",
	 .help = "How long a digest nonce is good."},
	{TD_KIND_SITE, "register_min", CONF_DURATION, CONF_ENGINE,
	 FIELD(td_conf_site, register_min_s), .min = SECOND, .max = 24 * HOUR, .unit = SECOND,
	 .value = "60s", .help = "Shortest registration; a shorter one gets 423."},
	{TD_KIND_SITE, "register_max", CONF_DURATION, CONF_ENGINE,
	 FIELD(td_conf_site, register_max_s), .min = SECOND, .max = 24 * HOUR, .unit = SECOND,
	 .value = "1h", .help = "Longest registration; a longer one is cut to it."},
	{TD_KIND_SITE, "auth_failures", CONF_INT, CONF_ENGINE, FIELD(td_conf_site, auth_failures),
	 .min = 1, .max = 1000000, .value = "10",
	 .help = "Wrong passwords for one agent from one address in `auth_block`; after that both are "
		 "blocked together. Five times as many block an address, or an agent's "
		 "registration from new addresses."},
	{TD_KIND_SITE, "auth_block", CONF_DURATION, CONF_ENGINE, FIELD(td_conf_site, auth_block_s),
	 .min = SECOND, .max = 24 * HOUR, .unit = SECOND, .value = "5m",
	 .help = "How long who guesses passwords is blocked."},
	{TD_KIND_SITE, "max_connections", CONF_INT, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, max_connections), .min = 1, .max = 1000000, .value = "4096",
	 .help = "TCP connections of SIP at once; one more is closed. Telephones have three quarters of "
		 "them at most. Each takes a descriptor: above 65,000, raise `LimitNOFILE` of the unit."},
	{TD_KIND_SITE, "source_connections", CONF_INT, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, source_connections), .min = 1, .max = 1000000, .value = "1024",
	 .help = "TCP connections of SIP from one address at once; one more is closed."},
	{TD_KIND_SITE, "connection_idle", CONF_DURATION, CONF_ENGINE | CONF_RESTART,
	 FIELD(td_conf_site, connection_idle_s), .min = 60 * SECOND, .max = 48 * HOUR,
	 .unit = SECOND, .value = "2h",
	 .help = "A TCP connection by which nothing has come or gone for so long is closed. A "
		 "telephone that registered by it is then out of reach, so this is longer than "
		 "`register_max`."},

	{TD_KIND_PORT, "type", CONF_ENUM, CONF_RESTART, FIELD(td_conf_port, type),
	 WORDS(TD_PORT_TYPES), .value = "af_xdp",
	 .help = "How packets come in." TD_PORT_TYPES(WORD_HELP)},
	{TD_KIND_PORT, "device", CONF_STRING, CONF_REQUIRED | CONF_RESTART,
	 FIELD(td_conf_port, device),
	 .help = "Interface, memif socket, or PCI address; any word for a ring. `pci` also takes a "
		 "virtual device of DPDK's: `net_virtio_user0,path=/run/vm.sock`."},
	{TD_KIND_PORT, "address", CONF_PREFIXES, CONF_REQUIRED | CONF_RESTART,
	 LIST(td_conf_port, address, address_count, TD_CONF_LIST),
	 .help = "Our addresses on this port with their networks, for SIP and media."},
	{TD_KIND_PORT, "gateway", CONF_IP, CONF_RESTART, FIELD(td_conf_port, gateway),
	 .help = "IPv4 next hop out of the port's networks. Not on ports where the kernel's "
		 "routes count (af_xdp and af_packet without vlan)."},
	{TD_KIND_PORT, "gateway6", CONF_IP, CONF_RESTART, FIELD(td_conf_port, gateway6),
	 .help = "The same for IPv6."},
	{TD_KIND_PORT, "mtu", CONF_INT, CONF_RESTART, FIELD(td_conf_port, mtu), .min = 576,
	 .max = 9000, .value = "1500", .help = "Longest IP packet."},
	{TD_KIND_PORT, "vlan", CONF_INT, CONF_RESTART, FIELD(td_conf_port, vlan), .max = 4094,
	 .value = "0",
	 .help = "IEEE 802.1Q tag of all frames of the port; 0: no tag. A VLAN belongs to Tandem "
		 "alone, with ARP and gateways, also on an interface that the kernel owns."},
	{TD_KIND_PORT, "fallback", CONF_BOOL, CONF_RESTART, FIELD(td_conf_port, fallback),
	 .value = "true", .help = "Use af_packet where af_xdp is refused."},
	{TD_KIND_PORT, "memif_server", CONF_BOOL, CONF_RESTART, FIELD(td_conf_port, memif_server),
	 .value = "false", .help = "We make the memif's socket; else the other side does."},
	{TD_KIND_PORT, "queues", CONF_INT, CONF_RESTART, FIELD(td_conf_port, queues),
	 .max = TD_CONF_LIST, .value = "0",
	 .help = "Queues of a pci, memif or ring port, each with its worker. 0: one for each "
		 "worker, but a single one of a memif. The other side of a memif must have as "
		 "many."},

	{TD_KIND_LINK, "limit", CONF_RATE, 0, FIELD(td_conf_link, limit_bps), .max = LIMIT_MAX,
	 .value = "0", .help = LIMIT_HELP},
	{TD_KIND_LINK, "calls", CONF_INT, 0, FIELD(td_conf_link, max_calls), .max = 1000000,
	 .value = "0",
	 .help = "Most calls at once (`max_calls` of `show links`); a call that comes in and goes "
		 "out by the link counts twice. 0: without limit."},
	{TD_KIND_LINK, "layer", CONF_ENUM, 0, FIELD(td_conf_link, layer), WORDS(TD_LAYERS),
	 .value = "wire", .help = LAYER_HELP},

	{TD_KIND_TRUNK, "address", CONF_PREFIXES, CONF_REQUIRED,
	 LIST(td_conf_trunk, address, address_count, TD_CONF_LIST),
	 .help = "Sources whose calls are this trunk's: addresses or networks."},
	{TD_KIND_TRUNK, "media", CONF_PREFIXES, 0,
	 LIST(td_conf_trunk, media, media_count, TD_CONF_LIST),
	 .help = "Addresses or networks to which the SDP of its calls may send our media, beside "
	         "`address`. When not given: every public address that is not in a network of another "
	         "port of ours."},
	{TD_KIND_TRUNK, "policy", CONF_ENUM, 0, FIELD(td_conf_trunk, policy),
	 WORDS(TD_SOURCE_POLICIES), .value = "address", .help = POLICY_HELP},
	{TD_KIND_TRUNK, "srtp", CONF_ENUM, 0, FIELD(td_conf_trunk, srtp), WORDS(TD_SRTP_POLICIES),
	 .value = "off", .help = SRTP_HELP},
	{TD_KIND_TRUNK, "codecs", CONF_CODECS, 0, FIELD(td_conf_trunk, codecs),
	 .value = "pcma,pcmu", .help = CODECS_HELP},
	{TD_KIND_TRUNK, "sip_dscp", CONF_DSCP, 0, FIELD(td_conf_trunk, sip_dscp), .value = "site",
	 .help = DSCP_SIP_HELP},
	{TD_KIND_TRUNK, "rtp_dscp", CONF_DSCP, 0, FIELD(td_conf_trunk, rtp_dscp), .value = "site",
	 .help = DSCP_RTP_HELP},
	{TD_KIND_TRUNK, "max_calls", CONF_INT, 0, FIELD(td_conf_trunk, max_calls),
	 .max = 1000000, .value = "0", .help = "Most calls at once; 0 without limit."},
	{TD_KIND_TRUNK, "limit", CONF_RATE, 0, FIELD(td_conf_trunk, limit_bps), .max = LIMIT_MAX,
	 .value = "0", .help = LIMIT_HELP},
	{TD_KIND_TRUNK, "layer", CONF_ENUM, 0, FIELD(td_conf_trunk, layer), WORDS(TD_LAYERS),
	 .value = "wire", .help = LAYER_HELP},
	{TD_KIND_TRUNK, "link", CONF_REF, 0, FIELD(td_conf_trunk, link), .ref = TD_KIND_LINK,
	 .help = "The line that its calls take. When not given, no limit holds."},
	{TD_KIND_TRUNK, "server", CONF_SERVER, 0, FIELD(td_conf_trunk, server),
	 .help = "Where calls out are sent: an address or a host name, and the port. When not "
		 "given: the first `address`, port 5060. Calls in are known by `address` alone, "
		 "whatever addresses the host name has."},

	{TD_KIND_TRUNK, "reveal", CONF_BOOL, 0, FIELD(td_conf_trunk, reveal), .value = "false",
	 .help = "Whether this trunk sees our release (`Server`, `User-Agent`) and the ids of calls "
		 "(`X-Tandem-Call`), which tell when the engine was started and how many calls it has "
		 "had."},
	{TD_KIND_TRUNK, "proof", CONF_ENUM, 0, FIELD(td_conf_trunk, proof), WORDS(TD_CALLER_PROOFS),
	 .value = "required",
	 .help = "Whether a caller by UDP must show that it is there, before it hears anything and "
		 "an agent is rung for it." TD_CALLER_PROOFS(WORD_HELP)},
	{TD_KIND_TRUNK, "max_unproven", CONF_INT, 0, FIELD(td_conf_trunk, max_unproven),
	 .max = 1000000, .value = "50",
	 .help = "Most calls by UDP, at once, that ring somebody before their caller can show that it "
		 "is there: those that a route leads out. 0: without limit."},
	{TD_KIND_TRUNK, "transport", CONF_ENUM, 0, FIELD(td_conf_trunk, transport),
	 WORDS(TD_TRUNK_TRANSPORTS), .value = "udp",
	 .help = "How calls out are sent." TD_TRUNK_TRANSPORTS(WORD_HELP) " Calls in come by either."},

	{TD_KIND_GROUP, "agents", CONF_WORD, CONF_ONLY_YAML, .ref = TD_KIND_AGENT,
	 .list_max = UINT16_MAX, .help = "Names of its agents."},
	{TD_KIND_GROUP, "link", CONF_REF, 0, FIELD(td_conf_group, link), .ref = TD_KIND_LINK,
	 .help = "The line to its agents, for example a branch office's. An agent's own `link` goes "
		 "first."},

	{TD_KIND_AGENT, "password", CONF_WORD, CONF_ONLY_YAML,
	 .help = "Password of the digest. Only its hash is kept."},
	{TD_KIND_AGENT, "algorithm", CONF_ENUM, 0, FIELD(td_conf_agent, algorithm),
	 WORDS(TD_DIGESTS), .value = "md5",
	 .help = "Hash of the digest." TD_DIGESTS(WORD_HELP)},
	{TD_KIND_AGENT, "ha1", CONF_HEX, CONF_DERIVED | CONF_SECRET, FIELD(td_conf_agent, ha1),
	 .help = "Hash of name:domain:password."},
	{TD_KIND_AGENT, "auth", CONF_ENUM, 0, FIELD(td_conf_agent, auth), WORDS(TD_CALL_PROOFS),
	 .value = "always", .help = "What proves that a call is this agent's." TD_CALL_PROOFS(WORD_HELP)},
	{TD_KIND_AGENT, "number", CONF_NAME, 0, FIELD(td_conf_agent, number),
	 .help = "The caller's number that this agent's calls show, inside and outside. When not given, "
	         "the name. What the telephone writes in From is not passed on."},
	{TD_KIND_AGENT, "groups", CONF_REFS, CONF_DERIVED,
	 LIST(td_conf_agent, groups, group_count, TD_ACD_GROUPS), .ref = TD_KIND_GROUP,
	 .help = "Groups that name this agent."},
	{TD_KIND_AGENT, "policy", CONF_ENUM, 0, FIELD(td_conf_agent, policy),
	 WORDS(TD_SOURCE_POLICIES), .value = "address", .help = POLICY_HELP},
	{TD_KIND_AGENT, "srtp", CONF_ENUM, 0, FIELD(td_conf_agent, srtp), WORDS(TD_SRTP_POLICIES),
	 .value = "off", .help = SRTP_HELP},
	{TD_KIND_AGENT, "codecs", CONF_CODECS, 0, FIELD(td_conf_agent, codecs),
	 .value = "pcma,pcmu", .help = CODECS_HELP},
	{TD_KIND_AGENT, "sip_dscp", CONF_DSCP, 0, FIELD(td_conf_agent, sip_dscp), .value = "site",
	 .help = DSCP_SIP_HELP},
	{TD_KIND_AGENT, "rtp_dscp", CONF_DSCP, 0, FIELD(td_conf_agent, rtp_dscp), .value = "site",
	 .help = DSCP_RTP_HELP},
	{TD_KIND_AGENT, "contact", CONF_ADDRESS, 0, FIELD(td_conf_agent, contact),
	 .help = "Address and port of a telephone that does not register."},
	{TD_KIND_AGENT, "auto_login", CONF_BOOL, 0, FIELD(td_conf_agent, auto_login),
	 .value = "true",
	 .help = "Registering logs in; losing the registration logs out."},
	{TD_KIND_AGENT, "link", CONF_REF, 0, FIELD(td_conf_agent, link), .ref = TD_KIND_LINK,
	 .help = "The line to the telephone. When not given, the groups' line. While the line is "
		 "full, the agent is not rung."},
	{TD_KIND_AGENT, "channels", CONF_SET, 0, FIELD(td_conf_agent, channels), WORDS(TD_CHANNELS),
	 .value = "voice",
	 .help = "What can be offered to the agent, one at a time." TD_CHANNELS(WORD_HELP) " What has "
		 "no media needs no telephone, but the agent must be logged in."},

	{TD_KIND_SOUND, "file", CONF_PATH, CONF_REQUIRED, FIELD(td_conf_sound, file),
	 .help = "WAV: mono, 8 kHz, 16 bit."},

	{TD_KIND_QUEUE, "groups", CONF_REFS, CONF_REQUIRED,
	 LIST(td_conf_queue, groups, group_count, TD_ACD_GROUPS), .ref = TD_KIND_GROUP,
	 .help = "Agent groups that serve it. All groups are equal."},
	{TD_KIND_QUEUE, "strategy", CONF_ENUM, 0, FIELD(td_conf_queue, strategy),
	 WORDS(TD_STRATEGIES), .value = "longest-idle",
	 .help = "Who is rung." TD_STRATEGIES(WORD_HELP)},
	{TD_KIND_QUEUE, "music", CONF_REF, 0, FIELD(td_conf_queue, music), .ref = TD_KIND_SOUND,
	 .help = "What callers hear; nothing: silence."},
	{TD_KIND_QUEUE, "record", CONF_BOOL, 0, FIELD(td_conf_queue, record), .value = "false",
	 .help = "Record the talks, caller left, agent right."},
	{TD_KIND_QUEUE, "wrap_up", CONF_DURATION, 0, FIELD(td_conf_queue, wrap_up_ms),
	 .max = 24 * HOUR, .unit = 1, .value = "0s",
	 .help = "How long the agent gets no call after a talk."},
	{TD_KIND_QUEUE, "ring", CONF_DURATION, 0, FIELD(td_conf_queue, ring_ms), .min = SECOND,
	 .max = HOUR, .unit = 1, .value = "15s",
	 .help = "How long an agent is rung; then the next one."},
	{TD_KIND_QUEUE, "timeout", CONF_DURATION, 0, FIELD(td_conf_queue, timeout_ms),
	 .max = 24 * HOUR, .unit = 1, .value = "0s",
	 .help = "How long a caller waits before the overflow; 0s for ever."},
	{TD_KIND_QUEUE, "busy_backoff", CONF_DURATION, 0, FIELD(td_conf_queue, busy_backoff_ms),
	 .max = HOUR, .unit = 1, .value = "5s",
	 .help = "How long an agent is not rung again after being busy."},
	{TD_KIND_QUEUE, "max_length", CONF_INT, 0, FIELD(td_conf_queue, max_length),
	 .max = 1000000, .value = "0",
	 .help = "Callers waiting at once; one more overflows; 0 without limit."},
	{TD_KIND_QUEUE, "overflow", CONF_ENUM, 0, FIELD(td_conf_queue, overflow),
	 WORDS(TD_OVERFLOWS), .value = "hangup",
	 .help = "What happens to a caller when the queue is full or the waiting time is over." TD_OVERFLOWS(WORD_HELP)},
	{TD_KIND_QUEUE, "overflow_queue", CONF_REF, CONF_DERIVED,
	 FIELD(td_conf_queue, overflow_queue), .ref = TD_KIND_QUEUE,
	 .help = "The queue of `overflow: {queue: NAME}`."},
	{TD_KIND_QUEUE, "service_level", CONF_DURATION, 0, FIELD(td_conf_queue, service_level_ms),
	 .max = HOUR, .unit = 1, .value = "20s",
	 .help = "A call that is answered within this time counts for the service level."},

	{TD_KIND_ROUTE, "trunk", CONF_REF, 0, FIELD(td_conf_route, trunk), .ref = TD_KIND_TRUNK,
	 .help = "Only calls of this trunk take the route. When not given, calls of any trunk do."},
	{TD_KIND_ROUTE, "queue", CONF_REF, 0, FIELD(td_conf_route, queue),
	 .ref = TD_KIND_QUEUE, .help = "Where the calls go. With `trunks` too: where they go when no trunk takes the call, "
	         "because all are full, out of order or silent, or redirect the call. What a trunk says of the number itself "
	         "(busy, no answer, unknown) the caller gets."},
	{TD_KIND_ROUTE, "trunks", CONF_REFS, 0,
	 LIST(td_conf_route, trunks, trunk_count, TD_CONF_LIST), .ref = TD_KIND_TRUNK,
	 .help = "The calls go out by the first of these that has room and answers."},
	{TD_KIND_ROUTE, "from", CONF_SET, 0, FIELD(td_conf_route, from), WORDS(TD_CALLERS),
	 .help = "Whose calls take the route." TD_CALLERS(WORD_HELP) " When not given: with `trunk`, "
	         "trunks; else, when the route leads out by `trunks`, agents; else all. Other calls to the number get 404: "
	         "they do not go on to a shorter match."},
	{TD_KIND_ROUTE, "refuse", CONF_BOOL, 0, FIELD(td_conf_route, refuse), .value = "false",
	 .help = "Calls to the number get 403, as for numbers that cost too much: `\"0900*\": {refuse: true}`. In place of "
	         "`queue` and `trunks`."},
	/* clang-format on */
};
const unsigned td_schema_count = sizeof(td_schema) / sizeof(td_schema[0]);
_Static_assert(sizeof(td_schema) / sizeof(td_schema[0]) <= CONF_KEYS_MAX, "room for each key");

#define LIMIT(kind) offsetof(struct td_conf_site, max.kind)

const struct conf_kind td_kinds[TD_KIND_COUNT] = {
	[TD_KIND_SITE] = {"site", "site", sizeof(struct td_conf_site),
		"The site itself. Keys of the engine's processes stand under `engine:`."},
	[TD_KIND_PORT] = {"port", "ports", sizeof(struct td_conf_port), "Where packets come in."},
	[TD_KIND_LINK] = {"link", "links", sizeof(struct td_conf_link),
		"Lines that calls share, and what they carry.", LIMIT(links)},
	[TD_KIND_TRUNK] = {"trunk", "trunks", sizeof(struct td_conf_trunk),
		"Carriers, known by their addresses."},
	[TD_KIND_GROUP] = {"group", "groups", sizeof(struct td_conf_group), "Groups of agents.",
		LIMIT(groups)},
	[TD_KIND_AGENT] = {"agent", "agents", sizeof(struct td_conf_agent),
		"People who answer. The name is the SIP user.", LIMIT(agents)},
	[TD_KIND_SOUND] = {"sound", "sounds", sizeof(struct td_conf_sound), "What can be played.",
		LIMIT(sounds)},
	[TD_KIND_QUEUE] = {"queue", "queues", sizeof(struct td_conf_queue), "Where callers wait.",
		LIMIT(queues)},
	[TD_KIND_ROUTE] = {"route", "routes", sizeof(struct td_conf_route),
		"Numbers dialled; a trailing * matches any rest. The longest match counts, "
		"whether it takes the call or not. "
		"Separators in a number that is dialled, ( ) - and ., are left out before. "
		"Parameters behind a `;` (RFC 4694) do not. A call out takes them along when they "
		"and the number have 31 characters at most; otherwise they are left out. A number "
		"that is longer itself gets 484."},
};

const struct conf_key *conf_key_lookup(enum td_kind kind, struct str name)
{
	for (unsigned i = 0; i < td_schema_count; i++)
		if (td_schema[i].kind == kind && str_eq(str_of(td_schema[i].name), name))
			return &td_schema[i];
	return NULL;
}

const char *conf_key_path(enum td_kind kind, struct str name, const struct conf_key *k,
	char out[static CONF_PATH_BYTES])
{
	const char *dot = k ? "." : "", *key = k ? k->name : "";

	/* What is derived stands in site.yaml under the key that it is derived from. */
	if (k && k->kind == TD_KIND_QUEUE && !strcmp(key, "overflow_queue"))
		key = "overflow";
	if (k && k->flags & CONF_SECRET)
		key = "password";
	if (kind == TD_KIND_SITE)
		snprintf(out, CONF_PATH_BYTES, "%s%s%s",
			k && k->flags & CONF_ENGINE ? "engine" : "site", dot, key);
	else
		snprintf(out, CONF_PATH_BYTES, "%s.%.*s%s%s", td_kinds[kind].section,
			(int)(name.n < TD_NAME_BYTES ? name.n : TD_NAME_BYTES), name.p, dot, key);
	return out;
}

bool conf_key_is_list(const struct conf_key *k)
{
	return k->list_max != 0 || k->type == CONF_CODECS || k->type == CONF_SET;
}

uint32_t conf_kind_max(const struct td_conf_site *s, enum td_kind kind)
{
	size_t at = td_kinds[kind].limit;

	return at ? *(const uint32_t *)((const char *)s + at) : UINT32_MAX;
}

struct str conf_object_name(enum td_kind kind, const void *object)
{
	return kind == TD_KIND_SITE ? STR("site") : str_of(object);
}

void conf_list_clear(const struct conf_key *k, void *object)
{
	memset((char *)object + k->offset, 0, k->size);
	if (k->list_max)
		*((uint8_t *)object + k->count_offset) = 0;
}

unsigned conf_list_count(const struct conf_key *k, const void *object)
{
	const uint8_t *bytes = object;

	if (k->type == CONF_CODECS)
		return strnlen((const char *)object + k->offset, k->size);
	if (k->type == CONF_SET)
		return (unsigned)__builtin_popcount(bytes[k->offset]);
	return bytes[k->count_offset];
}

void conf_value_copy(const struct conf_key *k, void *to, const void *from)
{
	size_t size =
		k->type == CONF_PORTS ? 2 * k->size : k->size; /* two fields, one after the other */

	memcpy((char *)to + k->offset, (const char *)from + k->offset, size);
	if (k->list_max)
		memcpy((char *)to + k->count_offset, (const char *)from + k->count_offset, 1);
}

bool conf_value_is_set(const struct conf_key *k, const void *object)
{
	const uint8_t *field = (const uint8_t *)object + k->offset;

	if (conf_key_is_list(k))
		return conf_list_count(k, object) != 0;
	switch (k->type) {
	case CONF_STRING:
	case CONF_PATH:
	case CONF_NAME:
	case CONF_REF:
	case CONF_HEX:
		return field[0] != 0;
	case CONF_ADDRESS:
	case CONF_IP:
		return ((const struct td_addr *)field)->family != 0;
	case CONF_SERVER:
		return ((const struct td_server *)field)->addr.port != 0;
	default:
		return true;
	}
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters must be added, left out, changed, or swapped with their neighbour (optimal
 * string alignment), both at most 31 bytes long. */
static unsigned distance(struct str a, struct str b)
{
	unsigned rows[3][TD_NAME_BYTES], *above = rows[0], *row = rows[1], *next = rows[2];

	for (unsigned j = 0; j <= b.n; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *free_row = above;

		next[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			next[j] = least(row[j - 1] + (a.p[i - 1] != b.p[j - 1]),
				least(row[j], next[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				next[j] = least(next[j], above[j - 2] + 1);
		}
		above = row;
		row = next;
		next = free_row;
	}
	return row[b.n];
}

static bool begins(struct str whole, struct str part)
{
	return part.n >= PART_MIN && str_has_prefix(whole, part);
}

/* "cores" in "worker_cores". */
static bool ends(struct str whole, struct str part)
{
	return part.n >= PART_MIN && whole.n > part.n && whole.p[whole.n - part.n - 1] == '_' &&
	       !memcmp(whole.p + whole.n - part.n, part.p, part.n);
}

/* A letter typed wrong is more likely than one too many. */
static bool closer_in_length(const struct conf_nearest *n, struct str candidate)
{
	return candidate.n == n->wanted.n && n->best.n != n->wanted.n;
}

void conf_nearest(struct conf_nearest *n, struct str candidate)
{
	/* Further than a third of the word is another word. */
	unsigned d, most = n->wanted.n < 6 ? 1 : (unsigned)n->wanted.n / 3;

	if (n->wanted.n >= TD_NAME_BYTES || candidate.n >= TD_NAME_BYTES)
		return;
	d = distance(n->wanted, candidate);
	if (d <= most && d < n->wanted.n)
		;
	else if (n->parts && (begins(candidate, n->wanted) || ends(candidate, n->wanted) ||
				     begins(n->wanted, candidate)))
		d += TD_NAME_BYTES; /* behind all that are spelt alike */
	else
		return;
	if (n->best.p && (d > n->distance || (d == n->distance && !closer_in_length(n, candidate))))
		return;
	n->best = candidate;
	n->distance = d;
}
