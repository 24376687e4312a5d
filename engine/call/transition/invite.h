/* SPDX-License-Identifier: BSD-3-Clause */
/* A leg out: what ringing an agent and calling a trunk have in common. */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_INVITE_H
#define TANDEM_ENGINE_CALL_TRANSITION_INVITE_H

#include <engine/call/state/state.h>

#define INVITE_HEADERS_BYTES 128
#define INVITE_URI_BYTES     160

/* Takes what the new leg needs of the trunk's (or else the agent's) limits. NULL; or who has no
 * room, and the leg is gone. *rate is what was asked for. */
const struct budget *invite_reserve(struct td_engine *e, struct party *l, enum td_srtp_policy srtp,
	struct trunk *t, struct rate *rate);
/*
 * The INVITE, with the caller's number and one codec, the caller's: what is relayed needs no
 * transcoding. `p` brings addresses, URIs and headers. False: it cannot be sent, and the leg is
 * gone; true: the leg is the call's.
 */
bool invite_send(struct td_engine *e, struct call *c, struct party *l, struct sip_invite_params *p);

#endif
