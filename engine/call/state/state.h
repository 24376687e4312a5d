/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the engine holds. An agent's state in the distributor and the call it is in are one record
 * (struct agent). A call has any number of parties up to PARTIES_MAX: the caller, and those who
 * were rung for it.
 *
 * Objects and their ends:
 *   party  from INVITE until both its SIP session is over and its leg is given back. One
 *          that was rung in vain leaves its call at once, one that talked when its media is gone
 *   call   from an accepted INVITE until its CDR is written: all parties' media gone, or CLOSE_NS
 *          after the end. Its contact (struct contact) begins and ends with it. A party that
 * outlives its call, or has left it, has party->call NULL.
 *   contact without media: from its creation until its CDR is written, at once when it ends
 */
#ifndef TANDEM_ENGINE_CALL_STATE_STATE_H
#define TANDEM_ENGINE_CALL_STATE_STATE_H

#include <engine/acd/acd.h>
#include <engine/call/state/acct.h>
#include <engine/call/state/admission.h>
#include <engine/call/state/marks.h>
#include <engine/call/state/object.h>
#include <engine/call/state/ports.h>
#include <engine/call/state/quality.h>
#include <engine/conf/conf.h>
#include <engine/contact/contact.h>
#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <engine/base/random.h>
#include <engine/base/timer.h>
#include <engine/sdp/sdp.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/registrar/registrar.h>
#include <engine/sip/dialog/ua.h>
#include <tandem/engine.h>
#include <tandem/event.h>

#define CLOSE_NS    (2 * TD_NSEC_PER_SEC) /* the CDR waits this long for LEG_GONE */
#define HOPS_MAX    16                    /* queues a call can overflow through */
#define PARTIES_MAX 8 /* of a call at once; those whose media ends yet are among them */
#define CALL_TIMERS 2 /* of each call */
#define DRIVERS_MAX 4 /* on a call's stack: route, queue, dial, and one to spare */

struct group {
	struct object object;
	/* Its agents with a slot for the channel who are there, or come back:
	 * engine/call/site/unattended.h */
	uint32_t there[TD_CHANNEL_COUNT];
};

struct link {
	struct object object;
	struct budget budget;
	uint64_t asked_bps; /* what its agents' next call is taken for */
	uint32_t agents;    /* behind it */
	uint32_t told;      /* room, as the distributor has it */
	uint32_t offers;    /* made by the distributor, not tried yet */
};

#define RESOLUTION_WHY 160 /* bytes of the line why there is none, with NUL */
#define RESOLUTION_MAX 8   /* addresses of a name that are kept; a carrier has two to four */

/* The addresses of a trunk's server that is given by name: engine/call/site/resolve.c. */
struct resolution {
	struct td_engine *engine;
	char name[TD_HOST_BYTES]; /* empty: the server is an address */
	struct timer timer;       /* asks anew; or, while `waiting`, waits no longer */
	uint32_t request;         /* the last question; 0: it has been answered */
	bool waiting;
	bool alarm;
	uint8_t count; /* 0: no answer has ever had one */
	struct td_addr address[RESOLUTION_MAX];
	uint64_t failed[RESOLUTION_MAX]; /* when a call last got no answer there; 0: it got one */
	uint64_t since;                  /* they are in force */
	char why[RESOLUTION_WHY];        /* the last question failed; empty: it did not */
};

/* INVITEs of one direction. Each is offered, and becomes one of the others in the end. */
struct trunk_calls {
	uint64_t offered;
	uint64_t answered;
	uint64_t rejected;  /* by a final response that is none to a CANCEL */
	uint64_t cancelled; /* by who sent it */
	uint64_t failed;    /* nothing got there, or nothing of use came back */
};

struct trunk {
	struct object object;
	struct td_conf_trunk conf;
	struct resolution resolution;
	struct budget budget;
	struct link *link; /* NULL: one without limit */
	struct trunk_calls in, out;
	uint64_t rests;         /* no call goes out by it until then; 0: it does not rest */
	uint64_t media_refused; /* when last, engine time; 0: its alarm is not raised */
	uint32_t unproven;      /* calls that ring before their caller has shown that it is there */
	uint64_t doubted; /* when one last gave cause, engine time; 0: its alarm is not raised */
};

struct queue {
	struct object object;
	struct td_conf_queue conf;
	struct td_acd_queue acd;            /* as the distributor has it */
	uint32_t waiting[TD_CHANNEL_COUNT]; /* now; those being offered too */
	uint32_t talking;                   /* now */
	uint32_t unattended;                /* 1 << channel: its alarm is raised */
};

