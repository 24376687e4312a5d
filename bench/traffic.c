/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <bench/traffic.h>
#include <dataplane/port/mempool.h>
#include <dataplane/leg/legs.h>
#include <engine/base/prng.h>

#define PORT_MIN    10000
#define PORT_END    59999
#define PER_ADDRESS ((PORT_END + 1 - PORT_MIN) / 2)
#define PEERS       64 /* hosts on each net, each a next hop */
#define MEMORY_MB   320

_Static_assert(TRAFFIC_FRAME_BYTES == 218, "G.711, 20 ms");

struct stream { /* a leg's, both ways */
	uint32_t in_packets;
	uint32_t out_ts; /* of its peer's first packet, known when it was seen */
	bool out_seen;
};

struct traffic {
	struct dp *dp;
	struct rte_mempool *pool;
	bool dropped; /* the mbufs are not ours any more */
	bool apart;   /* the floor's legs are worker 1's */
	struct prng prng;
	uint64_t now;
	uint32_t per_port;               /* legs */
	uint32_t started[TRAFFIC_PORTS]; /* of them: had a packet, in turn, before any at random */
	struct stream *stream;           /* by port * per_port + index */
	struct rte_mbuf *mbuf[TRAFFIC_PACKETS];
	uint32_t place[TRAFFIC_PACKETS]; /* whose packet it is */
	uint16_t data_off[TRAFFIC_PACKETS];
	uint64_t payload_sum[TRAFFIC_PACKETS];
};

static uint32_t host(unsigned port, unsigned number)
{
	return htonl(10u << 24 | port << 16 | number);
}

static uint32_t local_ip(unsigned port, uint32_t index)
{
	return host(port, 1 + index / PER_ADDRESS);
}

static uint32_t peer_ip(unsigned port, uint32_t index)
{
	return host(port, 1000 + index % PEERS);
}

static uint16_t peer_port(uint32_t index)
{
	return (uint16_t)(2000 + index / PEERS * 2);
}

static uint16_t first_seq(uint32_t place)
{
	return (uint16_t)(place * 40503);
}

static uint32_t ssrc_of(uint32_t place, bool ours)
{
	return place * 2654435761u + ours;
}

/* Where the packets of a leg go: same index, a port of the other side. Its own inverse. */
static uint32_t peer_of(const struct traffic *t, uint32_t place)
{
	uint32_t port = place / t->per_port, index = place % t->per_port;

	return ((port ^ 2 ^ (index & 1)) * t->per_port) + index;
}

static unsigned worker_of(const struct traffic *t, unsigned port)
{
	return t->apart && port >= 2;
}

static uint32_t leg_of(const struct traffic *t, uint32_t place)
{
	uint32_t port = place / t->per_port, index = place % t->per_port;
	uint32_t addresses = (t->per_port + PER_ADDRESS - 1) / PER_ADDRESS;
	uint32_t first = worker_of(t, port) ? td_worker_first(1, 2, PER_ADDRESS) : 0;

	return (port * addresses + index / PER_ADDRESS) * PER_ADDRESS + first + index % PER_ADDRESS;
}

static uint64_t no_turn(void *ctx, uint64_t now)
{
	return TD_NEVER;
}

