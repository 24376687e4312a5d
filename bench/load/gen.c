/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_malloc.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <bench/load/gen.h>
#include <dataplane/main/dp.h>
#include <dataplane/worker/loop.h>
#include <dataplane/worker/pipeline.h>
#include <dataplane/worker/sleep.h>

#define GEN_BURST     32
#define GEN_FRAME     (sizeof(struct frame) + LOAD_RTP)
#define GEN_MEMORY_MB 160
#define GEN_RESOLVE   (10 * TD_NSEC_PER_SEC)
#define GEN_DRAIN     TD_NSEC_PER_SEC /* at most, for what is on its way */
#define GEN_TRIES     4096            /* to hand a burst to a port that is full */

_Static_assert(GEN_FRAME_BYTES == GEN_FRAME + RTE_ETHER_CRC_LEN && GEN_FRAME_BYTES == 218, "");

struct gen_stream { /* as it is sent */
	struct frame f;
	uint8_t port;
	uint64_t udp_sum; /* of the pseudo header and the UDP header */
} __rte_cache_aligned;

struct gen {
	struct gen_params p;
	struct dp *dp;
	struct load *load;
	struct gen_stream *stream;
	bool counting;
	struct gen_result *r;
};

static uint64_t no_turn(void *ctx, uint64_t now)
{
	return TD_NEVER;
}

static void note(void *ctx, const char *line)
{
	fprintf(stderr, "tandem-bench: %s\n", line);
}

static int gen_open(struct gen *g)
{
	struct td_conf_site site = {.name = "loadgen",
		.sip_port = 5060,
		.rtp_port_min = GEN_PORT_MIN,
		.rtp_port_max = GEN_PORT_MAX,
		.max_calls = 64, /* none are ours: the legs are the relay's */
		.max = {.sounds = 16, .bandwidth_rows = 1024},
		.signalling_core = -1,
		.worker_cores = {(uint8_t)g->p.core},
		.worker_count = 1,
		.hugepages = TD_HUGEPAGES_NEVER,
		.memory_mb = GEN_MEMORY_MB};
	struct dp_params p = {.site = &site,
		.ports = g->p.port,
		.port_count = g->p.ports,
		.turn = no_turn,
		.note = note};
	struct td_text err = {""};

	g->dp = dp_alloc(&p, &err);
	if (!g->dp)
		fprintf(stderr, "tandem-bench: %s\n", err.s);
	return g->dp ? 0 : -errno;
}

static int port_of(const struct gen *g, const struct td_addr *a)
{
	for (unsigned i = 0; i < g->p.ports; i++)
		for (unsigned j = 0; j < g->p.port[i].address_count; j++)
			if (g->p.port[i].address[j].addr.ip4 == a->ip4)
				return (int)i;
	return -1;
}

/* All of the frame that stays the same; its next hop comes with gen_resolve(). */
static int stream_init(struct gen *g, uint32_t i)
{
	const struct load_call *c = &g->p.load.call[i / 2];
	const struct td_addr *from = i % 2 ? &c->b : &c->a, *to = i % 2 ? &c->relay_b : &c->relay_a;
	int port = port_of(g, from);
	struct gen_stream *s = &g->stream[i];
	struct frame *f = &s->f;

	if (port < 0 || from->port < GEN_PORT_MIN || from->port > GEN_PORT_MAX) {
		fprintf(stderr,
			"tandem-bench: call %u: its ends must be addresses of --port, ports %d to "
			"%d\n",
			i / 2 + 1, GEN_PORT_MIN, GEN_PORT_MAX);
		return -EINVAL;
	}
	s->port = (uint8_t)port;
	f->eth.src_addr = g->dp->port[port].mac;
	f->eth.ether_type = htons(RTE_ETHER_TYPE_IPV4);
	f->ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons(GEN_FRAME - sizeof(f->eth)),
		.fragment_offset = htons(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = 64,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = from->ip4,
		.dst_addr = to->ip4};
	f->ip.hdr_checksum = (uint16_t)~checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip)));
	f->udp = (struct rte_udp_hdr){.src_port = htons(from->port),
		.dst_port = htons(to->port),
		.dgram_len = htons(GEN_FRAME - sizeof(f->eth) - sizeof(f->ip))};
	s->udp_sum =
		checksum_add((uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP), &f->ip.src_addr, 8);
	s->udp_sum = checksum_add(s->udp_sum, &f->udp, sizeof(f->udp));
	return 0;
}

struct gen *gen_alloc(const struct gen_params *p)
{
	struct gen *g = calloc(1, sizeof(*g));
	cpu_set_t cpus;
	int rc;

