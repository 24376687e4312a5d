/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of this folder share.
 *
 * A group has two ordered sets for each channel: its agents who could take a contact of that
 * channel now, by how long they have been idle, and its queues where one waits for an agent, by
 * their best contact. An agent is in the sets of its groups, a queue in those of its groups. After
 * every input, one of the two sets of each group and channel is empty. So for a new idle agent, the
 * best of at most TD_ACD_GROUPS queues is looked for in each channel; for a new contact, the
 * longest idle of as many agents. For calls, agents behind a link without room are in no set, as if
 * they were busy.
 *
 * Inputs and timers change the sets alone. A group of which both sets have members then is noted,
 * and offers are made at the end of the step: all that is due has happened before.
 */
#ifndef TANDEM_ENGINE_ACD_INTERNAL_H
#define TANDEM_ENGINE_ACD_INTERNAL_H

#include <sys/queue.h>
#include <engine/acd/acd.h>
#include <engine/base/container.h>
#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <engine/base/timer.h>
#include <engine/base/tree.h>

#define CHANNEL(id)  (1u << TD_CHANNEL_##id)
#define CHANNELS_ALL ((1u << TD_CHANNEL_COUNT) - 1)

/* A place in one of a group's sets. */
struct set_place {
	struct tree_node node;
	void *owner;      /* struct acd_agent or struct acd_queue */
	uint32_t channel; /* of the set */
};

/* For each channel: */
struct acd_group {
	struct tree idle[TD_CHANNEL_COUNT];    /* struct acd_agent */
	struct tree calling[TD_CHANNEL_COUNT]; /* struct acd_queue */
	uint32_t takers[TD_CHANNEL_COUNT];     /* its agents who have a slot for it */
	bool unmatched; /* noted: both sets of a channel had members in this step */
	STAILQ_ENTRY(acd_group) next_unmatched;
};

STAILQ_HEAD(groups, acd_group);

/* The groups an agent or a queue names, each once. */
struct memberships {
	uint32_t group[TD_ACD_GROUPS];
	struct set_place place[TD_CHANNEL_COUNT][TD_ACD_GROUPS];
	uint8_t count;
};

struct acd_contact {
	struct hash_node node;
	struct tree_node line_node, waiting_node;
	TAILQ_ENTRY(acd_contact) entry;
	struct timer timer; /* the queue's time-out */
	struct acd_queue *queue;
	struct acd_agent *agent; /* it is being offered to */
	uint64_t entered;        /* less what it waited in this queue before */
	int64_t order_time; /* less what it waited in all queues; may lie before time's origin */
	uint64_t order;     /* tie-break: as they came */
	uint32_t number;
	int32_t priority;
	uint32_t channel;
};

TAILQ_HEAD(contacts, acd_contact);

struct acd_queue {
	struct acd *acd;
	struct td_acd_queue conf;
	struct memberships memberships;        /* in the groups' sets while best is there */
	struct tree line;                      /* all its contacts, in the order they are served */
	struct contacts entries;               /* all its contacts, as they came */
	struct tree waiting[TD_CHANNEL_COUNT]; /* those no agent is rung for */
	struct acd_contact *best[TD_CHANNEL_COUNT]; /* first of waiting */
	uint32_t number;
	bool used;
	bool closing; /* being deleted: takes and gives nothing */
	uint64_t entered, full, answered, abandoned, timed_out, withdrawn;
	uint64_t answered_in_level, abandoned_in_level, timed_out_in_level, no_answer, refused;
	uint64_t answered_wait_ms, answered_wait_max_ms;
};

TAILQ_HEAD(agents, acd_agent);

/* A link of the site, and the agents behind it. */
struct acd_link {
	struct agents agents;
	uint32_t room; /* offers that it can take, or TD_ACD_ROOM */
};

struct acd_agent {
	struct acd *acd;
	struct acd_link *link; /* NULL: none */
	TAILQ_ENTRY(acd_agent) beside;
	char name[TD_NAME_BYTES];
	char pause_reason[TD_NAME_BYTES];
	struct memberships memberships; /* in the groups' sets of the channels it is idle for */
	struct timer timer;             /* by state: ring time, back-off (AVAILABLE), wrap-up */
	struct acd_contact *offer;      /* RESERVED, RINGING */
	uint64_t since;
	uint64_t idle_since;
	uint64_t idle_order; /* as they became idle */
	uint32_t number;
	uint32_t queue, contact; /* of the offer, talk or wrap-up */
	uint32_t wrap_up_ms;     /* the queue's when it was answered: the queue may be gone */
	uint32_t answered, no_answer, refused;
	uint32_t channels; /* 1 << channel: it has a slot for contacts of the channel */
	uint32_t idle;     /* 1 << channel: in its groups' sets of the channel */
	uint8_t state, reason;
	bool used;
	bool counted; /* among its groups' takers: as long as it is not to be deleted */
	bool reachable;
	bool engaged;                                 /* in a call that no queue gave it */
	bool pause_waits, logout_waits, delete_waits; /* for TALK_END */
};

struct acd {
	struct td_acd_limits limits;
	acd_out_fn *out;
	void *ctx;
	uint64_t now;
	uint64_t order; /* the last one given, to agents and contacts */
	struct timers timers;
	struct groups unmatched; /* empty between steps */
	struct acd_group *group;
	struct acd_queue *queue;
	struct acd_agent *agent;
	struct acd_link *link;
	struct pool contacts;
	struct hash contact_by_number;
};

