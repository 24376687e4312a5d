/* SPDX-License-Identifier: BSD-3-Clause */
/* What signalling has for a connection: a message, or how long it is to stay. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_LETTER_H
#define TANDEM_ENGINE_HOST_NET_TCP_LETTER_H

#include <engine/host/net/tcp_conn.h>

enum letter_kind {
	LETTER_MESSAGE,
	LETTER_HOLD,    /* a telephone is registered by the connection */
	LETTER_RELEASE, /* none is any more */
};

struct letter {
	struct td_flow flow;
	uint32_t len;
	uint8_t dscp, kind; /* enum letter_kind */
	bool fresh;         /* the connection is to be made */
			    /* the message */
};

void letter_take(struct conns *s, const struct letter *m);

/*
 * Only to those that the engine knows a connection is made. A stranger would have one made by each
 * answer to a request whose connection it has closed, to any port, and none of them would be
 * counted as its own.
 */
static inline bool tcp_letter_known(const struct td_flow *flow)
{
	return flow->trunk || flow->agent;
}

#endif
