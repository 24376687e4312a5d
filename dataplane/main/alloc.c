/* SPDX-License-Identifier: BSD-3-Clause */
/* Birth and death of the dataplane: what dp_alloc() makes, in the order in which it depends. */
#include <errno.h>
#include <rte_malloc.h>
#include <stdlib.h>
#include <dataplane/port/eal.h>
#include <dataplane/port/mempool.h>
#include <dataplane/leg/sounds.h>
#include <dataplane/main/dp.h>

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
		rc = dp_workers_init(dp, p, err);
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

void dp_free(struct dp *dp)
{
	if (!dp)
		return;
	dp_stop(dp);
	dp_workers_fini(dp);
	wake_fini(&dp->workers.signalling.own);
	home_stop(dp);
	if (dp->sounds)
		sounds_free(dp->sounds);
	rte_free(dp->workers.qsbr);
	rte_mempool_free(dp->workers.pool);
	free(dp->conf);
	free(dp);
}
