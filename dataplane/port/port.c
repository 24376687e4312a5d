/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>
#include <dataplane/port/eal.h>
#include <dataplane/port/port.h>

#define PORT_DESCRIPTORS 2048 /* AF_XDP's and most cards' size */
#define PORT_TX_CHECKSUM (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)

int port_hotplug(struct port *p, const char *args, struct td_text *err)
{
	(void)eal_complaint();
	if (rte_eal_hotplug_add("vdev", p->device, args) ||
		rte_eth_dev_get_port_by_name(p->device, &p->eth_port)) {
		td_text_set(err, "%s", eal_complaint());
		return -ENODEV;
	}
	p->probed = true;
	return 0;
}

void port_unplug(struct port *p)
{
	if (p->started)
		(void)rte_eth_dev_stop(p->eth_port);
	p->started = false;
	if (!p->probed)
		return;
	p->probed = false;
	if (p->conf->type == TD_PORT_PCI && !port_is_virtual(p->conf))
		(void)rte_eth_dev_close(p->eth_port);
	else
		(void)rte_eal_hotplug_remove("vdev", p->device);
}

unsigned port_queue_count(const struct td_conf_port *conf, unsigned workers)
{
	switch (conf->type) {
	case TD_PORT_RING:
	case TD_PORT_PCI:
		return conf->queues && conf->queues < workers ? conf->queues : workers;
	case TD_PORT_MEMIF: /* what goes into a queue that the other side lacks would be lost */
		return conf->queues < workers ? RTE_MAX(conf->queues, 1u) : workers;
	default: /* the kernel's interfaces: DPDK's drivers find the socket of one */
		return 1;
	}
}

static int port_queue(struct port *p, uint16_t queue, struct rte_mempool *pool)
{
	uint16_t rx = PORT_DESCRIPTORS, tx = PORT_DESCRIPTORS;
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->eth_port, &rx, &tx);

	if (!rc)
		rc = rte_eth_rx_queue_setup(p->eth_port, queue, rx, SOCKET_ID_ANY, NULL, pool);
	return rc ? rc : rte_eth_tx_queue_setup(p->eth_port, queue, tx, SOCKET_ID_ANY, NULL);
}

static int port_set_up(struct port *p, const struct port_env *env)
{
	struct rte_eth_conf conf = {0};
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(p->eth_port, &info);

	if (rc)
		return rc;
	p->tx_checksum = (info.tx_offload_capa & PORT_TX_CHECKSUM) == PORT_TX_CHECKSUM;
	if (p->tx_checksum)
		conf.txmode.offloads |= PORT_TX_CHECKSUM;
	conf.rxmode.offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_CHECKSUM;
	p->queues = RTE_MIN(p->queues, info.max_rx_queues);
	p->queues = RTE_MIN(p->queues, info.max_tx_queues);
	steer_plan(&p->steer, &info, p->queues, env->ours.config.rtp_port_min,
		env->ours.config.rtp_port_max);
	steer_configure(&p->steer, &conf);
	conf.intr_conf.rxq = p->interrupts;
	rc = rte_eth_dev_configure(p->eth_port, p->queues, p->queues, &conf);
	if (rc)
		return rc;
	if (p->conf->type == TD_PORT_PCI)
		(void)rte_eth_dev_set_mtu(p->eth_port, p->mtu);
	for (uint16_t q = 0; q < p->queues && !rc; q++)
		rc = port_queue(p, q, env->pool);
	if (rc)
		return rc;
	rc = rte_eth_dev_start(p->eth_port);
	if (rc)
		return rc;
	p->started = true;
	if (p->queues == env->workers)
		steer_apply(&p->steer, p->eth_port);
	if (rte_is_zero_ether_addr(&p->mac))
		rc = rte_eth_macaddr_get(p->eth_port, &p->mac);
	return rc;
}

int port_configure(struct port *p, const struct port_env *env, struct td_text *err)
{
	int rc;

	/* vhost has other descriptors for each guest that connects, and says so to no one. */
	p->interrupts =
		p->conf->type == TD_PORT_PCI && strncmp(p->conf->device, "net_vhost", 9) != 0;
	rc = port_set_up(p, env);
	if (rc && p->interrupts && !p->started) { /* a driver without them may refuse: naps serve */
		p->interrupts = false;
		rc = port_set_up(p, env);
	}
	if (rc)
		td_text_set(err, "%s (%s)", eal_complaint(), strerror(-rc));
	return rc;
}

static int port_open_any(struct port *p, const struct port_env *env, struct td_text *err)
{
	int rc;

	switch (p->conf->type) {
	case TD_PORT_AF_XDP:
	case TD_PORT_AF_PACKET:
		return port_probe_af(p, env, err);
	default:
		rc = port_probe_virtual(p, err);
		return rc ? rc : port_configure(p, env, err);
	}
}

int port_open(struct port *p, const struct td_conf_port *conf, unsigned number,
	const struct port_env *env, struct td_text *err)
{
	struct td_text why = {""};
	int rc;

	*p = (struct port){.conf = conf,
		.number = number,
		.mtu = conf->mtu ? conf->mtu : RTE_ETHER_MTU,
		.queues = (uint16_t)port_queue_count(conf, env->workers),
		.fd = -1,
		.claim = -1,
		.xdp = {.prog = -1, .counters = -1}};
	rc = port_open_any(p, env, &why);
	if (!rc)
		return 0;
	td_text_set(err, "port %s: %s can't be opened: %s", conf->name, conf->device, why.s);
	port_close(p);
	return rc;
}

void port_close(struct port *p)
{
	if (p->kernel_owned)
		port_stop_af(p);
	else
		port_unplug(p);
}
