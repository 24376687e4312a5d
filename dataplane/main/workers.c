/* SPDX-License-Identifier: BSD-3-Clause */
/* The workers of a dataplane: their rings, queues, legs and taps. */
#include <errno.h>
#include <rte_malloc.h>
#include <stdlib.h>
#include <string.h>
#include <dataplane/port/eal.h>
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

static void dp_event(void *ctx, const struct td_media_event *ev)
{
	struct dp_worker *d = ctx;

	if (!cmdq_put(d->events, ev))
		d->info.events_lost++; /* a bug: the ring holds the credits of all legs */
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

static int dp_worker_init(struct dp *dp, unsigned index, bool tap, struct random *keys)
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
	random_bytes(keys, RANDOM_WORKER, p.key, sizeof(p.key));
	d->rtp = legs_alloc(&p);
	rc = d->rtp ? 0 : -errno;
	explicit_bzero(p.key, sizeof(p.key));
	return rc;
}

int dp_workers_init(struct dp *dp, const struct dp_params *params, struct td_text *err)
{
	size_t bytes = dp->workers.count * sizeof(*dp->workers.worker);
	struct random *keys = random_alloc(params->key);
	int rc;

	dp->workers.worker = rte_zmalloc("workers", bytes, RTE_CACHE_LINE_SIZE);
	rc = dp->workers.worker && keys ? 0 : -ENOMEM;
	for (unsigned i = 0; i < dp->workers.count && !rc; i++)
		dp->workers.worker[i].wake.fd = -1;
	if (!rc && dp->workers.count > 1 &&
		!(dp->workers.handover = handover_alloc(dp->workers.count, &dp->rings_bytes)))
		rc = -ENOMEM;
	for (unsigned i = 0; i < dp->workers.count && !rc; i++)
		rc = dp_worker_init(dp, i, params->tap, keys);
	random_free(keys);
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

void dp_workers_fini(struct dp *dp)
{
	for (unsigned i = 0; dp->workers.worker && i < dp->workers.count; i++)
		dp_worker_fini(&dp->workers.worker[i]);
	handover_free(dp->workers.handover, dp->workers.count);
	rte_free(dp->workers.worker);
}
