/* SPDX-License-Identifier: BSD-3-Clause */
/* Which engine has an interface of the kernel. Main only. */
#ifndef TANDEM_DATAPLANE_XDP_CLAIM_H
#define TANDEM_DATAPLANE_XDP_CLAIM_H

#include <tandem/text.h>

/*
 * An interface belongs to one live engine: a descriptor that holds it, or a negative errno;
 * -EADDRINUSE: another engine has it. The descriptor is an abstract Unix socket, which dies with
 * its process and is the network namespace's own. Any user can bind such a name. So a claim's name
 * ends in a random number, and only claims of root and of our own user count. Of two that start at
 * the same time none may get it. Whoever has it knows that programs of ours found on the interface
 * are stale.
 */
int interface_claim(int ifindex);
/* Removes programs of ours that a killed engine left; 1 when there were any. -EBUSY: someone
 * else's XDP program is there. */
int interface_clean(int ifindex, struct td_text *err);

#endif
