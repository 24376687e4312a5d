/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What holds in the engine after every input, link by link: X(name, text). A fault is told as the
 * name of the object that breaks the rule, and the text. The rules' functions stand in a file for
 * each kind of object; check_test.c breaks each rule once.
 */
#ifndef TANDEM_ENGINE_CALL_CHECK_RULES_H
#define TANDEM_ENGINE_CALL_CHECK_RULES_H

#include <engine/call/state/state.h>

/* What is looked at: one of these, and the engine. */
struct check_at {
	const struct td_engine *e;
	const struct call *c;
	const struct contact *n; /* without media */
	const struct party *p;
	const struct agent *a;
	const struct queue *q;
	const struct link *k;
	const struct trunk *t;
	struct td_text *fault;
};

struct check_rule {
	bool (*holds)(const struct check_at *k);
	const char *text;
};

/* clang-format off */
#define CHECK_CALL_RULES(X)                                                                       \
	X(call_found, "is not the one found by its id")                                           \
	X(call_contact_found, "is not the one found by its contact")                              \
	X(call_contact_queue, "has a contact that the distributor has not in the call's queue")   \
	X(call_contact_agent, "rings another agent than the distributor offers its contact to")   \
	X(call_caller, "has a caller who is not its first party")                                 \
	X(call_parties, "has a party twice, or one that is another call's")                       \
	X(call_source, "comes by a trunk and from an agent, or by neither")                       \
	X(call_own, "comes from an agent who has no call of their own")                           \
	X(call_bridged, "relays to somebody who is none of its parties, does not talk, or holds") \
	X(call_bridge_due, "relays nobody to the caller though somebody talks")                   \
	X(call_taped, "records somebody who is none of its parties, or without a recording")      \
	X(call_partner, "has a partner who is none of its parties")                               \
	X(call_talk, "talks without a party who talks, or has one and does not talk")             \
	X(call_answered, "talks to a caller who has no answer")                                   \
	X(call_turn, "tells the talk of another party than whose turn it is, or of nobody")       \
	X(call_seeks, "waits for nobody, and nobody is rung")                                     \
	X(call_offered, "owes or is owed an SDP that does not fit its state")                     \
	X(call_proven, "has media or an agent for a caller who may not be there, or is counted so after its proof") \
	X(call_attempt, "attempts to ring nobody, or rings somebody without an attempt")          \
	X(call_targets, "rings beyond the end of its list")                                       \
	X(call_drivers, "has drivers in the wrong order")                                         \
	X(call_led, "is led though it does not go on, or is led by nobody")                       \
	X(call_driver_queue, "is led by a queue without a contact there, or the reverse")         \
	X(call_timer, "lacks the timer of its state, or has one that its state has not")          \
	X(call_life, "lacks the timer of its longest life, or has one after its end")             \
	X(call_ended, "has ended, and waits for no worker")                                       \
	X(call_silence, "counts as one-way or without audio, and does not talk")                  \
	X(call_listening, "says that two listen to each other, though one holds or waits, or the reverse") \
	X(call_checkpoint, "differs from what the host was told of it for the next run")
/* Of one without media: */
#define CHECK_CONTACT_RULES(X)                                                                    \
	X(contact_found, "is not the one found by its id")                                        \
	X(contact_numbered, "is not the one found by what the distributor calls it")              \
	X(contact_queue, "waits, and the distributor has it not in the same queue")               \
	X(contact_state, "has an agent or a number that its state has not")                       \
	X(contact_agent, "has an agent who is on another contact")                                \
	X(contact_offer, "is offered to another agent than the distributor says")                 \
	X(contact_work, "is handled by an agent who is on another contact for the distributor")   \
	X(contact_checkpoint, "differs from what the host was told of it for the next run")
#define CHECK_PARTY_RULES(X)                                                                      \
	X(party_known, "is none of its call's parties")                                           \
	X(party_needed, "has neither a call, nor a session, nor a port to wait for")              \
	X(party_role, "has another role than its agent, its trunk or its call says")                               \
	X(party_session, "has a SIP session that is another's")                                   \
	X(party_trace, "has a Call-ID that traces take for another call's")                       \
	X(party_port, "has an RTP port that is another's, or media without a port")               \
	X(party_worker, "has another worker than its caller, who had room, or the reverse")       \
	X(party_state, "has a session or media that does not fit its state")                      \
	X(party_released, "holds bandwidth that it does not use any more")                        \
	X(party_granted, "holds bandwidth of another trunk than its own")                         \
	X(party_rate, "has media that is not what it holds bandwidth for")                        \
	X(party_ptime, "holds bandwidth for packets of another length than the caller's")         \
	X(party_codec, "has another codec than its call")                                         \
	X(party_early, "does not ring any more, and has an answer of when it did")                \
	X(party_acct, "is counted in another row of the bandwidth table than its own")            \
	X(party_agent, "rings or talks, and the agent is not in this call")                       \
	X(party_contact, "rings or talks for a contact that the distributor does not know so")    \
	X(party_checkpoint, "differs from what the host was told of it for the next run")
