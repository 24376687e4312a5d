/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/net/interface.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define ANSWER_BYTES 32768 /* a link with all its virtual functions */

static int counters(const struct nlattr *a, void *out)
{
	struct td_frames *frames = out;
	struct rtnl_link_stats64 s;

	if (mnl_attr_get_type(a) != IFLA_STATS64 || mnl_attr_get_payload_len(a) < sizeof(s))
		return MNL_CB_OK;
	memcpy(&s, mnl_attr_get_payload(a), sizeof(s)); /* not aligned */
	frames[TD_DIR_IN] = (struct td_frames){s.rx_packets, s.rx_bytes};
	frames[TD_DIR_OUT] = (struct td_frames){s.tx_packets, s.tx_bytes};
	return MNL_CB_STOP;
}

static int answer(const struct nlmsghdr *h, void *out)
{
	return mnl_attr_parse(h, sizeof(struct ifinfomsg), counters, out) < 0 ? MNL_CB_ERROR
									      : MNL_CB_OK;
}

int interface_frames(int ifindex, struct td_frames out[static TD_DIR_COUNT])
{
	_Alignas(struct nlmsghdr) char buffer[ANSWER_BYTES];
	struct mnl_socket *s = mnl_socket_open(NETLINK_ROUTE);
	struct nlmsghdr *h = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;
	ssize_t n = -1;

	memset(out, 0, TD_DIR_COUNT * sizeof(*out));
	if (!s)
		return -errno;
	h->nlmsg_type = RTM_GETLINK;
	h->nlmsg_flags = NLM_F_REQUEST;
	link = mnl_nlmsg_put_extra_header(h, sizeof(*link));
	link->ifi_index = ifindex;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) == 0 &&
		mnl_socket_sendto(s, h, h->nlmsg_len) > 0)
		n = mnl_socket_recvfrom(s, buffer, sizeof(buffer));
	if (n > 0)
		n = mnl_cb_run(buffer, (size_t)n, 0, mnl_socket_get_portid(s), answer, out);
	n = n < 0 ? -errno : 0;
	mnl_socket_close(s);
	return (int)n;
}
