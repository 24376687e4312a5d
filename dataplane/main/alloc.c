/* SPDX-License-Identifier: BSD-3-Clause */
/* Birth and death of the dataplane: what dp_alloc() makes, in the order in which it depends. */
#include <errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <dataplane/port/eal.h>
#include <dataplane/port/mempool.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/main/dp.h>
#include <dataplane/net/frag.h>
#include <dataplane/net/punt.h>
#include <dataplane/worker/cmdq.h>
#include <dataplane/worker/loop.h>
#include <dataplane/worker/rxintr.h>

#define DP_SIP_RING   2047
#define DP_FRAMES     1023
#define DP_LEARNT     1023
#define DP_TAP_CALL   8192u      /* bytes: what a recorded call puts into the ring in 0.4 s */
#define DP_TAP_MIN    (4u << 20) /* bytes; a few calls for seconds */
#define DP_SPARE_LEGS 64         /* of calls that end while new ones begin */

_Static_assert(FILTER_ADDRESSES == PORT_MAX * TD_CONF_LIST, "the kernel's programs take them all");
_Static_assert(LOCAL6_SLOTS == 4 * PORT_MAX * TD_CONF_LIST, "probes are short");

static int dp_check(const struct dp_params *p, struct td_text *err)
{
	const struct td_conf_site *s = p->site;

	if (p->port_count < 1 || p->port_count > PORT_MAX) {
		td_text_set(err, "%u ports; 1 to %d are possible", p->port_count, PORT_MAX);
		return -EINVAL;
	}
	for (unsigned i = 0; i < eal_workers(s); i++) {
		if (s->signalling_core != (int)eal_worker_core(s, i))
			continue;
		td_text_set(err,
			"signalling_core: core %d is a worker's; name another or none (inside "
			"worker 0's loop)",
			s->signalling_core);
		return -EINVAL;
	}
	return 0;
}

static int dp_copy(struct dp *dp, const struct dp_params *p)
{
	dp->site = *p->site;
	dp->ports = p->port_count;
	dp->workers.count = eal_workers(p->site);
	dp->workers.turn = p->turn;
	dp->workers.turn_ctx = p->turn_ctx;
	dp->workers.inline_signalling = p->site->signalling_core < 0;
	dp->workers.latency = p->site->latency;
	dp->wall_offset = p->wall_offset;
	dp->note = p->note;
	dp->note_ctx = p->note_ctx;
	dp->main_epoll = dp->main_wake.fd = dp->workers.signalling.own.fd = -1;
	dp->conf = calloc(p->port_count, sizeof(*dp->conf));
	if (!dp->conf)
		return -ENOMEM;
	memcpy(dp->conf, p->ports, p->port_count * sizeof(*dp->conf));
	return 0;
}

static int dp_addresses(struct dp *dp, struct td_text *err)
{
	local_init(&dp->workers.local, dp->site.sip_port, dp->site.rtp_port_min,
		dp->site.rtp_port_max);
	for (unsigned i = 0; i < dp->ports; i++)
		for (unsigned j = 0; j < dp->conf[i].address_count; j++) {
			const struct td_addr *a = &dp->conf[i].address[j].addr;

			if (a->family == 6 ? local6_add(&dp->workers.local.local6, a->ip6,
						     dp->workers.addresses)
					   : local_add(&dp->workers.local, a->ip4,
						     dp->workers.addresses)) {
				td_text_set(err, "port %s: address %u is given twice, or none",
					dp->conf[i].name, j + 1);
				return -EINVAL;
			}
			dp->workers.address[dp->workers.addresses++] =
				(struct legs_address){.addr = *a, .port = (uint8_t)i};
		}
	return 0;
}

static int dp_open_ports(struct dp *dp, struct td_text *err)
{
	struct td_addr address[PORT_MAX * TD_CONF_LIST];
	unsigned n = 0;
	struct port_env env = {
		.pool = dp->workers.pool,
		.workers = dp->workers.count,
		.ours = {.config = {.sip_port = dp->site.sip_port,
				 .rtp_port_min = dp->site.rtp_port_min,
				 .rtp_port_max = dp->site.rtp_port_max},
			.address = address,
			.count = dp->workers.addresses},
		.note = dp->note,
		.note_ctx = dp->note_ctx,
	};
	int rc = 0;

	for (unsigned i = 0; i < dp->ports; i++)
		for (unsigned j = 0; j < dp->conf[i].address_count; j++)
			address[n++] = dp->conf[i].address[j].addr;
	for (unsigned i = 0; i < dp->ports && !rc; i++) {
		rc = port_open(&dp->port[i], &dp->conf[i], i, &env, err);
		dp->opened += !rc;
	}
	return rc;
}

