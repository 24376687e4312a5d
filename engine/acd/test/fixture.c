/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/acd/test/fixture.h>
#include <engine/base/buf.h>

struct acd *acd;
uint64_t at;

static char storage[4096];
static struct td_buf seen;

static void on_out(void *ctx, const struct td_acd_out *out)
{
	assert_int_equal(out->now, at * TD_NSEC_PER_MSEC);
	if (seen.len > 0)
		buf_printf(&seen, ", ");
	switch (out->type) {
	case TD_ACD_OUT_OFFER:
		buf_printf(&seen, "offer a%u c%u", out->agent, out->contact);
		break;
	case TD_ACD_OUT_CANCEL:
		buf_printf(&seen, "cancel a%u c%u %s", out->agent, out->contact,
			acd_reason_name(out->reason));
		break;
	case TD_ACD_OUT_OVERFLOW:
		buf_printf(&seen, "overflow c%u %s", out->contact, acd_reason_name(out->reason));
		break;
	case TD_ACD_OUT_AGENT:
		buf_printf(&seen, "a%u %s", out->agent, acd_state_name(out->state));
		if (out->reason)
			buf_printf(&seen, " (%s)", acd_reason_name(out->reason));
		break;
	case TD_ACD_OUT_QUEUED:
		buf_printf(&seen, "queued c%u #%u", out->contact, out->position);
		break;
	default:
		fail_msg("output of type %u", out->type);
	}
}

void expect(const char *text)
{
	assert_int_equal(seen.error, 0);
	storage[seen.len] = '\0';
	assert_string_equal(storage, text);
	buf_reset(&seen);
}

int fixture_setup(void **state)
{
	struct td_acd_limits limits = FIXTURE_LIMITS;

	at = 1000;
	buf_init_fixed(&seen, storage, sizeof(storage) - 1);
	acd = acd_alloc(&limits, on_out, NULL);
	return acd ? 0 : -1;
}

int fixture_teardown(void **state)
{
	acd_free(acd);
	return 0;
}

int step_in(struct td_acd_in *in, enum td_acd_in_type type)
{
	long live = oom_live();

	in->now = at * TD_NSEC_PER_MSEC;
	in->type = type;
	int rc = acd_step(acd, in);

	assert_int_equal(oom_live(), live);
	assert_true(acd_next(acd) > in->now);
	return rc;
}

int step(enum td_acd_in_type type, uint32_t agent, uint32_t contact, uint32_t reason)
{
	struct td_acd_in in = {.agent = agent, .contact = contact, .end.reason = reason};

	if (type == TD_ACD_IN_QUEUE_DEL)
		in.queue = agent;
	return step_in(&in, type);
}

int advance(uint64_t ms)
{
	while (acd_next(acd) <= ms * TD_NSEC_PER_MSEC) {
		at = acd_next(acd) / TD_NSEC_PER_MSEC;
		step(TD_ACD_IN_ADVANCE, 0, 0, 0);
	}
	at = ms;
	return step(TD_ACD_IN_ADVANCE, 0, 0, 0);
}

struct td_acd_queue queue_conf(uint32_t group1, uint32_t group2)
{
	return (struct td_acd_queue){
		.name = "sales",
		.groups = {group1, group2},
		.wrap_up_ms = 2000,
		.ring_ms = 10000,
		.busy_backoff_ms = 3000,
		.service_level_ms = 20000,
	};
}

int set_queue(uint32_t queue, const struct td_acd_queue *conf)
{
	struct td_acd_in in = {.queue = queue, .queue_set = *conf};

	return step_in(&in, TD_ACD_IN_QUEUE_SET);
}

int set_agent(uint32_t agent, uint32_t group1, uint32_t group2)
{
	struct td_acd_in in = {
		.agent = agent, .agent_set = {.name = "alice", .groups = {group1, group2}}};

	return step_in(&in, TD_ACD_IN_AGENT_SET);
}

int set_slots(uint32_t agent, uint32_t channels, uint32_t link)
{
	struct td_acd_in in = {.agent = agent,
		.agent_set = {.name = "alice", .groups = {1}, .link = link, .channels = channels}};

	return step_in(&in, TD_ACD_IN_AGENT_SET);
}

void ready(uint32_t agent, uint32_t group1, uint32_t group2)
{
	assert_int_equal(set_agent(agent, group1, group2), 0);
	assert_int_equal(step(TD_ACD_IN_REACHABLE, agent, 0, 1), 0);
	assert_int_equal(step(TD_ACD_IN_LOGIN, agent, 0, 0), 0);
}

int add_with(uint32_t queue, uint32_t contact, int32_t priority, uint32_t waited_ms)
{
	struct td_acd_in in = {.queue = queue,
		.contact = contact,
		.contact_add = {.priority = priority, .waited_ms = waited_ms}};

	return step_in(&in, TD_ACD_IN_CONTACT_ADD);
}

int add(uint32_t queue, uint32_t contact)
{
	return add_with(queue, contact, 0, 0);
}

int add_message(uint32_t queue, uint32_t contact)
{
	struct td_acd_in in = {
		.queue = queue, .contact = contact, .contact_add = {.channel = TD_CHANNEL_MESSAGE}};

	return step_in(&in, TD_ACD_IN_CONTACT_ADD);
}

int link_room(uint32_t link, uint32_t room)
{
	struct td_acd_in in = {.link = {link, room}};

	return step_in(&in, TD_ACD_IN_LINK);
}

int pause_agent(uint32_t agent, const char *reason)
{
	struct td_acd_in in = {.agent = agent};

	strncpy(in.reason_text, reason, sizeof(in.reason_text) - 1);
	return step_in(&in, TD_ACD_IN_PAUSE);
}

struct acd_agent_info agent(uint32_t agent)
{
	struct acd_agent_info info;

	assert_int_equal(acd_agent_get(acd, agent, &info), 0);
	return info;
}

struct acd_queue_info queue(uint32_t queue)
{
	struct acd_queue_info info;

	assert_int_equal(acd_queue_get(acd, queue, &info), 0);
	return info;
}

struct acd_contact_info contact(uint32_t contact)
{
	struct acd_contact_info info;

	assert_int_equal(acd_contact_get(acd, contact, &info), 0);
	return info;
}
