/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How programs talk to tandem-engine and tandemd over their Unix sockets.
 *
 * A message is a header and `len` bytes of JSON (one object, UTF-8, no NUL). A client sends a
 * request with an `id` of its choice; each answer carries that id, and `status` 0 or a negative
 * errno (then the body is {"error": "one line: what, where, what to do"}). A request that is
 * answered by many messages ends with an empty one (len 0). The first request must be HELLO; a
 * server that speaks another version answers it with -EPROTO and closes. Any other request that has
 * a key twice, or one that its operation does not know, is answered with -EINVAL, and a line that
 * names the key.
 *
 * All header fields little endian. A client may have several requests under way. It may shut down
 * its writing side after the last one: it gets all answers, and then the server closes.
 */
#ifndef TANDEM_API_H
#define TANDEM_API_H

#include <tandem/acd.h>
#include <tandem/contact.h>
#include <tandem/party.h>
#include <tandem/types.h>

#define TD_API_VERSION 1
#define TD_API_MAX     (16u << 20) /* bytes of the longest body */
/* Of a request's body, unless it is an APPLY or CONFIG_APPLY after HELLO. A longer body is answered
 * with -EMSGSIZE, and the connection is closed. */
#define TD_API_REQUEST_MAX (16u << 10)
#define TD_API_VALUES_MAX  64 /* in a request's body; more are answered with -EINVAL */
#define TD_ENGINE_SOCKET   "/run/tandem/engine.sock"
#define TD_TANDEMD_SOCKET  "/run/tandem/tandemd.sock"

/* Rows that an answer from the store has at most: without a limit, and the highest limit. */
#define TD_API_ROWS     50
#define TD_API_ROWS_MAX 1000000

struct td_api_msg {
	uint32_t len;
	uint16_t op; /* enum td_api_op */
	int16_t status;
	uint32_t id;
};

/* Of rows of the store: how many of the newest, and when they were. */
#define TD_API_ROWS_ASKED "limit: n, since: seconds since 1970, until: likewise, and before it"

/*
 * X(ID, number, name, RIGHT, request, answer): an operation of a server, which has a function
 * op_NAME() for it. Numbers stay for ever. RIGHT is what it takes to ask: SEE calls, records and
 * counters; OPERATE agents and calls; CONFIGURE the site; PROGRAM: only Tandem's programs ask it of
 * each other. The socket's permissions guard all of them alike today. Request and answer are JSON,
 * its quotes left out; {} is an empty object, an answer with "then an empty one" is a stream. rows:
 * [..] are objects, each a row of a view or of the store.
 */
#define TD_API_ENGINE_OPS(X)                                                                       \
	X(SHOW, 16, show, SEE, "{what: a view's name}", "{rows: [..]}, .., then an empty one")     \
	X(AGENT, 17, agent, OPERATE,                                                               \
		"{agent: name, do: one of" TD_AGENT_ACTIONS(                                       \
			TD_SPACED) ", reason: text or absent}",                                    \
		"{}")                                                                              \
	X(HANGUP, 18, hangup, OPERATE, "{call: id of a call, or of a contact without media}",      \
		"{}")                                                                              \
	X(CONFIG_GET, 19, config_get, PROGRAM, "{}",                                               \
		"{text: compiled text in force; secrets are zeros}")                               \
	X(CONFIG_APPLY, 20, config_apply, PROGRAM, "{text: lines of set and del}, all or nothing", \
		"{set: n, deleted: n}")                                                            \
	X(TRACE_SIP, 21, trace, SEE, "{call: id or absent}",                                       \
		"{t: wall ns, src: .., dst: .., transport: .., in: bool, call: .., data: text}, "  \
		".., until the "                                                                   \
		"client closes")                                                                   \
	X(JOURNAL_ACK, 22, journal_ack, PROGRAM, "{seq: n}: all up to n are stored", "{}")         \
	X(PARTY, 24, party, OPERATE,                                                               \
		"{call: id, do: one of" TD_PARTY_ACTIONS(TD_SPACED) ", by: one of" TD_PARTY_KINDS( \
			TD_SPACED) ", name: text}",                                                \
		"{}")                                                                              \
	X(CONTACT, 25, contact, OPERATE,                                                           \
		"{do: one of" TD_CONTACT_ACTIONS(                                                  \
			TD_SPACED) ", contact: id, agent: name, of `requeue` queue: name; but of " \
				   "`create` queue: name, channel: one of" TD_CHANNELS(            \
					   TD_CHANNEL_MEDIALESS_WORD) " or absent, "               \
								      "customer: text or absent, " \
								      "tenant: text or "           \
								      "absent; data: {key: text, " \
								      "..} "                       \
								      "or "                        \
								      "absent}",                   \
		"{contact: id}")                                                                   \
	X(ALARM, 26, alarm, PROGRAM,                                                               \
		"{alarm: one of tandemd's, raised: bool, text: line}: the journal is told when "   \
		"that is new",                                                                     \
		"{}")                                                                              \
	X(DRAIN, 23, drain, OPERATE,                                                               \
		"{}: take no new calls and contacts; then-exit: true: and end with the last of "   \
		"them; off: true: take them again; wait: true: tell what is left until none is",   \
		"{draining: bool, then-exit: bool, calls: n, contacts: n: those without media}; "  \
		"with wait one more at each change, then an empty one")
