/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Capabilities are a thread's own, and DPDK makes its threads when it starts. So they are given up
 * in two steps: caps_start() before DPDK, which all threads inherit, leaves what opening ports
 * takes; caps_run(), once ports are open, leaves CAP_NET_ADMIN in every thread there is: detaching
 * the XDP program and updating its map take it.
 */
#ifndef TANDEM_ENGINE_HOST_CAPS_H
#define TANDEM_ENGINE_HOST_CAPS_H

int caps_start(void); /* 0 or a negative errno */
int caps_run(void);   /* main. 0; -ETIMEDOUT when a thread still has more */

#endif
