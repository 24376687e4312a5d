/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transport layer (RFC 3261 section 18): datagrams in and out, each by a flow.
 */
#ifndef TANDEM_ENGINE_SIP_TRANSPORT_TRANSPORT_H
#define TANDEM_ENGINE_SIP_TRANSPORT_TRANSPORT_H

#include <engine/sip/msg/msg.h>
#include <engine/sip/transport/flow.h>
#include <engine/sip/transport/stats.h>

/* Given at creation; for arguments and lifetimes see struct sip_ua_ops. */
struct sip_transport_ops {
	void *ctx;
	void (*send)(void *ctx, const struct sip_flow *flow, const uint8_t *data, size_t len);
	/* NULL: nobody looks on. */
	void (*trace)(void *ctx, struct str call_id, bool in, const struct sip_flow *flow,
		const uint8_t *data, size_t len);
};

struct sip_transport {
	struct sip_transport_ops ops;
	struct sip_stats stats; /* all layers write it */
	struct sip_msg msg;     /* the last datagram received, decoded */
};

enum transport_verdict {
	TRANSPORT_MESSAGE,   /* transport->msg is sound */
	TRANSPORT_MALFORMED, /* counted; transport->msg says what could be read, and its fault */
	TRANSPORT_NOTHING,   /* a keep-alive, or longer than any message */
};

/* Counts, decodes and traces a datagram. transport->msg points into data. */
enum transport_verdict transport_recv(
	struct sip_transport *tp, const struct sip_flow *flow, const uint8_t *data, size_t len);
/* data: a whole message of ours. again: it was sent before. */
void transport_send(
	struct sip_transport *tp, const struct sip_flow *flow, struct str data, bool again);

#endif
