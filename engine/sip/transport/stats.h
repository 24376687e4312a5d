/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What SIP counts, X(field, explanation); each also a row of `tandemctl show sip`. All layers count
 * into one struct. The struct is here because this is the lowest layer that counts.
 */
#ifndef TANDEM_ENGINE_SIP_TRANSPORT_STATS_H
#define TANDEM_ENGINE_SIP_TRANSPORT_STATS_H

#include <stdint.h>

#define SIP_STATS(X)                                                                           \
	X(rx, "messages received, keep-alives too")                                            \
	X(tx, "messages sent, again or for the first time")                                    \
	X(rx_requests, "requests received")                                                    \
	X(rx_responses, "responses received")                                                  \
	X(not_sent, "messages that their flow could not take")                                 \
	X(retransmitted, "messages sent again")                                                \
	X(rx_retransmissions, "messages received again and absorbed")                          \
	X(keepalives, "keep-alives received: line ends alone (RFC 5626)")                      \
	X(bad_start_line, "neither a request nor a response")                                  \
	X(bad_version, "another version than SIP/2.0")                                         \
	X(bad_header, "a header field malformed, or there twice")                              \
	X(missing_header, "a mandatory header field not there")                                \
	X(truncated, "shorter than its Content-Length, no blank line, or above 65535 octets")  \
	X(content_length, "Content-Length that is not a number")                               \
	X(options, "OPTIONS outside dialogs answered: 200; nothing is kept of them")           \
	X(no_dialog, "requests for a dialog that is not there: 481")                           \
	X(no_transaction, "responses and ACKs that nobody waits for")                          \
	X(refused, "requests refused by SIP itself: 400 405 415 416 420 482 483 491 500 513")  \
	X(not_admitted, "calls refused because they came from no trunk and no agent")          \
	X(timeouts, "transactions that had no answer, 2xx without ACK")                        \
	X(callers_lost,                                                                        \
		"calls ended: nothing got to the caller any more, whose connection had ended") \
	X(sessions_full, "calls refused, or not made, because all sessions are in use")        \
	X(evicted, "finished transactions forgotten early because the pool was empty")
struct sip_stats {
#define SIP_STATS_FIELD(field, text) uint64_t field;
	SIP_STATS(SIP_STATS_FIELD)
#undef SIP_STATS_FIELD
};

#endif
