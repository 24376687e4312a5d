/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <dataplane/port/kind.h>
#include <dataplane/port/port.h>

static const struct port_kind *const kinds[] = {
	[TD_PORT_AF_XDP] = &port_af,
	[TD_PORT_AF_PACKET] = &port_af,
	[TD_PORT_RING] = &port_ring,
	[TD_PORT_MEMIF] = &port_memif,
	[TD_PORT_PCI] = &port_pci,
};

static const struct port_kind *kind_of(const struct td_conf_port *conf)
{
	return conf->type < RTE_DIM(kinds) ? kinds[conf->type] : NULL;
}

unsigned port_queue_count(const struct td_conf_port *conf, unsigned workers)
{
	const struct port_kind *kind = kind_of(conf);

	return kind ? kind->queues(conf, workers) : 1;
}

int port_open(struct port *p, const struct td_conf_port *conf, unsigned number,
	const struct port_env *env, struct td_text *err)
{
	struct td_text why = {""};
	int rc;

	*p = (struct port){.conf = conf,
		.kind = kind_of(conf),
		.number = number,
		.mtu = conf->mtu ? conf->mtu : RTE_ETHER_MTU,
		.queues = (uint16_t)port_queue_count(conf, env->workers),
		.fd = -1,
		.claim = -1,
		.xdp = {.prog = -1, .counters = -1}};
	if (!p->kind) {
		td_text_set(err, "port %s: unknown type %u", conf->name, conf->type);
		return -EINVAL;
	}
	rc = p->kind->open(p, env, &why);
	if (!rc)
		return 0;
	td_text_set(err, "port %s: %s can't be opened: %s", conf->name, conf->device, why.s);
	port_close(p);
	return rc;
}

void port_close(struct port *p)
{
	p->kind->close(p);
}

void port_kernel(
	struct port *p, const struct td_port_stats *ours, struct td_frames out[static TD_DIR_COUNT])
{
	memset(out, 0, TD_DIR_COUNT * sizeof(*out));
	if (p->kind->kernel)
		p->kind->kernel(p, ours, out);
}

uint64_t port_lost(struct port *p)
{
	return p->kind->lost ? p->kind->lost(p) : 0;
}
