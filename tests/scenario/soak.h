/* SPDX-License-Identifier: BSD-3-Clause */
/* What the parts of a soak share: soak.c has the world, soak_phones.c the other side of SIP,
 * soak_parties.c the operator of third parties; soak_audit.c judges what the engine said. */
#ifndef TANDEM_TESTS_SCENARIO_SOAK_H
#define TANDEM_TESTS_SCENARIO_SOAK_H

#include <engine/base/pool.h>
#include <engine/base/prng.h>
#include <engine/base/timer.h>
#include <engine/sip/dialog/ua.h>
#include <tests/scenario/net.h>
#include <tests/scenario/world.h>

#define AGENTS       12
#define SOAK_CHANGED (1u << 18) /* calls */
#define PHONES       20000      /* sessions of the other side, at once */

struct soak;

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
	struct timer next_call;
	unsigned calls_left, placed;
	uint64_t now;
	/* what the engine's journal said */
	unsigned cdrs, by_disposition[TD_CALL_FAILED + 1];
	unsigned out_answered, out_next; /* calls that led out; of these by a second trunk */
	unsigned entered, left, connects, completes, transfers, recordings_on, recordings_off;
	unsigned parties; /* changes by the operator, and of which calls */
	bool changed[SOAK_CHANGED];
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

/* For struct world_hooks. */
void soak_event(void *ctx, uint16_t type, const void *payload, uint16_t len);
void soak_record(void *ctx, uint32_t recording, const char *call);
/* At the end. NULL: all is as it must be. */
const char *soak_judge(const struct soak *s);

#endif
