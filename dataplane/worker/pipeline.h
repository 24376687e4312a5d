/* SPDX-License-Identifier: BSD-3-Clause */
/* From a port's burst to its stages. */
#ifndef TANDEM_DATAPLANE_WORKER_PIPELINE_H
#define TANDEM_DATAPLANE_WORKER_PIPELINE_H

#include <dataplane/worker/worker.h>

/* A burst that came in by a port. */
void pipeline_run(
	struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now);
/* One that another worker received by that port and handed over. */
void pipeline_take(
	struct dp_worker *d, unsigned port, struct rte_mbuf **m, unsigned n, uint64_t now);

#endif
