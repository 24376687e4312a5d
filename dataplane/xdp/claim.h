/* SPDX-License-Identifier: BSD-3-Clause */
/* Which engine has an interface of the kernel. Main only. */
#ifndef TANDEM_DATAPLANE_XDP_CLAIM_H
#define TANDEM_DATAPLANE_XDP_CLAIM_H

#include <tandem/text.h>

/*
 * An interface belongs to one live engine: a descriptor that holds it (an abstract Unix socket's
 * name, which dies with its process and is the network namespace's own), or -EADDRINUSE. Whoever
 * has it knows that programs of ours found on the interface are stale.
 */
int interface_claim(int ifindex);
/* Removes programs of ours that a killed engine left; 1 when there were any. -EBUSY: someone
 * else's XDP program is there. */
int interface_clean(int ifindex, struct td_text *err);

#endif
