/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The automatic call distributor's inputs and outputs.
 *
 * The ACD is a pure function of its inputs: the same inputs in the same order give the same
 * outputs. So every input is journaled as it is (TD_EV_ACD_IN), and every output (TD_EV_ACD_OUT).
 * `tandemctl replay --verify` feeds the inputs again and compares the outputs. All are plain data
 * of fixed size; numbers are little endian.
 *
 * Identifiers: queue and agent numbers are given by the engine's configuration and live as long as
 * the object's name does; contact numbers are never used twice in a run.
 */
#ifndef TANDEM_ACD_H
#define TANDEM_ACD_H

#include <tandem/types.h>

#define TD_ACD_GROUPS 8 /* groups a queue can name */

/*
 * What a contact comes by: X(id, name, help, MEDIA or MEDIALESS). With MEDIA an agent needs the
 * telephone, and room on its link. Journals keep the order.
 */
#define TD_CHANNELS(X)                                             \
	X(VOICE, "voice", "a call; it needs the telephone", MEDIA) \
	X(MESSAGE, "message", "text; it has no media", MEDIALESS)
#define TD_CHANNEL_ID(id, ...) TD_CHANNEL_##id,
enum td_channel { TD_CHANNELS(TD_CHANNEL_ID) TD_CHANNEL_COUNT };

