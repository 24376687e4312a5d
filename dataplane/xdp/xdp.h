/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The XDP program of a port (af_xdp). Main only. Errors are negative errno, with a line in err.
 */
#ifndef TANDEM_DATAPLANE_XDP_XDP_H
#define TANDEM_DATAPLANE_XDP_XDP_H

#include <stdint.h>
#include <tandem/text.h>
#include <dataplane/xdp/maps.h>

/* DPDK's driver loads and attaches; then this makes it work, and holds its maps. */
struct xdp {
	int ifindex;
	uint32_t prog_id;
	int prog; /* descriptors, -1 none; held because opening by id takes CAP_SYS_ADMIN */
	int counters;
};
int xdp_start(struct xdp *x, int ifindex, const struct filter_ours *ours, struct td_text *err);
void xdp_stop(struct xdp *x); /* detaches the program if it is still there */
/* Removes a program of ours that a killed engine left; 1 when there was one, else 0. -EBUSY:
 * someone else's is there. */
int xdp_clean(int ifindex, struct td_text *err);
uint64_t xdp_counter(const struct xdp *x, enum filter_counter kind);

#endif
