/* SPDX-License-Identifier: BSD-3-Clause */
#include <netinet/in.h>
#include <rte_ether.h>
#include <dataplane/net/vlan.h>

struct vlan_frame {
	uint8_t addresses[2 * RTE_ETHER_ADDR_LEN];
	uint16_t type, tci;
} __attribute__((packed, aligned(2)));

/* The device takes the tag off and leaves it beside the frame, or we take it off here. */
static bool vlan_strip(struct rte_mbuf *m, uint16_t vlan)
{
	const struct vlan_frame *f = rte_pktmbuf_mtod(m, const struct vlan_frame *);
	uint8_t addresses[sizeof(f->addresses)];

	if (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) {
		m->ol_flags &= ~RTE_MBUF_F_RX_VLAN_STRIPPED;
		return (m->vlan_tci & VLAN_ID) == vlan;
	}
	if (m->data_len < sizeof(*f) || f->type != htons(RTE_ETHER_TYPE_VLAN) ||
		(ntohs(f->tci) & VLAN_ID) != vlan)
		return false;
	memcpy(addresses, f->addresses, sizeof(addresses));
	rte_pktmbuf_adj(m, RATE_VLAN_BYTES);
	memcpy(rte_pktmbuf_mtod(m, void *), addresses, sizeof(addresses));
	return true;
}

unsigned vlan_receive(struct td_port_stats *s, uint16_t vlan, struct rte_mbuf **m, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		uint32_t bytes = m[i]->pkt_len;

		if (vlan_strip(m[i], vlan)) {
			s->in_bytes += bytes - m[i]->pkt_len;
			m[kept++] = m[i];
			continue;
		}
		s->in++;
		s->in_bytes += bytes;
		s->dropped[TD_DROP_VLAN]++;
		s->apart[TD_APART_REFUSED][TD_DIR_IN].packets++;
		s->apart[TD_APART_REFUSED][TD_DIR_IN].bytes += bytes;
		rte_pktmbuf_free(m[i]);
	}
	return kept;
}

static bool vlan_insert(struct rte_mbuf *m, uint16_t vlan)
{
	const uint8_t *was = rte_pktmbuf_mtod(m, const uint8_t *);
	struct vlan_frame *f = (void *)rte_pktmbuf_prepend(m, RATE_VLAN_BYTES);

	if (!f)
		return false;
	memmove(f->addresses, was, sizeof(f->addresses));
	f->type = htons(RTE_ETHER_TYPE_VLAN);
	f->tci = htons(vlan);
	if (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) /* for the device that fills checksums */
		m->l2_len += RATE_VLAN_BYTES;
	return true;
}

unsigned vlan_send(struct td_port_stats *s, uint16_t vlan, struct rte_mbuf **m, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		if (vlan_insert(m[i], vlan)) {
			m[kept++] = m[i];
			continue;
		}
		s->dropped[TD_DROP_TOO_BIG]++;
		rte_pktmbuf_free(m[i]);
	}
	return kept;
}
