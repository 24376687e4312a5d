/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports on an interface that the kernel owns: AF_XDP, and AF_PACKET where that is refused. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <dataplane/net/interface.h>
#include <dataplane/net/nd.h>
#include <dataplane/net/vlan.h>
#include <dataplane/port/kind.h>
#include <dataplane/xdp/claim.h>
#include <dataplane/xdp/object.h>

/* The longest frame that fits into an mbuf and into a packet socket's place in its ring
 * (framesz=2048, of which the kernel's header takes up to 96). */
#define AF_FRAME_MAX 1944
#define AF_FDS       4096 /* highest descriptor looked at, when the driver's is searched for */

static int af_ioctl(const char *device, unsigned long request, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", device);
	rc = ioctl(fd, request, r) ? -errno : 0;
	close(fd);
	return rc;
}

static int af_ethtool(const char *device, void *command)
{
	struct ifreq r = {.ifr_data = command};

	return af_ioctl(device, SIOCETHTOOL, &r);
}

static bool af_is_veth(const char *device)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	return !af_ethtool(device, &info) && !strcmp(info.driver, "veth");
}

/* Receive queues in use; 1 where the driver cannot say, because such drivers have only one. */
static unsigned af_queues(const char *device)
{
	struct ethtool_channels c = {.cmd = ETHTOOL_GCHANNELS};

	if (af_ethtool(device, &c) || c.rx_count + c.combined_count == 0)
		return 1;
	return c.rx_count + c.combined_count;
}

/* Descriptors open now (out[fd] = true), or the first of the domain that was not open then. */
static int af_descriptors(bool *out, const bool *before, int domain)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;
	int found = -1;

	if (!d)
		return -1;
	/* cppcheck-suppress readdirCalled ; the directory is this function's own */
	while ((e = readdir(d))) {
		int fd = atoi(e->d_name), is = 0;
		socklen_t len = sizeof(is);

		if (e->d_name[0] == '.' || fd == dirfd(d) || fd >= AF_FDS)
			continue;
		if (out)
			out[fd] = true;
		else if (found < 0 && !before[fd] &&
			 !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &is, &len) && is == domain)
			found = fd;
	}
	closedir(d);
	return found;
}

static void af_note(
	const struct port *p, const struct port_env *env, const char *fmt, const char *what)
{
	char text[512], line[600];

	if (!env->note)
		return;
	snprintf(text, sizeof(text), fmt, p->conf->device, what);
	snprintf(line, sizeof(line), "port %s: %s", p->conf->name, text);
	env->note(env->note_ctx, line);
}

static bool af_has(const struct ifaddrs *a, const struct td_addr *ip)
{
	const struct sockaddr_in *in = (const void *)a->ifa_addr;
	const struct sockaddr_in6 *in6 = (const void *)a->ifa_addr;

	if (!in || in->sin_family != (ip->family == 6 ? AF_INET6 : AF_INET))
		return false;
	return ip->family == 6 ? !memcmp(&in6->sin6_addr, ip->ip6, sizeof(ip->ip6))
			       : in->sin_addr.s_addr == ip->ip4;
}

/* The kernel answers ARP and neighbour discovery only for addresses that it has. */
static void af_check_addresses(const struct port *p, const struct port_env *env)
{
	struct ifaddrs *all, *a;
	char text[INET6_ADDRSTRLEN];

	if (getifaddrs(&all))
		return;
	for (unsigned i = 0; i < p->conf->address_count; i++) {
		const struct td_addr *ip = &p->conf->address[i].addr;

		for (a = all; a; a = a->ifa_next)
			if (!strcmp(a->ifa_name, p->conf->device) && af_has(a, ip))
				break;
		if (!a)
			af_note(p, env,
				"%s lacks the address %s: the kernel won't answer ARP or neighbour "
				"discovery for it (ip addr add)",
				inet_ntop(ip->family == 6 ? AF_INET6 : AF_INET, ip->ip6, text,
					sizeof(text)));
	}
	freeifaddrs(all);
}

/*
 * On a VLAN of ours the kernel has no address. So we must tell it which groups to receive, and to
 * leave the tags in the frames: XDP does not see a tag that the driver has taken off.
 */
static void af_take_vlan(const struct port *p, const struct port_env *env)
{
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
	struct ifreq r = {.ifr_hwaddr = {.sa_family = AF_UNSPEC}};

	for (unsigned i = 0; i < p->conf->address_count; i++) {
		const struct td_addr *a = &p->conf->address[i].addr;

		if (a->family != 6)
			continue;
		nd_group_mac(a->ip6, (uint8_t *)r.ifr_hwaddr.sa_data);
		(void)af_ioctl(p->conf->device, SIOCADDMULTI, &r);
	}
	if (!af_ethtool(p->conf->device, &flags) && flags.data & ETH_FLAG_RXVLAN)
		af_note(p, env,
			"%s may take VLAN tags off before we see them (ethtool -K %s rxvlan off)",
			p->conf->device);
}

