/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of what has numbers, and an output as a line. */
#include <engine/acd/acd.h>
#include <engine/base/buf.h>

static const char *name_of(const char *const *names, size_t count, uint32_t i)
{
	return i < count && names[i] ? names[i] : "?";
}

#define NAME_OF(names, i) name_of(names, sizeof(names) / sizeof(*(names)), i)

const char *acd_state_name(uint32_t state)
{
	static const char *const names[] = {TD_AGENT_STATES(TD_AGENT_STATE_NAME)};

	return NAME_OF(names, state);
}

enum td_agent_action acd_action_lookup(const char *word)
{
	static const char *const words[] = {TD_AGENT_ACTIONS(TD_WORD)};
	unsigned i = 0;

	while (i < TD_AGENT_ACTION_COUNT && strcmp(word, words[i]) != 0)
		i++;
	return (enum td_agent_action)i;
}

const char *acd_reason_name(uint32_t reason)
{
	static const char *const names[] = {TD_ACD_REASONS(TD_ACD_REASON_NAME)};

	return NAME_OF(names, reason);
}

void acd_out_encode(struct td_buf *b, const struct td_acd_out *out)
{
	static const char *const names[] = {
		[TD_ACD_OUT_OFFER] = "offer",
		[TD_ACD_OUT_CANCEL] = "cancel",
		[TD_ACD_OUT_OVERFLOW] = "overflow",
		[TD_ACD_OUT_AGENT] = "agent",
		[TD_ACD_OUT_QUEUED] = "queued",
	};

	buf_printf(b, "%s queue=%u agent=%u contact=%u", NAME_OF(names, out->type), out->queue,
		out->agent, out->contact);
	if (out->type == TD_ACD_OUT_AGENT)
		buf_printf(b, " state=\"%s\"", acd_state_name(out->state));
	if (out->reason)
		buf_printf(b, " reason=\"%s\"", acd_reason_name(out->reason));
	if (out->position)
		buf_printf(b, " position=%u", out->position);
	buf_printf(b, " wait_ms=%u now=%llu", out->wait_ms, (unsigned long long)out->now);
}
