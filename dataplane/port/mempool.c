/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include <dataplane/port/eal.h>
#include <dataplane/port/mempool.h>
#include <dataplane/net/pkt.h>

/* A queue holds a fill, a transmit and a completion ring of 2048, and what is on its way. */
#define MEMPOOL_PER_QUEUE  8192u
#define MEMPOOL_PER_WORKER 4096u /* signalling's ring, hand-overs, held packets, caches */
#define MEMPOOL_CACHE      256u
#define HUGE_PAGE          (2ull << 20)

uint64_t mempool_bytes(const struct rte_mempool *p)
{
	return (uint64_t)p->size * (p->header_size + p->elt_size + p->trailer_size);
}

static void mempool_unmap(struct rte_mempool_memhdr *chunk, void *mapped)
{
	munmap(mapped, chunk->len + HUGE_PAGE);
}

/*
 * Where EAL has no hugepages, its memory is a shared file, which the kernel keeps in small pages:
 * each packet then misses the TLB several times. Anonymous memory gets transparent hugepages where
 * they are allowed (the default, `madvise`, does), so the packets live there.
 *
 * And they lie as close as they fit (NO_IOVA_CONTIG: no device reads this memory by physical
 * addresses). Otherwise each would begin a 4 kB page, so that all of them compete for the same few
 * sets of the caches; and the AF_XDP driver, which takes them to be close, would register too
 * little memory.
 */
static int mempool_populate(struct rte_mempool *p)
{
	size_t len = RTE_ALIGN(mempool_bytes(p) + HUGE_PAGE, HUGE_PAGE);
	char *mapped = mmap(
		NULL, len + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc;

	if (mapped == MAP_FAILED)
		return -ENOMEM;
	(void)madvise(mapped, len + HUGE_PAGE, MADV_HUGEPAGE);
	rc = rte_mempool_populate_virt(p, RTE_PTR_ALIGN(mapped, HUGE_PAGE), len,
		(size_t)sysconf(_SC_PAGESIZE), mempool_unmap, mapped);
	if (rc >= 0 && (unsigned)rc == p->size)
		return 0;
	if (rc <= 0)
		munmap(mapped, len + HUGE_PAGE);
	return rc < 0 ? rc : -ENOMEM;
}

struct rte_mempool *mempool_create(const char *name, unsigned n, unsigned cache)
{
	struct rte_pktmbuf_pool_private room = {.mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE,
		.mbuf_priv_size = sizeof(struct pkt)};
	struct rte_mempool *p;
	int rc;

	if (eal_hugepages())
		return rte_pktmbuf_pool_create(name, n, cache, room.mbuf_priv_size,
			room.mbuf_data_room_size, SOCKET_ID_ANY);
	p = rte_mempool_create_empty(name, n,
		(unsigned)sizeof(struct rte_mbuf) + room.mbuf_priv_size + room.mbuf_data_room_size,
		cache, sizeof(room), SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	if (!p)
		return NULL;
	rte_pktmbuf_pool_init(p, &room);
	rc = mempool_populate(p);
	if (rc) {
		rte_mempool_free(p);
		rte_errno = -rc;
		return NULL;
	}
	rte_mempool_obj_iter(p, rte_pktmbuf_init, NULL);
	return p;
}

struct rte_mempool *mempool_alloc(
	unsigned queues, unsigned workers, unsigned memory_mb, struct td_text *err)
{
	unsigned n = queues * MEMPOOL_PER_QUEUE + workers * MEMPOOL_PER_WORKER;
	struct rte_mempool *p = mempool_create(MEMPOOL_NAME, n, MEMPOOL_CACHE);

	if (!p) {
		errno = rte_errno;
		td_text_set(err,
			"memory_mb: %u is too little for %u packets of %u queues; %u is enough",
			memory_mb, n, queues, n * 3 / 1024 + 64);
		return NULL;
	}
	/* AF_XDP registers the pool as one stretch of addresses. */
	if (p->nb_mem_chunks != 1) {
		td_text_set(err,
			"packet memory is in %u pieces, AF_XDP needs one: set hugepages: never",
			p->nb_mem_chunks);
		rte_mempool_free(p);
		errno = ENOMEM;
		return NULL;
	}
	return p;
}