static int dp_rcu(struct dp *dp)
{
	unsigned threads = dp->workers.count + 1;

	dp->workers.qsbr =
		rte_zmalloc("qsbr", rte_rcu_qsbr_get_memsize(threads), RTE_CACHE_LINE_SIZE);
	if (!dp->workers.qsbr || rte_rcu_qsbr_init(dp->workers.qsbr, threads))
		return -ENOMEM;
	for (unsigned i = 0; i < threads; i++)
		rte_rcu_qsbr_thread_register(dp->workers.qsbr, i);
	return 0;
}

static void dp_event(void *ctx, const struct td_media_event *ev)
{
	struct dp_worker *d = ctx;

	if (!cmdq_put(d->events, ev))
		d->events_lost++; /* a bug: the ring holds the credits of all legs */
	d->told_signalling = true;
}

static int dp_worker_rings(struct dp *dp, struct dp_worker *d, unsigned legs)
{
	uint64_t *bytes = &dp->rings_bytes;

	d->commands = cmdq_alloc(legs * TD_LEG_CREDITS, sizeof(struct td_media_cmd), bytes);
	d->events = cmdq_alloc(legs * TD_LEG_CREDITS, sizeof(struct td_media_event), bytes);
	d->sip_in = cmdq_alloc(DP_SIP_RING, sizeof(struct rte_mbuf *), bytes);
	d->sip_out = cmdq_alloc(DP_SIP_RING, sizeof(struct rte_mbuf *), bytes);
	d->frames = cmdq_alloc(DP_FRAMES, sizeof(struct rte_mbuf *), bytes);
	d->learnt = cmdq_alloc(DP_LEARNT, sizeof(struct punt_learnt), bytes);
	if (!d->commands || !d->events || !d->sip_in || !d->sip_out || !d->frames || !d->learnt)
		return -ENOMEM;
	return 0;
}

/* Which worker has a port's queue: worker i has queue i. Where there are fewer queues than
 * workers, the ports' queues are dealt out in turn. */
static unsigned dp_queue_worker(const struct dp *dp, unsigned port, unsigned queue)
{
	return dp->port[port].queues == dp->workers.count ? queue
							  : (port + queue) % dp->workers.count;
}

static void dp_worker_queue(const struct dp *dp, struct dp_worker *d, unsigned port)
{
	struct worker_port *w = &d->worker.port[port];
	unsigned queues = dp->port[port].queues;
	unsigned owner = dp_queue_worker(dp, port, d->worker.index % queues);

	for (unsigned q = 0; q < queues; q++)
		if (dp_queue_worker(dp, port, q) == d->worker.index) {
			w->queue = (uint16_t)q;
			return;
		}
	w->via = workers_handover(&dp->workers, d->worker.index, owner)->frames;
	w->via_worker = (uint8_t)owner;
}

static void dp_worker_legs(const struct dp *dp, struct dp_worker *d)
{
	for (unsigned to = 0; to < dp->workers.count; to++)
		if (to != d->worker.index)
			d->worker.to_legs[to] =
				workers_handover(&dp->workers, d->worker.index, to)->relayed;
}

static void dp_worker_ports(const struct dp *dp, struct dp_worker *d)
{
	d->worker.port_count = dp->ports;
	for (unsigned i = 0; i < dp->ports; i++) {
		struct worker_port *w = &d->worker.port[i];

		w->eth_port = dp->port[i].eth_port;
		w->mtu = dp->port[i].mtu;
		w->kernel_owned = td_port_kernel(&dp->conf[i]);
		w->vlan = dp->conf[i].vlan;
		w->tx_checksum = dp->port[i].tx_checksum;
		worker_port_mac(w, &dp->port[i].mac); /* knows by now who owns the port */
		dp_worker_queue(dp, d, i);
		d->rest.fd[i] = dp->port[i].fd;
		rx_intr_init(d, i, dp->port[i].interrupts);
	}
}

/* The size of a worker's ring when all its calls are recorded. Pages take no memory until they are
 * used. */
