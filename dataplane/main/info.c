/* SPDX-License-Identifier: BSD-3-Clause */
/* The facade's small functions: SIP, media commands and events, waking, sounds, statistics. */
#include <errno.h>
#include <rte_ethdev.h>
#include <dataplane/port/eal.h>
#include <dataplane/port/mempool.h>
#include <dataplane/main/dp.h>
#include <dataplane/net/netlink.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/worker/cmdq.h>
#include <dataplane/worker/sip.h>

unsigned dp_sip_recv(struct dp *dp, struct dp_datagram *out, unsigned n)
{
	return sip_recv(&dp->workers, out, n);
}

void dp_sip_release(struct dp *dp, struct dp_datagram *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rte_pktmbuf_free(d[i].owner);
}

int dp_sip_send(struct dp *dp, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	return sip_send(&dp->workers, local, remote, dscp, data, len);
}

static struct dp_worker *leg_worker(const struct dp *dp, uint32_t leg)
{
	return &dp->workers.worker[td_leg_worker(
		leg, dp->workers.count, dp->workers.local.ports_per_address)];
}

static int command_put(struct dp *dp, struct dp_worker *d, const struct td_media_cmd *cmd)
{
	if (!cmdq_put(d->commands, cmd))
		return -ENOBUFS;
	wake_post(&d->wake);
	return 0;
}

/* Of a bridge between two workers, each is told its own half, of its begin and of its end. Each
 * command is in a ring once, so that none of the rings needs more room than for the credits of all
 * legs. */
int dp_media_cmd(struct dp *dp, const struct td_media_cmd *cmd)
{
	struct dp_worker *d = leg_worker(dp, cmd->leg), *other = d;
	int rc = command_put(dp, d, cmd);

	if (cmd->op == TD_MEDIA_BRIDGE || cmd->op == TD_MEDIA_UNBRIDGE)
		other = leg_worker(dp, cmd->other);
	if (rc || other == d)
		return rc;
	return command_put(dp, other,
		&(struct td_media_cmd){.op = cmd->op,
			.leg = cmd->other,
			.other = cmd->leg,
			.cookie = cmd->other_cookie,
			.other_cookie = cmd->cookie});
}

unsigned dp_media_events(struct dp *dp, struct td_media_event *out, unsigned n)
{
	unsigned got = 0;

	for (unsigned i = 0; i < dp->workers.count; i++)
		while (got < n && cmdq_get(dp->workers.worker[i].events, &out[got]))
			got++;
	return got;
}

void dp_signal_wake(struct dp *dp)
{
	atomic_store_explicit(&dp->workers.signalling.pending, true, memory_order_release);
	wake_post(dp->workers.signalling.wake);
}

int dp_sound_set(
	struct dp *dp, uint32_t sound, enum td_codec codec, const uint8_t *data, size_t bytes)
{
	return sounds_set(dp->sounds, sound, codec, data, bytes);
}

unsigned dp_worker_count(const struct dp *dp)
{
	return dp->workers.count;
}

struct tap *dp_tap(struct dp *dp, unsigned worker)
{
	return dp->workers.worker[worker].tap;
}

unsigned dp_port_count(const struct dp *dp)
{
	return dp->ports;
}

/* Both are nothing but counters of 64 bits. */
static void stats_add(struct td_port_stats *sum, const struct td_port_stats *s)
{
	const uint64_t *from = (const void *)s;
	uint64_t *to = (void *)sum;

	for (size_t i = 0; i < sizeof(*s) / sizeof(*from); i++)
		to[i] += from[i];
}

static bool port_up(const struct dp *dp, unsigned port)
{
	struct rte_eth_link link = {0};

	if (td_port_kernel(&dp->conf[port]))
		return dp->netlink && netlink_up(dp->netlink, port);
	return !rte_eth_link_get_nowait(dp->port[port].eth_port, &link) && link.link_status;
}

void dp_port_info(struct dp *dp, unsigned port, struct dp_port_info *out)
{
	struct port *p = &dp->port[port];
	bool open = port < dp->opened;
	uint64_t handed_in = 0;

	*out = (struct dp_port_info){
		.name = dp->conf[port].name,
		.device = dp->conf[port].device,
		.driver = p->driver,
		.mtu = p->mtu,
		.up = open && port_up(dp, port),
		.kernel_owned = td_port_kernel(&dp->conf[port]),
		.queues = p->queues,
		.steering = steer_name(p->steer.kind),
		.zero_copy = p->zero_copy,
		.kernel_dropped = open ? port_lost(p) : 0,
		.stats = dp->workers.signalling.lost[port],
	};
	/* Packets in a ring count as held. The count of taken packets is read first, because each
	 * was given before it was taken. */
	for (unsigned i = 0; i < dp->workers.count; i++)
		handed_in += dp->workers.worker[i].worker.port[port].stats.handed_in;
	atomic_thread_fence(memory_order_acquire);
	for (unsigned i = 0; i < dp->workers.count; i++)
		stats_add(&out->stats, &dp->workers.worker[i].worker.port[port].stats);
	out->stats.held += out->stats.handed_out - handed_in;
	if (open)
		port_kernel(p, &out->stats, out->kernel);
}

void dp_acct(struct dp *dp, uint32_t row, struct td_acct_row *out)
{
	*out = (struct td_acct_row){0};
	for (unsigned i = 0; i < dp->workers.count; i++)
		legs_acct(dp->workers.worker[i].rtp, row, out);
}

uint32_t dp_acct_rows(const struct dp *dp)
{
	return dp->site.max.bandwidth_rows;
}

void dp_memory(struct dp *dp, struct dp_memory *out)
{
	*out = (struct dp_memory){
		.pool_bytes = mempool_bytes(dp->workers.pool),
		.rings_bytes = dp->rings_bytes,
		.sounds_bytes = sounds_bytes(dp->sounds),
		.mbufs = dp->workers.pool->size,
		.mbufs_in_use = rte_mempool_in_use_count(dp->workers.pool),
		.hugepages = eal_hugepages(),
	};
	for (unsigned i = 0; i < dp->workers.count; i++) {
		out->legs_bytes += legs_bytes(dp->workers.worker[i].rtp);
		out->legs += legs_count(dp->workers.worker[i].rtp);
		out->legs_in_use += legs_in_use(dp->workers.worker[i].rtp);
	}
}

void dp_worker_info(struct dp *dp, unsigned worker, struct dp_worker_info *out)
{
	const struct dp_worker *d = &dp->workers.worker[worker];

	*out = d->info;
	for (unsigned i = 0; i < dp->ports; i++) {
		out->handed_in += d->worker.port[i].stats.handed_in;
		out->handed_out += d->worker.port[i].stats.handed_out;
	}
}
