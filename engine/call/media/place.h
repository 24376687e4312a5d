/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a party's media may go where its SDP says. */
#ifndef TANDEM_ENGINE_CALL_MEDIA_PLACE_H
#define TANDEM_ENGINE_CALL_MEDIA_PLACE_H

#include <engine/call/state/state.h>

/* A trunk's media goes to the trunk's own addresses and to its `media` networks; without `media`,
 * to every public address that is not in a network of another port of ours. So a forged packet from
 * a trunk's address cannot turn our RTP against agents or servers. Others' media goes anywhere but
 * to link-local addresses and to the edges of our networks, which are broadcasts. Raises or clears
 * TD_ALARM_MEDIA_REFUSED. */
bool place_allowed(struct td_engine *e, const struct party *p, const struct td_addr *to);

#endif
