/* SPDX-License-Identifier: BSD-3-Clause */
/* Interrupts of a worker's queues, to sleep on. */
#ifndef TANDEM_DATAPLANE_WORKER_RXINTR_H
#define TANDEM_DATAPLANE_WORKER_RXINTR_H

#include <poll.h>
#include <dataplane/worker/worker.h>

/* main, for each port, once queues are known. `has`: the port's queues have interrupts. */
void rx_intr_init(struct dp_worker *d, unsigned port, bool has);
void rx_intr_arm(struct dp_worker *d);
void rx_intr_disarm(struct dp_worker *d);
/* Reads those that are readable. */
void rx_intr_take(struct dp_worker *d, const struct pollfd *fds, unsigned n);

#endif
