/* SPDX-License-Identifier: BSD-3-Clause */
/* The loops of the lcores. */
#ifndef TANDEM_DATAPLANE_WORKER_LOOP_H
#define TANDEM_DATAPLANE_WORKER_LOOP_H

#include <dataplane/worker/worker.h>

int worker_run(void *dp_worker); /* lcore functions */
int signalling_run(void *workers);
/* One turn of a worker's loop. The next deadline; 0 when there was work, so that another should
 * follow. */
uint64_t worker_turn(struct dp_worker *d, uint64_t now);

#endif
