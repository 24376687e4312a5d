/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/* af_xdp: our packets go to the engine's socket, all others to the kernel as ever. */
#include <dataplane/xdp/filter.bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps"); /* DPDK's driver looks for this name */

struct vlan_header {
	struct ethhdr eth;
	__be16 tci, proto;
} __attribute__((packed));

static __always_inline enum filter_verdict filter_xdp(const void *data, const void *end)
{
	const struct filter_config *c = filter_get();
	const struct vlan_header *v = data;

	if (!c)
		return FILTER_PASS;
	if (!c->vlan)
		return filter_frame(c, data, end, end - data);
	if ((const void *)(v + 1) > end || v->eth.h_proto != bpf_htons(ETH_P_8021Q))
		return FILTER_PASS;
	return filter_tag(c, bpf_ntohs(v->tci), end - data);
}

/*
 * Without a socket our packets are dropped and not passed on. The kernel has no socket for them
 * either: while the engine restarts, the kernel would answer with ICMP port unreachable, and peers
 * would drop their calls.
 */
SEC("xdp")
int tandem_xdp(struct xdp_md *ctx)
{
	const void *data = (const void *)(long)ctx->data;
	const void *end = (const void *)(long)ctx->data_end;
	int verdict;

	switch (filter_xdp(data, end)) {
	case FILTER_PASS:
		filter_count(FILTER_PASSED);
		filter_add(FILTER_PASSED_BYTES, end - data);
		return XDP_PASS;
	case FILTER_STOP:
		filter_count(FILTER_TOO_LONG);
		return XDP_DROP;
	case FILTER_TAKE:
		break;
	}
	verdict = bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_DROP);
	filter_count(verdict == XDP_REDIRECT ? FILTER_OURS : FILTER_NO_SOCKET);
	return verdict;
}

char tandem_license[] SEC("license") = "Dual BSD/GPL";