/*
 * The layers, the lowest first. No file calls one that comes later in this list of prototypes.
 */

/* order.c */
bool idle_before(const struct tree_node *a, const struct tree_node *b);
bool calling_before(const struct tree_node *a, const struct tree_node *b);
bool line_before(const struct tree_node *a, const struct tree_node *b);
bool waiting_before(const struct tree_node *a, const struct tree_node *b);
bool contact_before(const struct acd_contact *a, const struct acd_contact *b);
void *place_owner(const struct tree_node *n); /* of a set_place's node; NULL: none */
uint32_t contact_wait_ms(const struct acd *a, const struct acd_contact *c);

static inline bool has_media(const struct acd_contact *c)
{
	return td_channel_media(c->channel);
}

/* memory.c */
void memberships_set(
	struct memberships *m, const uint32_t group[static TD_ACD_GROUPS], void *owner);
struct acd_agent *agent_at(struct acd *a, uint32_t number); /* NULL when there is none */
static inline bool queue_full(const struct acd_queue *q)
{
	return q->conf.max_length && tree_count(&q->line) >= q->conf.max_length;
}
struct acd_queue *queue_at(struct acd *a, uint32_t number); /* NULL when there is none */
struct acd_contact *contact_find(
	const struct acd *a, uint32_t number); /* NULL when there is none */

/* output.c */
/* Starts an output: now, type and what follows from the arguments, each of which may be NULL/0. */
struct td_acd_out out_begin(const struct acd *a, enum td_acd_out_type type, uint32_t queue,
	uint32_t agent, const struct acd_contact *c);
void out_end(struct acd *a, const struct td_acd_out *out);
void agent_enter(struct acd_agent *ag, enum td_agent_state state, enum td_acd_reason reason);

/* sets.c */
uint32_t agent_free(const struct acd_agent *ag); /* 1 << channel: could take a contact of it */
/* By their groups, whatever the agent does now. */
bool agent_serves(const struct acd_agent *ag, const struct acd_queue *q);
/* It has a slot for it, and serves its queue. */
bool agent_takes(const struct acd_agent *ag, const struct acd_contact *c);
/* Among its groups' takers, or not. While it is, its groups and slots stay. */
void agent_count(struct acd_agent *ag, bool counted);
void agent_refresh(struct acd_agent *ag); /* into or out of its groups' sets, by its state */
void queue_refresh(struct acd_queue *q, uint32_t channel);  /* the same, by its contacts */
struct acd_contact *agent_next(const struct acd_agent *ag); /* that it would take, or NULL */
/* Idle longest of its groups for this channel, or NULL. */
struct acd_agent *queue_agent(const struct acd_queue *q, uint32_t channel);
void link_set(
	struct acd_agent *ag, uint32_t number); /* 0: none; the agent is in no set meanwhile */
void link_take(struct acd_agent *ag);           /* an offer to it begins */
bool link_full(const struct acd_agent *ag);
void link_refresh(const struct acd_link *p); /* all agents behind it */

/* match.c */
/* An offer of this contact, an agent being idle for it; of a better one, if that agent can take
 * one. */
void contact_match(struct acd_contact *c);
void match(struct acd *a); /* offers, until no group has an idle agent and somebody who waits */
/* The contact's offer is over: the contact waits again, and the agent has no contact. The agent is
 * not refreshed yet: the caller gives it its next state first. */
void offer_end(struct acd_contact *c);

/* stay.c */
void agent_idle(struct acd_agent *ag);
void agent_withdraw(struct acd_agent *ag, enum td_agent_state state);
/* The configuration has changed: an offer of what the agent does not take any more is over. */
void agent_offer_review(struct acd_agent *ag);
void agent_talk_over(struct acd_agent *ag); /* wrap-up, or what waited for the end of the talk */

/* contact.c */
void contact_free(struct acd_contact *c); /* out of its queue; no agent is rung for it */
void contact_remove(struct acd_contact *c, enum td_acd_reason cancel, enum td_acd_reason over);
void contact_timeout_set(struct acd_contact *c); /* by its queue's configuration */
int contact_add(struct acd *a, const struct td_acd_in *in);
int contact_del(struct acd *a, const struct td_acd_in *in);

/* queue.c */
int queue_set(struct acd *a, const struct td_acd_in *in);
int queue_del(struct acd *a, const struct td_acd_in *in);

/* offer.c */
void offer_expire(struct acd_agent *ag);
int offer_ringing(struct acd *a, const struct td_acd_in *in);
int offer_answer(struct acd *a, const struct td_acd_in *in);
int offer_fail(struct acd *a, const struct td_acd_in *in);
int talk_end(struct acd *a, const struct td_acd_in *in);

/* agent.c */
int agent_set(struct acd *a, const struct td_acd_in *in);
int agent_del(struct acd *a, const struct td_acd_in *in);
int agent_login(struct acd *a, const struct td_acd_in *in);
int agent_logout(struct acd *a, const struct td_acd_in *in);
int agent_pause(struct acd *a, const struct td_acd_in *in);
int agent_unpause(struct acd *a, const struct td_acd_in *in);
int agent_reach(struct acd *a, const struct td_acd_in *in);
int agent_engage(struct acd *a, const struct td_acd_in *in);
int agent_wrap_up_end(struct acd *a, const struct td_acd_in *in);

/* restore.c */
int agent_restore(struct acd *a, const struct td_acd_in *in);

/* link.c */
int link_has_room(struct acd *a, const struct td_acd_in *in);

#endif
