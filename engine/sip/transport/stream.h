/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a message of a stream ends: RFC 3261 section 18.3. What came is looked at where it lies,
 * each octet once, however small the pieces are. What the host does with it:
 *
 *     octets come ──► stream_next() ──MESSAGE──► its octets to the engine ─┐
 *                       ▲     ├──────PING─────► "\r\n" back to the peer ───┤ taken away
 *                       │     ├──────BLANK─────────────────────────────────┤
 *                       └─────┴──────────────────◄─────────────────────────┘
 *                             ├──────MORE─────► waits for more, not for ever
 *                             └──────FAULT────► ends the connection
 */
#ifndef TANDEM_ENGINE_SIP_TRANSPORT_STREAM_H
#define TANDEM_ENGINE_SIP_TRANSPORT_STREAM_H

#include <engine/base/str.h>

/* X(ID, counter, what is wrong): after it nobody can say where the next message begins. */
#define STREAM_FAULTS(X)                                                                 \
	X(NOT_SIP, not_sip, "no SIP message begins here")                                \
	X(NO_LENGTH, no_length, "a message without a Content-Length")                    \
	X(BAD_LENGTH, bad_length, "a Content-Length that is no number, or a second one") \
	X(TOO_LONG, too_long, "a message of more than 65,535 octets")

enum stream_fault {
	STREAM_FAULT_NONE,
#define STREAM_FAULT_ID(id, counter, text) STREAM_FAULT_##id,
	STREAM_FAULTS(STREAM_FAULT_ID)
#undef STREAM_FAULT_ID
		STREAM_FAULT_COUNT
};

enum stream_found {
	STREAM_MORE,    /* no more than a part has come */
	STREAM_BLANK,   /* line ends before a message (section 7.5), or a pong */
	STREAM_PING,    /* CRLF CRLF: the peer waits for a CRLF (RFC 5626 section 4.4.1) */
	STREAM_MESSAGE, /* a whole one */
	STREAM_FAULT
};

/* Zeroed at the connection's begin. */
struct stream {
	size_t seen;  /* octets in which no head ends */
	size_t total; /* of the message that begins here; 0: its head is not whole yet */
	bool started; /* its first line is there, and SIP's */
	enum stream_fault fault;
};

/* data: all that came and has not been taken away. *n: how many octets of it were found, which the
 * caller takes away before it calls again; 0 with MORE and FAULT. */
enum stream_found stream_next(struct stream *s, struct str data, size_t *n);
/* A part of a message is there, and not only line ends. */
bool stream_begun(struct str data);
const char *stream_fault_text(enum stream_fault fault);

#endif
