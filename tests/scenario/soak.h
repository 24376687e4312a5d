/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of a soak share: soak.c has the world, soak_phones.c the other side of SIP,
 * soak_parties.c the operator of third parties, soak_messages.c the programs that lead messages;
 * soak_audit.c judges what the engine said. */
#ifndef TANDEM_TESTS_SCENARIO_SOAK_H
#define TANDEM_TESTS_SCENARIO_SOAK_H

#include <engine/base/pool.h>
#include <engine/base/prng.h>
#include <engine/base/timer.h>
#include <engine/sip/dialog/ua.h>
#include <tandem/contact.h>
#include <tests/scenario/net.h>
#include <tests/scenario/world.h>

#define AGENTS       12
#define SOAK_PORTS   1000       /* legs of an address; with fewer, calls' legs lie apart */
#define SOAK_CHANGED (1u << 18) /* calls */
#define PHONES       20000      /* sessions of the other side, at once */

struct soak;

/* Those agents whose telephones register, by streams. */
#define REGISTRANTS         3
#define REGISTRANT_AGENT(i) (1 + 4 * (i)) /* a1, a5, a9 */

struct soak_registrant {
	struct timer timer;
	struct soak *soak;
	unsigned agent, cseq;
	uint32_t connection; /* 0: none */
};

#define ANSWERS 8 /* for names, under way */

struct soak_answer {
	struct timer timer;
	struct soak *soak;
	uint32_t request;
};

/* One end of a SIP session: a caller, or an agent's telephone in one call. */
struct phone {
	struct timer timer;
	struct soak *soak;
	struct sip_session *session;
	bool agent, up, held;
	void (*due)(struct soak *s, struct phone *p);
};

struct soak {
	struct world *world;
	struct net net;
	struct prng prng;
	struct timers timers;
	struct pool phones;
	struct sip_ua *callers, *agents;
	struct timer next_call, next_message;
	struct soak_registrant registrant[REGISTRANTS];
	struct soak_answer answer[ANSWERS];
	unsigned invites_by_stream; /* the engine's */
	unsigned registered, names_asked, names_found, names_failed;
	unsigned calls_left, placed;
	unsigned ports; /* legs of an address */
	uint64_t now;
	/* what the engine's journal said */
	unsigned cdrs, by_disposition[TD_CALL_FAILED + 1];
	unsigned out_answered, out_next; /* calls that led out; of these by a second trunk */
	unsigned entered, left, connects, completes, transfers, recordings_on, recordings_off;
	unsigned parties; /* changes by the operator, and of which calls */
	bool changed[SOAK_CHANGED];
	unsigned begun[TD_OBJECT_COUNT], over[TD_OBJECT_COUNT]; /* by live events and records */
	unsigned joined, joined_recorded;                       /* parties */
	/* what programs have done to messages and been refused, and what the journal said */
	struct {
		unsigned done[TD_CONTACT_ACTION_COUNT], data, refused;
		unsigned silent; /* refused without a line */
		unsigned taken;  /* accepted, each message once */
		unsigned calls_moved;
		unsigned over, answered, data_told;
	} messages;
	uint64_t session_to[AGENTS];
	char fault[128];
};

/* 10.NET.0.LAST:5060 */
struct td_addr soak_ip(uint32_t last, uint32_t net);
/* A user agent whose sessions are telephones of the soak. NULL: no memory. */
struct sip_ua *soak_ua_alloc(struct soak *s, uint64_t seed);
/* For next_call: a caller dials, and the timer is set for the next one. */
void soak_place_call(struct timer *t, uint64_t now);

/* Whether the operator has changed the parties of the call with this id. */
bool *soak_changed(struct soak *s, const char *call);
/* Some calls get another party, lose one, or go elsewhere. */
void soak_parties(struct soak *s);
/* For next_message: a step of all messages, and perhaps a new one. */
void soak_messages(struct timer *t, uint64_t now);
const char *soak_messages_judge(const struct soak *s);
/* Telephones on streams begin to register. */
void soak_register_start(struct soak *s);
/* What they get back. False: it is no answer to a REGISTER. */
bool soak_register_takes(
	struct soak *s, const struct td_flow *flow, const uint8_t *data, size_t len);
void soak_register_broken(struct soak *s, const struct td_flow *flow);

/* For struct world_hooks. */
void soak_resolve(void *ctx, uint32_t request, const char *name);
void soak_event(void *ctx, uint16_t type, const void *payload, uint16_t len);
void soak_record(void *ctx, uint32_t recording, const char *call);
/* At the end. NULL: all is as it must be. */
const char *soak_judge(const struct soak *s);

#endif
