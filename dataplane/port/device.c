/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <string.h>
#include <dataplane/port/device.h>
#include <dataplane/port/eal.h>

#define DEVICE_DESCRIPTORS 2048 /* AF_XDP's and most cards' size */
#define DEVICE_TX_CHECKSUM (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM)

int device_plug(struct port *p, const char *args, struct td_text *err)
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

void device_unplug(struct port *p)
{
	if (p->started)
		(void)rte_eth_dev_stop(p->eth_port);
	p->started = false;
	if (!p->probed)
		return;
	p->probed = false;
	if (p->conf->type == TD_PORT_PCI && !eal_is_vdev(p->conf))
		(void)rte_eth_dev_close(p->eth_port);
	else
		(void)rte_eal_hotplug_remove("vdev", p->device);
}

static int device_queue(struct port *p, uint16_t queue, struct rte_mempool *pool)
{
	uint16_t rx = DEVICE_DESCRIPTORS, tx = DEVICE_DESCRIPTORS;
	int rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->eth_port, &rx, &tx);

	if (!rc)
		rc = rte_eth_rx_queue_setup(p->eth_port, queue, rx, SOCKET_ID_ANY, NULL, pool);
	return rc ? rc : rte_eth_tx_queue_setup(p->eth_port, queue, tx, SOCKET_ID_ANY, NULL);
}

static int device_set_up(struct port *p, const struct port_env *env)
{
	struct rte_eth_conf conf = {0};
	struct rte_eth_dev_info info;
	int rc = rte_eth_dev_info_get(p->eth_port, &info);

	if (rc)
		return rc;
	p->tx_checksum = (info.tx_offload_capa & DEVICE_TX_CHECKSUM) == DEVICE_TX_CHECKSUM;
	if (p->tx_checksum)
		conf.txmode.offloads |= DEVICE_TX_CHECKSUM;
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
		rc = device_queue(p, q, env->pool);
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

int device_start(struct port *p, const struct port_env *env, struct td_text *err)
{
	int rc;

	/* vhost has new descriptors for each guest that connects, and does not tell us. */
	p->interrupts =
		p->conf->type == TD_PORT_PCI && strncmp(p->conf->device, "net_vhost", 9) != 0;
	rc = device_set_up(p, env);
	if (rc && p->interrupts && !p->started) { /* a driver without them may refuse: naps serve */
		p->interrupts = false;
		rc = device_set_up(p, env);
	}
	if (rc)
		td_text_set(err, "%s (%s)", eal_complaint(), strerror(-rc));
	return rc;
}
