/* SPDX-License-Identifier: BSD-3-Clause */
/* What a benchmark is, and how it tells its results. */
#ifndef TANDEM_BENCH_BENCH_H
#define TANDEM_BENCH_BENCH_H

#include <stdio.h>
#include <tandem/types.h>

#define BENCH_LIST 16

struct bench_options {
	uint32_t legs[BENCH_LIST];
	unsigned legs_count;
	unsigned rounds; /* through all packets, for each case */
	unsigned core;
	uint64_t seed;
	bool json;
};

/* One file a benchmark: bench/NAME.c. */
struct bench {
	const char *name;
	const char *what;                          /* one line for --help */
	int (*run)(const struct bench_options *o); /* 0, or a negative errno, told on stderr */
};

extern const struct bench bench_relay, bench_tap;

struct bench_result {
	const char *bench, *metric, *unit;
	uint32_t legs; /* the case */
	unsigned frame_bytes;
	double median, min;
	unsigned runs;
};

/* Fills median, min and runs; sorts the values. */
void report_values(struct bench_result *r, double *values, unsigned n);
void report_result(const struct bench_options *o, const struct bench_result *r);

#endif
