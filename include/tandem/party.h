/* SPDX-License-Identifier: BSD-3-Clause */
/* What an operator, or a program in an agent's name, does to the parties of a call. */
#ifndef TANDEM_PARTY_H
#define TANDEM_PARTY_H

#include <tandem/types.h>

/* X(ID, word, whom it can be for, help). People and programs write the word. */
#define TD_PARTY_ACTIONS(X)                                                                     \
	X(ADD, "add", TD_PARTY_WHOM(AGENT) | TD_PARTY_WHOM(NUMBER),                             \
		"rings somebody who joins the talk; when the agent hangs up, that one has "     \
		"the caller")                                                                   \
	X(TRANSFER, "transfer",                                                                 \
		TD_PARTY_WHOM(AGENT) | TD_PARTY_WHOM(QUEUE) | TD_PARTY_WHOM(NUMBER),            \
		"the agent leaves at once, and the caller waits for somebody else; when "       \
		"nobody answers, the caller is back in the queue, with the time waited so far") \
	X(DROP, "drop", TD_PARTY_WHOM(AGENT) | TD_PARTY_WHOM(NUMBER) | TD_PARTY_WHOM(TRUNK),    \
		"an agent, a number or a trunk leaves the talk, or is no longer rung")

#define TD_PARTY_ACTION_ENUM(id, ...) TD_PARTY_##id,
enum td_party_action { TD_PARTY_ACTIONS(TD_PARTY_ACTION_ENUM) TD_PARTY_ACTION_COUNT };

/* Whom: X(ID, word, help). */
#define TD_PARTY_KINDS(X)                                                           \
	X(AGENT, "agent",                                                           \
		"agents by their names; several, separated by commas, are rung at " \
		"once, and the first to answer is taken")                           \
	X(QUEUE, "queue", "a queue, for `transfer`")                                \
	X(NUMBER, "number",                                                         \
		"a number, which goes where its route leads; for `drop`, one that " \
		"was called")                                                       \
	X(TRUNK, "trunk", "a trunk, for `drop`: its only party in the call")

#define TD_PARTY_KIND_ENUM(id, ...) TD_PARTY_BY_##id,
enum td_party_kind { TD_PARTY_KINDS(TD_PARTY_KIND_ENUM) TD_PARTY_KIND_COUNT };

#define TD_PARTY_WHOM(id) (1u << TD_PARTY_BY_##id)

#define TD_PARTY_NAME_BYTES 256 /* eight names of agents and their commas fit */

struct td_party_request {
	char call[TD_CALL_ID_BYTES];
	enum td_party_action action;
	enum td_party_kind kind;
	char name[TD_PARTY_NAME_BYTES];
};

#endif