static size_t dp_tap_bytes(const struct dp *dp)
{
	uint64_t bytes =
		rte_align64pow2((uint64_t)dp->site.max_calls * DP_TAP_CALL / dp->workers.count);

	return bytes < DP_TAP_MIN ? DP_TAP_MIN : bytes;
}

/* Are fragments ours to put together? */
static bool dp_own_ports(const struct dp *dp)
{
	for (unsigned i = 0; i < dp->ports; i++)
		if (!td_port_kernel(&dp->conf[i]))
			return true;
	return false;
}

static int dp_worker_init(struct dp *dp, unsigned index, bool tap)
{
	struct dp_worker *d = &dp->workers.worker[index];
	uint64_t legs = (uint64_t)dp->workers.addresses * dp->workers.local.ports_per_address;
	struct legs_params p = {
		.worker = &d->worker,
		.index = index,
		.count = dp->workers.count,
		.rtp_port_min = dp->site.rtp_port_min,
		.rtp_port_max = dp->site.rtp_port_max,
		.address = dp->workers.address,
		.address_count = dp->workers.addresses,
		.acct_rows = dp->site.max.bandwidth_rows,
		.sounds = dp->sounds,
		.event = dp_event,
		.event_ctx = d,
		.wall_offset = dp->wall_offset,
		.now = dp_now(),
	};
	int rc = wake_init(&d->wake);

	if (rc)
		return rc;
	/* Only calls use legs, two each, however many RTP ports there are. */
	if (legs > dp->site.max_calls * 2ull + DP_SPARE_LEGS)
		legs = dp->site.max_calls * 2ull + DP_SPARE_LEGS;
	d->all = &dp->workers;
	d->worker.index = index;
	d->worker.pool = dp->workers.pool;
	d->worker.fib = &dp->workers.fib;
	d->info.core = eal_worker_core(&dp->site, index);
	dp_worker_ports(dp, d);
	dp_worker_legs(dp, d);
	rc = dp_worker_rings(dp, d, (unsigned)legs);
	if (rc)
		return rc;
	if (dp_own_ports(dp) && !(d->frag = frag_alloc(index)))
		return -ENOMEM;
	if (tap && !(d->tap = tap_alloc(dp_tap_bytes(dp))))
		return -ENOMEM;
	p.tap = d->tap;
	p.seed = p.now;
	d->rtp = legs_alloc(&p);
	return d->rtp ? 0 : -errno;
}

static int dp_workers(struct dp *dp, const struct dp_params *p, struct td_text *err)
{
	size_t bytes = dp->workers.count * sizeof(*dp->workers.worker);
	int rc;

	dp->workers.worker = rte_zmalloc("workers", bytes, RTE_CACHE_LINE_SIZE);
	rc = dp->workers.worker ? 0 : -ENOMEM;
	for (unsigned i = 0; i < dp->workers.count && !rc; i++)
		dp->workers.worker[i].wake.fd = -1;
	if (!rc && dp->workers.count > 1 &&
		!(dp->workers.handover = handover_alloc(dp->workers.count, &dp->rings_bytes)))
		rc = -ENOMEM;
	for (unsigned i = 0; i < dp->workers.count && !rc; i++)
		rc = dp_worker_init(dp, i, p->tap);
	if (!rc && !dp->workers.inline_signalling)
		rc = wake_init(&dp->workers.signalling.own);
	if (rc) {
		td_text_set(err,
			"legs and rings for %u calls: %s; raise memory_mb or lower "
			"max_calls",
			dp->site.max_calls, strerror(-rc));
		return rc;
	}
	dp->workers.signalling.wake = dp->workers.inline_signalling ? &dp->workers.worker[0].wake
								    : &dp->workers.signalling.own;
	return 0;
}

static void dp_synchronize(void *ctx)
{
	struct dp *dp = ctx;

	rte_rcu_qsbr_synchronize(dp->workers.qsbr, RTE_QSBR_THRID_INVALID);
}

