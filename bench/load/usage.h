/* SPDX-License-Identifier: BSD-3-Clause */
/* CPU time as the kernel accounts it. */
#ifndef TANDEM_BENCH_LOAD_USAGE_H
#define TANDEM_BENCH_LOAD_USAGE_H

#include <stdint.h>

#define USAGE_CPUS 64

struct usage {
	uint64_t process_ns;          /* of all threads, exact (schedstat) */
	uint64_t softirq[USAGE_CPUS]; /* ns by CPU, sampled by the kernel's tick */
	unsigned cpus;
};

/* 0, or -ESRCH. */
int usage_read(int pid, struct usage *u);
/* What was used between two readings. */
void usage_since(struct usage *u, const struct usage *before);

#endif
