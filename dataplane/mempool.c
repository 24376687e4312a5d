/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <dataplane/mempool.h>
#include <dataplane/pkt.h>

/* A port holds a fill, a transmit and a completion ring of 2048, and what is on its way. */
#define MEMPOOL_PER_PORT 8192u
#define MEMPOOL_SHARED   4096u /* signalling's ring, held packets, caches */
#define MEMPOOL_CACHE    256u

uint64_t mempool_bytes(const struct rte_mempool *p)
{
	return (uint64_t)p->size * (p->header_size + p->elt_size + p->trailer_size);
}

struct rte_mempool *mempool_alloc(unsigned ports, unsigned memory_mb, char *err, size_t err_size)
{
	unsigned n = ports * MEMPOOL_PER_PORT + MEMPOOL_SHARED;
	struct rte_mempool *p = rte_pktmbuf_pool_create(MEMPOOL_NAME, n, MEMPOOL_CACHE,
		sizeof(struct pkt), RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

	if (!p) {
		errno = rte_errno;
		snprintf(err, err_size,
			"memory_mb: %u is too little for %u packets of %u ports; %u is enough",
			memory_mb, n, ports, n * 3 / 1024 + 64);
		return NULL;
	}
	/* AF_XDP registers the pool as one stretch of addresses. */
	if (p->nb_mem_chunks != 1) {
		snprintf(err, err_size,
			"packet memory is in %u pieces, AF_XDP needs one: set hugepages: never",
			p->nb_mem_chunks);
		rte_mempool_free(p);
		errno = ENOMEM;
		return NULL;
	}
	return p;
}
