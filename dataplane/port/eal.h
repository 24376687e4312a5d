/* SPDX-License-Identifier: BSD-3-Clause */
/* DPDK's environment: once a process, on the main thread. */
#ifndef TANDEM_DATAPLANE_PORT_EAL_H
#define TANDEM_DATAPLANE_PORT_EAL_H

#include <tandem/config.h>
#include <tandem/text.h>

struct eal_params {
	const char *file_prefix;          /* NULL: EAL's own */
	const struct td_conf_site *site;  /* cores, memory, hugepages */
	const struct td_conf_port *ports; /* PCI devices are allowed one by one */
	unsigned port_count;
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
};

/* 0, or a negative errno with a line in err. Later calls keep what the first one started. */
int eal_start(const struct eal_params *p, struct td_text *err);
bool eal_hugepages(void);
/* TD_PORT_PCI: a virtual device of DPDK's and its options, "net_virtio_user0,path=/run/vm.sock". */
bool eal_is_vdev(const struct td_conf_port *conf);
/* The number of workers, and the core of each; one worker on core 0 when none is named. */
unsigned eal_workers(const struct td_conf_site *site);
unsigned eal_worker_core(const struct td_conf_site *site, unsigned worker);
/* lcore numbers: 0 is main, then workers, then signalling if it has its own. */
unsigned eal_worker_lcore(unsigned worker);
unsigned eal_signalling_lcore(const struct td_conf_site *site);
/* The first error DPDK logged since the call before, to say why something failed. Never NULL. */
const char *eal_complaint(void);

#endif
