/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/caps.h>
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES  100
#define TRY_US 10000

/* The capabilities of `keep` that we have stay permitted and effective. All others are given up
 * for good. */
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
		CAP_SYS_ADMIN,    /* finding a loaded program and its maps by number */
		CAP_IPC_LOCK,     /* UMEM and hugepages stay in memory */
		CAP_SYS_RESOURCE, /* where the limit of locked memory is low */
		CAP_SYS_NICE,     /* workers before others */
		CAP_DAC_OVERRIDE, /* started by root: /dev/vfio, hugepage files */
		CAP_SETPCAP,
	};

	/* A program started by us could not gain them back; we start none. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return keep_only(keep, sizeof(keep) / sizeof(keep[0]));
}

/*
 * capset() works on the thread that calls it, and libpsx knows only threads that were made by code
 * linked with it, not DPDK's. So each thread is sent a signal whose handler makes the call.
 */
static struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
static struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

static void set_own(int signal)
{
	int err = errno;

	syscall(SYS_capset, &header, data);
	errno = err;
}

/* The capabilities of thread `tid` above those in `data` are none. A thread that ended has none. */
static bool has_no_more(const char *tid)
{
	char path[64], line[128];
	uint64_t left = 0, allowed = (uint64_t)data[1].permitted << 32 | data[0].permitted;
	bool kernel = false;

	snprintf(path, sizeof(path), "/proc/self/task/%.20s/status", tid);
	FILE *f = fopen(path, "re");
	if (!f)
		return true;
	while (fgets(line, sizeof(line), f)) {
		/* io_uring's workers run no code of ours; they take their submitter's rights. */
		kernel |= strncmp(line, "Name:\tiou-", 10) == 0;
		if (strncmp(line, "CapPrm:", 7) == 0)
			left = strtoull(line + 7, NULL, 16);
	}
	fclose(f);
	return kernel || (left & ~allowed) == 0;
}

static unsigned signal_others(int signal)
{
	DIR *dir = opendir("/proc/self/task");
	unsigned left = 0;

	if (!dir)
		return 1;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.' || has_no_more(entry->d_name))
			continue;
		left++;
		syscall(SYS_tgkill, getpid(), atoi(entry->d_name), signal);
	}
	closedir(dir);
	return left;
}

int caps_run(void)
{
	static const cap_value_t keep[] = {CAP_NET_ADMIN};
	struct sigaction act = {.sa_handler = set_own, .sa_flags = SA_RESTART};
	int rc = keep_only(keep, sizeof(keep) / sizeof(keep[0]));
	int signal = SIGRTMIN + 1;

	if (rc)
		return rc;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	if (sigaction(signal, &act, NULL) < 0)
		return -errno;
	rc = -ETIMEDOUT;
	for (int i = 0; i < TRIES && rc; i++) {
		if (signal_others(signal) == 0)
			rc = 0;
		else
			usleep(TRY_US);
	}
	/* The handler stays: with the default action, a late signal would end the program. */
	act.sa_handler = SIG_IGN;
	sigaction(signal, &act, NULL);
	return rc;
}
