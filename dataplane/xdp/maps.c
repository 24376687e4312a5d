/* SPDX-License-Identifier: BSD-3-Clause */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <dataplane/xdp/maps.h>

int filter_set(const struct filter_maps *maps, const struct filter_ours *ours)
{
	uint32_t zero = 0;
	uint8_t one = 1;

	for (unsigned i = 0; i < ours->count; i++) {
		const struct td_addr *a = &ours->address[i];

		if (bpf_map_update_elem(a->family == 6 ? maps->addresses6 : maps->addresses, a->ip6,
			    &one, BPF_ANY))
			return -errno;
	}
	/* Last: from now on packets are ours. */
	return bpf_map_update_elem(maps->config, &zero, &ours->config, BPF_ANY) ? -errno : 0;
}

uint64_t filter_counter_read(int counters_map, enum filter_counter kind)
{
	int cpus = libbpf_num_possible_cpus();
	uint32_t key = kind;
	uint64_t *value, sum = 0;

	if (counters_map < 0 || cpus <= 0)
		return 0;
	value = calloc((size_t)cpus, sizeof(*value));
	if (value && !bpf_map_lookup_elem(counters_map, &key, value))
		for (int i = 0; i < cpus; i++)
			sum += value[i];
	free(value);
	return sum;
}
