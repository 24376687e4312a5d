/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What SIP, the registrar and calls count, in the order of `tandemctl show sip`. Names that end in
 * _now are what is at this moment, the others count from the engine's start.
 */
#ifndef TANDEM_ENGINE_CALL_METRICS_H
#define TANDEM_ENGINE_CALL_METRICS_H

#include <engine/call/state/state.h>
#include <engine/sip/registrar/registrar.h>
#include <engine/sip/dialog/ua.h>

/* X(name, value, text); e is the engine. */
#define CALL_METRICS_NOW(X)                                                          \
	X(registered_now, registrar_count(e->registrar), "agents registered")        \
	X(sessions_now, sip_ua_sessions(e->ua), "INVITE sessions, those ending too") \
	X(transactions_now, sip_ua_transactions(e->ua),                              \
		"SIP transactions, finished ones too, for 32 s")                     \
	X(rtp_ports_now, ports_in_use(&e->ports), "RTP ports given out")             \
	X(unproven_now, e->unproven_now,                                             \
		"calls by UDP whose caller has not shown that it is there")          \
	X(contacts_now, e->contact_count, "contacts without media")                  \
	X(one_way_now, e->silences[CALL_ONE_WAY_AUDIO].now,                          \
		"talks in which only one side is heard")                             \
	X(no_audio_now, e->silences[CALL_NO_AUDIO].now,                              \
		"talks in which nobody is heard for 5 s and more")                   \
	X(bridges_apart_now, e->bridges_apart, "bridges between parties of two workers")
#define CALL_METRICS_OTHER(X)                                                                  \
	X(one_way, e->silences[CALL_ONE_WAY_AUDIO].total, "times that a talk became one-way")  \
	X(no_audio, e->silences[CALL_NO_AUDIO].total,                                          \
		"times that a talk had no audio either way for 5 s")                           \
	X(unproven, e->unproven, "of those, calls that were answered and got no ACK")          \
	X(rtp_timeouts, e->expired.rtp_timeouts,                                               \
		"calls ended as nobody was heard: rtp_timeout, hold_timeout")                  \
	X(overlong, e->expired.overlong, "calls ended after max_duration")                     \
	X(bridges_apart, e->bridges_apart_total,                                               \
		"bridges between parties of two workers: the caller's had no RTP port left")   \
	X(redirections, e->redirections,                                                       \
		"answers 3xx to our INVITEs, which name somebody else: we follow none")        \
	X(trunk_rests, e->trunk_rests,                                                         \
		"answers 503 of trunks with Retry-After: the trunk rests for that time")       \
	X(queue_passed, e->queue_passed,                                                       \
		"queues that a contact without media passed, as no agent has its channel")     \
	X(names_failed, e->names_failed, "host names that could not be resolved, each time")   \
	X(names_unanswered, e->names_unanswered, "host names to which no answer came in 10 s") \
	X(plays_stale, e->plays_stale, "ends told of sounds that were over by then anyway")    \
	X(unexpected_events, e->unexpected,                                                    \
		"events that no transition of a call knows; always 0, otherwise a bug")        \
	X(checks, e->checks.done, "checks of one call, agent or other object in turn")         \
	X(checks_failed, e->checks.failed, "always 0; otherwise a bug")                        \
	X(acd_outputs_lost, e->outs_lost, "always 0; otherwise a bug")

/* All of them: of SIP, of the registrar, refusals of calls, the rest. */
#define CALL_METRICS(UA, REGISTRAR, REFUSAL, METRIC) \
	SIP_STATS(UA)                                \
	REGISTRAR_STATS(REGISTRAR)                   \
	CALL_METRICS_NOW(METRIC)                     \
	CALL_REFUSALS(REFUSAL) CONTACT_REFUSALS(REFUSAL) CALL_METRICS_OTHER(METRIC)

#endif