enum td_channel_kind { TD_CHANNEL_MEDIALESS, TD_CHANNEL_MEDIA };
#define TD_CHANNEL_BIT(id, name, help, kind) \
	| (uint32_t)(TD_CHANNEL_##kind == TD_CHANNEL_MEDIA) << TD_CHANNEL_##id
#define TD_CHANNELS_MEDIA (0u TD_CHANNELS(TD_CHANNEL_BIT)) /* bit 1 << channel */

/* " message": the words of those without media, for help, as TD_SPACED makes it of all. */
#define TD_CHANNEL_WORD_MEDIALESS(word) " " word
#define TD_CHANNEL_WORD_MEDIA(word)
#define TD_CHANNEL_MEDIALESS_WORD(id, word, help, kind) TD_CHANNEL_WORD_##kind(word)

static inline bool td_channel_media(uint32_t channel)
{
	return channel < TD_CHANNEL_COUNT && TD_CHANNELS_MEDIA >> channel & 1;
}

/* An agent's states and their names: X(identifier, name). */
#define TD_AGENT_STATES(X)                                                         \
	X(LOGGED_OUT, "logged out")                                                \
	X(AVAILABLE, "available")                                                  \
	X(RESERVED, "reserved") /* chosen; a call's telephone does not ring yet */ \
	X(RINGING, "ringing")                                                      \
	X(TALKING, "talking")                                                      \
	X(WRAP_UP, "wrap-up")                                                      \
	X(PAUSED, "paused")                 /* with a reason */                    \
	X(NOT_RESPONDING, "not responding") /* did not answer in time; ends by unpause or login */

#define TD_AGENT_STATE_ENUM(id, name) TD_AGENT_##id,
#define TD_AGENT_STATE_NAME(id, name) [TD_AGENT_##id] = (name),
enum td_agent_state { TD_AGENT_STATES(TD_AGENT_STATE_ENUM) TD_AGENT_STATE_COUNT };

/*
 * What an operator does to an agent: X(ID, word, input, verb, help). People and programs write the
 * word, the distributor gets TD_ACD_IN_<input>, and an error says "cannot <verb> alice".
 */
#define TD_AGENT_ACTIONS(X)                                                                      \
	X(LOGIN, "login", LOGIN, "log in", "the agent gets calls")                               \
	X(LOGOUT, "logout", LOGOUT, "log out",                                                   \
		"the agent gets no calls; a talk goes on, and the logout follows it")            \
	X(PAUSE, "pause", PAUSE, "pause",                                                        \
		"the agent gets no calls for a while; a talk goes on, and the pause follows it") \
	X(UNPAUSE, "unpause", UNPAUSE, "unpause", "the pause ends")                              \
	X(READY, "ready", WRAP_UP_END, "end the wrap-up of", "wrap-up ends before its time")

#define TD_AGENT_ACTION_ENUM(id, ...) TD_AGENT_##id,
enum td_agent_action { TD_AGENT_ACTIONS(TD_AGENT_ACTION_ENUM) TD_AGENT_ACTION_COUNT };

/* Why a contact left its queue, or an offer ended: X(identifier, name). Journals keep the order. */
#define TD_ACD_REASONS(X)                                                                         \
	X(NONE, "none")                                                                           \
	X(TIMEOUT, "time-out")  /* the queue's time-out: overflow */                              \
	X(FULL, "full")         /* the queue's maximum length: overflow */                        \
	X(EMPTY, "empty")       /* no agent could ever serve it (queue deleted) */                \
	X(ABANDON, "abandon")   /* the caller hung up while waiting */                            \
	X(WITHDRAW, "withdraw") /* taken out by an operator or by signalling */                   \
	X(ANSWER, "answer")                                                                       \
	X(NO_ANSWER, "no answer")                                                                 \
	X(BUSY, "busy")         /* 486, 600: backed off */                                        \
	X(FAILED, "failed")     /* any other failure: unreachable, 4xx, 5xx, codec: backed off */ \
	X(DECLINED, "declined") /* 603, 480 */                                                    \
	X(NO_ROOM, "link full") /* the agent's link is full: not rung, not backed off */

#define TD_ACD_REASON_ENUM(id, name) TD_ACD_##id,
#define TD_ACD_REASON_NAME(id, name) [TD_ACD_##id] = (name),
enum td_acd_reason { TD_ACD_REASONS(TD_ACD_REASON_ENUM) TD_ACD_REASON_COUNT };

enum td_acd_in_type {
	TD_ACD_IN_ADVANCE = 1, /* time has come to `now`; what was due by then fires */
	TD_ACD_IN_QUEUE_SET,   /* .queue_set: create or change; offers to agents who do not serve it
				  any more are cancelled */
	TD_ACD_IN_QUEUE_DEL,   /* waiting contacts get OVERFLOW(EMPTY); talks go on */
	TD_ACD_IN_AGENT_SET,   /* .agent_set: create or change; a new agent is logged out. An offer
				  that the agent could not get any more is cancelled */
	TD_ACD_IN_AGENT_DEL,   /* a talk goes on, then the agent is gone */
	TD_ACD_IN_CONTACT_ADD, /* contact, .contact_add: enters its queue */
	TD_ACD_IN_CONTACT_DEL, /* .end: ABANDON or WITHDRAW; an offer of it is cancelled */
	TD_ACD_IN_LOGIN,       /* agent */
	TD_ACD_IN_LOGOUT,      /* a talk goes on, then logged out */
	TD_ACD_IN_PAUSE,       /* agent, .reason_text; while talking: takes effect after the talk */
	TD_ACD_IN_UNPAUSE,     /* also ends NOT_RESPONDING and WRAP_UP */
	TD_ACD_IN_REACHABLE,   /* agent, .end.reason 0 unreachable / 1 reachable (registered): for
				  calls; contacts without media need no telephone */
	TD_ACD_IN_RINGING,  /* agent, contact: the telephone rings, or a message's agent can accept
			     */
	TD_ACD_IN_ANSWERED, /* agent, contact */
	TD_ACD_IN_OFFER_FAILED, /* agent, contact, .end.reason BUSY FAILED DECLINED NO_ANSWER; or
				   NO_ROOM, after a LINK with room 0 */
	TD_ACD_IN_TALK_END,     /* agent, contact: bridge ended; wrap-up starts */
	TD_ACD_IN_WRAP_UP_END,  /* agent says ready before the time */
	TD_ACD_IN_LIMITS,       /* .limits: the first input of every run, as given to acd_alloc() */
	TD_ACD_IN_LINK, /* .link: how many more agents behind it can be rung. Each OFFER of a call
			   to one of them takes one off; at 0 they get no calls. TD_ACD_ROOM at the
			   start */
	TD_ACD_IN_ENGAGED, /* agent, .end.reason 1: in a call that no queue gave it, so it gets no
			      offers, of no channel; 0: no longer. The state and the place among the
			      idle stay */
	TD_ACD_IN_RESTORE, /* agent, .restore: what an earlier run of the engine left it in. The
			      agent has just been set, and nothing else. Those who become idle come
			      in the order of idle_since */
};

/* An agent as an earlier run left it. Times are of this run's clock, and not later than `now` but
 * for `until`. */
struct td_acd_restore {
	char pause_reason[TD_NAME_BYTES]; /* PAUSED, or pause_waits */
	uint64_t since;                   /* in the state */
	uint64_t idle_since;              /* its place among the idle: AVAILABLE RESERVED RINGING */
	uint64_t until;                   /* end of the back-off or wrap-up; 0: none */
	uint32_t queue;                   /* WRAP_UP: of the talk; 0: gone */
	uint32_t wrap_up_ms;              /* TALKING: what follows the talk, which is over */
	uint8_t state, reason;            /* of a back-off, NO_ANSWER; else NONE */
	uint8_t pause_waits, logout_waits;
	uint32_t unused;
};

struct td_acd_queue {
	char name[TD_NAME_BYTES];
	uint32_t groups[TD_ACD_GROUPS]; /* group numbers, served alike; unused: 0 */
	uint32_t wrap_up_ms;
	uint32_t ring_ms;    /* how long one agent is rung, from the offer on; 0 for ever */
	uint32_t timeout_ms; /* 0 for ever */
	uint32_t max_length; /* 0 without limit; waiting contacts, those being offered included */
	uint32_t busy_backoff_ms;  /* an agent who refused gets no offer for so long; 0: 1 s */
	uint32_t service_level_ms; /* counts answers and abandons within it apart */
};

struct td_acd_agent {
	char name[TD_NAME_BYTES];
	uint32_t groups[TD_ACD_GROUPS]; /* unused: 0 */
	uint32_t link;                  /* that the telephone is behind, 1.., 0 none */
	/* Bit 1 << c: the agent has a slot for a contact of channel c (enum td_channel). 0: for
	 * voice alone, as engines before 0.2 wrote it. */
	uint32_t channels;
};

/* Numbers go from 1 to the limit; `contacts` is how many can be in queues at once. */
struct td_acd_limits {
	uint32_t queues, groups, agents, contacts, links;
};

#define TD_ACD_ROOM UINT32_MAX /* room for as many as there are; offers take nothing off */

struct td_acd_in {
	uint64_t now; /* never goes back */
	uint16_t type;
	uint16_t unused;
	uint32_t queue;   /* 1.. */
	uint32_t agent;   /* 1.. */
	uint32_t contact; /* 1.. */
	union {
		struct td_acd_queue queue_set;
		struct td_acd_agent agent_set;
		struct td_acd_limits limits;
		struct {
			int32_t priority;   /* higher goes first; 0 */
			uint32_t waited_ms; /* already, in queues: counts for the order */
			uint32_t channel;   /* enum td_channel */
			/* Of waited_ms, in this queue, to which a transfer that reached nobody
			 * brings the contact back: counts for the time-out and wait_ms too. 0, as
			 * engines before 0.2 wrote it. */
			uint32_t waited_here_ms;
		} contact_add;
		struct {
			uint32_t reason; /* enum td_acd_reason, or reachable */
		} end;
		struct {
			uint32_t number, room;
		} link;
		char reason_text[TD_NAME_BYTES];
		struct td_acd_restore restore;
	};
};

enum td_acd_out_type {
	TD_ACD_OUT_OFFER = 1, /* this contact to this agent; .wait_ms so far */
	TD_ACD_OUT_CANCEL,    /* the offer is over: reason NO_ANSWER, ABANDON, WITHDRAW, TIMEOUT */
	TD_ACD_OUT_OVERFLOW,  /* the contact has left the queue: TIMEOUT, FULL, EMPTY; .position it
				 had */
	TD_ACD_OUT_AGENT,     /* the agent's state changed: .state, .reason */
	TD_ACD_OUT_QUEUED,    /* the contact has entered, once: .position 1.. */
};

struct td_acd_out {
	uint64_t now;
	uint16_t type;
	uint8_t state;  /* enum td_agent_state */
	uint8_t reason; /* enum td_acd_reason */
	uint32_t queue;
	uint32_t agent;
	uint32_t contact;
	uint32_t wait_ms;
	uint32_t position;
};

#endif
