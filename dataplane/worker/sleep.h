/* SPDX-License-Identifier: BSD-3-Clause */
/* How the loops rest. */
#ifndef TANDEM_DATAPLANE_WORKER_SLEEP_H
#define TANDEM_DATAPLANE_WORKER_SLEEP_H

#include <dataplane/worker/worker.h>

void loop_prepare(void); /* of the thread, before its first turn */
bool signalling_has_work(struct workers *all);
/* After receiving: whether another turn should follow at once, as far as packets go. */
bool worker_took(struct dp_worker *d, unsigned packets, uint64_t now);
/* After a turn: sleeps, or not, until `due` at the latest; 0: not at all. The time then. */
uint64_t worker_rest(struct dp_worker *d, uint64_t now, uint64_t due);
void signalling_sleep(struct workers *all, uint64_t now);

#endif