static struct dp *dataplane(
	const struct bench_options *o, uint32_t per_port, bool tap, unsigned workers)
{
	struct td_conf_site site = {.name = "bench",
		.sip_port = 5060,
		.rtp_port_min = PORT_MIN,
		.rtp_port_max = PORT_END,
		.max_calls = 64, /* of rings for commands, which go past them here */
		.max = {.sounds = 16, .bandwidth_rows = 1024},
		.signalling_core = -1,
		.worker_cores = {(uint8_t)o->core, (uint8_t)o->core},
		.worker_count = (uint8_t)workers,
		.memory_mb = MEMORY_MB};
	struct td_conf_port port[TRAFFIC_PORTS] = {0};
	struct dp_params p = {.site = &site,
		.ports = port,
		.port_count = TRAFFIC_PORTS,
		.turn = no_turn,
		.tap = tap};
	struct td_text err = {""};
	struct dp *dp;

	for (unsigned i = 0; i < TRAFFIC_PORTS; i++) {
		port[i].type = TD_PORT_RING;
		snprintf(port[i].name, sizeof(port[i].name), "p%u", i);
		snprintf(port[i].device, sizeof(port[i].device), "bench%u", i);
		for (uint32_t at = 0; at < per_port; at += PER_ADDRESS)
			port[i].address[port[i].address_count++] = (struct td_prefix){
				.addr = {.family = 4, .ip4 = local_ip(i, at)}, .bits = 16};
	}
	dp = dp_alloc(&p, &err);
	if (!dp)
		fprintf(stderr, "tandem-bench: %s\n", err.s);
	return dp;
}

static void set_leg(struct traffic *t, uint32_t place, enum td_media_op op, uint8_t flags)
{
	uint32_t port = place / t->per_port, index = place % t->per_port;
	struct td_media_cmd cmd = {.op = (uint16_t)op, .leg = leg_of(t, place)};

	cmd.leg_params = (struct td_leg_params){
		.remote = {.family = 4, .ip4 = peer_ip(port, index), .port = peer_port(index)},
		.ssrc = ssrc_of(place, true),
		.seq = first_seq(place),
		.ts_offset = place,
		.codec = TD_CODEC_PCMA,
		.pt = 8,
		.dtmf_pt = 101,
		.policy = TD_SOURCE_STRICT,
		.flags = TD_LEG_SEND | TD_LEG_RECV | flags,
		.ptime_ms = 20,
		.acct = port};
	legs_command(traffic_owner(t, port)->rtp, &cmd, t->now);
}

void traffic_tap(struct traffic *t, bool on)
{
	for (uint32_t place = 0; place < t->per_port * TRAFFIC_PORTS; place++) {
		struct td_media_cmd cmd = {
			.op = on ? TD_MEDIA_TAP : TD_MEDIA_UNTAP, .leg = leg_of(t, place)};

		if (on)
			cmd.tap.recording = place;
		legs_command(traffic_worker(t)->rtp, &cmd, t->now);
	}
}

void traffic_srtp(
	struct traffic *t, const struct td_srtp_key *theirs, const struct td_srtp_key *ours)
{
	for (uint32_t place = 0; place < t->per_port * TRAFFIC_PORTS; place++) {
		struct td_media_cmd in = {
			.op = TD_MEDIA_SRTP_IN, .leg = leg_of(t, place), .srtp = *theirs};
		struct td_media_cmd out = {
			.op = TD_MEDIA_SRTP_OUT, .leg = leg_of(t, place), .srtp = *ours};

		if (!traffic_is_srtp(t, place))
			continue;
		set_leg(t, place, TD_MEDIA_LEG_SET, TD_LEG_SRTP);
		legs_command(traffic_worker(t)->rtp, &in, t->now);
		legs_command(traffic_worker(t)->rtp, &out, t->now);
	}
}

bool traffic_is_srtp(const struct traffic *t, uint32_t place)
{
	return place / t->per_port >= 2;
}

uint32_t traffic_place(const struct traffic *t, unsigned packet)
{
	return t->place[packet];
}

uint32_t traffic_peer(const struct traffic *t, uint32_t place)
{
	return peer_of(t, place);
}

/* Neighbours answer at once here: no one waits for ARP. */
static void resolve(struct traffic *t)
{
	struct fib *fib = &t->dp->workers.fib;

	for (unsigned port = 0; port < TRAFFIC_PORTS; port++)
		for (uint32_t i = 0; i < PEERS && i < t->per_port; i++) {
			struct td_addr peer = addr_v4(peer_ip(port, i));
			uint32_t hop = fib_get(fib, &peer);

			atomic_store(&fib->eth[hop],
				(uint64_t)(port + 1) << 48 | (uint64_t)i << 40 | 0x02);
			fib_put(fib, hop);
		}
}

