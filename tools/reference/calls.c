/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of a call and the ways between them. */
#include <tools/reference/reference.h>
#include <engine/base/buf.h>
#include <engine/call/transition/table.h>

#define STATE(id, name, help) DOC_ROW(d, name, help);
#define EVENT(id, name, help) DOC_ROW(d, name, help);

/* "CANCEL, hang-up": the events that lead from one state to the other. */
static bool ways(unsigned from, unsigned to, struct td_buf *b)
{
	for (unsigned i = 0; i < call_transition_count; i++) {
		const struct call_transition *t = &call_transitions[i];

		if (t->state == from && t->next & 1u << to)
			buf_printf(b, "%s%s", b->len ? ", " : "", call_event_names[t->event]);
	}
	buf_put(b, "", 1);
	return b->len > 1;
}

void reference_calls(struct doc *d)
{
	char cells[CALL_STATE_COUNT][CALL_STATE_COUNT][512];

	doc_text(d,
		"The code goes by this table (engine/call/transition/table.h). An event that a "
		"state does not have is counted as `unexpected_events`, told in the call's story, "
		"and changes nothing.");
	doc_section(d, "States");
	DOC_TABLE(d, "state", "what it is");
	CALL_STATES(STATE)
	doc_section(d, "Ways from state to state");
	DOC_TABLE(d, "from", "to", "by");
	for (unsigned from = 0; from < CALL_STATE_COUNT; from++)
		for (unsigned to = 0; to < CALL_STATE_COUNT; to++) {
			struct td_buf b;

			buf_init_fixed(&b, cells[from][to], sizeof(cells[from][to]));
			if (ways(from, to, &b))
				DOC_ROW(d, call_state_names[from], call_state_names[to],
					cells[from][to]);
		}
	doc_section(d, "Events");
	DOC_TABLE(d, "event", "what it is");
	CALL_EVENTS(EVENT)
}
