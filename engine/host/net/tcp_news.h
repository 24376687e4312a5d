/* SPDX-License-Identifier: BSD-3-Clause */
/* What the thread of SIP over TCP has for signalling. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_NEWS_H
#define TANDEM_ENGINE_HOST_NET_TCP_NEWS_H

#include <tandem/flow.h>

struct tcp_news {
	struct td_flow flow;
	bool ended; /* the connection; else a message of it has come */
	uint32_t len;
	/* the message */
};

#endif
