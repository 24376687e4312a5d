/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The events of queue_log (TD_EV_QUEUE_LOG), which reporting tools for Asterisk read. Their names,
 * their data and the units of these are Asterisk's; FULL is ours, as Asterisk writes no line then.
 * Seconds are whole, and cut. A text of more than 31 octets, of data2 of more than 63, is cut
 * behind a whole character.
 *
 *     X(NAME, what happened, data1 to data5; "": the event has no such data)
 */
#ifndef TANDEM_QUEUE_LOG_H
#define TANDEM_QUEUE_LOG_H

/* clang-format off */
#define TD_QUEUE_LOG(X)                                                                           \
	X(QUEUESTART, "the engine started", "", "", "", "", "")                                   \
	X(CONFIGRELOAD, "a changed configuration took effect", "", "", "", "", "")                \
	X(ENTERQUEUE, "a caller entered the queue",                                               \
		"always empty", "caller's number, or customer", "position", "", "")               \
	X(FULL, "the caller found no place in the queue, by its `max_length`, and did not enter", \
		"always empty", "caller's number, or customer", "", "", "")                       \
	X(ABANDON, "the caller hung up while waiting",                                            \
		"position", "first position", "wait, s", "", "")                                  \
	X(EXITWITHTIMEOUT, "the caller waited for the longest time that the queue allows",        \
		"position", "first position", "wait, s", "", "")                                  \
	X(EXITEMPTY, "the caller left a queue that is gone",                                      \
		"position", "first position", "wait, s", "", "")                                  \
	X(WITHDRAW, "the call ended while waiting, and not by the caller, or went to another queue", \
		"position", "first position", "wait, s", "the queue that it went to; empty: none", "") \
	X(RINGNOANSWER, "the agent was rung and did not take the call", "ringing, ms", "", "", "", "") \
	X(RINGCANCELED, "the agent was rung, and the call went elsewhere or ended",               \
		"ringing, ms", "", "", "", "")                                                    \
	X(CONNECT, "the agent answered",                                                          \
		"wait, s", "the call and the number of its attempt", "ringing, s", "", "")        \
	X(COMPLETECALLER, "the caller, or Tandem, ended the talk",                                \
		"wait, s", "talk, s", "first position", "", "")                                   \
	X(COMPLETEAGENT, "the agent ended the talk",                                              \
		"wait, s", "talk, s", "first position", "", "")                                   \
	X(BLINDTRANSFER, "the agent gave the caller to another party and left",                   \
		"who has the caller now", "always empty", "wait, s", "talk, s", "first position") \
	X(ATTENDEDTRANSFER, "the agent left, and the others talk on",                             \
		"always BRIDGE", "who has the caller now", "wait, s", "talk, s", "first position") \
	X(AGENTLOGIN, "the agent logged in",                                                      \
		"channel; empty: without a telephone", "", "", "", "")                            \
	X(AGENTLOGOFF, "the agent logged out",                                                    \
		"channel, as at the login", "logged in, s", "", "", "")                           \
	X(PAUSE, "the agent paused", "reason", "", "", "", "")                                    \
	X(UNPAUSE, "the agent's pause ended", "reason", "", "", "", "")
/* clang-format on */

#define TD_QUEUE_LOG_ID(name, ...) TD_QUEUE_LOG_##name,
enum td_queue_log { TD_QUEUE_LOG(TD_QUEUE_LOG_ID) TD_QUEUE_LOG_COUNT };

#endif