	if (!g)
		return NULL;
	g->p = *p;
	rc = gen_open(g);
	if (rc)
		goto fail;
	CPU_ZERO(&cpus);
	CPU_SET(p->core, &cpus);
	(void)sched_setaffinity(0, sizeof(cpus), &cpus);
	loop_prepare();
	g->load = load_alloc(&p->load);
	g->stream = aligned_alloc(RTE_CACHE_LINE_SIZE, p->load.calls * 2 * sizeof(*g->stream));
	if (!g->load || !g->stream) {
		fprintf(stderr, "tandem-bench: %u calls: %s\n", p->load.calls, strerror(errno));
		goto fail;
	}
	memset(g->stream, 0, p->load.calls * 2 * sizeof(*g->stream));
	for (uint32_t i = 0; i < p->load.calls * 2 && !rc; i++)
		rc = stream_init(g, i);
	if (!rc)
		return g;
fail:
	gen_free(g);
	return NULL;
}

void gen_free(struct gen *g)
{
	if (!g)
		return;
	dp_free(g->dp);
	load_free(g->load);
	free(g->stream);
	free(g);
}

static bool links_up(struct gen *g)
{
	struct dp_port_info info;

	for (unsigned i = 0; i < g->p.ports; i++) {
		dp_port_info(g->dp, i, &info);
		if (!info.up)
			return false;
	}
	return true;
}

/* The next hop of a stream's relay; 0 while it is not known. */
static uint64_t next_hop(struct gen *g, const struct gen_stream *s)
{
	struct td_addr to = addr_v4(s->f.ip.dst_addr);
	uint32_t hop = fib_get(&g->dp->workers.fib, &to);
	uint64_t word = nexthop_word(&g->dp->workers.fib, hop);

	fib_put(&g->dp->workers.fib, hop);
	return word;
}

/* The worker's turn and main's, by hand: they answer and send ARP. */
static bool resolve(struct gen *g, struct gen_stream *s, uint64_t end)
{
	uint64_t word, now;

	do {
		word = links_up(g) ? next_hop(g, s) : 0;
		if (word && nexthop_port(word) == s->port) {
			memcpy(&s->f.eth.dst_addr, &word, RTE_ETHER_ADDR_LEN);
			return true;
		}
		now = dp_now();
		(void)worker_turn(&g->dp->workers.worker[0], now);
		dp_main_turn(g->dp);
		usleep(1000);
	} while (now < end);
	return false;
}

int gen_resolve(struct gen *g)
{
	uint64_t end = dp_now() + GEN_RESOLVE;
	char text[INET_ADDRSTRLEN];

	for (uint32_t i = 0; i < g->p.load.calls * 2; i++) {
		struct gen_stream *s = &g->stream[i];

		if (resolve(g, s, end))
			continue;
		inet_ntop(AF_INET, &s->f.ip.dst_addr, text, sizeof(text));
		fprintf(stderr, "tandem-bench: %s does not answer ARP on port %s\n", text,
			g->p.port[s->port].name);
		return -EHOSTUNREACH;
	}
	return 0;
}

static void fill(struct gen *g, struct rte_mbuf *m, const struct load_packet *p, uint64_t now)
{
	const struct gen_stream *s = &g->stream[p->stream];
	struct frame *f = (struct frame *)rte_pktmbuf_append(m, GEN_FRAME);
	uint8_t *rtp = (uint8_t *)(f + 1);
	uint16_t sum;

	*f = s->f;
	load_write(g->load, p, now, rtp);
	sum = (uint16_t)~checksum_fold(checksum_add(s->udp_sum, rtp, LOAD_RTP));
	f->udp.dgram_cksum = sum ? sum : 0xffff; /* 0 means none, RFC 768 */
}

static void send_port(
	struct gen *g, unsigned port, struct rte_mbuf **m, const struct load_packet *p, unsigned n)
{
	uint16_t eth = g->dp->port[port].eth_port;
	unsigned sent = 0;

	for (unsigned i = 0; sent < n && i < GEN_TRIES; i++)
		sent += rte_eth_tx_burst(eth, 0, m + sent, (uint16_t)(n - sent));
	for (; sent < n; sent++) {
		load_unsent(g->load, &p[sent]);
		rte_pktmbuf_free(m[sent]);
	}
}

/* What is due by now. */
static unsigned send_due(struct gen *g)
{
	uint64_t now = dp_now();
	struct load_packet p[GEN_BURST], of[GEN_BURST];
	struct rte_mbuf *m[GEN_BURST], *to[GEN_BURST];
	unsigned n = load_take(g->load, now, p, GEN_BURST);

	if (!n)
		return 0;
	if (rte_pktmbuf_alloc_bulk(g->dp->workers.pool, m, n)) {
		for (unsigned i = 0; i < n; i++)
			load_unsent(g->load, &p[i]);
		return n;
	}
	for (unsigned i = 0; i < n; i++) {
		fill(g, m[i], &p[i], now);
		if (g->counting)
			hist_add(&g->r->lateness, now - p[i].due);
	}
	for (unsigned port = 0; port < g->p.ports; port++) {
		unsigned k = 0;

		for (unsigned i = 0; i < n; i++)
			if (g->stream[p[i].stream].port == port) {
				of[k] = p[i];
				to[k++] = m[i];
			}
		if (k)
			send_port(g, port, to, of, k);
	}
	return n;
}

