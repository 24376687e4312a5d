/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/caps.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>

/* Those of `keep` that we have stay permitted and effective, all others go, for good. */
static int keep_only(const cap_value_t *keep, size_t n)
{
	cap_t now = cap_get_proc(), next = cap_init();
	int rc = 0;

	if (!now || !next) {
		rc = -ENOMEM;
		goto free_both;
	}
	for (size_t i = 0; i < n && !rc; i++) {
		cap_flag_value_t have;

		if (cap_get_flag(now, keep[i], CAP_PERMITTED, &have) < 0 || have != CAP_SET)
			continue;
		if (cap_set_flag(next, CAP_PERMITTED, 1, &keep[i], CAP_SET) < 0 ||
			cap_set_flag(next, CAP_EFFECTIVE, 1, &keep[i], CAP_SET) < 0)
			rc = -errno;
	}
	if (!rc && cap_set_proc(next) < 0)
		rc = -errno;
free_both:
	cap_free(now);
	cap_free(next);
	return rc;
}

int caps_start(void)
{
	static const cap_value_t keep[] = {
		CAP_NET_ADMIN,    /* XDP, tc, interface flags, neighbours */
		CAP_NET_RAW,      /* AF_PACKET, AF_XDP sockets */
		CAP_BPF,          /* loading our programs */
		CAP_PERFMON,      /* their pointer arithmetic */
		CAP_IPC_LOCK,     /* UMEM and hugepages stay in memory */
		CAP_SYS_RESOURCE, /* where the limit of locked memory is low */
		CAP_SYS_NICE,     /* workers before others */
		CAP_DAC_OVERRIDE, /* started by root: /dev/vfio, hugepage files */
		CAP_SETPCAP,
	};

	/* A program that we would start could gain nothing back; we start none. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return keep_only(keep, sizeof(keep) / sizeof(keep[0]));
}

int caps_run(void)
{
	static const cap_value_t keep[] = {CAP_NET_ADMIN};

	return keep_only(keep, sizeof(keep) / sizeof(keep[0]));
}
