/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tandem/types.h>
#include <unistd.h>
#include <bench/load/usage.h>

static uint64_t read_first(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned long long v = 0;

	if (f) {
		if (fscanf(f, "%llu", &v) != 1)
			v = 0;
		fclose(f);
	}
	return v;
}

static void read_softirq(struct usage *u)
{
	uint64_t tick = TD_NSEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	FILE *f = fopen("/proc/stat", "re");
	char line[512];
	unsigned cpu;
	unsigned long long softirq;

	while (f && fgets(line, sizeof(line), f))
		/* cpuN user nice system idle iowait irq softirq */
		if (sscanf(line, "cpu%u %*u %*u %*u %*u %*u %*u %llu", &cpu, &softirq) == 2 &&
			cpu < USAGE_CPUS) {
			u->softirq[cpu] = softirq * tick;
			u->cpus = cpu + 1 > u->cpus ? cpu + 1 : u->cpus;
		}
	if (f)
		fclose(f);
}

int usage_read(int pid, struct usage *u)
{
	char path[64 + 256];
	struct dirent *e;
	DIR *d;

	*u = (struct usage){0};
	read_softirq(u);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	if (!d)
		return -ESRCH;
	/* cppcheck-suppress readdirCalled ; the directory is this function's own */
	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", pid, e->d_name);
			u->process_ns += read_first(path);
		}
	closedir(d);
	return 0;
}

void usage_since(struct usage *u, const struct usage *before)
{
	u->process_ns -= before->process_ns;
	for (unsigned i = 0; i < u->cpus; i++)
		u->softirq[i] -= before->softirq[i];
}