struct agent {
	struct object object;
	struct td_conf_agent conf;
	struct td_acd_agent acd;    /* as the distributor has it */
	struct link *link;          /* to the telephone; NULL: one without limit */
	uint8_t state;              /* enum td_agent_state, as the distributor last said */
	uint32_t attends;           /* 1 << channel: its groups count it for this */
	uint8_t backoff;            /* enum td_acd_reason, while AVAILABLE and not rung */
	uint64_t since;             /* when it became so */
	uint64_t from;              /* of its next row of `agent_session`; 0: none is due */
	uint64_t login;             /* when the agent logged in, */
	bool with_telephone;        /* and whether by or with one */
	char reason[TD_NAME_BYTES]; /* of the pause in force, or of the next one */
	bool reachable;
	bool by_hand;               /* an operator has logged the agent out */
	bool returns;               /* an earlier run has left it in a state, which comes yet */
	bool resumes;               /* the loss of the telephone has ended a pause, for */
	char resume[TD_NAME_BYTES]; /* this reason: it goes on when the telephone is back */
	struct timer away;          /* the telephone is lost: the agent is logged out then */
	struct td_engine *engine;   /* once it has been configured */
	struct contact *contact;    /* offered, or handled, by a queue; NULL: none */
	struct party *own; /* its parties of calls that no queue gave it, the latest first */
	uint64_t answered, missed;
};

enum party_media {
	PARTY_MEDIA_NONE,     /* no leg */
	PARTY_MEDIA_RESERVED, /* a leg, which its worker has not heard of yet */
	PARTY_MEDIA_ADDED,
	PARTY_MEDIA_DELETING /* until LEG_GONE */
};

enum party_state {
	PARTY_RINGING, /* not answered: who is rung, and the caller at first */
	PARTY_JOINED,
	PARTY_LEFT, /* until LEG_GONE */
};

struct party_keys {
	struct td_srtp_key in, out; /* the peer's and ours, in force; no suite: RTP */
	bool in_due, out_due;       /* the worker has not heard of it */
};

/* An INVITE that a carrier forks makes a dialog for each who is rung (RFC 3261 section 12.1). Of so
 * many we keep what they said; one more takes the place of the oldest. */
#define PARTY_EARLY_MAX 4
/* What the answer in a provisional response makes of a party's leg: the 2xx of the same dialog may
 * have none. */
struct party_early {
	uint64_t dialog; /* hash of its To tag; 0: there is none */
	struct td_leg_params params;
	struct sdp_crypto in; /* its key; no suite: RTP */
	uint8_t out;          /* the line of our offer that has ours */
};

struct party {
	struct call *call;             /* NULL: the call is closed, or it was rung in vain */
	struct agent *agent;           /* whom we call; NULL: the caller, or */
	struct trunk *trunk;           /* by which we call */
	struct td_addr server;         /* to which of its addresses, */
	char dialled[TD_NUMBER_BYTES]; /* and which number; empty: an agent, or the caller */
	uint8_t role;                  /* enum td_role */
	uint8_t state;                 /* enum party_state */
	bool held;                     /* by its telephone */
	uint32_t contact; /* what the distributor calls the talk; 0: no queue gave it */
	uint8_t number;   /* among the parties of the call, from 1; 0: not told of yet */
	bool talked;      /* its turn to talk to the caller has come */
	bool recorded;    /* the journal has been told of its end */
	uint8_t why;      /* enum td_party_end, of one that did not join; NONE: not known yet */
	char call_id[TD_CALL_ID_BYTES]; /* of its call, which it may outlive */
	struct contact_segment talk;
	struct party *next_own; /* of those of its agent; or, a caller, of whom it calls for */
	uint64_t began, answered, joined, left;
	struct sip_session *session; /* NULL: over */
	struct trace_entry *trace;   /* of the session's Call-ID; NULL: none yet */
	uint32_t leg;                /* its number, TD_LEG_NONE: none */
	bool apart;                  /* its worker is not the caller's, which had no port left */
	uint8_t media;               /* enum party_media */
	bool offering;               /* our offer is in a 2xx, the ACK brings the answer */
	bool rang;                   /* the agent's telephone */
	uint8_t commands;            /* to the worker, since `window` */
	uint64_t window;
	bool heard;  /* RTP has come */
	bool silent; /* none comes, though it should */
	uint64_t silent_since;
	bool playing;  /* a sound; its end was not told yet */
	uint32_t play; /* number of the last one, 0 none */
	uint32_t sound;
	struct sdp ours;
	struct party_keys keys;
	struct party_early early[PARTY_EARLY_MAX];
	uint8_t early_next; /* whose place the next dialog gets */
	struct td_leg_params params;
	struct quality quality;
	struct grant grant;
	uint8_t ptime_ms; /* the shorter of what either side has said */
};

