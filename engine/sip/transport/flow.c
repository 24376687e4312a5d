/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/sip/transport/flow.h>

static const struct transport {
	struct str via, uri;
	uint16_t port;
	bool reliable;
} transports[TD_TRANSPORT_COUNT] = {
#define TRANSPORT(name, via, uri, port, reliable) {STR(via), STR(uri), port, reliable},
	TD_TRANSPORTS(TRANSPORT)
#undef TRANSPORT
};

bool flow_is_reliable(const struct td_flow *flow)
{
	return transports[flow->transport].reliable;
}

struct str flow_via_name(const struct td_flow *flow)
{
	return transports[flow->transport].via;
}

struct str flow_uri_name(const struct td_flow *flow)
{
	return transports[flow->transport].uri;
}

uint16_t flow_default_port(const struct td_flow *flow)
{
	return transports[flow->transport].port;
}

bool flow_equal(const struct td_flow *a, const struct td_flow *b)
{
	if (a->transport != b->transport)
		return false;
	if (a->connection && b->connection)
		return a->connection == b->connection;
	return addr_equal(&a->local, &b->local) && addr_equal(&a->remote, &b->remote);
}

void flow_know(struct td_flow *flow, const struct td_flow *of)
{
	flow->trunk = of->trunk;
	flow->agent = of->agent;
}
