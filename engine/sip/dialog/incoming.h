/* SPDX-License-Identifier: BSD-3-Clause */
/* A request that has come, for the server's side: its answers, and what is checked first. */
#ifndef TANDEM_ENGINE_SIP_DIALOG_INCOMING_H
#define TANDEM_ENGINE_SIP_DIALOG_INCOMING_H

#include <engine/sip/dialog/request.h>

/* What we say of ourselves to OPTIONS (section 11.2). */
#define SIP_CAPABILITIES SIP_ALLOW SIP_HEADER_LINE(ACCEPT, "application/sdp")

/* Where a request came from and where to, and what it is. */
struct incoming {
	struct sip_ua *ua;
	const struct sip_msg *m;
	struct td_flow *flow; /* with the peer, once it is known */
};

void incoming_reply(const struct incoming *in, int code, struct str extra, bool stateless);
void incoming_refuse(
	const struct incoming *in, int code, struct str extra, bool stateless); /* counted */
/* Is the method one that we take where this request stands? False: it has been refused. */
bool incoming_acceptable(const struct incoming *in, bool taken);

#endif