static void add_legs(struct traffic *t)
{
	uint32_t legs = t->per_port * TRAFFIC_PORTS;

	for (uint32_t place = 0; place < legs; place++)
		set_leg(t, place, TD_MEDIA_LEG_ADD, 0);
	/* Of two workers, each is told its half. */
	for (uint32_t place = 0; place < (t->apart ? legs : legs / 2); place++) {
		struct td_media_cmd cmd = {.op = TD_MEDIA_BRIDGE,
			.leg = leg_of(t, place),
			.other = leg_of(t, peer_of(t, place))};

		legs_command(traffic_owner(t, place / t->per_port)->rtp, &cmd, t->now);
	}
}

void traffic_apart(struct traffic *t)
{
	uint32_t legs = t->per_port * TRAFFIC_PORTS;

	for (uint32_t place = 0; place < legs; place++) {
		struct td_media_cmd cmd = {.op = TD_MEDIA_LEG_DEL, .leg = leg_of(t, place)};

		legs_command(traffic_worker(t)->rtp, &cmd, t->now);
	}
	memset(t->stream, 0, legs * sizeof(*t->stream));
	memset(t->started, 0, sizeof(t->started));
	t->apart = true;
	add_legs(t);
}

static int make_packets(struct traffic *t)
{
	t->pool = mempool_create("bench", TRAFFIC_PACKETS, 0);
	if (!t->pool || rte_pktmbuf_alloc_bulk(t->pool, t->mbuf, TRAFFIC_PACKETS)) {
		fprintf(stderr, "tandem-bench: no memory for %u packets\n", TRAFFIC_PACKETS);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < TRAFFIC_PACKETS; i++) {
		uint8_t *p = (uint8_t *)rte_pktmbuf_append(t->mbuf[i], TRAFFIC_FRAME);

		t->data_off[i] = t->mbuf[i]->data_off;
		memset(p, 0, TRAFFIC_FRAME);
		for (unsigned k = 0; k < TRAFFIC_PAYLOAD; k += 8) {
			uint64_t v = prng_u64(&t->prng);

			memcpy(p + TRAFFIC_FRAME - TRAFFIC_PAYLOAD + k, &v, 8);
		}
		t->payload_sum[i] =
			checksum_add(0, p + TRAFFIC_FRAME - TRAFFIC_PAYLOAD, TRAFFIC_PAYLOAD);
	}
	return 0;
}

struct traffic *traffic_alloc(
	const struct bench_options *o, uint32_t legs, bool tap, unsigned workers)
{
	struct traffic *t = calloc(1, sizeof(*t));
	cpu_set_t cpus;

	if (!t)
		return NULL;
	t->per_port = legs / TRAFFIC_PORTS;
	t->now = TD_NSEC_PER_SEC;
	prng_init(&t->prng, o->seed);
	t->stream = calloc(legs, sizeof(*t->stream));
	t->dp = t->stream ? dataplane(o, t->per_port, tap, workers) : NULL;
	if (!t->dp || make_packets(t)) {
		traffic_free(t);
		return NULL;
	}
	CPU_ZERO(&cpus);
	CPU_SET(o->core, &cpus);
	(void)sched_setaffinity(0, sizeof(cpus), &cpus);
	add_legs(t);
	resolve(t);
	return t;
}

void traffic_free(struct traffic *t)
{
	if (!t)
		return;
	if (t->pool) {
		if (t->mbuf[0] && !t->dropped)
			rte_pktmbuf_free_bulk(t->mbuf, TRAFFIC_PACKETS);
		rte_mempool_free(t->pool);
	}
	dp_free(t->dp);
	free(t->stream);
	free(t);
}

