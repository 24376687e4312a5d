/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The automatic call distributor: pure, event-driven, longest-idle. include/tandem/acd.h says what
 * the inputs and outputs mean; this is how to run it.
 *
 * All memory is taken at acd_alloc(). A decision costs O(channels x groups of the queue or agent x
 * log n) and never looks at every agent, queue or contact; see README.md for the structure.
 *
 * Rules that the callers rely on:
 * - Whatever the input, what is due at its `now` fires first. So an ANSWERED that comes together
 *   with the end of the ring time is too late: it is refused, and our caller hangs up on the agent.
 * - Offers come last, when all that is due has fired and the input has had its effect. So a contact
 *   that has reached its time-out is not offered any more, however many are due at once.
 * - Offers go to the agent who has been AVAILABLE longest, among those who have a slot for the
 *   contact's channel, are not engaged in a call of their own, and not backed off. Calls go only to
 *   those of them who are reachable. A contact without media needs no telephone, so it goes to the
 *   others too. An agent keeps that place when an offer ends for any reason but NO_ANSWER and a
 *   talk; unpause, login and the end of wrap-up put it last.
 * - An agent takes the contact with the highest priority, then the one that has waited longest
 *   (waited_ms included), of all queues its groups serve and all channels it could take now. A
 * queue has one line, whatever its contacts' channels are. A contact keeps its place, and its
 * time-out goes on, while agents are rung for it.
 * - An agent has one contact at a time, so one state, whatever the channel. "Rung" and "talk" stand
 *   for a contact without media too: the engine says RINGING, ANSWERED and TALK_END for it.
 * - BUSY, FAILED, DECLINED: the agent stays AVAILABLE, with that reason, and is backed off. When
 *   that ends, an AGENT output says AVAILABLE with reason NONE. That of FAILED ends at once when
 * the telephone can be reached again.
 * - Agents behind a link without room get no call and keep their place; when it has room again the
 *   best contact that one of them can take goes to the one idle longest, and so on. NO_ROOM ends an
 *   offer without a back-off; it is refused (-EINVAL) while the agent's link has room. A contact
 *   without media uses no link: its offer takes nothing off, and NO_ROOM of it is refused.
 * - AGENT_SET can take a slot away; AGENT_SET and QUEUE_SET can part the agent from the queue. An
 *   offer that the agent could not get any more is cancelled (WITHDRAW): the agent and the contact
 *   keep their places. A talk goes on.
 * - PAUSE, LOGOUT, AGENT_DEL and QUEUE_DEL during an offer cancel it (WITHDRAW). While talking the
 *   first three wait for TALK_END and then take effect in place of wrap-up; LOGIN takes a waiting
 *   logout back, UNPAUSE a waiting pause, AGENT_SET a waiting deletion.
 * - RESTORE: whom an earlier run rang is AVAILABLE and has kept the place. A talk of that run is
 * over: what follows a talk follows it now.
 * - A contact leaves the ACD with ANSWERED, CONTACT_DEL or OVERFLOW. From ANSWERED to TALK_END the
 *   agent alone knows its number.
 * - wait_ms and the time-out count from the entry into this queue, and waited_here_ms before it.
 */
#ifndef TANDEM_ENGINE_ACD_ACD_H
#define TANDEM_ENGINE_ACD_ACD_H

#include <tandem/acd.h>
#include <tandem/view.h>

#define ACD_BACKOFF_MS 1000 /* when the queue's busy_backoff_ms is 0: never ring again at once */
#define ACD_LIMIT_MAX  (1u << 24) /* each; keeps sums in 32 bits */

struct acd;

/*
 * Takes an output from within acd_step(); `out` is borrowed, padding-free, and may be journaled as
 * it is. Must not call acd_step().
 */
typedef void acd_out_fn(void *ctx, const struct td_acd_out *out);

/* NULL with errno ENOMEM, EINVAL (above ACD_LIMIT_MAX). The caller then steps acd_limits_input(),
 * so that it is journaled. */
struct acd *acd_alloc(const struct td_acd_limits *limits, acd_out_fn *out, void *ctx);
void acd_free(struct acd *a); /* NULL is fine */
struct td_acd_in acd_limits_input(const struct td_acd_limits *limits, uint64_t now);

/*
 * 0; or, when it had no effect apart from what was due:
 * -EINVAL    unknown type, limits that are not ours, an agent in a state that cannot do this, a
 *            channel that there is not (enum td_channel): of a contact, or among an agent's slots
 * -ERANGE    a number above the limit
 * -ENOENT    no such queue, agent or contact
 * -ESTALE    the agent is not (or no longer) on that contact
 * -EEXIST    the contact is there already
 * -EALREADY  the agent is as asked
 * CONTACT_ADD always gives QUEUED or OVERFLOW (FULL also when limits.contacts are there; EMPTY, and
 * -ENOENT, when there is no such queue) unless it returns -EEXIST or -EINVAL (contact 0, channel).
 * Never allocates. Refused inputs may be journaled or not: they change nothing but time.
 */
int acd_step(struct acd *a, const struct td_acd_in *in);

