/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <glob.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dataplane/port/eal.h>

#define EAL_ARGS   64
#define EAL_LCORES 4096 /* bytes of --lcores on a machine with hundreds of cores */

struct eal_args {
	char *argv[EAL_ARGS + 1];
	int argc;
	char text[EAL_LCORES + 2048];
	size_t used;
	bool failed;
};

static bool eal_started, eal_huge;
static char eal_line[256];

/* DPDK's own log, errors only. The first line since the last question is the cause; later lines
 * say less and less. */
static ssize_t eal_log_write(void *cookie, const char *text, size_t n)
{
	size_t len = n < sizeof(eal_line) - 1 ? n : sizeof(eal_line) - 1;

	while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
		len--;
	if (len && !eal_line[0]) {
		memcpy(eal_line, text, len);
		eal_line[len] = '\0';
	}
	return (ssize_t)n;
}

const char *eal_complaint(void)
{
	static char line[sizeof(eal_line)];

	memcpy(line, eal_line, sizeof(line));
	eal_line[0] = '\0';
	return line[0] ? line : "DPDK gives no reason";
}

static void eal_log_capture(void)
{
	static const cookie_io_functions_t io = {.write = eal_log_write};
	FILE *f = fopencookie(NULL, "w", io);

	if (!f)
		return;
	setvbuf(f, NULL, _IOLBF, 0);
	rte_openlog_stream(f);
}

static void __attribute__((format(printf, 2, 3))) eal_arg(struct eal_args *a, const char *fmt, ...)
{
	char *s = a->text + a->used;
	size_t room = sizeof(a->text) - a->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(s, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room || a->argc == EAL_ARGS) {
		a->failed = true;
		return;
	}
	a->used += (size_t)n + 1;
	a->argv[a->argc++] = s;
}

static uint64_t eal_read_u64(const char *path)
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

/* Free hugepage memory of all sizes, in MB. */
static uint64_t eal_free_huge_mb(void)
{
	const char *pattern = "/sys/kernel/mm/hugepages/hugepages-*kB/free_hugepages";
	uint64_t kb = 0;
	unsigned long size;
	glob_t g;

	if (glob(pattern, 0, NULL, &g))
		return 0;
	for (size_t i = 0; i < g.gl_pathc; i++)
		if (sscanf(g.gl_pathv[i], "/sys/kernel/mm/hugepages/hugepages-%lukB", &size) == 1)
			kb += eal_read_u64(g.gl_pathv[i]) * size;
	globfree(&g);
	return kb / 1024;
}

static int eal_memory(struct eal_args *a, const struct eal_params *p, struct td_text *err)
{
	uint64_t mb = eal_free_huge_mb();
	char line[256];

	eal_huge = p->site->hugepages != TD_HUGEPAGES_NEVER && mb >= p->site->memory_mb;
	if (p->site->hugepages == TD_HUGEPAGES_REQUIRE && !eal_huge) {
		td_text_set(err,
			"hugepages: %u MB required, %llu MB free; reserve them (sysctl "
			"vm.nr_hugepages) or set hugepages: auto",
			p->site->memory_mb, (unsigned long long)mb);
		return -ENOMEM;
	}
	if (p->site->hugepages == TD_HUGEPAGES_AUTO && !eal_huge && p->note) {
		snprintf(line, sizeof(line),
			"no %u MB of free hugepages (%llu MB): ordinary pages serve, at the cost "
			"of "
			"more TLB misses a packet; sysctl vm.nr_hugepages=%u gives them",
			p->site->memory_mb, (unsigned long long)mb, (p->site->memory_mb + 1) / 2);
		p->note(p->note_ctx, line);
	}
	/* Neither option leaves files, so there is no stale primary process and no clash of names.
	 * The two exclude each other. --no-huge without -m would give 64 MB only. */
	eal_arg(a, eal_huge ? "--in-memory" : "--no-huge");
	if (!eal_huge)
		eal_arg(a, "--no-shconf");
	eal_arg(a, "-m");
	eal_arg(a, "%u", p->site->memory_mb);
	return 0;
}

static int eal_core(const cpu_set_t *cpus, unsigned core, const char *key, struct td_text *err)
{
	if (core < CPU_SETSIZE && CPU_ISSET(core, cpus))
		return 0;
	td_text_set(err, "%s: core %u is not there or not allowed to us; we have %d", key, core,
		CPU_COUNT(cpus));
	return -EINVAL;
}

