/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether the interfaces of this machine have the addresses that the site gives them. */
#include <control/config/reader.h>
#include <engine/base/addr.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool same_address(const struct sockaddr *there, const struct td_addr *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)there;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)there;

	if (there->sa_family == AF_INET)
		return a->family == 4 && memcmp(&v4->sin_addr, &a->ip4, sizeof(a->ip4)) == 0;
	return there->sa_family == AF_INET6 && a->family == 6 &&
	       memcmp(&v6->sin6_addr, &a->ip6, sizeof(a->ip6)) == 0;
}

static bool has_address(
	const struct ifaddrs *all, const char *device, const struct td_addr *address)
{
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (i->ifa_addr && strcmp(i->ifa_name, device) == 0 &&
			same_address(i->ifa_addr, address))
			return true;
	return false;
}

static bool is_there(const struct ifaddrs *all, const char *device)
{
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (strcmp(i->ifa_name, device) == 0)
			return true;
	return false;
}

static void port_advise(
	struct reader *r, const struct ifaddrs *all, const struct td_conf_port *p, uint32_t place)
{
	char what[TD_TEXT_BYTES], text[ADDR_TEXT], net[ADDR_TEXT];

	for (unsigned n = 0; n < p->address_count; n++) {
		const struct conf_fault fault = {.kind = TD_KIND_PORT,
			.object = place,
			.key = conf_key_lookup(TD_KIND_PORT, STR("address")),
			.item = (int)n,
			.what = what};

		if (has_address(all, p->device, &p->address[n].addr))
			continue;
		snprintf(what, sizeof(what),
			"the interface %.40s of this machine does not have %s; ip address add %s "
			"dev %.40s",
			p->device, addr_encode_ip(&p->address[n].addr, text),
			prefix_encode(&p->address[n], net), p->device);
		reader_fault(r, &fault);
	}
}

static bool has_pci(const char *device)
{
	char path[TD_PATH_BYTES + 32];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", device);
	return !strchr(device, '/') && access(path, F_OK) == 0;
}

bool reader_is_here(const struct td_conf *conf)
{
	const struct conf_list *ports = &conf->of[TD_KIND_PORT];
	struct ifaddrs *all = NULL;
	bool here = false;

	if (getifaddrs(&all))
		all = NULL;
	for (uint32_t i = 0; i < ports->count; i++) {
		const struct td_conf_port *p = &ports->port[i];

		here |= p->type == TD_PORT_PCI && has_pci(p->device);
		for (unsigned n = 0; n < p->address_count; n++)
			here |= td_port_kernel(p) &&
				has_address(all, p->device, &p->address[n].addr);
	}
	freeifaddrs(all);
	return here;
}

/* Of an interface that is not there nothing is known: the site may be another machine's. */
void reader_interfaces_advise(struct reader *r, const struct td_conf *conf)
{
	const struct conf_list *ports = &conf->of[TD_KIND_PORT];
	struct ifaddrs *all = NULL;

	if (getifaddrs(&all))
		return;
	for (uint32_t i = 0; i < ports->count; i++)
		if (td_port_kernel(&ports->port[i]) && is_there(all, ports->port[i].device))
			port_advise(r, all, &ports->port[i], i);
	freeifaddrs(all);
}
