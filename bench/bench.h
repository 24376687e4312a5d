/* SPDX-License-Identifier: BSD-3-Clause */
/* What a benchmark is, and how it tells its results. */
#ifndef TANDEM_BENCH_BENCH_H
#define TANDEM_BENCH_BENCH_H

#include <stdio.h>
#include <tandem/config.h>

#define BENCH_LIST 16

struct td_buf;

#define BENCH_PORTS 4

struct bench_options {
	uint32_t legs[BENCH_LIST];
	unsigned legs_count;
	unsigned rounds; /* through all packets, for each case */
	unsigned core;
	uint64_t seed;
	bool json;
	/* loadgen, bridge, latency */
	struct td_conf_port port[BENCH_PORTS];
	unsigned ports;
	const char *calls_file;
	uint32_t calls;        /* of the file; 0: all */
	uint64_t warm, window; /* ns */
	double loss, reorder;  /* shares, 0..1 */
	uint64_t jitter;       /* ns */
	int pid;               /* of the process whose CPU is reckoned; 0: none */
	bool checksums;
	uint8_t latency; /* bridge, latency: enum td_latency */
	/* recorder */
	const char *dir;
	bool kill;
};

/* One file a benchmark: bench/NAME.c. */
struct bench {
	const char *name;
	const char *what;                          /* one line for --help */
	int (*run)(const struct bench_options *o); /* 0, or a negative errno, told on stderr */
};

extern const struct bench *const benches[]; /* main.c; a NULL at the end */
extern const struct bench bench_bridge, bench_guard, bench_latency, bench_loadgen, bench_recorder,
	bench_relay, bench_srtp, bench_tap;

/* 0; an exit status when something is wrong, told; negative when --help was all. */
int options_parse(struct bench_options *o, int argc, char **argv, const char **bench);

#define BENCH_VALUES 4

/* What makes a case: a number, or a word where there is one. */
struct bench_value {
	const char *name, *word;
	double number;
};

struct bench_result {
	const char *bench, *metric, *unit;
	uint32_t legs;                       /* of the case; 0: it is not one of legs */
	struct bench_value of[BENCH_VALUES]; /* what else the case is; ends at a NULL name */
	unsigned frame_bytes;
	double median, min;
	unsigned runs;
};

/* Fills median, min and runs; sorts the values. */
void report_values(struct bench_result *r, double *values, unsigned n);
void report_result(const struct bench_options *o, const struct bench_result *r);
/* The machine, into a JSON object: tsc_hz, cpu, compiler, frame_bytes, pages. */
void report_machine(struct td_buf *b, unsigned frame_bytes);

#endif
