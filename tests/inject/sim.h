/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whole calls in virtual time with strangers at every moment: the engine's state machine and the
 * worker's legs, joined as the host joins them, between peers that speak SIP and RTP.
 *
 *     peers ──SIP──► td_engine ──media commands──► struct legs ◄──RTP, RTCP── speakers, who are
 *          ◄───────           ◄──────events──────             ──RTP──►       rightful, and
 * strangers
 *
 * Every octet of speech says whose it is. The commands so far decide what must become of each
 * rightful packet, and exactly that must happen. No octet of a stranger may come out, be recorded,
 * be reported or be counted as media. Strangers send during sim_run() and after each SIP message.
 */
#ifndef TANDEM_TESTS_INJECT_SIM_H
#define TANDEM_TESTS_INJECT_SIM_H

#include <dataplane/leg/test/world.h>
#include <tandem/engine.h>
#include <tests/scenario/peer.h>

#define SIM_LEGS     (2 * WORLD_PER_ADDRESS)
#define SIM_SPEAKERS 4
#define SIM_MAIL     16
#define SIM_FORMER   8
#define SIM_FRAME    160

/* What may become of a rightful packet. */
enum fate {
	FATE_HEARD,   /* came out to the other side, as it was */
	FATE_HELD,    /* consumed, since no one listens */
	FATE_LEARNT,  /* one of the two that prove a latching source */
	FATE_NOWHERE, /* heard, if the other side's address were known yet */
	FATES
};

struct sim_leg { /* as the commands so far have it */
	bool live, tapped, playing;
	bool open;    /* a latching leg that does not know yet where its peer is */
	unsigned run; /* the peer's packets in sequence since it came to where it is */
	uint32_t peer;
	struct td_leg_params params;
};

/* A rightful sender on one leg. */
struct speaker {
	bool on;
	uint32_t leg;
	struct td_addr from;
	uint32_t ssrc, ts, serial;
	uint16_t seq;
	uint64_t due;
	unsigned learning; /* packets that are yet to prove its source */
	int missed;        /* those of a stream that had begun before: it lacks them */
	uint64_t fate[FATES], digits;
	struct td_addr former[SIM_FORMER]; /* sources that it had: strange since it moved */
	unsigned formers;
};

struct mail {
	struct td_addr to;
	char text[PEER_MSG];
};

struct sim {
	struct world *world;
	struct td_engine *engine;
	uint64_t next; /* deadline of the engine */
	enum td_source_policy policy;
	struct sim_leg leg[SIM_LEGS];
	struct speaker speaker[SIM_SPEAKERS];
	struct peer carrier, alice, bob;
	struct mail mail[SIM_MAIL];
	unsigned mails;
	uint32_t added; /* the leg that LEG_ADD named last */
	uint64_t strange;
	unsigned digits, answered; /* DTMF that legs reported; CDRs of calls that were answered */
};

/* The engine with both trunk and agents of one policy. */
void sim_start(struct sim *s, struct world *w, enum td_source_policy policy);
void sim_stop(struct sim *s); /* the calls must have ended; checks what they have left */
void sim_run(struct sim *s, unsigned ms);
void sim_media(struct sim *s, const struct td_media_cmd *cmd);

/* After each of these, strangers send to every leg. */
void sim_request(
	struct sim *s, struct peer *p, const char *method, const char *number, const char *sdp);
void sim_answer(struct sim *s, struct peer *p, int code, bool to_invite, const char *sdp);

struct td_addr sim_addr(const char *ip, uint16_t port);
/* A speaker who begins on a leg, or moves: another source, another SSRC when `fresh`. `learning`
 * packets go to its proof. */
void speaker_at(struct sim *s, struct speaker *sp, uint32_t leg, struct td_addr from, bool fresh,
	unsigned learning);
void speaker_digit(struct sim *s, struct speaker *sp); /* 1, the next time 2, ... */

#define SIM_COUNTERS (TD_DROP_COUNT + TD_CONSUMED_COUNT)
/* What the ports count besides what went through; and the name of one that has changed since. */
void sim_counters(const struct sim *s, uint64_t out[SIM_COUNTERS]);
const char *sim_counted(const struct sim *s, const uint64_t before[SIM_COUNTERS]);

/* stranger.c: forgeries of every kind against every leg; `few`: some of them, by chance. */
void stranger_attack(struct sim *s, bool few);

#endif
