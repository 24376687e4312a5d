/* SPDX-License-Identifier: BSD-3-Clause */
/* The maps of the programs in the kernel, which tell them what is ours. Main only. */
#ifndef TANDEM_DATAPLANE_XDP_MAPS_H
#define TANDEM_DATAPLANE_XDP_MAPS_H

#include <stdint.h>
#include <tandem/types.h>
#include <dataplane/xdp/filter.h>

struct filter_ours { /* what goes to the engine */
	struct filter_config config;
	const struct td_addr *address;
	unsigned count;
};

struct filter_maps { /* descriptors */
	int config, addresses, addresses6;
};
/* Fills them. 0 or a negative errno. */
int filter_set(const struct filter_maps *maps, const struct filter_ours *ours);
uint64_t filter_counter_read(int counters_map, enum filter_counter kind); /* of all CPUs */

#endif
