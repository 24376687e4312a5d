/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>
#include <bench/stage.h>

double stage_chunk(struct traffic *t, unsigned c)
{
	struct dp_worker *d = traffic_worker(t);
	unsigned bursts = TRAFFIC_CHUNK / WORKER_BURST;
	uint64_t start = rte_rdtsc();

	for (unsigned b = c * bursts; b < (c + 1) * bursts; b++) {
		unsigned port;
		struct rte_mbuf **m = traffic_burst(t, b, &port);

		pipeline_run(d, port, m, WORKER_BURST, traffic_now(t, WORKER_BURST));
		for (unsigned i = 0; i < TRAFFIC_PORTS; i++)
			d->worker.port[i].tx_count = 0;
	}
	return (double)(rte_rdtsc() - start) / TRAFFIC_CHUNK;
}
