/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The legs of one worker as a whole. Tables are indexed by leg number, over all there can be: they
 * are reserved as address space and cost memory only where legs are used. The numbers of a
 * worker's legs are contiguous for each address, so its pages are its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <dataplane/leg/secure.h>

/* Up to this size, a worker's tables are made present at the start, so that no leg waits for a
 * page. */
#define POPULATE_BYTES (64ull << 20)

/* Only its own legs: the others are pages of zeroes that take no memory. */
static void table_populate(const struct legs *r, char *table, size_t size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (uint64_t a = 0; a < r->addresses; a++) {
		uint64_t first = a * r->per_address + r->own_first;
		uintptr_t from = (uintptr_t)(table + first * size) & ~(page - 1);
		uintptr_t end = (uintptr_t)(table + (first + r->own_count) * size);

		madvise((void *)from, end - from, MADV_POPULATE_WRITE);
	}
}

static void *table_reserve(uint64_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	/* cppcheck-suppress memleak; p is what is returned */
	return p == MAP_FAILED ? NULL : p;
}

static void *table_alloc(struct legs *r, uint64_t count, size_t size)
{
	uint64_t bytes = count * size, own = (uint64_t)r->addresses * r->own_count * size;
	void *p = table_reserve(bytes);

	if (!p)
		return NULL;
	/* Legs at random places in pages of 4 kB miss the TLB at each packet. If the kernel
	 * refuses this, everything still works. */
	madvise(p, bytes, MADV_HUGEPAGE);
	if (own <= POPULATE_BYTES)
		table_populate(r, p, size);
	r->bytes += own;
	return p;
}

static void table_free(void *p, uint64_t count, size_t size)
{
	if (p)
		munmap(p, count * size);
}

/* Pages of 4 kB: one more takes no more memory than it must. */
static int sides_alloc(struct legs *r)
{
#define SIDE_ALLOC(id, side)                                           \
	r->side = table_reserve(r->legs * (uint64_t)sizeof(*r->side)); \
	if (!r->side)                                                  \
		return -ENOMEM;
	LEG_SIDES(SIDE_ALLOC)
	r->secure = table_reserve(r->legs * (uint64_t)sizeof(*r->secure));
	return r->secure ? 0 : -ENOMEM;
}

static void sides_free(struct legs *r)
{
#define SIDE_FREE(id, side) table_free(r->side, r->legs, sizeof(*r->side));
	LEG_SIDES(SIDE_FREE)
	table_free(r->secure, r->legs, sizeof(*r->secure));
}

struct legs *legs_alloc(const struct legs_params *p)
{
	struct legs *r =
		aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN(sizeof(*r), RTE_CACHE_LINE_SIZE));

	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	r->worker = p->worker;
	r->tap = p->tap;
	r->sounds = p->sounds;
	r->event = p->event;
	r->event_ctx = p->event_ctx;
	atomic_init(&r->wall_told, p->wall_offset);
	r->port_min = p->rtp_port_min;
	r->per_address = td_legs_per_address(p->rtp_port_min, p->rtp_port_max);
	r->addresses = p->address_count;
	r->legs = r->per_address * p->address_count;
	r->own_first = td_worker_first(p->index, p->count, r->per_address);
	r->own_count = td_worker_first(p->index + 1, p->count, r->per_address) - r->own_first;
	r->workers = p->count;
	r->acct_rows = p->acct_rows ? p->acct_rows : 1;
	if (r->legs == 0 || r->acct_rows > UINT16_MAX) {
		errno = EINVAL;
		free(r);
		return NULL;
	}
	r->bytes = sizeof(*r);
	r->address = calloc(p->address_count, sizeof(*r->address));
	r->live = calloc((r->legs + 63) / 64, sizeof(*r->live));
	r->acct = calloc(r->acct_rows, sizeof(*r->acct));
	r->leg = table_alloc(r, r->legs + 1ull, sizeof(*r->leg));
	r->cold = table_alloc(r, r->legs, sizeof(*r->cold));
	if (!r->address || !r->live || !r->acct || !r->leg || !r->cold || sides_alloc(r)) {
		legs_free(r);
		errno = ENOMEM;
		return NULL;
	}
	r->crypto = srtp_crypto_alloc();
	r->random = r->crypto ? random_alloc(p->key) : NULL;
	if (!r->random) {
		int err = errno;

		legs_free(r);
		errno = err;
		return NULL;
	}
	memcpy(r->address, p->address, p->address_count * sizeof(*r->address));
	random_bytes(r->random, RANDOM_MARK, r->mark, sizeof(r->mark));
	wheel_init(&r->wheel, p->now);
	return r;
}

void legs_free(struct legs *r)
{
	if (!r)
		return;
	random_free(r->random);
	srtp_crypto_free(r->crypto);
	sides_free(r);
	table_free(r->cold, r->legs, sizeof(*r->cold));
	table_free(r->leg, r->legs + 1ull, sizeof(*r->leg));
	free(r->acct);
	free(r->live);
	free(r->address);
	free(r);
}
