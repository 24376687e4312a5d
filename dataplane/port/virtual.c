/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that no kernel owns: memif, ring, PCI devices. */
#include <errno.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring.h>
#include <stdio.h>
#include <string.h>
#include <dataplane/port/port.h>
#include <dataplane/net/ledger.h>

static struct rte_ring *port_ring(const char *device, char side, unsigned queue)
{
	char name[RTE_RING_NAMESIZE], number[4] = "";
	struct rte_ring *r;

	if (queue)
		snprintf(number, sizeof(number), "%u", queue % 100);
	snprintf(name, sizeof(name), "%.20s.%c%s", device, side, number);
	r = rte_ring_lookup(name);
	return r ? r : rte_ring_create(name, PORT_RING_SIZE, SOCKET_ID_ANY, 0);
}

/*
 * A port of device W reads the ring "W.a" and writes "W.b" (further queues "W.a1", ...); a second
 * port of the same device the other way round, so the two are connected. A test or benchmark is the
 * other side of a single one by rte_ring_lookup().
 */
static int port_probe_ring(struct port *p, struct td_text *err)
{
	struct rte_ring *rx[WORKER_MAX], *tx[WORKER_MAX];
	char from = 'a', to = 'b';
	uint16_t taken;
	int rc;

	snprintf(p->driver, sizeof(p->driver), "ring");
	/* net_ring puts its own prefix in front of the name given. */
	snprintf(p->device, sizeof(p->device), "net_ring_%.20s.a", p->conf->device);
	if (!rte_eth_dev_get_port_by_name(p->device, &taken)) {
		from = 'b';
		to = 'a';
		p->device[strlen(p->device) - 1] = from;
	}
	for (unsigned q = 0; q < p->queues; q++) {
		rx[q] = port_ring(p->conf->device, from, q);
		tx[q] = port_ring(p->conf->device, to, q);
		if (!rx[q] || !tx[q]) {
			td_text_set(err, "no memory for its rings");
			return -ENOMEM;
		}
	}
	rc = rte_eth_from_rings(p->device + strlen("net_ring_"), rx, p->queues, tx, p->queues, 0);
	if (rc < 0) {
		td_text_set(err, "%s", rte_strerror(rte_errno));
		return -rte_errno;
	}
	p->eth_port = (uint16_t)rc;
	p->probed = true;
	/* Locally administered; net_ring has none of its own. */
	p->mac = (struct rte_ether_addr){{0x02, 't', 'd', 0, 0, (uint8_t)(p->number + 1)}};
	return 0;
}

static int port_probe_memif(struct port *p, struct td_text *err)
{
	char args[256];

	snprintf(p->driver, sizeof(p->driver), "memif");
	snprintf(p->device, sizeof(p->device), "net_memif%u", p->number);
	snprintf(args, sizeof(args), "role=%s,id=0,socket=%s,socket-abstract=no,rsize=11",
		p->conf->memif_server ? "server" : "client", p->conf->device);
	return port_hotplug(p, args, err);
}

bool port_is_virtual(const struct td_conf_port *conf)
{
	return conf->type == TD_PORT_PCI && !strncmp(conf->device, "net_", 4);
}

static int port_probe_virtual_pci(struct port *p, struct td_text *err)
{
	const char *options = strchr(p->conf->device, ',');

	snprintf(p->driver, sizeof(p->driver), "virtual");
	snprintf(p->device, sizeof(p->device), "%.*s", (int)strcspn(p->conf->device, ","),
		p->conf->device);
	return port_hotplug(p, options ? options + 1 : "", err);
}

static int port_probe_pci(struct port *p, struct td_text *err)
{
	snprintf(p->driver, sizeof(p->driver), "pci");
	snprintf(p->device, sizeof(p->device), "%.60s", p->conf->device);
	if (rte_eth_dev_get_port_by_name(p->device, &p->eth_port)) {
		td_text_set(err, "no driver of DPDK's has it; bind it to vfio-pci "
				 "(dpdk-devbind.py) and check its address");
		return -ENODEV;
	}
	p->probed = true;
	return 0;
}

int port_probe_virtual(struct port *p, struct td_text *err)
{
	switch (p->conf->type) {
	case TD_PORT_RING:
		return port_probe_ring(p, err);
	case TD_PORT_MEMIF:
		return port_probe_memif(p, err);
	case TD_PORT_PCI:
		if (port_is_virtual(p->conf))
			return port_probe_virtual_pci(p, err);
		return port_probe_pci(p, err);
	default:
		td_text_set(err, "unknown type %u", p->conf->type);
		return -EINVAL;
	}
}
