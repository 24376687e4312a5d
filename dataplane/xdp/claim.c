/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <dataplane/xdp/claim.h>
#include <dataplane/xdp/tc.h>
#include <dataplane/xdp/xdp.h>

int interface_claim(int ifindex)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), len;

	if (fd < 0)
		return -errno;
	len = snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "tandem/interface/%d", ifindex);
	if (bind(fd, (struct sockaddr *)&a, (socklen_t)(sizeof(a.sun_family) + 1 + len)) < 0) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

int interface_clean(int ifindex, struct td_text *err)
{
	int filter = tc_clean(ifindex), rc = xdp_clean(ifindex, err);

	return rc ? rc : filter;
}
