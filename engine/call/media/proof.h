/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether a caller is there at all. Anybody can send one datagram from a forged address. Until the
 * caller has shown that it sees our answers (struct call.proven), it gets no media, and nobody of a
 * queue is rung for it. The ACK to our 200 shows it, as it has the tag that we have drawn for it.
 * RTP shows nothing: its sender needs no more than our port's number, and can send to all of them.
 */
#ifndef TANDEM_ENGINE_CALL_MEDIA_PROOF_H
#define TANDEM_ENGINE_CALL_MEDIA_PROOF_H

#include <engine/call/state/state.h>

/* The INVITE alone shows it: it came by a connection, with an agent's password, or by a trunk whose
 * `proof` is none. `a` NULL: by the trunk. */
bool proof_at_once(const struct td_flow *flow, const struct trunk *t, const struct agent *a);
/* The trunk has max_unproven calls already that ring before a proof: raises the alarm. */
bool proof_full(struct td_engine *e, struct trunk *t);

/* A call begins. `rings`: before its caller gets an answer, somebody is rung. */
void proof_begin(struct td_engine *e, struct call *c, bool proven, bool rings);
void proof_given(struct td_engine *e, struct call *c);
/* Its caller has our 200, and has not answered it. Raises TD_ALARM_CALLER_UNPROVEN. */
void proof_missed(struct td_engine *e, struct call *c);
/* It ends. */
void proof_over(struct td_engine *e, struct call *c);

#endif
