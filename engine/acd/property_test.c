/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * 240,000 random inputs from a seed, every output and the state after every input judged by the
 * model and by acd_check(); then the journal of it all replayed, whole and with a record altered.
 */
#include <engine/acd/test/model.h>
#include <engine/acd/replay.h>
#include <engine/base/buf.h>
#include <engine/base/prng.h>
#include <tandem/text.h>
#include <tests/unit/unit.h>

#define INPUTS 240000

/* A journal in memory: type, payload. */
struct record {
	uint16_t type;
	union {
		struct td_acd_in in;
		struct td_acd_out out;
	};
};

struct run {
	struct prng prng;
	struct model model;
	struct acd *acd;
	struct td_buf journal; /* struct record each */
	uint64_t now;
	uint32_t contact; /* the last number given */
};

static void note(struct run *r, uint16_t type, const void *payload, size_t len)
{
	struct record record = {.type = type};

	memcpy(&record.in, payload, len);
	buf_put(&r->journal, &record, sizeof(record));
}

static void on_out(void *ctx, const struct td_acd_out *out)
{
	struct run *r = ctx;

	note(r, TD_EV_ACD_OUT, out, sizeof(*out));
	model_out(&r->model, out);
}

static void step(struct run *r, struct td_acd_in *in)
{
	struct td_text fault;

	in->now = r->now;
	note(r, TD_EV_ACD_IN, in, sizeof(*in));
	model_in(&r->model, in);
	model_done(&r->model, r->acd, acd_step(r->acd, in));
	if (!acd_check(r->acd, &fault))
		fail_msg("%s", fault.s);
}

static uint32_t below(struct run *r, uint32_t n)
{
	return prng_below(&r->prng, n);
}

/* One of 1..n, seldom a number that is none. */
static uint32_t any(struct run *r, uint32_t n)
{
	return below(r, 100) ? 1 + below(r, n) : below(r, 2) * (n + 1);
}

static uint32_t either(struct run *r, uint32_t a, uint32_t b)
{
	return below(r, 2) ? a : b;
}

static void groups_draw(struct run *r, uint32_t groups[static TD_ACD_GROUPS])
{
	uint32_t n = below(r, 4);

	for (uint32_t i = 0; i < n; i++)
		groups[below(r, TD_ACD_GROUPS)] = 1 + below(r, MODEL_GROUPS);
	if (below(r, 200) == 0)
		groups[0] = MODEL_GROUPS + 1;
}

static void config_draw(struct run *r, struct td_acd_in *in)
{
	static const uint16_t types[] = {TD_ACD_IN_QUEUE_SET, TD_ACD_IN_AGENT_SET,
		TD_ACD_IN_AGENT_SET, TD_ACD_IN_REACHABLE, TD_ACD_IN_LINK, TD_ACD_IN_ENGAGED,
		TD_ACD_IN_QUEUE_DEL, TD_ACD_IN_AGENT_DEL};
	struct td_acd_in advance = {.type = TD_ACD_IN_ADVANCE};

	step(r, &advance); /* as model_in() asks */
	in->type = types[below(r, 20) ? below(r, 6) : 6 + below(r, 2)];
	in->queue = any(r, MODEL_QUEUES);
	in->agent = any(r, MODEL_AGENTS);
	if (in->type == TD_ACD_IN_QUEUE_SET) {
		in->queue_set = (struct td_acd_queue){
			.name = "sales",
			.wrap_up_ms = below(r, 3) * 1000,
			.ring_ms = below(r, 5) * 1000,
			.timeout_ms = below(r, 3) * 4000,
			.max_length = below(r, 3) * 4,
			.busy_backoff_ms = below(r, 3) * 700,
			.service_level_ms = 2000,
		};
		groups_draw(r, in->queue_set.groups);
	} else if (in->type == TD_ACD_IN_AGENT_SET) {
		strcpy(in->agent_set.name, "alice");
		groups_draw(r, in->agent_set.groups);
		in->agent_set.channels =
			below(r, 200) ? below(r, 1u << TD_CHANNEL_COUNT) : 1u << TD_CHANNEL_COUNT;
		in->agent_set.link = below(r, 200) ? below(r, MODEL_LINKS + 1) : MODEL_LINKS + 1;
	} else if (in->type == TD_ACD_IN_LINK) {
		in->link.number = any(r, MODEL_LINKS);
		in->link.room = below(r, 4) ? below(r, 4) : TD_ACD_ROOM;
	} else if (in->type == TD_ACD_IN_REACHABLE) {
		in->end.reason = below(r, 8) != 0;
	} else if (in->type == TD_ACD_IN_ENGAGED) {
		in->end.reason = below(r, 4) == 0;
	}
}