struct dp_worker *traffic_worker(struct traffic *t)
{
	return &t->dp->workers.worker[0];
}

struct dp_worker *traffic_owner(struct traffic *t, unsigned port)
{
	return &t->dp->workers.worker[worker_of(t, port)];
}

uint64_t traffic_now(struct traffic *t, unsigned packets)
{
	/* All legs send 50 packets a second: that long for a burst's. */
	return t->now += packets * (20 * TD_NSEC_PER_MSEC) / (t->per_port * TRAFFIC_PORTS);
}

static void prepare(struct traffic *t, unsigned i)
{
	unsigned port = i / WORKER_BURST % TRAFFIC_PORTS;
	uint32_t index = t->started[port] < t->per_port ? t->started[port]++
							: prng_below(&t->prng, t->per_port);
	uint32_t place = port * t->per_port + index;
	struct stream *s = &t->stream[place];
	struct rte_mbuf *m = t->mbuf[i];
	struct frame *f;
	uint8_t *rtp;
	uint32_t ts = htonl(s->in_packets * 160u), ssrc = htonl(ssrc_of(place, false));
	uint16_t seq = htons((uint16_t)(first_seq(place) + s->in_packets)), len;

	rte_pktmbuf_reset_headroom(m);
	m->data_off = t->data_off[i];
	m->data_len = m->pkt_len = TRAFFIC_FRAME;
	m->ol_flags = 0;
	f = rte_pktmbuf_mtod(m, struct frame *);
	rtp = (uint8_t *)(f + 1);
	len = htons((uint16_t)(TRAFFIC_FRAME - sizeof(f->eth) - sizeof(f->ip)));
	*f = (struct frame){.eth = {.dst_addr = t->dp->port[port].mac,
				    .src_addr = {{2, 9, 9, 9, 9, 9}},
				    .ether_type = htons(RTE_ETHER_TYPE_IPV4)},
		.ip = {.version_ihl = RTE_IPV4_VHL_DEF,
			.total_length = htons(TRAFFIC_FRAME - sizeof(f->eth)),
			.packet_id = (uint16_t)i,
			.time_to_live = 60,
			.next_proto_id = IPPROTO_UDP,
			.src_addr = peer_ip(port, index),
			.dst_addr = local_ip(port, index)},
		.udp = {.src_port = htons(peer_port(index)),
			.dst_port = htons(td_leg_port(leg_of(t, place), PORT_MIN, PER_ADDRESS)),
			.dgram_len = len}};
	f->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip)));
	rtp[0] = 0x80;
	rtp[1] = 8;
	memcpy(rtp + 2, &seq, 2);
	memcpy(rtp + 4, &ts, 4);
	memcpy(rtp + 8, &ssrc, 4);
	f->udp.dgram_cksum = (uint16_t)~checksum_fold(checksum_add(
		checksum_add(t->payload_sum[i] + len + htons(IPPROTO_UDP), &f->ip.src_addr, 8),
		&f->udp, sizeof(f->udp) + 12));
	t->place[i] = place;
	s->in_packets++;
}

unsigned traffic_warm_ups(const struct traffic *t)
{
	return (t->per_port * TRAFFIC_PORTS + TRAFFIC_PACKETS - 1) / TRAFFIC_PACKETS;
}

void traffic_prepare(struct traffic *t)
{
	for (unsigned i = 0; i < TRAFFIC_PACKETS; i++)
		prepare(t, i);
}

void traffic_strangers(struct traffic *t)
{
	traffic_prepare(t);
	t->dropped = true;
	for (unsigned i = 0; i < TRAFFIC_PACKETS; i++) {
		struct frame *f = rte_pktmbuf_mtod(t->mbuf[i], struct frame *);

		f->ip.src_addr ^= htonl(1 << 12);
		f->ip.hdr_checksum = 0;
		f->ip.hdr_checksum =
			(uint16_t)~checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip)));
	}
}

