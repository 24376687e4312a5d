/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/worker.h>

void worker_flush(struct worker *w, unsigned port)
{
	struct worker_port *p = &w->port[port];
	unsigned n = p->tx_count, sent;
	uint64_t bytes = 0;

	if (!n)
		return;
	for (unsigned i = 0; i < n; i++) /* before: the driver frees what it sends */
		bytes += p->tx[i]->pkt_len;
	sent = rte_eth_tx_burst(p->eth_port, p->queue, p->tx, (uint16_t)n);
	for (unsigned i = sent; i < n; i++) {
		bytes -= p->tx[i]->pkt_len;
		rte_pktmbuf_free(p->tx[i]);
	}
	p->stats.out += sent;
	p->stats.out_bytes += bytes;
	p->stats.dropped[TD_DROP_TX_FULL] += n - sent;
	p->tx_count = 0;
}