/* X(ID, name, help). FREE comes first: unused records of the pool are zero. */
#define CALL_STATES(X)                                                                         \
	X(FREE, "free", "no call")                                                             \
	X(UNCONFIRMED, "unconfirmed",                                                          \
		"answered; the ACK is waited for, which shows that the caller is there, or "   \
		"brings its SDP")                                                              \
	X(CONNECTING, "connecting",                                                            \
		"a driver looks for somebody; whether the caller is answered, its party says") \
	X(TALKING, "talking", "the caller talks to at least one party")                        \
	X(ENDED, "ended", "the last statistics are waited for, 2 s at most")
#define CALL_STATE_ID(id, ...) CALL_##id,
enum call_state { CALL_STATES(CALL_STATE_ID) CALL_STATE_COUNT };

/* Who can be rung: an agent, or a number by a trunk. */
struct target {
	struct agent *agent;
	struct trunk *trunk;
	uint8_t place; /* which of the trunk's addresses */
};

/* The ringing of somebody for a call: engine/call/transition/attempt.h. */
struct attempt {
	const struct attempt_ops *ops; /* NULL: nobody is rung */
	struct target target[TD_CONF_LIST];
	uint8_t count, next;
	uint8_t tries; /* of the next target; a trunk's addresses: */
	struct td_addr tried[RESOLUTION_MAX];
	bool at_once;                 /* all together; else one after the other */
	char number[TD_NUMBER_BYTES]; /* for trunks */
	int code;                     /* with which the last one failed */
};

/* What leads a call: engine/call/transition/driver.h. */
struct driver {
	const struct driver_ops *ops;
	union {
		struct {
			struct queue *queue; /* when no trunk takes the call; NULL: none */
		} route;
		struct {
			bool join;           /* who answers joins those who talk */
			bool untaken;        /* as of struct outcome, so far */
			bool tried;          /* somebody was rung, and did not answer */
			struct td_text *err; /* why somebody is not rung; NULL: nobody asks */
		} dial;
	};
};

struct call {
	struct contact *contact; /* whose voice it is */
	struct timer timer;      /* CLOSE_NS; before: nobody answers */
	struct timer life;       /* engine/call/media/life.h */
	struct td_engine *engine;
	uint8_t state;               /* enum call_state */
	uint8_t codec;               /* enum td_codec, of all parties */
	uint8_t max_forwards;        /* that its INVITE came with: RFC 7332 */
	uint8_t silence;             /* enum call_silence, as counted in struct silences */
	struct trunk *trunk;         /* NULL: an agent calls */
	struct agent *calling_agent; /* that one */
	bool proven;                 /* the caller is there: engine/call/media/proof.h */
	bool rings_unproven; /* and rings somebody before that is known; its trunk counts it */
	struct party *caller;
	struct party *party[PARTIES_MAX]; /* the caller first, the others as they were rung */
	uint8_t parties, parties_told;
	struct party *bridged; /* who is relayed to the caller; NULL: nobody */
	struct party *taped;   /* whom the recording hears beside the caller */
	struct party *partner; /* who was relayed last; NULL: nobody, or it is gone */
	struct attempt attempt;
	struct driver driver[DRIVERS_MAX];
	uint8_t drivers;
	uint64_t began, talk_since, ended;
	/* Since when the caller and whose turn it is listen to each other. 0: they do not, as
	 * nobody talks or one of them holds. */
	uint64_t listening;
};

struct trunk_source { /* one prefix of a trunk, longest first */
	struct td_prefix prefix;
	struct trunk *trunk;
};

struct marked { /* a telephone that does not register, by address */
	struct td_addr contact;
	uint8_t sip_dscp;
};

/* Talks in which somebody is not heard: X(ID, name, why its alarm is cleared). The alarm is
 * TD_ALARM_ID; a talk is of one kind at a time. */
