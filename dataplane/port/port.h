/* SPDX-License-Identifier: BSD-3-Clause */
/* A port: a DPDK device of any kind, opened, described, closed. Main only. */
#ifndef TANDEM_DATAPLANE_PORT_PORT_H
#define TANDEM_DATAPLANE_PORT_PORT_H

#include <net/if.h>
#include <rte_ether.h>
#include <rte_mempool.h>
#include <tandem/config.h>
#include <tandem/stats.h>
#include <tandem/text.h>
#include <dataplane/port/steer.h>
#include <dataplane/xdp/xdp.h>

#define PORT_DRIVER_BYTES 32
#define PORT_RING_SIZE    4096 /* of TD_PORT_RING: as deep as a hardware queue gets */

struct port {
	const struct td_conf_port *conf;
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
	struct xdp_ours ours;
	int ifindex, claim; /* kernel_owned: interface_claim() */
	struct xdp xdp;
	struct tc *tc;
	struct td_frames before[TD_DIR_COUNT]; /* the interface's counters when it was opened */
	_Atomic uint64_t lost;                 /* by the packet socket, read so far */
};

struct port_env {
	struct rte_mempool *pool;
	unsigned workers;
	struct xdp_ours ours; /* frame_max is the port's to fill */
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
};

/* Queues that such a port would best have; a device may have fewer. */
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

/* The kinds, for port.c. Each fills driver, device, kernel_owned and probes the device. */
int port_probe_af(struct port *p, const struct port_env *env, struct td_text *err);
void port_stop_af(struct port *p);
int port_probe_virtual(struct port *p, struct td_text *err);
int port_hotplug(struct port *p, const char *args, struct td_text *err);
/* Makes queues and starts. */
int port_configure(struct port *p, const struct port_env *env, struct td_text *err);
void port_unplug(struct port *p);
/* TD_PORT_PCI: a virtual device of DPDK's and its options, "net_virtio_user0,path=/run/vm.sock". */
bool port_is_virtual(const struct td_conf_port *conf);

#endif