/* What an agent's telephone or hand would do next. */
static void agent_draw(struct run *r, struct td_acd_in *in)
{
	static const uint32_t reasons[] = {TD_ACD_BUSY, TD_ACD_FAILED, TD_ACD_DECLINED,
		TD_ACD_NO_ANSWER, TD_ACD_TIMEOUT, TD_ACD_NO_ROOM};
	uint32_t roll = below(r, 10);

	in->agent = any(r, MODEL_AGENTS);
	if (in->agent > MODEL_AGENTS)
		return;
	const struct model_agent *ag = &r->model.agent[in->agent];

	in->contact = ag->contact;
	if (roll == 0) {
		in->type = TD_ACD_IN_PAUSE;
		strcpy(in->reason_text, below(r, 2) ? "lunch" : "training");
		return;
	}
	if (roll == 1) {
		in->type = (uint16_t)either(r, TD_ACD_IN_LOGOUT, TD_ACD_IN_UNPAUSE);
		return;
	}
	switch (ag->state) {
	case TD_AGENT_RESERVED:
	case TD_AGENT_RINGING:
		if (r->model.room[ag->link] == 0 && roll < 7) {
			in->type = TD_ACD_IN_OFFER_FAILED;
			in->end.reason = TD_ACD_NO_ROOM;
		} else if (roll < 4) {
			in->type = TD_ACD_IN_OFFER_FAILED;
			in->end.reason = reasons[below(r, 6)];
		} else {
			in->type = (uint16_t)either(r, TD_ACD_IN_RINGING, TD_ACD_IN_ANSWERED);
		}
		break;
	case TD_AGENT_TALKING:
		in->type = TD_ACD_IN_TALK_END;
		break;
	case TD_AGENT_WRAP_UP:
		in->type = TD_ACD_IN_WRAP_UP_END;
		break;
	default:
		in->type = (uint16_t)either(r, TD_ACD_IN_LOGIN, TD_ACD_IN_UNPAUSE);
	}
}

static void contact_draw(struct run *r, struct td_acd_in *in)
{
	const struct model_contact *c = &r->model.contact[below(r, MODEL_CONTACTS)];

	if (c->number && below(r, 3) == 0) {
		in->type = TD_ACD_IN_CONTACT_DEL;
		in->contact = c->number;
		in->end.reason = either(r, TD_ACD_ABANDON, TD_ACD_WITHDRAW);
		return;
	}
	in->type = TD_ACD_IN_CONTACT_ADD;
	in->queue = any(r, MODEL_QUEUES);
	in->contact = c->number && below(r, 50) == 0 ? c->number : ++r->contact;
	in->contact_add.priority = below(r, 4) ? 0 : (int32_t)below(r, 3) - 1;
	in->contact_add.waited_ms = below(r, 4) ? 0 : below(r, 5000);
	if (in->contact_add.waited_ms && below(r, 2))
		in->contact_add.waited_here_ms = below(r, in->contact_add.waited_ms);
	in->contact_add.channel = below(r, 100) ? below(r, TD_CHANNEL_COUNT) : TD_CHANNEL_COUNT;
}

/* Numbers that may fit together, or not: a late 200, a BYE twice. */
static void junk_draw(struct run *r, struct td_acd_in *in)
{
	static const uint16_t types[] = {0, TD_ACD_IN_ADVANCE, TD_ACD_IN_RINGING,
		TD_ACD_IN_ANSWERED, TD_ACD_IN_OFFER_FAILED, TD_ACD_IN_TALK_END,
		TD_ACD_IN_WRAP_UP_END, TD_ACD_IN_CONTACT_DEL, TD_ACD_IN_LIMITS, 77};

	in->type = types[below(r, 10)];
	in->queue = any(r, MODEL_QUEUES);
	in->agent = any(r, MODEL_AGENTS);
	in->contact = r->contact - below(r, 20);
	in->end.reason = below(r, TD_ACD_REASON_COUNT + 2);
}

static void time_passes(struct run *r)
{
	uint64_t next = acd_next(r->acd);

	switch (below(r, 8)) {
	case 0:
		r->now = next == TD_NEVER ? r->now : next; /* on the dot */
		break;
	case 1:
		r->now += below(r, 3000) * TD_NSEC_PER_MSEC; /* over several deadlines */
		break;
	case 2:
	case 3:
		r->now += below(r, 300) * TD_NSEC_PER_MSEC;
		break;
	default:
		break;
	}
}

static void run_start(struct run *r, uint64_t seed)
{
	struct td_acd_limits limits = MODEL_LIMITS;
	struct td_acd_in in = acd_limits_input(&limits, 0);

	*r = (struct run){.now = TD_NSEC_PER_SEC};
	model_init(&r->model);
	prng_init(&r->prng, seed);
	buf_init(&r->journal);
	r->acd = acd_alloc(&limits, on_out, r);
	assert_non_null(r->acd);
	note(r, TD_EV_START, &in, 0);
	step(r, &in);
}