#define TD_API_TANDEMD_OPS(X)                                                                      \
	X(APPLY, 64, apply, CONFIGURE,                                                             \
		"{file: whole path, yaml: text, diff: bool or absent: changes are told; dry-run: " \
		"bool or absent: and not made}",                                                   \
		"{set: n, deleted: n, engine: true when the running engine has taken it, "         \
		"restart: true when a part takes effect only at the engine's next start, "         \
		"waiting: [..]: that part, number: n of the history, changes: [..] or absent, "    \
		"note: line or absent}, with dry-run {dry-run: true, changes: [..]}; or an "       \
		"error with a line for each error of the file. waiting and changes: rows of the "  \
		"view `config-changes`; more: n beside them: left out")                            \
	X(CONFIG_HISTORY, 70, config_history, SEE, "{}",                                           \
		"{rows: [..]}, of the view `config-history`")                                      \
	X(CONFIG_DIFF, 71, config_diff, SEE,                                                       \
		"{}: from what is applied to the site's file; from: n: from a number of the "      \
		"history to what is applied; to: m: to this number",                               \
		"{rows: [..], more: n or absent}, of the view `config-changes`")                   \
	X(CONFIG_ROLLBACK, 72, config_rollback, CONFIGURE, "{number: n of the history}",           \
		"as of `APPLY`")                                                                   \
	X(CDR, 65, cdr, SEE,                                                                       \
		"{" TD_API_ROWS_ASKED ", call: id, queue: name, agent: name, caller: number, "     \
		"trunk: name, by which it came or went, disposition: word: each or absent}",       \
		"{rows: [..]}, .., then an empty one")                                             \
	X(QUEUE_LOG, 66, queue_log, SEE,                                                           \
		"{" TD_API_ROWS_ASKED ", call: id, queue: name, agent: name: each or absent}",     \
		"{rows: [..]}, .., then an empty one")                                             \
	X(CALL, 67, call, SEE, "{call: id}",                                                       \
		"{cdr: .., story: [..], queue_log: [..], recordings: [..], data: [..] or "         \
		"absent, events: [..] or "                                                         \
		"absent, lost: [line, ..] or absent}; a call that has not ended has no cdr, but "  \
		"interrupted: the engine stopped while it was live; lost: what of the archive "    \
		"could not be read")                                                               \
	X(STATUS, 68, status, SEE, "{}", "the view `status`")                                      \
	X(ALARMS, 69, alarms, SEE, "{" TD_API_ROWS_ASKED ", name: alarm: each or absent}",         \
		"{rows: [..]}, .., then an empty one")
#define TD_API_OPS(X) TD_API_ENGINE_OPS(X) TD_API_TANDEMD_OPS(X)

#define TD_API_ENUM(ID, number, name, right, request, answer) TD_API_##ID = number,
enum td_api_op {
	TD_API_HELLO = 1, /* {"version":1,"program":"tandemctl"} ->
			     {"version":1,"program":...,"release":...} */
	TD_API_OPS(TD_API_ENUM)
};
#undef TD_API_ENUM

#endif
