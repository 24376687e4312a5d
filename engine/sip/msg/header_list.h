/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The header fields that we tell apart, one row each. From these rows follow enum sip_header, the
 * set of those present in a message, names, compact forms, the perfect hash that the parser looks a
 * name up in (tools/headers makes it in the build), the checks of how often a field may stand, the
 * decoders, and the document build/docs/headers.md.
 *
 * To add one: a row here, in the order of names, and its decoder in fields.c, or whatever else
 * reads or writes it. The build refuses a row that cannot be right, and says why. There can be 63
 * rows: a set has 64 bits, and bit 0 stands for all other header fields.
 *
 * X(id, name, compact, times, need, decode, rfc, use)
 *   id       SIP_HDR_<id>
 *   name     as we write it; any case is read
 *   compact  its one-letter form in lower case (RFC 3261 section 7.3.3), or 0
 *   times    ONCE: a second one is a fault · FIRST: once by its RFC, but we pass over a second one,
 *            since nothing is decided by it · LIST: values with commas between, over any number of
 *            lines · LINES: any number of lines, and a comma is part of the value
 *   need     MUST: a message without it is malformed (section 8.1.1) · MAY
 *   decode   what fields.c makes of the value as the message is read, or NULL
 *   rfc      where the header field is defined
 *   use      what we do with it, for people
 */
#ifndef TANDEM_ENGINE_SIP_MSG_HEADER_LIST_H
#define TANDEM_ENGINE_SIP_MSG_HEADER_LIST_H

/* A row is read from left to right, so it stays one line. */
/* clang-format off */
#define SIP_HEADERS(X) \
	X(ACCEPT, "Accept", 0, LIST, MAY, NULL, "RFC 3261 20.1", "Written: what bodies we read, with 200 to OPTIONS and with 415.") \
	X(ACCEPT_ENCODING, "Accept-Encoding", 0, LIST, MAY, NULL, "RFC 3261 20.2", "Written with 415.") \
	X(ALLOW, "Allow", 0, LIST, MAY, NULL, "RFC 3261 20.5", "Written: our methods, with INVITE, its 2xx, 405 and 200 to OPTIONS.") \
	X(AUTHORIZATION, "Authorization", 0, LINES, MAY, NULL, "RFC 3261 20.7", "Read: the proof of a password in REGISTER.") \
	X(CALL_ID, "Call-ID", 'i', ONCE, MUST, decode_call_id, "RFC 3261 20.8", "Names the dialog, with the two tags.") \
	X(CONTACT, "Contact", 'm', LIST, MAY, decode_contact, "RFC 3261 20.10", "Read: where requests in the dialog go; in REGISTER, what is bound to a user. Written likewise.") \
	X(CONTENT_ENCODING, "Content-Encoding", 'e', LIST, MAY, NULL, "RFC 3261 20.12", "Read: a body with any but identity is refused with 415.") \
	X(CONTENT_LENGTH, "Content-Length", 'l', ONCE, MAY, NULL, "RFC 3261 20.14", "Read: where the body ends. A datagram that is shorter is malformed.") \
	X(CONTENT_TYPE, "Content-Type", 'c', ONCE, MAY, decode_content_type, "RFC 3261 20.15", "Read: INVITE has application/sdp, or multipart/mixed with such a part; else 415. In INFO, application/dtmf-relay is a digit.") \
	X(CSEQ, "CSeq", 0, ONCE, MUST, decode_cseq, "RFC 3261 20.16", "The order of requests in a dialog, and the method that a response answers.") \
	X(EXPIRES, "Expires", 0, ONCE, MAY, decode_expires, "RFC 3261 20.19", "Read: for how long a registration is asked. An INVITE that is not answered in this time gets 487.") \
	X(FROM, "From", 'f', ONCE, MUST, decode_from, "RFC 3261 20.20", "Read: the caller's number, and the peer's or our own tag.") \
	X(MAX_FORWARDS, "Max-Forwards", 0, ONCE, MAY, decode_max_forwards, "RFC 3261 20.22", "Read: an INVITE with 0 is refused with 483. Written: 70, or one less than the call came with.") \
	X(MIN_EXPIRES, "Min-Expires", 0, FIRST, MAY, NULL, "RFC 3261 20.23", "Written with 423: the shortest registration that we take.") \
	X(P_ASSERTED_IDENTITY, "P-Asserted-Identity", 0, LIST, MAY, NULL, "RFC 3325 9.1", "Known, not used.") \
	X(PROXY_AUTHENTICATE, "Proxy-Authenticate", 0, LINES, MAY, NULL, "RFC 3261 20.27", "Known, not used.") \
	X(PROXY_AUTHORIZATION, "Proxy-Authorization", 0, LINES, MAY, NULL, "RFC 3261 20.28", "Known, not used.") \
	X(REASON, "Reason", 0, LIST, MAY, NULL, "RFC 3326 2", "Written: why a telephone that rings is given up, with CANCEL, and with BYE after a 200 that came too late.") \
	X(RECORD_ROUTE, "Record-Route", 0, LIST, MAY, NULL, "RFC 3261 20.30", "Read: the route set of a new dialog. Responses repeat it.") \
	X(REQUIRE, "Require", 0, LIST, MAY, NULL, "RFC 3261 20.32", "Read: each is unknown to us and refused with 420.") \
	X(RETRY_AFTER, "Retry-After", 0, FIRST, MAY, NULL, "RFC 3261 20.33", "Written with 500 and 503.") \
	X(ROUTE, "Route", 0, LIST, MAY, NULL, "RFC 3261 20.34", "Written: the route set of the dialog.") \
	X(SERVER, "Server", 0, FIRST, MAY, NULL, "RFC 3261 20.35", "Written with responses to agents, and to trunks with `reveal`: our name.") \
	X(SUPPORTED, "Supported", 'k', LIST, MAY, NULL, "RFC 3261 20.37", "Known, not used.") \
	X(TO, "To", 't', ONCE, MUST, decode_to, "RFC 3261 20.39", "Read: the number dialled; in REGISTER, the user. Its tag says whether a request is in a dialog.") \
	X(UNSUPPORTED, "Unsupported", 0, LIST, MAY, NULL, "RFC 3261 20.40", "Written with 420: what Require asked for.") \
	X(USER_AGENT, "User-Agent", 0, FIRST, MAY, NULL, "RFC 3261 20.41", "Written with requests to agents, and to trunks with `reveal`: our name.") \
	X(VIA, "Via", 'v', LIST, MUST, decode_via, "RFC 3261 20.42", "Where responses go, and by its branch the transaction. Only the topmost is ours.") \
	X(WARNING, "Warning", 0, LIST, MAY, NULL, "RFC 3261 20.43", "Written with 488 to a re-INVITE that needs more bandwidth than there is.") \
	X(WWW_AUTHENTICATE, "WWW-Authenticate", 0, LINES, MAY, NULL, "RFC 3261 20.44", "Written with 401: the challenge to REGISTER.") \
	X(X_TANDEM_CALL, "X-Tandem-Call", 0, FIRST, MAY, NULL, "ours", "Written with INVITE to an agent, and to a trunk with `reveal`: the call's number, by which the store knows it.") \
	X(X_TANDEM_QUEUE, "X-Tandem-Queue", 0, FIRST, MAY, NULL, "ours", "Written with INVITE to an agent: the queue that the call comes from.")
/* clang-format on */

#endif
