/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/story.h>
#include <engine/call/media/life.h>
#include <engine/call/media/silence.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/expire.h>

#define SIP_NOBODY 480 /* to a caller who has no answer yet */

static bool is_due(const struct td_engine *e, uint64_t since, uint64_t after)
{
	return since && after && e->now >= since + after;
}

static void end(struct td_engine *e, struct call *c, uint64_t *count, const char *key)
{
	(*count)++;
	c->contact->cdr.cause = TD_CAUSE_TIMER;
	story(e, c, "ended by %s", key);
	call_end(e, c, TD_ENDED_BY_US, TD_CALL_FAILED, SIP_NOBODY);
}

void expire_due(struct td_engine *e, struct call *c)
{
	uint64_t quiet = life_quiet(c);

	if (is_due(e, c->began, life_longest(e))) {
		end(e, c, &e->expired.overlong, "max_duration");
	} else if (is_due(e, quiet, life_patience(e, c))) {
		story(e, c, "nobody is heard for %u s", ms_between(quiet, e->now) / 1000);
		end(e, c, &e->expired.rtp_timeouts, life_held(c) ? "hold_timeout" : "rtp_timeout");
	} else {
		silence_due(e, c);
	}
}