int traffic_verify_strangers(struct traffic *t)
{
	uint64_t dropped = 0;

	for (unsigned i = 0; i < TRAFFIC_PORTS; i++)
		dropped += traffic_owner(t, i)->worker.port[i].stats.dropped[TD_DROP_RTP_STRANGER];
	if (dropped == TRAFFIC_PACKETS)
		return 0;
	fprintf(stderr, "tandem-bench: %llu of %u packets of strangers were dropped as such\n",
		(unsigned long long)dropped, TRAFFIC_PACKETS);
	return -EBADMSG;
}

struct rte_mbuf **traffic_burst(struct traffic *t, unsigned b, unsigned *port)
{
	*port = b % TRAFFIC_PORTS;
	return &t->mbuf[b * WORKER_BURST];
}

/* Which of its stream's packets a mbuf holds: counted back from the last one. */
static bool right(struct traffic *t, unsigned i, uint32_t number)
{
	uint32_t to = peer_of(t, t->place[i]), port = to / t->per_port, index = to % t->per_port;
	struct stream *s = &t->stream[t->place[i]];
	struct rte_mbuf *m = t->mbuf[i];
	const struct frame *f = rte_pktmbuf_mtod(m, const struct frame *);
	const uint8_t *rtp = (const uint8_t *)(f + 1);
	uint32_t ts, ssrc;
	uint16_t seq;

	memcpy(&seq, rtp + 2, 2);
	memcpy(&ts, rtp + 4, 4);
	memcpy(&ssrc, rtp + 8, 4);
	if (!s->out_seen)
		s->out_ts = ntohl(ts) - number * 160;
	s->out_seen = true;
	return m->pkt_len == TRAFFIC_FRAME && m->data_len == TRAFFIC_FRAME &&
	       f->eth.dst_addr.addr_bytes[0] == 2 &&
	       f->eth.dst_addr.addr_bytes[5] == index % PEERS &&
	       !memcmp(&f->eth.src_addr, &t->dp->port[port].mac, 6) &&
	       f->eth.ether_type == htons(RTE_ETHER_TYPE_IPV4) &&
	       checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip))) == 0xffff &&
	       f->ip.src_addr == local_ip(port, index) && f->ip.dst_addr == peer_ip(port, index) &&
	       ntohs(f->udp.dst_port) == peer_port(index) &&
	       ntohs(f->udp.src_port) == td_leg_port(leg_of(t, to), PORT_MIN, PER_ADDRESS) &&
	       f->udp.dgram_cksum &&
	       checksum_fold(
		       checksum_add(checksum_add((uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP),
					    &f->ip.src_addr, 8),
			       &f->udp, ntohs(f->udp.dgram_len))) == 0xffff &&
	       rtp[0] == 0x80 && rtp[1] == (number ? 8 : 0x88) &&
	       ntohs(seq) == (uint16_t)(first_seq(to) + number) &&
	       ntohl(ts) == s->out_ts + number * 160 && ntohl(ssrc) == ssrc_of(to, true) &&
	       checksum_add(0, rtp + 12, TRAFFIC_PAYLOAD) == t->payload_sum[i];
}

int traffic_verify(struct traffic *t)
{
	uint32_t *left = calloc(t->per_port * TRAFFIC_PORTS, sizeof(*left));
	unsigned wrong = 0;

	if (!left)
		return -ENOMEM;
	for (unsigned i = TRAFFIC_PACKETS; i-- > 0;) {
		uint32_t place = t->place[i];
		uint32_t number = t->stream[place].in_packets - 1 - left[place]++;

		wrong += !right(t, i, number);
	}
	free(left);
	if (!wrong)
		return 0;
	fprintf(stderr, "tandem-bench: %u of %u packets came out wrong: these figures are void\n",
		wrong, TRAFFIC_PACKETS);
	return -EBADMSG;
}