#define CHECK_AGENT_RULES(X)                                                                      \
	X(agent_state, "has another state than the distributor says")                             \
	X(agent_busy, "is busy without a contact, or on one and not busy")                        \
	X(agent_call, "is on a contact that has no party for the agent, or another agent")        \
	X(agent_engaged, "has calls of its own and the distributor does not know, or the reverse") \
	X(agent_reachable, "is reachable or not, and registrar or distributor say otherwise")     \
	X(agent_link, "is behind another link than the distributor knows")                        \
	X(agent_checkpoint, "differs from what the host was told of it for the next run")         \
	X(agent_bindings, "has registrations that differ from what the host was told of them")
#define CHECK_QUEUE_RULES(X)                                                                      \
	X(queue_waiting, "has another number of contacts than the distributor says")
#define CHECK_LINK_RULES(X)                                                                       \
	X(link_offers, "counts offers that nobody has tried")                                     \
	X(link_room, "has another room than the distributor knows")
#define CHECK_TRUNK_RULES(X)                                                                      \
	X(trunk_name, "waits for an address without a name or a timer, or has a timer for no name")
/* These compare a count with all that is counted. */
#define CHECK_AGENT_SUMS(X)                                                                       \
	X(agent_own, "has counted more or fewer calls of its own than there are")
#define CHECK_QUEUE_SUMS(X)                                                                       \
	X(queue_talks, "has counted more or fewer talks than there are")                          \
	X(queue_channels, "has counted more or fewer contacts of a channel than wait")            \
	X(queue_unattended, "has an alarm though agents are there, or none though none are")
#define CHECK_LINK_SUMS(X)                                                                        \
	X(link_held, "has reserved more or less than its parties hold")                           \
	X(link_agents, "has counted more or fewer agents than are behind it")
#define CHECK_TRUNK_SUMS(X)                                                                       \
	X(trunk_held, "has reserved more or less than its parties hold")                          \
	X(trunk_rest_bounded, "rests for longer than 300 s")                                       \
	X(trunk_unproven, "has counted more or fewer calls that ring before a proof than there are") \
	X(trunk_offered, "has other INVITEs open than those that it has counted no end of")
#define CHECK_ENGINE_SUMS(X)                                                                      \
	X(engine_calls, "more or fewer calls are counted than there are")                         \
	X(engine_running, "more or fewer calls are counted as running than there are")            \
	X(engine_unproven, "more or fewer calls are counted as unproven than there are")          \
	X(engine_contacts, "more or fewer contacts are counted, or found, than there are or queues have") \
	X(engine_parties, "more or fewer parties are taken out of their pool than are in use")    \
	X(engine_free, "a record is free and in use")                                             \
	X(engine_ports, "more or fewer RTP ports are given out than parties have")                \
	X(engine_traces, "more or fewer Call-IDs are held than parties have")                     \
	X(engine_unheard, "more or fewer talks are counted in which somebody is not heard than there are") \
	X(engine_apart, "more or fewer bridges of two workers are counted than there are")        \
	X(engine_timers, "the heap of timers is out of order, or has others than are set")
/* And these what is bounded. */
#define CHECK_ENGINE_RULES(X)                                                                     \
	X(engine_said, "something that the distributor said is not done yet, or is lost")         \
	X(engine_full, "the alarm of a full site stands though there is room")                    \
	X(engine_silences, "the alarm of a silence waits though one is there, or does not wait")
#define CHECK_RULES(X)                                                                            \
	CHECK_CALL_RULES(X) CHECK_CONTACT_RULES(X) CHECK_PARTY_RULES(X) CHECK_AGENT_RULES(X) CHECK_QUEUE_RULES(X)        \
	CHECK_LINK_RULES(X) CHECK_TRUNK_RULES(X) CHECK_AGENT_SUMS(X) CHECK_QUEUE_SUMS(X)          \
	CHECK_LINK_SUMS(X) CHECK_TRUNK_SUMS(X) CHECK_ENGINE_SUMS(X) CHECK_ENGINE_RULES(X)
/* clang-format on */

#define CHECK_ROW(name, text) {name, text},
#define CHECK_TABLE(list)          \
	{                          \
		list(CHECK_ROW)    \
		{                  \
			NULL, NULL \
		}                  \
	}

/* NULL, or the first rule that does not hold. */
const struct check_rule *check_broken(const struct check_rule *rules, const struct check_at *k);

/* One object each, with all that it points to. False: k->fault names who breaks what. */
bool check_call(const struct check_at *k);    /* k->c, with its parties */
bool check_contact(const struct check_at *k); /* k->n */
bool check_party(const struct check_at *k);   /* k->p */
bool check_agent(const struct check_at *k);
bool check_queue(const struct check_at *k);
bool check_link(const struct check_at *k);
bool check_trunk(const struct check_at *k);
/* All of them, and what they sum up to. */
bool check_sums(const struct check_at *k);

/* It is among the agent's own parties. */
bool check_own(const struct agent *a, const struct party *p);
bool check_party_used(const struct party *p); /* the record is not free */

#endif
