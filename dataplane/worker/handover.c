/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_mbuf.h>
#include <dataplane/worker/cmdq.h>
#include <dataplane/worker/handover.h>

struct handover *handover_alloc(unsigned workers, uint64_t *bytes)
{
	struct handover *h = calloc((size_t)workers * workers, sizeof(*h));

	for (unsigned i = 0; h && i < workers * workers; i++) {
		if (i / workers == i % workers)
			continue;
		h[i].received = cmdq_alloc(HANDOVER_RING, sizeof(struct rte_mbuf *), bytes);
		h[i].relayed = cmdq_alloc(HANDOVER_RING, sizeof(struct rte_mbuf *), bytes);
		h[i].frames = cmdq_alloc(HANDOVER_RING, sizeof(struct rte_mbuf *), bytes);
		if (!h[i].received || !h[i].relayed || !h[i].frames) {
			handover_free(h, workers);
			errno = ENOMEM;
			return NULL;
		}
	}
	return h;
}

static void handover_ring_free(struct rte_ring *r)
{
	struct rte_mbuf *m;

	while (r && cmdq_get(r, &m))
		rte_pktmbuf_free(m);
	cmdq_free(r);
}

void handover_free(struct handover *h, unsigned workers)
{
	for (unsigned i = 0; h && i < workers * workers; i++) {
		handover_ring_free(h[i].received);
		handover_ring_free(h[i].relayed);
		handover_ring_free(h[i].frames);
	}
	free(h);
}
