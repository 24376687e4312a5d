/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The legs of one worker as a whole. Tables are indexed by leg number, over all there can be: they
 * are reserved as address space and cost memory only where legs are used. The numbers of a
 * worker's legs are contiguous for each address, so its pages are its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#include <dataplane/leg/secure.h>

/* Up to here what a worker has of its tables is made present at the start, and no leg waits for a
 * page. */
#define POPULATE_BYTES (64ull << 20)

/* Its own legs: those of the other workers are pages of zeroes that take no memory. */
static void table_populate(const struct rtp *r, char *table, size_t size)
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

static void *table_alloc(struct rtp *r, uint64_t count, size_t size)
{
	uint64_t bytes = count * size, own = (uint64_t)r->addresses * r->own_count * size;
	void *p = table_reserve(bytes);

	if (!p)
		return NULL;
	/* Random legs in 4 kB pages miss the TLB at each packet. Refused, all works too. */
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

struct rtp *rtp_alloc(const struct rtp_params *p)
{
	struct rtp *r =
		aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN(sizeof(*r), RTE_CACHE_LINE_SIZE));

	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	r->worker = p->worker;
	r->tap = p->tap;
	r->sounds = p->sounds;
	r->event = p->event;
	r->event_ctx = p->event_ctx;
	r->random = p->seed;
	/* Refused, which it never is, it leaves what the seed gives. */
	for (unsigned i = 0; i < 2; i++)
		r->mark[i] = rtp_random(r);
	(void)!getrandom(r->mark, sizeof(r->mark), GRND_NONBLOCK);
	r->wall = p->wall_offset;
	atomic_init(&r->wall_told, p->wall_offset);
	r->port_min = p->rtp_port_min;
	r->per_address = td_legs_per_address(p->rtp_port_min, p->rtp_port_max);
	r->addresses = p->address_count;
	r->legs = r->per_address * p->address_count;
	r->own_first = td_worker_first(p->index, p->count, r->per_address);
	r->own_count = td_worker_first(p->index + 1, p->count, r->per_address) - r->own_first;
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
	r->secure = table_reserve(r->legs * (uint64_t)sizeof(*r->secure));
	if (!r->address || !r->live || !r->acct || !r->leg || !r->cold || !r->secure) {
		rtp_free(r);
		errno = ENOMEM;
		return NULL;
	}
	r->crypto = srtp_crypto_alloc();
	if (!r->crypto) {
		int err = errno;

		rtp_free(r);
		errno = err;
		return NULL;
	}
	memcpy(r->address, p->address, p->address_count * sizeof(*r->address));
	wheel_init(&r->wheel, p->now);
	return r;
}

void rtp_free(struct rtp *r)
{
	if (!r)
		return;
	srtp_crypto_free(r->crypto);
	table_free(r->secure, r->legs, sizeof(*r->secure));
	table_free(r->cold, r->legs, sizeof(*r->cold));
	table_free(r->leg, r->legs + 1ull, sizeof(*r->leg));
	free(r->acct);
	free(r->live);
	free(r->address);
	free(r);
}

uint64_t rtp_tick(struct rtp *r, uint64_t now)
{
	struct wheel_timer *t;

	while ((t = wheel_due(&r->wheel, now))) {
		size_t at = (size_t)((char *)t - (char *)r->cold);
		uint32_t id = (uint32_t)(at / sizeof(*r->cold));

		switch ((enum leg_timer)(t - r->cold[id].timer)) {
		case LEG_TIMER_PLAY:
			rtp_play_due(r, id, t->deadline, now);
			break;
		case LEG_TIMER_WATCH:
			rtp_watch_due(r, id, now);
			break;
		case LEG_TIMER_DIGIT:
			rtp_digit_due(r, id, now);
			break;
		case LEG_TIMERS:
			break;
		}
	}
	return wheel_next(&r->wheel);
}

void rtp_reroute(struct rtp *r)
{
	struct fib *fib = r->worker->fib;

	for (uint32_t word = 0; word < (r->legs + 63) / 64; word++)
		for (uint64_t bits = r->live[word]; bits; bits &= bits - 1) {
			uint32_t id = word * 64 + (uint32_t)__builtin_ctzll(bits);
			uint32_t rtp = r->leg[id].nexthop, rtcp = r->cold[id].rtcp_nexthop;

			rtp_leg_nexthops(r, id);
			fib_put(fib, rtp);
			fib_put(fib, rtcp);
		}
}

void rtp_wall(struct rtp *r, uint64_t offset)
{
	atomic_store_explicit(&r->wall_told, offset, memory_order_relaxed);
}

void rtp_acct(const struct rtp *r, uint32_t row, struct td_acct_row *add)
{
	if (row >= r->acct_rows)
		return;
	for (unsigned d = 0; d < TD_DIR_COUNT; d++) {
		add->packets[d] += r->acct[row].packets[d];
		add->ip_bytes[d] += r->acct[row].ip_bytes[d];
	}
}

uint64_t rtp_bytes(const struct rtp *r)
{
	return r->bytes;
}

uint32_t rtp_legs(const struct rtp *r)
{
	return r->own_count * r->addresses;
}

uint32_t rtp_legs_in_use(const struct rtp *r)
{
	return atomic_load_explicit(&r->legs_in_use, memory_order_relaxed);
}
