/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Single-producer single-consumer rings between main, signalling and workers: rte_ring with
 * elements of any size (a multiple of 4), in memory of our own so that their size shows.
 */
#ifndef TANDEM_DATAPLANE_WORKER_CMDQ_H
#define TANDEM_DATAPLANE_WORKER_CMDQ_H

#include <rte_ring.h>
#include <rte_ring_elem.h>
#include <stdlib.h>

/* For at least `count` elements. *bytes grows by its size. NULL with errno. */
struct rte_ring *cmdq_alloc(unsigned count, size_t element, uint64_t *bytes);

static inline void cmdq_free(struct rte_ring *r)
{
	free(r);
}

/* DPDK 22.11 only reads the element, but does not say const. */
#define cmdq_put(r, e) (!rte_ring_sp_enqueue_elem((r), (void *)(uintptr_t)(e), sizeof(*(e))))
#define cmdq_get(r, e) (!rte_ring_sc_dequeue_elem((r), (e), sizeof(*(e))))

#endif
