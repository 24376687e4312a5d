/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls' file, which a generator and a relay's set-up share: a call a line,
 *
 *     A B RELAY_A RELAY_B        each address:port, RTP ports even
 *
 * A sends to RELAY_A, what it sends arrives at B from RELAY_B, and the reverse (bench/load/load.h).
 */
#ifndef TANDEM_BENCH_LOAD_CALLS_H
#define TANDEM_BENCH_LOAD_CALLS_H

#include <tandem/text.h>
#include <bench/load/load.h>

#define CALLS_MAX 200000u

/* The calls of a file, for free(); NULL with errno and a line in err. */
struct load_call *calls_read(const char *path, uint32_t *count, struct td_text *err);

#endif
