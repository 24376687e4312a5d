/* SPDX-License-Identifier: BSD-3-Clause */
/* A port: a DPDK device of any kind, opened, described, closed. Main only. */
#ifndef TANDEM_DATAPLANE_PORT_PORT_H
#define TANDEM_DATAPLANE_PORT_PORT_H

#include <dataplane/port/device.h>

/* The best number of queues for such a port; a device may have fewer. */
unsigned port_queue_count(const struct td_conf_port *conf, unsigned workers);
/* 0, or a negative errno with a line in err; then port_close() is not needed. */
int port_open(struct port *p, const struct td_conf_port *conf, unsigned number,
	const struct port_env *env, struct td_text *err);
void port_close(struct port *p);
/* What the kernel took and sent by an interface that it owns, beside the engine, since the port was
 * opened; zeros for others. Main. */
void port_kernel(struct port *p, const struct td_port_stats *ours,
	struct td_frames out[static TD_DIR_COUNT]);
uint64_t port_lost(struct port *p); /* any thread: packets that driver or kernel lost before us */

#endif
