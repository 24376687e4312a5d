/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The programs in the kernel beside a port: loading, finding, telling them what is ours, removing.
 * Main only. Errors are negative errno, with a line in err where there is one.
 */
#ifndef TANDEM_DATAPLANE_XDP_XDP_H
#define TANDEM_DATAPLANE_XDP_XDP_H

#include <stddef.h>
#include <stdint.h>
#include <tandem/text.h>
#include <tandem/types.h>
#include <dataplane/xdp/filter.h>

struct xdp_ours { /* what goes to the engine */
	struct filter_config config;
	const struct td_addr *address;
	unsigned count;
};

/*
 * An interface belongs to one live engine: a descriptor that holds it (an abstract Unix socket's
 * name, which dies with its process and is the network namespace's own), or -EADDRINUSE. Whoever
 * has it knows that programs of ours found on the interface are stale.
 */
int interface_claim(int ifindex);
/* Removes programs of ours that a killed engine left; 1 when there were any. -EBUSY: someone
 * else's XDP program is there. */
int interface_clean(int ifindex, struct td_text *err);

/* XDP: DPDK's driver loads and attaches; then this makes it work, and holds its maps. */
struct xdp {
	int ifindex;
	uint32_t prog_id;
	int prog; /* descriptors, -1 none; held because opening by id takes CAP_SYS_ADMIN */
	int counters;
};
int xdp_start(struct xdp *x, int ifindex, const struct xdp_ours *ours, struct td_text *err);
void xdp_stop(struct xdp *x); /* detaches the program if it is still there */
uint64_t xdp_counter(const struct xdp *x, enum filter_counter kind);

/* af_packet: the clsact drop and the socket's filter. */
struct tc;
struct tc *tc_alloc(int ifindex, int packet_socket, const char *object, const struct xdp_ours *ours,
	struct td_text *err);
void tc_free(struct tc *t);
uint64_t tc_counter(const struct tc *t, enum filter_counter kind);

/* Fills the maps of these descriptors. */
struct filter_maps {
	int config, addresses, addresses6;
};
uint64_t filter_counter_read(int counters_map, enum filter_counter kind); /* of all CPUs */
int filter_set(const struct filter_maps *maps, const struct xdp_ours *ours);

#endif