/* lcore 0, main, may run anywhere; each other lcore is one thread pinned to its core. */
static int eal_lcores(struct eal_args *a, const struct td_conf_site *s, struct td_text *err)
{
	static char list[EAL_LCORES];
	size_t n = 0;
	cpu_set_t cpus;
	unsigned workers = eal_workers(s);
	int rc = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return -errno;
	for (unsigned i = 0; i < CPU_SETSIZE && n < sizeof(list) - 16; i++)
		if (CPU_ISSET(i, &cpus))
			n += (size_t)snprintf(
				list + n, sizeof(list) - n, "%s%u", n ? "," : "0@(", i);
	n += (size_t)snprintf(list + n, sizeof(list) - n, ")");
	for (unsigned i = 0; i < workers && !rc && n < sizeof(list) - 16; i++) {
		unsigned core = eal_worker_core(s, i);

		rc = eal_core(&cpus, core, "worker_cores", err);
		n += (size_t)snprintf(
			list + n, sizeof(list) - n, ",%u@%u", eal_worker_lcore(i), core);
	}
	if (!rc && s->signalling_core >= 0) {
		rc = eal_core(&cpus, (unsigned)s->signalling_core, "signalling_core", err);
		snprintf(list + n, sizeof(list) - n, ",%u@%d", eal_signalling_lcore(s),
			s->signalling_core);
	}
	eal_arg(a, "--lcores");
	eal_arg(a, "%s", list);
	eal_arg(a, "--main-lcore");
	eal_arg(a, "0");
	return rc;
}

static void eal_devices(struct eal_args *a, const struct eal_params *p)
{
	bool pci = false, shared = false;

	for (unsigned i = 0; i < p->port_count; i++) {
		if (p->ports[i].type != TD_PORT_PCI)
			continue;
		if (eal_is_vdev(&p->ports[i])) {
			shared = true;
			continue;
		}
		eal_arg(a, "-a");
		eal_arg(a, "%s", p->ports[i].device);
		pci = true;
	}
	if (shared) /* memory shared with the other side, which cannot take a descriptor for each
		       page */
		eal_arg(a, "--single-file-segments");
	if (pci)
		return;
	eal_arg(a, "--no-pci");
	/* No device needs physical addresses, and virtual ones keep the packets' pool in one piece.
	 */
	eal_arg(a, "--iova-mode=va");
}

int eal_start(const struct eal_params *p, struct td_text *err)
{
	static struct eal_args a; /* EAL keeps pointers into it */
	int rc;

	if (eal_started)
		return 0;
	a = (struct eal_args){0}; /* of an attempt that failed */
	eal_log_capture();
	eal_arg(&a, "tandem");
	eal_arg(&a, "--no-telemetry");
	eal_arg(&a, "--log-level=error");
	if (p->file_prefix)
		eal_arg(&a, "--file-prefix=%s", p->file_prefix);
	eal_devices(&a, p);
	rc = eal_memory(&a, p, err);
	if (!rc)
		rc = eal_lcores(&a, p->site, err);
	if (!rc && a.failed) {
		td_text_set(err, "too many ports or cores for DPDK's arguments");
		rc = -E2BIG;
	}
	if (!rc && rte_eal_init(a.argc, a.argv) < 0) {
		rc = -rte_errno;
		td_text_set(
			err, "DPDK does not start: %s (%s)", eal_complaint(), rte_strerror(-rc));
	}
	eal_started = !rc;
	return rc;
}

bool eal_is_vdev(const struct td_conf_port *conf)
{
	return conf->type == TD_PORT_PCI && !strncmp(conf->device, "net_", 4);
}

bool eal_hugepages(void)
{
	return eal_huge;
}

unsigned eal_workers(const struct td_conf_site *site)
{
	return site->worker_count ? site->worker_count : 1;
}

unsigned eal_worker_core(const struct td_conf_site *site, unsigned worker)
{
	return site->worker_count ? site->worker_cores[worker] : 0;
}

unsigned eal_worker_lcore(unsigned worker)
{
	return 1 + worker;
}

unsigned eal_signalling_lcore(const struct td_conf_site *site)
{
	return 1 + eal_workers(site);
}
