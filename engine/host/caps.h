/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Capabilities are a thread's own, and DPDK makes its threads when it starts. So they are given up
 * in two steps: caps_start() before DPDK, which all threads inherit: what opening ports needs;
 * caps_run() once ports are open, for all threads there are (libpsx): CAP_NET_ADMIN, which
 * detaching the XDP program and updating its map take.
 */
#ifndef TANDEM_HOST_CAPS_H
#define TANDEM_HOST_CAPS_H

int caps_start(void); /* 0 or a negative errno */
int caps_run(void);

#endif
