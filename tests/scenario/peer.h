/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A scripted telephone or carrier: it writes SIP as text and reads it with a few string searches,
 * sharing no code with engine/sip, so that the two cannot be wrong together.
 */
#ifndef TANDEM_TESTS_SCENARIO_PEER_H
#define TANDEM_TESTS_SCENARIO_PEER_H

#include <tandem/flow.h>

#define PEER_MSG   65536
#define PEER_FIELD 192
#define PEER_HOPS  70 /* Max-Forwards of what has passed nobody */

/* One dialog, or one call attempt, of a peer: "carrier", "carrier.2". */
struct peer {
	char name[32];
	struct td_addr addr;
	enum td_transport transport; /* UDP or TCP */
	uint32_t connection;         /* of TCP; 0: none yet */
	uint32_t lost;               /* a connection that died silently; 0: none */
	bool unreachable;            /* what the engine sends by a new flow cannot go */
	char host[64];               /* address as text, in a URI: IPv6 in brackets */
	struct td_addr engine; /* where it sends to: the engine is .1 or ::1 on each network */
	char engine_host[64];
	char caller[64]; /* user part of From of its calls; empty: 4930123 */
	char call_id[PEER_FIELD], local_tag[32], local_uri[PEER_FIELD], remote[PEER_FIELD];
	char target[PEER_FIELD];    /* Request-URI of what we send in the dialog */
	char branch[PEER_FIELD];    /* of our last INVITE */
	char invite_to[PEER_FIELD]; /* To of our INVITE, for CANCEL and the ACK of a failure */
	unsigned hops;              /* that its requests have behind them, of PEER_HOPS */
	unsigned cseq, invite_cseq, calls, branches;
	bool outgoing;          /* we sent the INVITE */
	bool passes_on;         /* with Call-ID and From of another's */
	char request[PEER_MSG]; /* the last request that came */
	char invite[PEER_MSG];  /* the last INVITE that came */
	char final[PEER_MSG];   /* the last final response to our INVITE */
};

/* "INVITE", "200", ... of a message. */
void peer_what(const char *msg, char *out, size_t size);
/* First header field of that name, trimmed; empty when there is none. */
void peer_header(const char *msg, const char *name, char *out, size_t size);

/* sdp "10.20.0.10:4000/8,0,101" or "[2001:db8::1]:4000/8", then attributes such as "sendonly
 * rtcp-mux", in which ~ is a space; "savp" first of them: RTP/SAVP. Empty gives no body. */
void peer_sdp(const char *text, char *out, size_t size);

/* The INVITE that `from` got last goes on as a call of p's: with its Call-ID and From. The next
 * peer_request() must have a number. */
void peer_pass_on(struct peer *p, const struct peer *from);
/* A request; `number` for a new INVITE, headers and body may be empty. */
void peer_request(struct peer *p, const char *method, const char *number, const char *headers,
	const char *type, const char *body, char *out, size_t size);
/* A response to the last request, or the last INVITE. */
/* headers: whole lines, behind the first line of msg. */
void peer_add_headers(char *msg, size_t size, const char *headers);
void peer_response(struct peer *p, int code, bool to_invite, const char *type, const char *body,
	char *out, size_t size);
/* Learns from what came: dialogs, targets. */
void peer_learn(struct peer *p, const char *msg);

#endif