static int dp_build(struct dp *dp, const struct dp_params *p, struct td_text *err)
{
	struct eal_params eal = {
		.file_prefix = p->file_prefix,
		.site = &dp->site,
		.ports = dp->conf,
		.port_count = dp->ports,
		.note = dp->note,
		.note_ctx = dp->note_ctx,
	};
	unsigned queues = 0;
	int rc = dp_addresses(dp, err);

	if (!rc)
		rc = eal_start(&eal, err);
	if (rc)
		return rc;
	for (unsigned i = 0; i < dp->ports; i++)
		queues += port_queue_count(&dp->conf[i], dp->workers.count);
	dp->workers.pool = mempool_alloc(queues, dp->workers.count, dp->site.memory_mb, err);
	if (!dp->workers.pool)
		return -errno;
	rc = dp_rcu(dp);
	if (!rc && !(dp->sounds = sounds_alloc(p->site->max.sounds, dp_synchronize, dp)))
		rc = -ENOMEM;
	if (rc) {
		td_text_set(err, "out of memory");
		return rc;
	}
	rc = dp_open_ports(dp, err);
	if (!rc)
		rc = home_start(dp, err);
	if (!rc)
		rc = dp_workers(dp, p, err);
	return rc;
}

struct dp *dp_alloc(const struct dp_params *p, struct td_text *err)
{
	struct dp *dp;
	int rc = dp_check(p, err);

	if (rc) {
		errno = -rc;
		return NULL;
	}
	dp = calloc(1, sizeof(*dp));
	rc = dp ? dp_copy(dp, p) : -ENOMEM;
	if (rc)
		td_text_set(err, "out of memory");
	else
		rc = dp_build(dp, p, err);
	if (rc) {
		dp_free(dp);
		errno = -rc;
		return NULL;
	}
	return dp;
}

int dp_start(struct dp *dp)
{
	int rc = 0;

	atomic_store(&dp->workers.stop, false);
	dp->running = true;
	for (unsigned i = 0; i < dp->workers.count && !rc; i++)
		rc = rte_eal_remote_launch(worker_run, &dp->workers.worker[i], eal_worker_lcore(i));
	if (!rc && !dp->workers.inline_signalling)
		rc = rte_eal_remote_launch(
			signalling_run, &dp->workers, eal_signalling_lcore(&dp->site));
	if (rc)
		dp_stop(dp);
	return rc;
}

static void dp_wake_all(struct dp *dp)
{
	for (unsigned i = 0; i < dp->workers.count; i++)
		wake_post(&dp->workers.worker[i].wake);
	if (!dp->workers.inline_signalling)
		wake_post(&dp->workers.signalling.own);
}

void dp_wall(struct dp *dp, uint64_t wall_offset)
{
	for (unsigned i = 0; i < dp->workers.count; i++)
		legs_wall(dp->workers.worker[i].rtp, wall_offset);
}

void dp_stop(struct dp *dp)
{
	if (dp->running) {
		atomic_store(&dp->workers.stop, true);
		dp_wake_all(dp);
		for (unsigned i = 0; i < dp->workers.count; i++)
			rte_eal_wait_lcore(eal_worker_lcore(i));
		if (!dp->workers.inline_signalling)
			rte_eal_wait_lcore(eal_signalling_lcore(&dp->site));
		dp->running = false;
	}
	/* Ports are closed in reverse order, and filters before the sockets that they feed. */
	while (dp->opened)
		port_close(&dp->port[--dp->opened]);
}

static void dp_ring_free(struct rte_ring *r, bool packets)
{
	struct rte_mbuf *m;

	while (r && packets && cmdq_get(r, &m))
		rte_pktmbuf_free(m);
	cmdq_free(r);
}

static void dp_worker_fini(struct dp_worker *d)
{
	if (d->rtp)
		legs_free(d->rtp);
	frag_free(d->frag);
	if (d->tap)
		tap_free(d->tap);
	while (d->held)
		rte_pktmbuf_free(d->hold[--d->held].m);
	dp_ring_free(d->sip_in, true);
	dp_ring_free(d->sip_out, true);
	dp_ring_free(d->frames, true);
	dp_ring_free(d->commands, false);
	dp_ring_free(d->events, false);
	dp_ring_free(d->learnt, false);
	wake_fini(&d->wake);
}

void dp_free(struct dp *dp)
{
	if (!dp)
		return;
	dp_stop(dp);
	for (unsigned i = 0; dp->workers.worker && i < dp->workers.count; i++)
		dp_worker_fini(&dp->workers.worker[i]);
	handover_free(dp->workers.handover, dp->workers.count);
	rte_free(dp->workers.worker);
	wake_fini(&dp->workers.signalling.own);
	home_stop(dp);
	if (dp->sounds)
		sounds_free(dp->sounds);
	rte_free(dp->workers.qsbr);
	rte_mempool_free(dp->workers.pool);
	free(dp->conf);
	free(dp);
}
