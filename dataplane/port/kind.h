/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kinds of port. One more is a table like these, and its line in port.c. Main only, but for
 * what says "any thread".
 */
#ifndef TANDEM_DATAPLANE_PORT_KIND_H
#define TANDEM_DATAPLANE_PORT_KIND_H

#include <dataplane/port/device.h>

struct port_kind {
	/* Queues that such a port would best have; a device may have fewer. */
	unsigned (*queues)(const struct td_conf_port *conf, unsigned workers);
	/* Fills driver, device, kernel_owned, mac; 0, or a negative errno with a line in err. */
	int (*open)(struct port *p, const struct port_env *env, struct td_text *err);
	void (*close)(struct port *p);
	/* What the kernel received and sent beside the engine; NULL where the kernel has no part.
	 */
	void (*kernel)(struct port *p, const struct td_port_stats *ours,
		struct td_frames out[static TD_DIR_COUNT]);
	uint64_t (*lost)(struct port *p); /* any thread; NULL: no one counts */
};

extern const struct port_kind port_af; /* interfaces of the kernel: af_xdp, af_packet */
extern const struct port_kind port_ring, port_memif, port_pci;

#endif
