/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow: the way of SIP messages between us and a peer, in either direction (RFC 5626 section 3).
 */
#ifndef TANDEM_FLOW_H
#define TANDEM_FLOW_H

#include <tandem/types.h>

/*
 * X(name, Via's name, URI's name, default port, reliable). A reliable transport keeps the order and
 * loses nothing while its connection lives, so nothing is sent twice on it (RFC 3261 section 17).
 * Names and ports: RFC 3261 sections 18.2.2 and 20.42, RFC 7118 section 5. A URI has one name for
 * WebSocket, with TLS or without (RFC 7118 section 5.2): only the Via tells them apart.
 */
#define TD_TRANSPORTS(X)                  \
	X(UDP, "UDP", "udp", 5060, false) \
	X(TCP, "TCP", "tcp", 5060, true)  \
	X(TLS, "TLS", "tls", 5061, true)  \
	X(WS, "WS", "ws", 80, true)       \
	X(WSS, "WSS", "ws", 443, true)

enum td_transport {
#define TD_TRANSPORT_ENUM(name, via, uri, port, reliable) TD_TRANSPORT_##name,
	TD_TRANSPORTS(TD_TRANSPORT_ENUM)
#undef TD_TRANSPORT_ENUM
		TD_TRANSPORT_COUNT
};

struct td_flow {
	struct td_addr local;  /* where the peer reaches us: of a stream, the port that listens */
	struct td_addr remote; /* the peer's; of a stream, where a new connection would go */
	enum td_transport transport;
	/* The host's number of the stream's connection, never used twice; 0: none is known. A later
	 * connection of the host's own has a greater number. */
	uint32_t connection;
	/* The engine's: the number of the trunk or of the agent at the other end, once it is known;
	 * 0: it is not. A number stays with its name while the engine runs. The host passes 0. */
	uint32_t trunk, agent;
};

#endif
