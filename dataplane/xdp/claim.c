/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <engine/base/str.h>
#include <dataplane/xdp/claim.h>
#include <dataplane/xdp/tc.h>
#include <dataplane/xdp/xdp.h>

/* Is there another claim of the interface beside ours? */
struct others {
	struct str interface,
		ours; /* the part of the name that all claims of it share; all of ours */
	bool found;
};

static int attribute(const struct nlattr *a, void *data)
{
	const struct nlattr **tb = data;

	if (mnl_attr_get_type(a) <= UNIX_DIAG_UID)
		tb[mnl_attr_get_type(a)] = a;
	return MNL_CB_OK;
}

/* Any user can bind any abstract name. Only those of root and of our own user are engines'. */
static int other(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *tb[UNIX_DIAG_UID + 1] = {NULL};
	struct others *o = data;
	struct str name;
	uint32_t uid;

	mnl_attr_parse(nlh, sizeof(struct unix_diag_msg), attribute, (void *)tb);
	if (!tb[UNIX_DIAG_NAME] || !tb[UNIX_DIAG_UID])
		return MNL_CB_OK;
	name = (struct str){mnl_attr_get_payload(tb[UNIX_DIAG_NAME]),
		mnl_attr_get_payload_len(tb[UNIX_DIAG_NAME])};
	if (!str_has_prefix(name, o->interface) || str_eq(name, o->ours))
		return MNL_CB_OK;
	/* Not interface 12 when 1 is asked for. Older releases end here. */
	if (name.n > o->interface.n && name.p[o->interface.n] != '/')
		return MNL_CB_OK;
	uid = mnl_attr_get_u32(tb[UNIX_DIAG_UID]);
	o->found |= uid == 0 || uid == geteuid();
	return MNL_CB_OK;
}

/* 0, -EADDRINUSE or another negative errno. */
static int others_look(struct mnl_socket *s, struct others *o)
{
	char buf[16384];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct unix_diag_req *req;
	ssize_t n;
	int rc;

	nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	req = mnl_nlmsg_put_extra_header(nlh, sizeof(*req));
	*req = (struct unix_diag_req){.sdiag_family = AF_UNIX,
		.udiag_states = UINT32_MAX,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_UID};
	if (mnl_socket_sendto(s, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(s, buf, sizeof(buf));
		rc = n < 0 ? MNL_CB_ERROR : mnl_cb_run(buf, (size_t)n, 0, 0, other, o);
	} while (rc > MNL_CB_STOP);
	if (rc < MNL_CB_STOP)
		return -errno;
	return o->found ? -EADDRINUSE : 0;
}

static int others_check(struct others *o)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC);
	int rc;

	if (!s)
		return -errno;
	rc = mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : others_look(s, o);
	mnl_socket_close(s);
	return rc;
}

int interface_claim(int ifindex)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct others o = {0};
	uint64_t number;
	int fd, rc, interface, len;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -EIO;
	/* The first octet, NUL, makes the name abstract. A name that can be guessed could be taken.
	 */
	interface = 1 + snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "tandem/interface/%d",
				ifindex);
	len = interface + snprintf(a.sun_path + interface, sizeof(a.sun_path) - (size_t)interface,
				  "/%016" PRIx64, number);
	o.interface = (struct str){a.sun_path, (size_t)interface};
	o.ours = (struct str){a.sun_path, (size_t)len};
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	rc = bind(fd, (struct sockaddr *)&a,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)) < 0
		     ? -errno
		     : others_check(&o);
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

int interface_clean(int ifindex, struct td_text *err)
{
	int filter = tc_clean(ifindex), rc = xdp_clean(ifindex, err);

	return rc ? rc : filter;
}
