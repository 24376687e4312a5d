/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges between legs of two workers. Each worker knows its own leg alone, and decides alone what
 * depends on that leg:
 *
 *     owner of the leg on which a packet arrives      owner of the leg on which it may leave
 *     source, SSRC, order, police, SRTP, statistics,  is the leg still this one, and bridged with
 *     digits, recording                      ──ring──► the other? is it its feed? codec,
 *                                                     numbers of its stream, SRTP, statistics
 *
 * Workers do not tell each other that a leg changes or ends. A packet that comes for such a leg is
 * dropped, and counted by a reason of its own. A leg is known by its number and its cookie, so a
 * packet on its way to a leg that is gone never reaches the next one of that number.
 */
#ifndef TANDEM_DATAPLANE_LEG_FAR_H
#define TANDEM_DATAPLANE_LEG_FAR_H

#include <dataplane/leg/state.h>

enum far_kind {
	FAR_AUDIO,
	FAR_EVENT, /* a telephone event of the leg's stream */
	FAR_ASIDE  /* one on an SSRC of its own (aside.h) */
};

/* A packet that arrived on a leg with LEG_FAR, its struct pkt filled, to the owner of the other
 * leg. `gone`: far_gone(). Takes the packet. The other end is legs_take() of legs.h. */
void far_send(struct legs *r, struct rte_mbuf *m, enum far_kind kind, uint16_t gone);
/* How many packets of its stream that were kept before this one the other worker has not seen. The
 * leg has LEG_SIDE_RENUMBER; one without has kept none. */
uint16_t far_gone(const struct legs *r, uint32_t id, uint16_t seq);

#endif
