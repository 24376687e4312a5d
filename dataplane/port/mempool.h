/* SPDX-License-Identifier: BSD-3-Clause */
/* The packets' memory: one pool for all ports, so that a packet goes from port to port without a
 * copy. */
#ifndef TANDEM_DATAPLANE_PORT_MEMPOOL_H
#define TANDEM_DATAPLANE_PORT_MEMPOOL_H

#include <rte_mempool.h>
#include <tandem/text.h>

#define MEMPOOL_NAME "tandem" /* for rte_mempool_lookup() in tests and benchmarks */

/* For so many queues of all ports together. NULL with errno and err. Freed by rte_mempool_free().
 */
struct rte_mempool *mempool_alloc(
	unsigned queues, unsigned workers, unsigned memory_mb, struct td_text *err);
/* n packets, `cache` of them kept by each lcore. NULL with rte_errno. */
struct rte_mempool *mempool_create(const char *name, unsigned n, unsigned cache);
uint64_t mempool_bytes(const struct rte_mempool *p);

#endif