#define CALL_SILENCES(X)                                                         \
	X(ONE_WAY_AUDIO, one_way, "both sides of every talk are heard, or none") \
	X(NO_AUDIO, no_audio, "in every talk somebody is heard")
#define CALL_SILENCE_ID(id, ...) CALL_##id,
enum call_silence { CALL_HEARD, CALL_SILENCES(CALL_SILENCE_ID) CALL_SILENCE_COUNT };

struct silences {
	struct td_engine *engine;
	uint32_t now;   /* such talks */
	uint64_t total; /* since the start */
	bool raised;    /* the alarm */
	struct timer clear;
};

/* Calls that we ended because nobody did: engine/call/transition/expire.h. */
struct expiries {
	uint64_t rtp_timeouts, overlong;
};

/* The check of one object in turn: engine/call/check/check.h. */
struct checks {
	uint32_t inputs;       /* since the last one */
	uint32_t next;         /* whose turn it is */
	uint32_t faults;       /* in this round of all objects */
	uint64_t done, failed; /* objects looked at; of these, found at fault */
	bool raised;           /* the alarm */
};

/* Calls that were refused, and why: X(name, text). Counted; rows of `tandemctl show sip`. */
#define CALL_REFUSALS(X)                                                                    \
	X(unknown_source, "INVITEs from nowhere known: 403")                                \
	X(no_route, "calls to a number without route: 404")                                 \
	X(no_media_there, "calls whose SDP names an address to which no media may go: 488") \
	X(route_closed, "calls to a number whose route is not for the caller: 404")         \
	X(route_refuses, "calls to a number whose route refuses them: 403")                 \
	X(long_number, "calls to a number of more than 31 characters: 484")                 \
	X(no_srtp, "calls without the SRTP that they must have: 488")                       \
	X(no_codec, "calls without audio or common codec: 400, 488")                        \
	X(draining, "calls refused while draining: 503")                                    \
	X(full, "calls refused, max_calls or ports reached: 503")                           \
	X(trunk_full, "calls refused, a trunk's limit reached: 503")                        \
	X(link_full, "calls refused, a link's limit reached: 503")                          \
	X(unproven_full, "calls refused, a trunk's max_unproven reached: 503")              \
	X(reinvite_full, "re-INVITEs refused, shorter packets would pass a limit: 488")     \
	X(queue_full, "calls and other contacts that found a queue full")
/* Requests about contacts that were refused: X(name, text). Likewise. */
#define CONTACT_REFUSALS(X)                                                                       \
	X(contacts_draining, "contacts without media refused while draining")                     \
	X(contacts_full, "contacts without media refused, as many as max_calls are there")        \
	X(contacts_data, "requests about contacts refused, their data over the limit or no text") \
	X(contacts_wrong, "contacts without media refused, no such queue, or no agent of it for " \
			  "the channel")
struct refusals {
#define CALL_REFUSALS_FIELD(name, text) uint64_t name;
	CALL_REFUSALS(CALL_REFUSALS_FIELD) CONTACT_REFUSALS(CALL_REFUSALS_FIELD)
#undef CALL_REFUSALS_FIELD
};

/* What the distributor said. */
/* The limits of the whole site: X(ID, name, of what). The alarm of each: site/full.h. */
#define SITE_LIMITS(X)                                                            \
	X(CALLS, "max_calls", "calls")                                            \
	X(CONTACTS, "max_calls of messages", "contacts without media")            \
	X(RECORDS, "records", "records of calls or parties, sized by max_calls,") \
	X(RTP_PORTS, "rtp_ports", "pairs of ports")
#define SITE_LIMIT_ID(id, ...) SITE_LIMIT_##id,
enum site_limit { SITE_LIMITS(SITE_LIMIT_ID) SITE_LIMIT_COUNT };

struct said {
	struct td_acd_out out;
	struct link *link; /* OFFER: whose room it takes; NULL: nobody's */
};

/* The calls of Call-IDs: engine/call/events/trace.h. */
struct trace_entry {
	struct hash_node node;       /* by the Call-ID's hash */
	char call[TD_CALL_ID_BYTES]; /* empty: not used yet */
	bool held;                   /* a leg points here */
};

struct traces {
	struct hash by_call_id;
	struct trace_entry *entries; /* a ring: */
	uint32_t count, next;        /* `next` is the oldest one */
};

/* What an earlier run has left: engine/call/restart/restore.h. */
struct restoring {
	struct td_restore in;
	const struct td_checkpoint **sorted; /* while the first configuration takes effect */
	struct td_restored result;
	uint64_t start_s_least; /* no id of that run's calls is given again */
	struct td_engine *engine;
	struct timer alarm; /* clears TD_ALARM_CALLS_LOST */
};

