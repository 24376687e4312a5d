/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that no kernel owns: memif, ring, PCI devices. */
#include <errno.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_ring.h>
#include <stdio.h>
#include <string.h>
#include <dataplane/net/ledger.h>
#include <dataplane/port/eal.h>
#include <dataplane/port/kind.h>

static struct rte_ring *ring_get(const char *device, char side, unsigned queue)
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
static int ring_probe(struct port *p, struct td_text *err)
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
		rx[q] = ring_get(p->conf->device, from, q);
		tx[q] = ring_get(p->conf->device, to, q);
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

static int memif_probe(struct port *p, struct td_text *err)
{
	char args[256];

	snprintf(p->driver, sizeof(p->driver), "memif");
	snprintf(p->device, sizeof(p->device), "net_memif%u", p->number);
	snprintf(args, sizeof(args), "role=%s,id=0,socket=%s,socket-abstract=no,rsize=11",
		p->conf->memif_server ? "server" : "client", p->conf->device);
	return device_plug(p, args, err);
}

static int vdev_probe(struct port *p, struct td_text *err)
{
	const char *options = strchr(p->conf->device, ',');

	snprintf(p->driver, sizeof(p->driver), "virtual");
	snprintf(p->device, sizeof(p->device), "%.*s", (int)strcspn(p->conf->device, ","),
		p->conf->device);
	return device_plug(p, options ? options + 1 : "", err);
}

static int pci_probe(struct port *p, struct td_text *err)
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

static int ring_open(struct port *p, const struct port_env *env, struct td_text *err)
{
	int rc = ring_probe(p, err);

	return rc ? rc : device_start(p, env, err);
}

static int memif_open(struct port *p, const struct port_env *env, struct td_text *err)
{
	int rc = memif_probe(p, err);

	return rc ? rc : device_start(p, env, err);
}

static int pci_open(struct port *p, const struct port_env *env, struct td_text *err)
{
	int rc = eal_is_vdev(p->conf) ? vdev_probe(p, err) : pci_probe(p, err);

	return rc ? rc : device_start(p, env, err);
}

/* A queue a worker, or as many as the site says. */
static unsigned queues_of(const struct td_conf_port *conf, unsigned workers)
{
	return conf->queues && conf->queues < workers ? conf->queues : workers;
}

/* Packets in a queue that the other side does not have would be lost. So there is one queue when
 * the site says nothing. */
static unsigned memif_queues(const struct td_conf_port *conf, unsigned workers)
{
	return conf->queues < workers ? RTE_MAX(conf->queues, 1u) : workers;
}

const struct port_kind port_ring = {
	.queues = queues_of,
	.open = ring_open,
	.close = device_unplug,
};

const struct port_kind port_memif = {
	.queues = memif_queues,
	.open = memif_open,
	.close = device_unplug,
};

const struct port_kind port_pci = {
	.queues = queues_of,
	.open = pci_open,
	.close = device_unplug,
};
