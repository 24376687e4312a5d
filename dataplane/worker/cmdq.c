/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_common.h>
#include <dataplane/worker/cmdq.h>

struct rte_ring *cmdq_alloc(unsigned count, size_t element, uint64_t *bytes)
{
	unsigned size = rte_align32pow2(count + 1); /* a ring of 2^n holds 2^n - 1 */
	ssize_t need = rte_ring_get_memsize_elem((unsigned)element, size);
	struct rte_ring *r;

	if (need < 0) {
		errno = (int)-need;
		return NULL;
	}
	r = aligned_alloc(
		RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL((size_t)need, (size_t)RTE_CACHE_LINE_SIZE));
	if (!r)
		return NULL;
	if (rte_ring_init(r, "cmdq", size, RING_F_SP_ENQ | RING_F_SC_DEQ)) {
		free(r);
		errno = EINVAL;
		return NULL;
	}
	*bytes += (uint64_t)need;
	return r;
}
