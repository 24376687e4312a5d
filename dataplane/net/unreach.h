/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * "Port unreachable" to who sends UDP to a port of ours that no one uses: type 3 code 3 (RFC 1122
 * section 4.1.3.1), ICMPv6 type 1 code 4 (RFC 4443 section 3.1). A peer that gets one for media
 * ends its call. So this is called only where no call can be.
 *
 * A port sends UNREACH_RATE a second at most, and UNREACH_BURST at once (RFC 1812 section 4.3.2.8,
 * RFC 4443 section 2.4(f)).
 */
#ifndef TANDEM_DATAPLANE_NET_UNREACH_H
#define TANDEM_DATAPLANE_NET_UNREACH_H

#include <dataplane/net/ledger.h>

#define UNREACH_RATE  100u
#define UNREACH_BURST 10u

/* Drops the packet for `reason`; its sender is told, in its own buffer, where that is allowed. The
 * parse has checked the headers up to UDP's. */
void unreach_drop(struct worker *w, struct rte_mbuf *m, enum td_drop reason, uint64_t now);

#endif
