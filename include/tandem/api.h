/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How programs talk to tandem-engine and tandemd over their Unix sockets.
 *
 * A message is a header and `len` bytes of JSON (one object, UTF-8, no NUL). A client sends a
 * request with an `id` of its choice; each answer carries that id, and `status` 0 or a negative
 * errno (then the body is {"error": "one line: what, where, what to do"}). A request that is
 * answered by many messages ends with an empty one (len 0). The first request must be HELLO; a
 * server that speaks another version answers it with -EPROTO and closes.
 *
 * All header fields little endian. A client may have several requests under way.
 */
#ifndef TANDEM_API_H
#define TANDEM_API_H

#include <tandem/types.h>

#define TD_API_VERSION    1
#define TD_API_MAX        (4u << 20) /* longest body; longer closes the connection */
#define TD_ENGINE_SOCKET  "/run/tandem/engine.sock"
#define TD_TANDEMD_SOCKET "/run/tandem/tandemd.sock"

struct td_api_msg {
	uint32_t len;
	uint16_t op; /* enum td_api_op */
	int16_t status;
	uint32_t id;
};

enum td_api_op {
	TD_API_HELLO = 1, /* {"version":1,"program":"tandemctl"} ->
			     {"version":1,"program":...,"release":...} */

	/* tandem-engine */
	TD_API_SHOW = 16,    /* {"what":"calls|queues|agents|ports|trunks|drops|memory|bandwidth|
				links|port-bandwidth|stats"} -> many messages {"rows":[...]}, then the
				empty one */
	TD_API_AGENT,        /* {"agent":..,"do":"login|logout|pause|unpause|ready","reason":..} */
	TD_API_HANGUP,       /* {"call":..} */
	TD_API_CONFIG_GET,   /* {} -> {"text": compiled text in force} */
	TD_API_CONFIG_APPLY, /* {"text": "set ...\ndel ...\n"} all or nothing; ->
				{"set":n,"deleted":n} */
	TD_API_TRACE_SIP,    /* {"call":id or absent} -> many {"t":wall ns,"src":..,"dst":..,
				"call":..,"data":text}, until the client closes */
	TD_API_JOURNAL_ACK,  /* {"seq":n}: all up to n are stored */
	TD_API_DRAIN,        /* {}: no new calls; ends when the last one has */

	/* tandemd */
	/* {"file": whole path, "yaml": text} -> {"set":n,"deleted":n,"engine":bool it has it now,
	 * "restart":bool some of it takes effect at its next start,"note":line or absent}; -EINVAL:
	 * "error" has a line for each error of the file */
	TD_API_APPLY = 64,
	TD_API_CDR,       /* {"limit":n,"call":..,"queue":..} -> rows as SHOW */
	TD_API_QUEUE_LOG, /* {"limit":n,"queue":..} -> rows as SHOW */
	TD_API_CALL,      /* {"call":id} -> {"cdr":..,"story":[..],"queue_log":[..],
			     "recordings":[..]}; instead of "cdr", which a call that has not ended
			     lacks, "interrupted":bool, the engine stopped while it was live */
	TD_API_STATUS,    /* {} -> {"engine":bool,"stored_seq":n,"store":path,...} */
	TD_API_ALARMS,    /* {"limit":n} -> rows as SHOW */
};

#endif
