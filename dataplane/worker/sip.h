/* SPDX-License-Identifier: BSD-3-Clause */
/* SIP between signalling and the wire. */
#ifndef TANDEM_DATAPLANE_WORKER_SIP_H
#define TANDEM_DATAPLANE_WORKER_SIP_H

#include <dataplane/worker/worker.h>

/* signalling: dp_sip_recv() and dp_sip_send() (dataplane.h). */
unsigned sip_recv(struct workers *all, struct dp_datagram *out, unsigned n);
int sip_send(struct workers *all, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len);

/* worker: sends or gives up what waits for its neighbour; the time when to look again. */
uint64_t sip_release_held(struct dp_worker *d, uint64_t now);
bool sip_held_ready(const struct dp_worker *d); /* one that waited can go */
void sip_from_ring(struct dp_worker *d, uint64_t now);

#endif
