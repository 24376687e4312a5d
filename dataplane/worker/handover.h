/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that change hands between workers, each pair of which has three rings of its own:
 *
 *     received   media of a leg that is another worker's: the port can't tell them apart, or the
 *                right worker has no queue there
 *     relayed    media that arrived on a leg of ours and may leave on one that is another worker's
 *                (dataplane/leg/far.h)
 *     frames     whole frames for a port of which their maker has no queue
 *
 * Single producer, single consumer: what one worker hands another stays in order, and so does each
 * stream, as all of it comes in by one queue. A packet counts as handed_out with the giver and as
 * handed_in with the taker, both at its port; between the two it is held.
 */
#ifndef TANDEM_DATAPLANE_WORKER_HANDOVER_H
#define TANDEM_DATAPLANE_WORKER_HANDOVER_H

#include <rte_ring.h>
#include <errno.h>
#include <stdint.h>

/* A worker that slept takes some 100 us to look: 20 packets/us may come meanwhile. */
#define HANDOVER_RING 2047

struct handover { /* from one worker to another */
	struct rte_ring *received, *relayed, *frames;
};

/* The rings of a pair are at [from * workers + to]; from == to has none. NULL with errno. *bytes
 * grows by their size. */
struct handover *handover_alloc(unsigned workers, uint64_t *bytes);
void handover_free(struct handover *h, unsigned workers); /* and what is in it; NULL is fine */

#endif