/* When ADVANCE is due next; TD_NEVER when it is not. Always later than the last input's `now`. An
 * earlier ADVANCE does no harm, but it is a record in the journal for nothing. */
uint64_t acd_next(const struct acd *a);

/* The rest is for showing. It only reads; strings are borrowed until the next step. */

struct acd_agent_info {
	const char *name;
	enum td_agent_state state;
	enum td_acd_reason reason; /* of a back-off, NO_ANSWER; else NONE */
	const char *pause_reason;  /* PAUSED, or pause_waits; else "" */
	uint64_t since;            /* in this state */
	uint64_t idle_since; /* AVAILABLE: offers that were not answered do not interrupt it; else 0
			      */
	uint64_t backoff_until;  /* 0 not backed off */
	uint32_t queue, contact; /* RESERVED RINGING TALKING; queue in WRAP_UP too; else 0 */
	bool reachable;
	bool engaged;                          /* in a call that no queue gave it */
	bool link_full;                        /* the link has no room for another call */
	bool pause_waits, logout_waits;        /* for the end of the talk */
	uint32_t answered, no_answer, refused; /* since it was set: offers by their end */
};

struct acd_queue_info {
	const char *name;
	uint32_t waiting; /* in line, those being offered included */
	uint32_t offered; /* of these, an agent is rung for */
	uint64_t oldest;  /* the first `entered` of those in line; TD_NEVER nobody waits */
	/*
	 * Counters since it was set. entered = answered + abandoned + timed_out + withdrawn +
	 * waiting; full ones did not enter. Offered as contracts say: entered + full; flow-outs:
	 * timed_out + full. A withdrawn one is no abandon.
	 */
	uint64_t entered, full, answered, abandoned, timed_out, withdrawn;
	uint64_t answered_in_level, abandoned_in_level,
		timed_out_in_level;                      /* within service_level_ms */
	uint64_t no_answer, refused;                     /* offers that ended so */
	uint64_t answered_wait_ms, answered_wait_max_ms; /* sum: ASA = this / answered */
};

struct acd_contact_info {
	uint32_t queue;
	uint32_t agent;    /* being offered to; 0 waits */
	uint32_t position; /* 1.. */
	enum td_channel channel;
	int32_t priority;
	uint64_t entered; /* earlier by waited_here_ms */
};

/* 0 or -ENOENT. Numbers to try: 1 up to the limits. */
int acd_agent_get(const struct acd *a, uint32_t agent, struct acd_agent_info *info);
/* The agent as TD_ACD_IN_RESTORE takes it. 0, or -ENOENT. */
int acd_agent_keep(const struct acd *a, uint32_t agent, struct td_acd_restore *out);
int acd_queue_get(const struct acd *a, uint32_t queue, struct acd_queue_info *info);
int acd_contact_get(const struct acd *a, uint32_t contact, struct acd_contact_info *info);
uint32_t acd_link_room(const struct acd *a, uint32_t link); /* 1 to limits.links; else TD_ACD_ROOM
							     */
/* The agents of a queue's groups who are logged in: how many, and what they are to the queue. Each
 * is counted once. `available` are free for a channel of which a contact waits that is not being
 * offered; when none does, for any. */
struct acd_queue_agents {
	uint64_t agents;
	TD_QUEUE_AGENTS(TD_FIELD, acd_queue_agents)
	uint32_t slots[TD_CHANNEL_COUNT][TD_AGENT_STATE_COUNT]; /* with a slot for the channel; who
								   is logged out, too */
	uint32_t free[TD_CHANNEL_COUNT]; /* who could take a contact of the channel now */
};
/* It looks at every agent, so it is for people and not for each call. 0 or -ENOENT. */
int acd_queue_agents(const struct acd *a, uint32_t queue, struct acd_queue_agents *out);
/* One that comes now would stand in its line: there is such a queue, and it has room. */
bool acd_queue_takes(const struct acd *a, uint32_t queue);
/* 1 << channel: an agent of the queue's groups has a slot for it, whatever the agent does now. */
uint32_t acd_queue_channels(const struct acd *a, uint32_t queue);

/*
 * What must hold after every input, link by link. False: `fault` names who breaks what. acd_check()
 * looks at everything, for tests; the others look at one object and its neighbours, in O(log n).
 * A contact that is not there is no fault.
 */
struct td_text; /* include/tandem/text.h */
bool acd_check(const struct acd *a, struct td_text *fault);
bool acd_check_agent(const struct acd *a, uint32_t agent, struct td_text *fault);
bool acd_check_contact(const struct acd *a, uint32_t contact, struct td_text *fault);

/* "not responding", "time-out", ...; "?" for a number that has no name. */
const char *acd_state_name(uint32_t state);
const char *acd_reason_name(uint32_t reason);
/* "login" is TD_AGENT_LOGIN; TD_AGENT_ACTION_COUNT for a word that is no action. */
enum td_agent_action acd_action_lookup(const char *word);
struct td_buf; /* engine/base/buf.h */
/* "offer queue=1 agent=2 contact=3 wait_ms=0 now=4" */
void acd_out_encode(struct td_buf *b, const struct td_acd_out *out);

#endif
