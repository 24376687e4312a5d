/* SPDX-License-Identifier: BSD-3-Clause */
/* The lcores of a dataplane begin to run, and end. */
#include <rte_launch.h>
#include <dataplane/port/eal.h>
#include <dataplane/main/dp.h>
#include <dataplane/worker/loop.h>

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
