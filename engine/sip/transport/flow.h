/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow: the way of a message between us and a peer, in either direction. */
#ifndef TANDEM_ENGINE_SIP_TRANSPORT_FLOW_H
#define TANDEM_ENGINE_SIP_TRANSPORT_FLOW_H

#include <tandem/types.h>

struct sip_flow {
	struct td_addr local;  /* our address and port */
	struct td_addr remote; /* the peer's */
};

#endif
