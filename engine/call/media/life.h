/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a call ends though no message says so: a BYE can be lost for good, and a peer can vanish.
 *
 *     INVITE ──────────────── max_duration ────────────────► the end
 *     nobody is heard ── LIFE_NO_AUDIO_NS ──► alarm
 *                     ── rtp_timeout, or hold_timeout ──► the end
 */
#ifndef TANDEM_ENGINE_CALL_MEDIA_LIFE_H
#define TANDEM_ENGINE_CALL_MEDIA_LIFE_H

#include <engine/call/state/state.h>

/* Pauses of a talk are shorter, with telephones that suppress silence on both sides, too. */
#define LIFE_NO_AUDIO_NS (5 * TD_NSEC_PER_SEC)
/* As a worker waits for a packet; from when the two listen to each other. */
#define LIFE_ONE_WAY_NS (TD_SILENCE_MS * TD_NSEC_PER_MSEC)

/* Judged are the caller and whose turn it is to talk. Who has joined and waits hears music, and
 * says nothing of them. */

/* When the later of the two fell silent, of those who should send. 0: one sends, or none has to. */
uint64_t life_quiet(const struct call *c);
bool life_held(const struct call *c); /* nobody talks: the caller waits, or one of the two holds */
/* How long a call may be quiet; 0: for ever. */
uint64_t life_patience(const struct td_engine *e, const struct call *c);
uint64_t life_longest(const struct td_engine *e); /* a call; 0: for ever */
/* Sets the call's timer to what is due first. */
void life_update(struct td_engine *e, struct call *c);
void life_config(struct td_engine *e); /* other limits hold, for live calls, too */

#endif
