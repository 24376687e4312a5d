/* SPDX-License-Identifier: BSD-3-Clause */
/* Which packets are the peer's. */
#ifndef TANDEM_DATAPLANE_LEG_SOURCE_H
#define TANDEM_DATAPLANE_LEG_SOURCE_H

#include <dataplane/leg/state.h>

enum source { SOURCE_RIGHTFUL, SOURCE_STRANGER, SOURCE_PROBATION, SOURCE_PROVED };
/* LEG_ADD, LEG_SET. `sip`: where the peer's SIP comes from. */
void source_set(struct legs *r, uint32_t id, const struct td_addr *sip, bool moved);
enum source source_check(struct legs *r, uint32_t id, const struct pkt *pkt, const uint8_t *rtp,
	bool expected_pt, uint32_t time);
/* A packet of a leg with LEG_ANY_PORT was rightful and has been counted. `next`: it is the next one
 * in sequence. */
void source_heard(struct legs *r, uint32_t id, bool next);
bool source_rtcp(const struct leg *l, const struct leg_cold *c, const struct pkt *pkt);

#endif
