/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/worker/wake.h>
#include <tests/unit/unit.h>

static int setup(void **state)
{
	static struct wake w;

	*state = &w;
	return wake_init(&w);
}

static int teardown(void **state)
{
	wake_fini(*state);
	return 0;
}

static bool readable(const struct wake *w)
{
	struct pollfd fd = {.fd = w->fd, .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

static void only_a_sleeper_is_written_to(void **state)
{
	struct wake *w = *state;

	wake_post(w);
	assert_false(readable(w));
	wake_arm(w);
	wake_post(w);
	wake_post(w);
	assert_true(readable(w));
	wake_wait(w, -1);
	wake_disarm(w);
	assert_false(readable(w));
	wake_post(w);
	assert_false(readable(w));
}

/* wake_post() in its two steps: the sleeper's time is up between them. */
static void a_late_write_wakes_once(void **state)
{
	struct wake *w = *state;

	wake_arm(w);
	assert_true(atomic_exchange(&w->asleep, false));
	wake_wait(w, 0);
	wake_disarm(w);
	assert_int_equal(eventfd_write(w->fd, 1), 0);
	wake_arm(w);
	wake_wait(w, -1); /* for nothing */
	wake_disarm(w);
	assert_false(readable(w));
}

/* A loop that is always armed but while it has work, as main's: it takes, arms and looks. */
static void a_late_write_is_taken_by_a_loop_that_polls_elsewhere(void **state)
{
	struct wake *w = *state;

	wake_arm(w);
	assert_true(atomic_exchange(&w->asleep, false));
	wake_take(w);
	wake_arm(w);
	assert_int_equal(eventfd_write(w->fd, 1), 0);
	assert_true(readable(w));
	wake_take(w);
	wake_arm(w);
	assert_false(readable(w));
	wake_post(w);
	assert_true(readable(w));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_a_sleeper_is_written_to, setup, teardown),
		cmocka_unit_test_setup_teardown(a_late_write_wakes_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_late_write_is_taken_by_a_loop_that_polls_elsewhere, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