static bool checksums_right(const struct gen *g, const struct frame *f, size_t udp_len)
{
	uint64_t sum = (uint64_t)f->udp.dgram_len + htons(IPPROTO_UDP);

	if (checksum_fold(checksum_add(0, &f->ip, sizeof(f->ip))) != 0xffff)
		return false;
	if (!g->p.checksums)
		return true;
	sum = checksum_add(sum, &f->ip.src_addr, 8);
	return f->udp.dgram_cksum && checksum_fold(checksum_add(sum, &f->udp, udp_len)) == 0xffff;
}

/* False: it is no UDP to a media port of ours, the dataplane's own stages may have it. */
static bool check_frame(struct gen *g, struct rte_mbuf *m, uint64_t now)
{
	const struct frame *f = rte_pktmbuf_mtod(m, const struct frame *);
	size_t len = m->data_len, udp_len;
	uint64_t took;
	uint16_t to;

	if (len < sizeof(*f) || f->eth.ether_type != htons(RTE_ETHER_TYPE_IPV4) ||
		f->ip.version_ihl != RTE_IPV4_VHL_DEF || f->ip.next_proto_id != IPPROTO_UDP)
		return false;
	to = ntohs(f->udp.dst_port);
	if (to < GEN_PORT_MIN || to > GEN_PORT_MAX)
		return false;
	if (to % 2) /* RTCP: the relay's reports, of no interest here */
		return true;
	udp_len = ntohs(f->udp.dgram_len);
	if (m->nb_segs != 1 || udp_len < sizeof(f->udp) ||
		udp_len > len - sizeof(f->eth) - sizeof(f->ip) ||
		ntohs(f->ip.total_length) != udp_len + sizeof(f->ip) ||
		!checksums_right(g, f, udp_len)) {
		load_bad_frame(g->load);
		return true;
	}
	took = load_check(g->load, load_stream_to(g->load, f->ip.dst_addr, to), f->ip.src_addr,
		ntohs(f->udp.src_port), (const uint8_t *)(f + 1), udp_len - sizeof(f->udp), now);
	if (took != TD_NEVER && g->counting)
		hist_add(&g->r->latency, took);
	return true;
}

static unsigned receive(struct gen *g)
{
	struct rte_mbuf *m[GEN_BURST];
	unsigned total = 0;

	for (unsigned port = 0; port < g->p.ports; port++) {
		unsigned n = rte_eth_rx_burst(g->dp->port[port].eth_port, 0, m, GEN_BURST);
		uint64_t now = n ? dp_now() : 0;

		for (unsigned i = 0; i < n; i++)
			rte_prefetch0(rte_pktmbuf_mtod(m[i], void *));
		for (unsigned i = 0; i < n; i++)
			if (check_frame(g, m[i], now)) {
				rte_pktmbuf_free(m[i]);
			} else { /* ARP */
				pipeline_run(&g->dp->workers.worker[0], port, &m[i], 1, now);
				worker_flush(&g->dp->workers.worker[0].worker, port);
			}
		total += n;
	}
	return total;
}

static void poll_until(struct gen *g, uint64_t end)
{
	while (dp_now() < end) {
		receive(g);
		send_due(g);
	}
}

/* Until all is back, or nothing more will come. */
static void drain(struct gen *g)
{
	uint64_t end = dp_now() + GEN_DRAIN;

	load_stop(g->load);
	while (dp_now() < end && load_outstanding(g->load)) {
		receive(g);
		send_due(g);
	}
}

int gen_window(
	struct gen *g, uint32_t calls, uint64_t warm, uint64_t ns, int pid, struct gen_result *r)
{
	uint64_t start = dp_now(), end = start + warm + ns;
	struct usage before;
	int rc;

	*r = (struct gen_result){0};
	g->r = r;
	load_start(g->load, calls, start);
	poll_until(g, start + warm);
	load_mark(g->load);
	g->counting = true;
	rc = pid ? usage_read(pid, &before) : 0;
	start = dp_now();
	poll_until(g, end);
	if (pid && !rc && !(rc = usage_read(pid, &r->usage)))
		usage_since(&r->usage, &before);
	r->ns = dp_now() - start;
	load_counts(g->load, &r->counts);
	r->in_time = r->counts.relayed + r->counts.stale;
	drain(g);
	g->counting = false;
	load_counts(g->load, &r->counts);
	if (rc)
		fprintf(stderr, "tandem-bench: process %d, the relay's, is gone\n", pid);
	return rc;
}