/* The driver's own socket: the one that is there now and was not before. 0 or -EBADF, told. */
static int af_socket_find(
	struct port *p, const bool before[static AF_FDS], int family, struct td_text *err)
{
	p->fd = af_descriptors(NULL, before, family);
	if (p->fd >= 0)
		return 0;
	td_text_set(err, "the driver's %s socket can't be found",
		family == AF_XDP ? "AF_XDP" : "packet");
	return -EBADF;
}

static int af_open_xdp(struct port *p, const struct port_env *env, struct td_text *err)
{
	bool before[AF_FDS] = {false};
	struct xdp_options options = {0};
	socklen_t len = sizeof(options);
	char args[PATH_MAX + 128], object[PATH_MAX];
	int rc;

	snprintf(p->driver, sizeof(p->driver), "af_xdp");
	snprintf(p->device, sizeof(p->device), "net_af_xdp%u", p->number);
	rc = bpf_object_path("xdp", object, sizeof(object), err);
	if (rc)
		return rc;
	/* veth only copies, and gains nothing from the driver's busy polling: a system call for
	 * each look at an empty ring. */
	snprintf(args, sizeof(args), "iface=%s,start_queue=0,queue_count=1,xdp_prog=%s%s",
		p->conf->device, object, af_is_veth(p->conf->device) ? ",busy_budget=0" : "");
	af_descriptors(before, NULL, 0);
	rc = device_plug(p, args, err);
	if (!rc)
		rc = device_start(p, env, err);
	if (!rc)
		rc = xdp_start(&p->xdp, p->ifindex, &p->ours, err);
	if (!rc)
		rc = af_socket_find(p, before, AF_XDP, err);
	if (rc)
		return rc;
	if (!getsockopt(p->fd, SOL_XDP, XDP_OPTIONS, &options, &len))
		p->zero_copy = options.flags & XDP_OPTIONS_ZEROCOPY;
	return 0;
}

static int af_open_packet(struct port *p, const struct port_env *env, struct td_text *err)
{
	bool before[AF_FDS] = {false};
	char args[256], object[PATH_MAX];
	int rc;

	snprintf(p->driver, sizeof(p->driver), "af_packet%s",
		p->conf->type == TD_PORT_AF_XDP ? " (fallback)" : "");
	snprintf(p->device, sizeof(p->device), "net_af_packet%u", p->number);
	rc = bpf_object_path("tc", object, sizeof(object), err);
	if (rc)
		return rc;
	snprintf(args, sizeof(args),
		"iface=%s,qpairs=1,blocksz=4096,framesz=2048,framecnt=2048,qdisc_bypass=1",
		p->conf->device);
	af_descriptors(before, NULL, 0);
	rc = device_plug(p, args, err);
	if (!rc)
		rc = af_socket_find(p, before, AF_PACKET, err);
	if (rc)
		return rc;
	p->tc = tc_alloc(p->ifindex, p->fd, object, &p->ours, err);
	return p->tc ? device_start(p, env, err) : -errno;
}

static int af_take_interface(struct port *p, const struct port_env *env, struct td_text *err)
{
	const char *device = p->conf->device;
	int head = ETH_HLEN + (p->conf->vlan ? RATE_VLAN_BYTES : 0);
	struct ifreq r = {0};
	int rc;

	p->kernel_owned = true;
	p->ifindex = (int)if_nametoindex(device);
	if (!p->ifindex) {
		td_text_set(err, "no such interface here; `ip link` lists those there are");
		return -ENODEV;
	}
	p->claim = interface_claim(p->ifindex);
	if (p->claim < 0) {
		td_text_set(err, "%s",
			p->claim == -EADDRINUSE ? "another running engine has it"
						: strerror(-p->claim));
		return p->claim;
	}
	(void)interface_frames(p->ifindex, p->before); /* refused: zeros */
	p->ours = env->ours;
	rc = af_ioctl(device, SIOCGIFMTU, &r);
	if (rc) {
		td_text_set(err, "its MTU can't be read: %s", strerror(-rc));
		return rc;
	}
	if (r.ifr_mtu < p->mtu)
		p->mtu = (uint16_t)r.ifr_mtu;
	if (p->mtu > AF_FRAME_MAX - head) /* longer SIP is fragmented, or the kernel's socket's */
		p->mtu = (uint16_t)(AF_FRAME_MAX - head);
	p->ours.config.vlan = p->conf->vlan;
	p->ours.config.frame_max = AF_FRAME_MAX;
	if (r.ifr_mtu < AF_FRAME_MAX - head) /* all that comes in one piece */
		p->ours.config.frame_max = (uint16_t)(r.ifr_mtu + head);
	if (!af_ioctl(device, SIOCGIFFLAGS, &r) && !(r.ifr_flags & IFF_UP))
		af_note(p, env, "%s is down: no packets until it is set up (ip link set up)%s", "");
	if (p->conf->vlan)
		af_take_vlan(p, env);
	else
		af_check_addresses(p, env);
	rc = interface_clean(p->ifindex, err);
	if (rc > 0)
		af_note(p, env, "%s: replaced a program that a killed engine left%s", "");
	return rc < 0 ? rc : 0;
}

