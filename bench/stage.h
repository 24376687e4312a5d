/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's stages, timed: parse, legs, rewrite; no port before or behind them. */
#ifndef TANDEM_BENCH_STAGE_H
#define TANDEM_BENCH_STAGE_H

#include <bench/traffic.h>

/* Sends chunk number c of the packets through the stages. Cycles of the TSC for each of them. */
double stage_chunk(struct traffic *t, unsigned c);

#endif
