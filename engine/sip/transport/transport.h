/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transport layer (RFC 3261 section 18): messages in and out, each by a flow.
 */
#ifndef TANDEM_ENGINE_SIP_TRANSPORT_TRANSPORT_H
#define TANDEM_ENGINE_SIP_TRANSPORT_TRANSPORT_H

#include <engine/sip/msg/msg.h>
#include <engine/sip/transport/flow.h>
#include <engine/sip/transport/stats.h>

/* Given at creation; for arguments and lifetimes see struct sip_ua_ops. */
struct sip_transport_ops {
	void *ctx;
	/* 0, or why not: as struct td_engine_io.sip says. */
	int (*send)(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len);
	/* NULL: nobody looks on. */
	void (*trace)(void *ctx, struct str call_id, bool in, const struct td_flow *flow,
		const uint8_t *data, size_t len);
	/* May this peer see who we are (Server, User-Agent)? NULL: every peer may. */
	bool (*named)(void *ctx, const struct td_flow *flow);
};

struct sip_transport {
	struct sip_transport_ops ops;
	struct sip_stats stats; /* all layers write it */
	struct sip_msg msg;     /* the last message received, decoded */
	uint32_t newest;        /* connection that was made for a message */
	bool made;              /* one was made for the last message sent */
};

enum transport_verdict {
	TRANSPORT_MESSAGE,   /* transport->msg is sound */
	TRANSPORT_MALFORMED, /* counted; transport->msg says what could be read, and its fault */
	TRANSPORT_NOTHING,   /* a keep-alive, or longer than any message */
};

/* Counts, decodes and traces a message. transport->msg points into data. */
enum transport_verdict transport_recv(
	struct sip_transport *tp, const struct td_flow *flow, const uint8_t *data, size_t len);
/* data: a whole message of ours. again: it was sent before. False: the flow cannot carry it. */
bool transport_send(struct sip_transport *tp, struct td_flow *flow, struct str data, bool again);

#endif
