/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's own counters of an interface that it owns. Main only. */
#ifndef TANDEM_DATAPLANE_NET_INTERFACE_H
#define TANDEM_DATAPLANE_NET_INTERFACE_H

#include <tandem/stats.h>

/* Since the interface came into being; 0 or a negative errno. */
int interface_frames(int ifindex, struct td_frames out[static TD_DIR_COUNT]);

#endif
