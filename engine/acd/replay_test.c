/* SPDX-License-Identifier: BSD-3-Clause */
/* Where runs begin and end; property_test.c replays whole journals. */
#include <engine/acd/acd.h>
#include <engine/acd/replay.h>
#include <tests/unit/unit.h>

#define RECORDS 64

static struct {
	uint16_t type;
	uint16_t len;
	unsigned char payload[sizeof(struct td_acd_in)];
} journal[RECORDS];
static uint64_t count; /* a record's sequence is its place from 1 */

static struct td_acd_limits limits = {2, 2, 2, 4};

static void put(uint16_t type, const void *payload, size_t len)
{
	assert_true(count < RECORDS);
	journal[count].type = type;
	journal[count].len = (uint16_t)len;
	if (len)
		memcpy(journal[count].payload, payload, len);
	count++;
}

static void on_out(void *ctx, const struct td_acd_out *out)
{
	put(TD_EV_ACD_OUT, out, sizeof(*out));
}

static void step(struct acd *a, struct td_acd_in in)
{
	put(TD_EV_ACD_IN, &in, sizeof(in));
	acd_step(a, &in);
}

/* An engine's life: 6 inputs, 4 outputs, 11 records with its START. */
static void put_run(void)
{
	struct acd *a = acd_alloc(&limits, on_out, NULL);
	struct td_acd_in in = {.now = 1, .type = TD_ACD_IN_AGENT_SET, .agent = 1};
	struct td_ev_start start = {.seed = 1};

	assert_non_null(a);
	put(TD_EV_START, &start, sizeof(start));
	step(a, acd_limits_input(&limits, 1));
	in.agent_set.groups[0] = 1;
	step(a, in);
	in = (struct td_acd_in){.now = 1, .type = TD_ACD_IN_QUEUE_SET, .queue = 1};
	in.queue_set.groups[0] = 1;
	step(a, in);
	in = (struct td_acd_in){.now = 1, .type = TD_ACD_IN_CONTACT_ADD, .queue = 1, .contact = 1};
	step(a, in); /* queued */
	in = (struct td_acd_in){.now = 1, .type = TD_ACD_IN_REACHABLE, .agent = 1, .end.reason = 1};
	step(a, in);
	in = (struct td_acd_in){.now = 1, .type = TD_ACD_IN_LOGIN, .agent = 1};
	step(a, in); /* available, reserved, offer */
	acd_free(a);
}

#define RUN_RECORDS   11
#define RUN_INPUTS    6
#define RUN_OUTPUTS   4
#define SMALL_PAYLOAD "0123456789abcdef"

static struct acd_replay_result replay(uint64_t from)
{
	struct acd_replay *r = acd_replay_alloc();
	struct acd_replay_result result;

	assert_non_null(r);
	for (uint64_t i = from; i < count; i++) {
		int rc = acd_replay_record(
			r, i + 1, journal[i].type, journal[i].payload, journal[i].len);

		assert_int_equal(rc, 0);
	}
	result = *acd_replay_end(r);
	acd_replay_free(r);
	return result;
}

static int setup(void **state)
{
	count = 0;
	return 0;
}

static void counts_runs_and_skips_half_ones(void **state)
{
	put_run();
	assert_int_equal(count, RUN_RECORDS);
	put(TD_EV_STORY, SMALL_PAYLOAD, 16); /* of no matter */
	put(TD_EV_STOP, NULL, 0);
	put_run();
	struct acd_replay_result result = replay(0);

	assert_false(result.differs);
	assert_int_equal(result.runs, 2);
	assert_int_equal(result.inputs, 2 * RUN_INPUTS);
	assert_int_equal(result.outputs, 2 * RUN_OUTPUTS);
	assert_int_equal(result.decisions, 2);
	assert_int_equal(result.skipped, 0);
	result = replay(3); /* the segments before were given back */
	assert_int_equal(result.runs, 1);
	assert_int_equal(result.inputs, RUN_INPUTS);
	assert_int_equal(result.skipped, RUN_RECORDS - 3);
}

static void a_start_without_limits_is_skipped(void **state)
{
	put_run();
	memmove(&journal[1], &journal[2], (RUN_RECORDS - 2) * sizeof(*journal));
	count--;
	struct acd_replay_result result = replay(0);

	assert_int_equal(result.runs, 0);
	assert_int_equal(result.skipped, RUN_RECORDS - 2);
}

static void a_dead_engine_leaves_a_cut(void **state)
{
	struct acd_replay_result result;

	put_run();
	count -= 2;
	result = replay(0);
	assert_false(result.differs);
	assert_int_equal(result.cut, 2);
	put_run(); /* the next start */
	result = replay(0);
	assert_false(result.differs);
	assert_int_equal(result.cut, 2);
	assert_int_equal(result.runs, 2);
}

