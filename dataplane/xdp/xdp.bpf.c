/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only */
/* af_xdp: our packets go to the engine's socket, all others to the kernel as ever. */
#include <dataplane/xdp/filter.bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps"); /* DPDK's driver looks for this name */

/*
 * Without a socket our packets are dropped, not passed: from a kernel that has no socket either the
 * peers would get ICMP port unreachable while the engine restarts, and drop their calls.
 */
SEC("xdp")
int tandem_xdp(struct xdp_md *ctx)
{
	int verdict;

	if (!filter_ours((const void *)(long)ctx->data, (const void *)(long)ctx->data_end))
		return XDP_PASS;
	verdict = bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_DROP);
	filter_count(verdict == XDP_REDIRECT ? FILTER_OURS : FILTER_NO_SOCKET);
	return verdict;
}

char tandem_license[] SEC("license") = "Dual BSD/GPL";
