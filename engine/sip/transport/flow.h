/* SPDX-License-Identifier: BSD-3-Clause */
/* What a flow's transport is called, and what it promises. */
#ifndef TANDEM_ENGINE_SIP_TRANSPORT_FLOW_H
#define TANDEM_ENGINE_SIP_TRANSPORT_FLOW_H

#include <engine/base/str.h>
#include <tandem/flow.h>

/* Nothing is lost, or sent twice, while the connection lives. */
bool flow_is_reliable(const struct td_flow *flow);
struct str flow_via_name(const struct td_flow *flow); /* "UDP" */
struct str flow_uri_name(const struct td_flow *flow); /* "udp" */
uint16_t flow_default_port(const struct td_flow *flow);
/* Do both go the same way? By the connection, where both have one. */
bool flow_equal(const struct td_flow *a, const struct td_flow *b);
/* It is the same peer, by another way. */
void flow_know(struct td_flow *flow, const struct td_flow *of);

#endif
