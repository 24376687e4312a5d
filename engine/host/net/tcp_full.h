/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether SIP connections find all places taken: the alarm of it. One thread. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_FULL_H
#define TANDEM_ENGINE_HOST_NET_TCP_FULL_H

#include <tandem/view.h>

#define TCP_FULL_CALM_NS (10 * TD_NSEC_PER_SEC)

struct tcp_full {
	uint64_t seen;    /* of the counter `full` */
	uint64_t last_at; /* when it was last seen to grow, or no place was free */
	bool raised;
};

/* Looks at the counters, once a second. room: one more could come. True: the alarm is to be raised,
 * or cleared, as f->raised says now. */
bool tcp_full_changed(struct tcp_full *f, const struct td_section_tcp *s, bool room, uint64_t now);

#endif