static void a_lost_record_ends_the_run(void **state)
{
	struct td_ev_gap gap = {.lost = 3, .lost_diag = 3};
	struct acd_replay_result result;

	put_run();
	put(TD_EV_GAP, &gap, sizeof(gap));
	journal[count] = journal[1]; /* the limits again: harmless */
	count++;
	result = replay(0);
	assert_int_equal(result.skipped, 0);
	assert_int_equal(result.inputs, RUN_INPUTS + 1);
	count = 0;
	put_run();
	gap.lost = 4; /* more than diagnostics */
	put(TD_EV_GAP, &gap, sizeof(gap));
	journal[count] = journal[1];
	count++;
	result = replay(0);
	assert_int_equal(result.skipped, 1);
	assert_int_equal(result.inputs, RUN_INPUTS);
	assert_false(result.differs);
}

static int feed(struct acd_replay *r, uint64_t i)
{
	return acd_replay_record(r, i + 1, journal[i].type, journal[i].payload, journal[i].len);
}

static void says_what_differs(void **state)
{
	struct acd_replay *r = acd_replay_alloc();
	const struct acd_replay_result *result;
	uint64_t i;

	assert_non_null(r);
	put_run();
	for (i = 0; i < RUN_RECORDS - 1; i++)
		assert_int_equal(feed(r, i), 0);
	put(TD_EV_STOP, NULL, 0);
	assert_int_equal(feed(r, i + 1), 1); /* the offer is not there */
	assert_int_equal(feed(r, i), 1);     /* nothing is looked at any more */
	result = acd_replay_end(r);
	assert_true(result->differs && result->has_got && !result->has_expected);
	assert_int_equal(result->seq, RUN_RECORDS + 1);
	assert_int_equal(result->got.type, TD_ACD_OUT_OFFER);
	acd_replay_free(r);

	r = acd_replay_alloc();
	assert_non_null(r);
	for (i = 0; i < 5; i++)
		assert_int_equal(feed(r, i), 0);
	assert_int_equal(feed(r, 6), 1); /* an input where QUEUED should be */
	result = acd_replay_end(r);
	assert_true(result->differs && result->has_got && !result->has_expected);
	assert_int_equal(result->got.type, TD_ACD_OUT_QUEUED);
	assert_int_equal(result->seq, 7);
	acd_replay_free(r);

	r = acd_replay_alloc();
	assert_non_null(r);
	for (i = 0; i < RUN_RECORDS; i++)
		assert_int_equal(feed(r, i), 0);
	assert_int_equal(feed(r, i - 1), 1); /* an offer too many */
	result = acd_replay_end(r);
	assert_true(result->differs && !result->has_got && result->has_expected);
	assert_int_equal(result->expected.type, TD_ACD_OUT_OFFER);
	acd_replay_free(r);
	acd_replay_free(NULL);
}

static void refuses_bad_payloads(void **state)
{
	struct acd_replay *r = acd_replay_alloc();
	struct td_acd_limits huge = {.queues = UINT32_MAX};
	struct td_acd_in in = acd_limits_input(&huge, 0);

	assert_non_null(r);
	assert_int_equal(acd_replay_record(r, 1, TD_EV_ACD_IN, "x", 1), -EBADMSG);
	assert_int_equal(acd_replay_record(r, 1, TD_EV_ACD_OUT, "x", 1), -EBADMSG);
	assert_int_equal(acd_replay_record(r, 1, TD_EV_GAP, NULL, 0), -EBADMSG);
	assert_int_equal(acd_replay_record(r, 1, TD_EV_START, NULL, 0), 0);
	assert_int_equal(acd_replay_record(r, 2, TD_EV_ACD_IN, &in, sizeof(in)), -EBADMSG);
	acd_replay_free(r);
}

static int build(void)
{
	struct acd_replay *r = acd_replay_alloc();
	int rc = 0;

	if (!r)
		return -errno;
	for (uint64_t i = 0; rc == 0 && i < count; i++)
		rc = feed(r, i);
	if (rc == 0)
		rc = acd_replay_end(r)->differs ? -EINVAL : 0;
	acd_replay_free(r);
	return rc;
}

static void survives_oom(void **state)
{
	put_run();
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(counts_runs_and_skips_half_ones, setup),
		cmocka_unit_test_setup(a_start_without_limits_is_skipped, setup),
		cmocka_unit_test_setup(a_dead_engine_leaves_a_cut, setup),
		cmocka_unit_test_setup(a_lost_record_ends_the_run, setup),
		cmocka_unit_test_setup(says_what_differs, setup),
		cmocka_unit_test_setup(refuses_bad_payloads, setup),
		cmocka_unit_test_setup(survives_oom, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