static void run_go(struct run *r, unsigned inputs)
{
	for (unsigned i = 0; i < inputs; i++) {
		struct td_acd_in in = {.type = TD_ACD_IN_ADVANCE};
		uint32_t roll = below(r, 100);

		time_passes(r);
		if (i < 100 || roll < 8)
			config_draw(r, &in);
		else if (roll < 60)
			agent_draw(r, &in);
		else if (roll < 90)
			contact_draw(r, &in);
		else
			junk_draw(r, &in);
		step(r, &in);
	}
	assert_int_equal(r->journal.error, 0);
}

static void run_end(struct run *r)
{
	acd_free(r->acd);
	buf_free(&r->journal);
}

static void obeys_its_rules(void **state)
{
	struct run r;
	const struct model *m = &r.model;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		run_start(&r, seed);
		run_go(&r, INPUTS / 4);
		for (int i = TD_ACD_OUT_OFFER; i <= TD_ACD_OUT_QUEUED; i++)
			assert_true(m->seen_out[i] > 100);
		for (int i = 0; i < TD_CHANNEL_COUNT; i++)
			assert_true(m->seen_offer[i] > 100);
		assert_true(m->seen_unreachable > 100);
		for (int i = 0; i < TD_ACD_REASON_COUNT; i++)
			assert_true(m->seen_reason[i] > 20 || i == TD_ACD_ANSWER);
		for (int i = 0; i < TD_AGENT_STATE_COUNT; i++) {
			uint64_t in = 0, out = 0;

			for (int j = 0; j < TD_AGENT_STATE_COUNT; j++) {
				in += m->seen_change[j][i];
				out += m->seen_change[i][j];
			}
			assert_true(in > 100 && out > 100);
		}
		run_end(&r);
	}
}

static void same_seed_same_bytes(void **state)
{
	struct run a, b, c;

	run_start(&a, 42);
	run_start(&b, 42);
	run_start(&c, 43);
	run_go(&a, 20000);
	run_go(&b, 20000);
	run_go(&c, 20000);
	assert_int_equal(a.journal.len, b.journal.len);
	assert_memory_equal(a.journal.data, b.journal.data, a.journal.len);
	assert_true(a.journal.len != c.journal.len ||
		    memcmp(a.journal.data, c.journal.data, a.journal.len) != 0);
	run_end(&c);
	run_end(&b);
	run_end(&a);
}

static size_t payload_len(uint16_t type)
{
	if (type == TD_EV_ACD_IN)
		return sizeof(struct td_acd_in);
	return type == TD_EV_ACD_OUT ? sizeof(struct td_acd_out) : 0;
}

static struct acd_replay_result replay(const struct record *record, size_t count)
{
	struct acd_replay *r = acd_replay_alloc();
	struct acd_replay_result result;

	assert_non_null(r);
	for (size_t i = 0; i < count; i++) {
		int rc = acd_replay_record(
			r, i + 1, record[i].type, &record[i].in, payload_len(record[i].type));

		assert_true(rc == 0 || rc == 1);
		if (rc)
			break;
	}
	result = *acd_replay_end(r);
	acd_replay_free(r);
	return result;
}

static void replays(void **state)
{
	struct run r;
	struct acd_replay_result result;

	run_start(&r, 7);
	run_go(&r, 10000);
	struct record *record = (struct record *)(void *)r.journal.data;
	size_t count = r.journal.len / sizeof(*record);

	result = replay(record, count);
	assert_false(result.differs);
	assert_int_equal(result.runs, 1);
	assert_int_equal(result.skipped, 0);
	assert_int_equal(result.cut, 0);
	assert_int_equal(1 + result.inputs + result.outputs, count);
	assert_int_equal(result.decisions, r.model.seen_out[TD_ACD_OUT_OFFER]);
	for (int i = 0; i < 20; i++) { /* one bit of any output is enough */
		size_t at = 1 + below(&r, (uint32_t)count - 1);
		unsigned char *byte;

		while (record[at].type != TD_EV_ACD_OUT)
			at = at + 1 < count ? at + 1 : 1;
		byte = (unsigned char *)&record[at].out + below(&r, sizeof(struct td_acd_out));
		*byte ^= 4;
		result = replay(record, count);
		assert_true(result.differs);
		assert_int_equal(result.seq, at + 1);
		*byte ^= 4;
	}
	run_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(obeys_its_rules),
		cmocka_unit_test(same_seed_same_bytes),
		cmocka_unit_test(replays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
