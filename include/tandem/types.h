/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words every part of Tandem shares. libc types only.
 *
 * Time: every function of the engine takes `now`, monotonic nanoseconds from an arbitrary origin,
 * as its argument; nothing below engine/host and dataplane reads a clock. Wall time (nanoseconds
 * since 1970, UTC) is monotonic time plus an offset that the host injects and the journal keeps.
 */
#ifndef TANDEM_TYPES_H
#define TANDEM_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tandem/codec.h>

#define TD_NSEC_PER_SEC  1000000000ull
#define TD_NSEC_PER_MSEC 1000000ull
#define TD_NEVER         UINT64_MAX /* a deadline that does not come */

/* Longest name of a site's object (queue, agent, trunk, ...), with the terminating NUL. */
#define TD_NAME_BYTES 32
/* Longest dialled or calling number, with the terminating NUL. */
#define TD_NUMBER_BYTES 32
/* "1732220776.12": the engine's start in epoch seconds, a dot, a counter. With NUL. */
#define TD_CALL_ID_BYTES 24

/* An IP address and a port. All bytes are significant: addr_equal() compares. */
struct td_addr {
	uint8_t family; /* 0 none, 4, 6 */
	uint8_t unused;
	uint16_t port; /* host order, 0 = none */
	union {
		uint32_t ip4;    /* network order */
		uint8_t ip6[16]; /* family 4: bytes 4..15 are zero */
	};
};

/*
 * A list X(ID, word, help) makes an enum, whose numbers follow the list's order, and the words of
 * site.yaml for its values (engine/conf/schema.c). Other users of the words take them from the
 * list.
 */
#define TD_WORD(id, word, ...)   word,
#define TD_SPACED(id, word, ...) " " word /* LIST(TD_SPACED): " strict address latch" */

/* Which packets a leg takes for its own. Fixed before the answer is sent. */
#define TD_SOURCE_POLICIES(X)                                                              \
	X(STRICT, "strict", "only from the address and port of the peer's SDP")            \
	X(ADDRESS, "address",                                                              \
		"from the address of the peer's SDP, and the port that first sends three " \
		"packets in sequence, for carriers that send from another port")           \
	X(LATCH, "latch",                                                                  \
		"from the source that proves itself, for a peer behind NAT; only SIP moves it")
#define TD_SOURCE_ENUM(id, ...) TD_SOURCE_##id,
enum td_source_policy { TD_SOURCE_POLICIES(TD_SOURCE_ENUM) };

#endif
