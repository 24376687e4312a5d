/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/net/ledger.h>

/* The worker that has the queue sends it. The struct pkt of a relayed packet need not be filled. */
static void worker_hand_frames(struct worker *w, unsigned port)
{
	struct worker_port *p = &w->port[port];

	for (unsigned i = 0; i < p->tx_count; i++)
		pkt_of(p->tx[i])->port = (uint8_t)port;
	worker_hand(w, p->via, p->via_worker, port, p->tx, p->tx_count);
	p->tx_count = 0;
}

void worker_flush(struct worker *w, unsigned port)
{
	struct worker_port *p = &w->port[port];
	unsigned n = p->tx_count, sent = 0, taken;
	uint64_t bytes = 0;

	if (!n)
		return;
	if (p->via) {
		worker_hand_frames(w, port);
		return;
	}
	if (p->vlan)
		n = vlan_send(&p->stats, p->vlan, p->tx, n);
	for (unsigned i = 0; i < n; i++) /* before: the driver frees what it sends */
		bytes += p->tx[i]->pkt_len;
	do { /* some drivers take less at once than they have room for */
		taken = rte_eth_tx_burst(p->eth_port, p->queue, p->tx + sent, (uint16_t)(n - sent));
		sent += taken;
	} while (taken && sent < n);
	for (unsigned i = sent; i < n; i++) {
		bytes -= p->tx[i]->pkt_len;
		rte_pktmbuf_free(p->tx[i]);
	}
	p->stats.out += sent;
	p->stats.out_bytes += bytes;
	p->stats.dropped[TD_DROP_TX_FULL] += n - sent;
	p->tx_count = 0;
}
