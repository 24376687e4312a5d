/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every step that a call can take: the one table. step.c goes by it, and build/docs/calls.md is
 * made from it. What it does not have is counted, told in the call's story, and changes nothing.
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_TABLE_H
#define TANDEM_ENGINE_CALL_TRANSITION_TABLE_H

#include <engine/call/state/state.h>

/* What happens to a call: X(ID, name, help). */
#define CALL_EVENTS(X)                                                                         \
	X(CONFIRMED, "ACK", "that shows that the caller is there, or brings a party's answer") \
	X(CANCELLED, "CANCEL", "of the caller")                                                \
	X(CALLER_LEFT, "caller's BYE", "or the caller answers no more, or is out of reach")    \
	X(PARTY_LEFT, "party's BYE", "or the party answers no more")                           \
	X(REINVITE, "re-INVITE", "of any party")                                               \
	X(RINGS, "1xx", "of somebody who is rung")                                             \
	X(ANSWERED, "2xx", "of somebody who is rung")                                          \
	X(FAILED, "4xx to 6xx", "of somebody who is rung, or no answer")                       \
	X(DIGIT, "digit", "by INFO")                                                           \
	X(QUEUED, "queued", "the distributor has the caller in line")                          \
	X(OFFER, "offer", "the distributor has an agent for the caller")                       \
	X(OFFER_OVER, "offer over", "the distributor takes the offer back")                    \
	X(OVERFLOW, "overflow", "the distributor has the caller no more")                      \
	X(MOVE, "move", "an operator moves the caller to another queue")                       \
	X(PARTY, "party", "an operator adds, transfers or drops somebody")                     \
	X(HANG_UP, "hang-up", "by an operator, or the engine stops")                           \
	X(TIMER, "time-out", "nobody has answered; or the last statistics have not come")      \
	X(EXPIRED, "life over", "max_duration, or nobody is heard")                            \
	X(MEDIA, "media", "a digit, statistics, silence: what a worker tells of a leg")        \
	X(GONE, "leg gone", "a worker has ended a leg")

#define CALL_EVENT_ID(id, ...) CALL_EVENT_##id,
enum call_event { CALL_EVENTS(CALL_EVENT_ID) CALL_EVENT_COUNT };

#define CALL_TO(state) (1u << CALL_##state)
/* A call without media is closed at once. */
#define CALL_TO_END (CALL_TO(ENDED) | CALL_TO(FREE))
/* A queue looks for somebody, or waits for the ACK first. */
#define CALL_TO_LOOK (CALL_TO(CONNECTING) | CALL_TO(UNCONFIRMED))

/* X(state, event, states that may follow, action); an action is a function of step.c. */
#define CALL_TRANSITIONS(X)                                                              \
	X(UNCONFIRMED, CONFIRMED, CALL_TO(CONNECTING) | CALL_TO_END, confirmed)          \
	X(UNCONFIRMED, CALLER_LEFT, CALL_TO_END, left)                                   \
	X(UNCONFIRMED, REINVITE, CALL_TO(UNCONFIRMED), reinvite)                         \
	X(UNCONFIRMED, DIGIT, CALL_TO(UNCONFIRMED), digit)                               \
	X(UNCONFIRMED, EXPIRED, CALL_TO(UNCONFIRMED) | CALL_TO_END, expired)             \
	X(UNCONFIRMED, HANG_UP, CALL_TO_END, hang_up)                                    \
	X(UNCONFIRMED, MEDIA, CALL_TO(UNCONFIRMED), media)                               \
	X(UNCONFIRMED, GONE, CALL_TO(UNCONFIRMED), gone)                                 \
	X(CONNECTING, CONFIRMED, CALL_TO(CONNECTING) | CALL_TO_END, confirmed)           \
	X(CONNECTING, CANCELLED, CALL_TO_END, cancelled)                                 \
	X(CONNECTING, CALLER_LEFT, CALL_TO_END, left)                                    \
	X(CONNECTING, REINVITE, CALL_TO(CONNECTING), reinvite)                           \
	X(CONNECTING, RINGS, CALL_TO(CONNECTING), rings)                                 \
	X(CONNECTING, ANSWERED, CALL_TO_LOOK | CALL_TO(TALKING) | CALL_TO_END, answered) \
	X(CONNECTING, FAILED, CALL_TO_LOOK | CALL_TO_END, failed)                        \
	X(CONNECTING, DIGIT, CALL_TO(CONNECTING), digit)                                 \
	X(CONNECTING, QUEUED, CALL_TO(CONNECTING), queued)                               \
	X(CONNECTING, OFFER, CALL_TO(CONNECTING), offer)                                 \
	X(CONNECTING, OFFER_OVER, CALL_TO(CONNECTING), offer_over)                       \
	X(CONNECTING, OVERFLOW, CALL_TO_LOOK | CALL_TO_END, overflow)                    \
	X(CONNECTING, MOVE, CALL_TO(CONNECTING), move)                                   \
	X(CONNECTING, PARTY, CALL_TO_LOOK | CALL_TO_END, party)                          \
	X(CONNECTING, HANG_UP, CALL_TO_END, hang_up)                                     \
	X(CONNECTING, TIMER, CALL_TO_LOOK | CALL_TO_END, no_answer)                      \
	X(CONNECTING, EXPIRED, CALL_TO(CONNECTING) | CALL_TO_END, expired)               \
	X(CONNECTING, MEDIA, CALL_TO(CONNECTING), media)                                 \
	X(CONNECTING, GONE, CALL_TO(CONNECTING), gone)                                   \
	X(TALKING, CONFIRMED, CALL_TO(TALKING) | CALL_TO_END, confirmed)                 \
	X(TALKING, CALLER_LEFT, CALL_TO_END, left)                                       \
	X(TALKING, PARTY_LEFT, CALL_TO(TALKING) | CALL_TO_LOOK | CALL_TO_END, left)      \
	X(TALKING, REINVITE, CALL_TO(TALKING), reinvite)                                 \
	X(TALKING, RINGS, CALL_TO(TALKING), rings)                                       \
	X(TALKING, ANSWERED, CALL_TO(TALKING), answered)                                 \
	X(TALKING, FAILED, CALL_TO(TALKING), failed)                                     \
	X(TALKING, DIGIT, CALL_TO(TALKING), digit)                                       \
	X(TALKING, PARTY, CALL_TO(TALKING) | CALL_TO_LOOK | CALL_TO_END, party)          \
	X(TALKING, HANG_UP, CALL_TO_END, hang_up)                                        \
	X(TALKING, TIMER, CALL_TO(TALKING), no_answer)                                   \
	X(TALKING, EXPIRED, CALL_TO(TALKING) | CALL_TO_END, expired)                     \
	X(TALKING, MEDIA, CALL_TO(TALKING), media)                                       \
	X(TALKING, GONE, CALL_TO(TALKING), gone)                                         \
	X(ENDED, TIMER, CALL_TO(FREE), close)                                            \
	X(ENDED, MEDIA, CALL_TO(ENDED), media)                                           \
	X(ENDED, GONE, CALL_TO(ENDED) | CALL_TO(FREE), gone)

/* For documents and stories. */
struct call_transition {
	uint8_t state, event; /* enum call_state, enum call_event */
	uint32_t next;        /* CALL_TO() of each */
};
extern const struct call_transition call_transitions[];
extern const unsigned call_transition_count;
extern const char *const call_event_names[CALL_EVENT_COUNT];
extern const char *const call_state_names[CALL_STATE_COUNT];

#endif
