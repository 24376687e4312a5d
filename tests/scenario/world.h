/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A td_engine in virtual time. The world keeps all that the engine says (for a comparison of two
 * runs), the distributor's journal (for a replay), and plays the workers: LEG_DEL is answered by
 * LEG_GONE one millisecond later with 50 packets a second of the leg's life.
 *
 *      script or soak ──sip──► td_engine ──sip, media, event, record──► hooks of the test
 *                                 ▲   │ LEG_DEL
 *                        LEG_GONE └───┘ 1 ms
 */
#ifndef TANDEM_TESTS_SCENARIO_WORLD_H
#define TANDEM_TESTS_SCENARIO_WORLD_H

#include <engine/base/buf.h>
#include <tandem/engine.h>
#include <tandem/event.h>
#include <tests/scenario/budgets.h>

#define WORLD_START (1000 * TD_NSEC_PER_SEC) /* monotonic at the start */
#define WORLD_WALL  (1700000000 * TD_NSEC_PER_SEC - WORLD_START)

struct world_hooks {
	void *ctx;
	int (*sip)(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len);
	void (*media)(void *ctx, const struct td_media_cmd *cmd);
	void (*event)(void *ctx, uint16_t type, const void *payload, uint16_t len);
	void (*record)(void *ctx, uint32_t recording, const char *call);
	void (*resolve)(void *ctx, uint32_t request, const char *name);
	void (*hold)(void *ctx, const struct td_flow *flow, bool held);
};

struct world_leg {
	uint64_t added, gone_at; /* 0: not */
	uint32_t cookie;
	uint32_t commands; /* within the last 10 ms, as the ring would hold them */
	uint64_t window;
	struct td_leg_stats stats;
};

/* The last record of each kind and number. */
#define WORLD_KEPT 4096
struct world_kept {
	struct td_checkpoint at[WORLD_KEPT];
	union td_checkpoint_any record[WORLD_KEPT];
	uint32_t count;
};

struct world {
	struct td_engine *engine;
	struct world_hooks hooks; /* each may be NULL */
	uint64_t now, next;
	char fault[TD_TEXT_BYTES]; /* what engine_check() or limits said first */
	struct budgets budgets;
	struct td_buf transcript; /* bytes of every output, in order */
	struct td_buf acd;        /* struct acd_rec and payload, in order */
	struct world_leg *leg;    /* by leg number */
	uint32_t keys;            /* makes octets that nobody can guess; first the seed */
	uint32_t legs, legs_added, legs_going, credit_violations, bad_commands;
	bool recorder_full;     /* it takes no recording */
	uint32_t parties_apart; /* rung by another worker than the caller's, which had room */
	uint32_t bridges_apart; /* of legs of two workers */
	struct td_engine_params params;
	struct td_engine_io io;
	struct world_kept kept; /* what the next engine must know */
};

/* NULL with errno. */
struct world *world_alloc(
	uint64_t seed, uint32_t max_calls, uint32_t legs, const struct world_hooks *hooks);
void world_free(struct world *w);
int world_config(struct world *w, const char *lines, struct td_text *err);
/* The engine is gone, and all workers with it; another one begins, with the configuration that was
 * in force and then `lines` (empty: the same). */
int world_restart(struct world *w, const char *lines, struct td_text *err);
/* Time goes on to `until`; stops at each deadline. */
void world_run(struct world *w, uint64_t until);
uint64_t world_next(const struct world *w); /* when world_run() has something to do */
void world_sip(struct world *w, const struct td_flow *flow, const void *data, size_t len);
/* The flow has ended. */
void world_flow_failed(struct world *w, const struct td_flow *flow);
void world_resolved(struct world *w, const struct td_resolved *r);
void world_digit(struct world *w, uint32_t leg, char digit);
/* Whatever a worker can say of a leg; statistics go on from these at its end. */
void world_media(struct world *w, uint32_t leg, struct td_media_event *ev);
/* A digit and LEG_GONE of a leg that had this number before: both must be ignored. */
void world_stale(struct world *w, uint32_t leg);

/* NULL, or what is wrong: the journal, replayed, decides otherwise. */
const char *world_replay(const struct world *w);
/* NULL, or what is still there although all calls should have ended. */
const char *world_residue(const struct world *w);

#endif
