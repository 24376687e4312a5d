/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A second, simple-minded ACD for the property test: it knows inputs and outputs alone, looks at
 * everything every time, and fails the test when an output breaks a rule of acd.h.
 */
#ifndef TANDEM_ENGINE_ACD_TEST_MODEL_H
#define TANDEM_ENGINE_ACD_TEST_MODEL_H

#include <engine/acd/acd.h>

#define MODEL_QUEUES   5
#define MODEL_GROUPS   4
#define MODEL_AGENTS   8
#define MODEL_CONTACTS 24 /* in line at once */
#define MODEL_LINKS    2
#define MODEL_LIMITS                                    \
	((struct td_acd_limits){.queues = MODEL_QUEUES, \
		.groups = MODEL_GROUPS,                 \
		.agents = MODEL_AGENTS,                 \
		.contacts = MODEL_CONTACTS,             \
		.links = MODEL_LINKS})

struct model_queue {
	bool used;
	struct td_acd_queue conf;
	uint64_t entered, answered, left; /* left: by any other way */
};

struct model_agent {
	bool used, reachable, engaged, backed_off, failed;
	bool dies, leaves, pauses; /* at the end of the talk: deleted, logged out, paused */
	uint32_t groups[TD_ACD_GROUPS];
	uint32_t link;
	uint32_t channels;
	uint8_t state;
	uint32_t contact; /* offered, or talking */
	uint64_t order;   /* lower: idle for longer */
	uint64_t due;     /* ring time, wrap-up or back-off ends; TD_NEVER */
	uint32_t wrap_up_ms;
};

struct model_contact {
	uint32_t number; /* 0: free */
	uint32_t queue, agent, channel;
	int32_t priority;
	int64_t key;
	uint64_t order, entered;
};

struct model {
	struct model_queue queue[MODEL_QUEUES + 1];
	struct model_agent agent[MODEL_AGENTS + 1];
	struct model_contact contact[MODEL_CONTACTS];
	uint32_t room[MODEL_LINKS + 1]; /* 0: of agents without link, never taken off */
	struct td_acd_in in;            /* under way */
	bool placed;                    /* CONTACT_ADD has given QUEUED or OVERFLOW */
	uint64_t order;
	/* How often what happened: a test that never gets anywhere proves nothing. */
	uint64_t seen_out[TD_ACD_OUT_QUEUED + 1];
	uint64_t seen_reason[TD_ACD_REASON_COUNT];
	uint64_t seen_offer[TD_CHANNEL_COUNT];
	uint64_t seen_unreachable; /* offers to those whose telephone is not there */
	uint64_t seen_change[TD_AGENT_STATE_COUNT][TD_AGENT_STATE_COUNT];
};

void model_init(struct model *m);
void model_in(struct model *m, const struct td_acd_in *in);    /* before acd_step() */
void model_out(struct model *m, const struct td_acd_out *out); /* each output */
void model_done(struct model *m, const struct acd *a, int rc); /* after acd_step() */

#endif
