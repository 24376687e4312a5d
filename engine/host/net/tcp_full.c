/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_full.h>

bool tcp_full_changed(struct tcp_full *f, const struct td_section_tcp *s, bool room, uint64_t now)
{
	bool grown = s->full != f->seen, was = f->raised;

	f->seen = s->full;
	if (grown || !room)
		f->last_at = now;
	f->raised = grown || (was && now < f->last_at + TCP_FULL_CALM_NS);
	return f->raised != was;
}
