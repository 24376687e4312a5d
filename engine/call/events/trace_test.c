/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/trace.h>
#include <errno.h>
#include <stdio.h>
#include <tests/unit/unit.h>

#define LEGS 10

static struct traces traces;

static int init(void)
{
	int rc = traces_init(&traces, LEGS, 1);

	if (rc == 0)
		traces_fini(&traces);
	return rc;
}

static void init_survives_oom(void **state)
{
	oom_each(init, -ENOMEM);
}

static const char *known(const char *call_id)
{
	return trace_call(&traces, str_of(call_id));
}

/* Dialogs first to last - 1. Call n has the Call-ID "id-n". */
static void remember(unsigned first, unsigned last)
{
	char id[16], call[16];

	for (unsigned i = first; i < last; i++) {
		snprintf(id, sizeof(id), "id-%u", i);
		snprintf(call, sizeof(call), "1.%u", i);
		trace_remember(&traces, str_of(id), call);
	}
}

static void the_latest_are_known(void **state)
{
	assert_int_equal(traces_init(&traces, LEGS, 1), 0);
	assert_string_equal(known("id-0"), "");
	remember(0, TRACES_PER_PARTY * LEGS);
	assert_string_equal(known("id-0"), "1.0");
	remember(TRACES_PER_PARTY * LEGS, 10 * LEGS);
	assert_string_equal(known("id-79"), "");
	assert_string_equal(known("id-80"), "1.80");
	assert_string_equal(known("id-99"), "1.99");
	assert_int_equal(traces.by_call_id.count, TRACES_PER_PARTY * LEGS);
	traces_fini(&traces);
}

/* However many dialogs come after it. */
static void a_leg_that_lives_is_known(void **state)
{
	static struct party legs[LEGS];
	char id[16];

	assert_int_equal(traces_init(&traces, LEGS, 1), 0);
	for (unsigned i = 0; i < LEGS; i++) {
		remember(i, i + 1);
		snprintf(id, sizeof(id), "id-%u", i);
		trace_hold(&traces, str_of(id), &legs[i]);
	}
	remember(LEGS, 1000);
	assert_string_equal(known("id-0"), "1.0");
	assert_string_equal(known("id-9"), "1.9");
	assert_string_equal(known("id-989"), "");
	assert_string_equal(known("id-990"), "1.990");
	for (unsigned i = 0; i < LEGS; i++)
		trace_release(&legs[i]);
	assert_string_equal(known("id-0"), "1.0"); /* the answer to its BYE comes now */
	remember(1000, 1000 + TRACES_PER_PARTY * LEGS);
	assert_string_equal(known("id-0"), "");
	traces_fini(&traces);
}

/* A call that comes back to us is another call with the same Call-ID. */
static void the_newest_of_a_call_id_counts(void **state)
{
	struct party one = {.call = NULL}, other = {.call = NULL};

	assert_int_equal(traces_init(&traces, LEGS, 1), 0);
	trace_remember(&traces, STR("id"), "1.1");
	trace_hold(&traces, STR("id"), &one);
	trace_remember(&traces, STR("id"), "1.2");
	trace_hold(&traces, STR("id"), &other);
	assert_ptr_not_equal(one.trace, other.trace);
	assert_string_equal(known("id"), "1.2");
	trace_release(&one);
	trace_release(&other);
	traces_fini(&traces);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_survives_oom),
		cmocka_unit_test(the_latest_are_known),
		cmocka_unit_test(a_leg_that_lives_is_known),
		cmocka_unit_test(the_newest_of_a_call_id_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
