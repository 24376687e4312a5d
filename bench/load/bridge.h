/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The relay that is measured: the engine's dataplane as tandem-engine runs it (its worker, its way
 * to sleep), with N bridged calls whose legs are made by media commands from the signalling turn,
 * as calls make them. No SIP: what is measured is media.
 */
#ifndef TANDEM_BENCH_LOAD_BRIDGE_H
#define TANDEM_BENCH_LOAD_BRIDGE_H

#include <stdio.h>
#include <bench/load/load.h>
#include <tandem/config.h>

#define BRIDGE_PORT_MIN 10000
#define BRIDGE_PORT_MAX 59999

struct bridge_params {
	const struct td_conf_port *port; /* each call's relay addresses are of these */
	unsigned ports;
	unsigned core;
	uint8_t latency; /* enum td_latency */
	const struct load_call *call;
	uint32_t calls;
	int ready; /* a byte is written here, then it is closed, when all legs are there */
};

/* Until SIGTERM or SIGINT; then each port's balance, a JSON object a line, to `out` if there is
 * one. 0, or a negative errno, told on stderr. */
int bridge_run(const struct bridge_params *p, FILE *out);

#endif
