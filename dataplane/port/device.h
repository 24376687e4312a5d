/* SPDX-License-Identifier: BSD-3-Clause */
/* A port's device, as all kinds of port need it. Main only. */
#ifndef TANDEM_DATAPLANE_PORT_DEVICE_H
#define TANDEM_DATAPLANE_PORT_DEVICE_H

#include <rte_ether.h>
#include <rte_mempool.h>
#include <tandem/config.h>
#include <tandem/stats.h>
#include <tandem/text.h>
#include <dataplane/port/steer.h>
#include <dataplane/xdp/tc.h>
#include <dataplane/xdp/xdp.h>

#define PORT_DRIVER_BYTES 32
#define PORT_RING_SIZE    4096 /* depth of a TD_PORT_RING: as that of a hardware queue */

struct port_kind;

struct port {
	const struct td_conf_port *conf;
	const struct port_kind *kind;
	unsigned number;
	char driver[PORT_DRIVER_BYTES]; /* as in use: "af_packet (fallback)" */
	char device[64];                /* DPDK's name for it */
	uint16_t eth_port;
	uint16_t queues; /* each of them is one worker's */
	struct steer steer;
	bool probed, started;
	bool kernel_owned, zero_copy, tx_checksum;
	bool interrupts; /* of its receive queues, to sleep on */
	uint16_t mtu;
	struct rte_ether_addr mac;
	int fd; /* readable when packets wait; -1: there is none, nap instead */
	struct filter_ours ours;
	int ifindex, claim; /* kernel_owned: interface_claim() */
	struct xdp xdp;
	struct tc *tc;
	struct td_frames before[TD_DIR_COUNT]; /* the interface's counters when it was opened */
	_Atomic uint64_t lost;                 /* by the packet socket, read so far */
};

struct port_env {
	struct rte_mempool *pool;
	unsigned workers;
	struct filter_ours ours; /* frame_max is the port's to fill */
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
};

int device_plug(struct port *p, const char *args, struct td_text *err); /* DPDK makes it */
/* Makes queues and starts. */
int device_start(struct port *p, const struct port_env *env, struct td_text *err);
void device_unplug(struct port *p); /* stopped, if it was started */

#endif