struct td_engine {
	struct td_engine_io io;
	struct td_engine_params params;
	uint64_t now;     /* of the input being worked on; never goes back */
	uint64_t start_s; /* epoch seconds of the start, in call ids */
	struct random *random;
	struct timers timers;
	struct sip_ua *ua;
	struct registrar *registrar;
	struct acd *acd;
	struct td_conf *conf;
	struct objects groups, links, agents, queues, trunks;
	struct trunk_source *sources;
	uint32_t source_count;
	struct marked *marked; /* sorted */
	uint32_t marked_count;
	struct ports ports;
	struct acct acct;
	struct traces traces;
	char redacted[SIP_MSG_MAX]; /* the message that is being traced */
	const char *inviting; /* the call whose INVITE is being sent at this moment; else NULL */
	struct pool contacts, calls, parties;
	struct hash by_id, by_number; /* contacts */
	struct said *outs;            /* what we have not carried out yet, a ring */
	uint32_t out_head, out_count, out_cap;
	uint64_t outs_lost;
	uint64_t plays_stale;
	uint32_t last_contact, last_recording, last_request;
	uint64_t last_call;
	uint32_t call_count, calls_running; /* not closed, not ended */
	uint32_t contact_count;             /* without media */
	bool draining, trace, started;
	uint32_t full; /* 1 << enum site_limit: its alarm is raised */
	struct refusals refused;
	struct silences silences[CALL_SILENCE_COUNT]; /* none of CALL_HEARD */
	struct expiries expired;
	struct checks checks;
	struct marks marks;
	struct restoring restoring;
	uint32_t bridges_apart;       /* bridges of parties of two workers, now */
	uint64_t bridges_apart_total; /* and since the start */
	uint64_t names_failed, names_unanswered;
	uint64_t redirections;
	uint64_t trunk_rests;
	uint64_t queue_passed;
	uint32_t unproven_now; /* calls whose caller has not shown that it is there */
	uint64_t unproven;     /* and those of them that were answered and got no ACK */
	uint64_t unexpected;   /* events that the table of transitions lacks */
	void (*call_due)(struct timer *t, uint64_t now);
	void (*life_due)(struct timer *t, uint64_t now);
};

/* It may have changed: engine/call/state/marks.h. */
static inline void mark(struct td_engine *e, enum td_checkpoint_kind kind, uint32_t number)
{
	marks_add(&e->marks, kind, number);
}

static inline void mark_agent(struct td_engine *e, const struct agent *a)
{
	mark(e, TD_CHECKPOINT_AGENT, a->object.number - 1);
}

static inline void mark_contact(struct td_engine *e, const struct contact *c)
{
	mark(e, TD_CHECKPOINT_CONTACT, pool_index(&e->contacts, c));
}

static inline void mark_party(struct td_engine *e, const struct party *p)
{
	mark(e, TD_CHECKPOINT_PARTY, pool_index(&e->parties, p));
	if (p->call)
		mark_contact(e, p->call->contact);
}

static inline bool party_is_caller(const struct party *p)
{
	return p->role == TD_ROLE_CALLER;
}

/* The peer has agreed to send and receive. A peer that only sends has put us on hold, and may send
 * nothing. */
static inline bool party_should_be_heard(const struct party *p)
{
	return (p->params.flags & (TD_LEG_SEND | TD_LEG_RECV)) == (TD_LEG_SEND | TD_LEG_RECV);
}

static inline bool party_is_joined(const struct party *p) /* NULL: no */
{
	return p && p->state == PARTY_JOINED;
}

/* It has joined, and it is its turn to talk to the caller, or will be. */
static inline bool party_talks(const struct party *p) /* NULL: no */
{
	return party_is_joined(p) && td_role_takes_turns(p->role);
}

/* In a story. */
static inline const char *party_who(const struct party *p)
{
	return p->agent ? p->agent->object.name : p->trunk ? p->trunk->object.name : "the caller";
}

static inline uint64_t engine_wall(const struct td_engine *e, uint64_t t)
{
	return t ? t + e->params.wall_offset : 0;
}

static inline uint32_t ms_between(uint64_t from, uint64_t to)
{
	return from && to > from ? (uint32_t)((to - from) / TD_NSEC_PER_MSEC) : 0;
}

#endif