static int af_open(struct port *p, const struct port_env *env, struct td_text *err)
{
	unsigned queues = af_queues(p->conf->device);
	int rc = af_take_interface(p, env, err);

	if (p->claim < 0)
		return rc;
	if (p->conf->type == TD_PORT_AF_XDP) {
		if (queues > 1) {
			td_text_set(err,
				"it has %u receive queues, the engine opens one, and what arrives "
				"on "
				"the others would be lost; ethtool -L %s combined 1",
				queues, p->conf->device);
			return -EINVAL;
		}
		if (!rc)
			rc = af_open_xdp(p, env, err);
		if (!rc || !p->conf->fallback)
			return rc;
		af_note(p, env,
			"%s refuses af_xdp (%s); af_packet serves, with about a quarter fewer "
			"packets a core",
			err->s);
		device_unplug(p);
		xdp_stop(&p->xdp);
	} else if (rc && rc != -EBUSY) { /* someone else's XDP program is no hindrance */
		return rc;
	}
	return af_open_packet(p, env, err);
}

static void af_close(struct port *p)
{
	tc_free(p->tc);
	p->tc = NULL;
	xdp_stop(&p->xdp);
	device_unplug(p);
	p->fd = -1;
	if (p->claim >= 0)
		close(p->claim);
	p->claim = -1;
}

/* All that passed since the port was opened, less our own. Our own packets are counted when they
 * are handed over, so for a moment their count may be ahead. */
static struct td_frames frames_less(const struct td_frames *all, const struct td_frames *before,
	uint64_t packets, uint64_t bytes)
{
	struct td_frames f = {all->packets - before->packets, all->bytes - before->bytes};

	if (f.packets <= packets || f.bytes <= bytes)
		return (struct td_frames){0};
	return (struct td_frames){f.packets - packets, f.bytes - bytes};
}

static void af_kernel(
	struct port *p, const struct td_port_stats *ours, struct td_frames out[static TD_DIR_COUNT])
{
	struct td_frames all[TD_DIR_COUNT];

	if (interface_frames(p->ifindex, all) < 0)
		return;
	out[TD_DIR_OUT] =
		frames_less(&all[TD_DIR_OUT], &p->before[TD_DIR_OUT], ours->out, ours->out_bytes);
	if (p->tc) {
		out[TD_DIR_IN] = frames_less(
			&all[TD_DIR_IN], &p->before[TD_DIR_IN], ours->in, ours->in_bytes);
		return;
	}
	/* Counted by our own program: drivers differ in how they count a packet that XDP has
	 * redirected. */
	out[TD_DIR_IN].packets = xdp_counter(&p->xdp, FILTER_PASSED);
	out[TD_DIR_IN].bytes = xdp_counter(&p->xdp, FILTER_PASSED_BYTES);
}

static uint64_t af_lost(struct port *p)
{
	struct xdp_statistics x = {0};
	struct tpacket_stats t = {0};
	socklen_t len = sizeof(x);

	if (p->fd < 0)
		return 0;
	if (!p->tc) {
		if (getsockopt(p->fd, SOL_XDP, XDP_STATISTICS, &x, &len))
			return 0;
		return x.rx_dropped + x.rx_ring_full + xdp_counter(&p->xdp, FILTER_NO_SOCKET) +
		       xdp_counter(&p->xdp, FILTER_TOO_LONG);
	}
	len = sizeof(t);
	if (!getsockopt(p->fd, SOL_PACKET, PACKET_STATISTICS, &t, &len)) /* and starts anew */
		p->lost += t.tp_drops;
	return p->lost + tc_counter(p->tc, FILTER_TOO_LONG);
}

/* DPDK's drivers find the socket of one. */
static unsigned af_queue_count(const struct td_conf_port *conf, unsigned workers)
{
	return 1;
}

const struct port_kind port_af = {
	.queues = af_queue_count,
	.open = af_open,
	.close = af_close,
	.kernel = af_kernel,
	.lost = af_lost,
};
