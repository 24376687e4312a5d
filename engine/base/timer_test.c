/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/prng.h>
#include <engine/base/timer.h>
#include <tests/unit/unit.h>

#define COUNT 64

static struct timers ts;
static struct timer timer[COUNT];
static unsigned fired[COUNT * 4], fired_count;
static uint64_t fired_at;

static void note(struct timer *t, uint64_t now)
{
	fired_at = now;
	fired[fired_count++] = (unsigned)(t - timer);
}

static void note_and_set_again(struct timer *t, uint64_t now)
{
	note(t, now);
	assert_false(timer_is_set(t));
	if (fired_count < 3)
		timer_set(&ts, t, now);
}

static int setup(void **state)
{
	for (int i = 0; i < COUNT; i++)
		timer[i] = (struct timer){.fire = note};
	fired_count = 0;
	return timers_init(&ts, COUNT);
}

static int teardown(void **state)
{
	timers_fini(&ts);
	return 0;
}

static void fires_in_order(void **state)
{
	assert_true(timers_next(&ts) == TD_NEVER);
	timer_set(&ts, &timer[0], 30);
	timer_set(&ts, &timer[1], 10);
	timer_set(&ts, &timer[2], 20);
	timer_set(&ts, &timer[3], 10);
	assert_int_equal(timers_next(&ts), 10);
	timers_advance(&ts, 9);
	assert_int_equal(fired_count, 0);
	timers_advance(&ts, 20);
	assert_int_equal(fired_at, 20);
	assert_int_equal(fired_count, 3);
	assert_int_equal(fired[0], 1); /* equal deadlines: as they were set */
	assert_int_equal(fired[1], 3);
	assert_int_equal(fired[2], 2);
	assert_true(timer_is_set(&timer[0]));
	assert_false(timer_is_set(&timer[1]));
	assert_int_equal(timers_next(&ts), 30);
}

static void moves_and_cancels(void **state)
{
	timer_set(&ts, &timer[0], 10);
	timer_set(&ts, &timer[1], 20);
	timer_set(&ts, &timer[0], 20); /* now behind timer 1 */
	timer_cancel(&ts, &timer[2]);
	timers_advance(&ts, 20);
	assert_int_equal(fired_count, 2);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fired[1], 0);
	timer_set(&ts, &timer[0], 30);
	timer_cancel(&ts, &timer[0]);
	timer_cancel(&ts, &timer[0]);
	timers_advance(&ts, 100);
	assert_int_equal(fired_count, 2);
}

static void may_set_itself_again(void **state)
{
	timer[0].fire = note_and_set_again;
	timer_set(&ts, &timer[0], 10);
	timers_advance(&ts, 10);
	assert_int_equal(fired_count, 3);
}

/* Against a model that looks at every timer. */
static void agrees_with_a_scan(void **state)
{
	struct prng prng;
	uint64_t now = 0;

	prng_init(&prng, 42);
	for (int i = 0; i < 20000; i++) {
		struct timer *t = &timer[prng_below(&prng, COUNT)];
		uint32_t roll = prng_below(&prng, 10);

		if (roll < 6) {
			timer_set(&ts, t, now + prng_below(&prng, 50));
		} else if (roll < 8) {
			timer_cancel(&ts, t);
			assert_false(timer_is_set(t));
		} else {
			uint64_t last = 0, last_order = 0, next = TD_NEVER;

			now += prng_below(&prng, 20);
			fired_count = 0;
			timers_advance(&ts, now);
			for (unsigned j = 0; j < fired_count; j++) {
				struct timer *f = &timer[fired[j]];

				assert_true(f->deadline <= now && f->deadline >= last);
				assert_true(f->deadline > last || f->order >= last_order);
				last = f->deadline;
				last_order = f->order;
			}
			for (int j = 0; j < COUNT; j++)
				if (timer_is_set(&timer[j]) && timer[j].deadline < next)
					next = timer[j].deadline;
			assert_true(timers_next(&ts) == next);
			assert_true(next > now);
		}
	}
}

static int build(void)
{
	struct timers some;
	int rc = timers_init(&some, 1);

	if (rc)
		return rc;
	rc = timers_reserve(&some, 1000);
	if (rc == 0 && timers_reserve(&some, 10) != 0)
		rc = -EINVAL;
	timers_fini(&some);
	return rc;
}

static void survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static void setting_never_allocates(void **state)
{
	long live = oom_live();

	for (int i = 0; i < COUNT; i++)
		timer_set(&ts, &timer[i], 1);
	assert_int_equal(oom_live(), live);
}

static void knows_its_faults(void **state)
{
	struct timers other;

	for (int i = 0; i < 10; i++)
		timer_set(&ts, &timer[i], (uint64_t)i);
	assert_true(timers_sound(&ts));
	assert_true(timers_hold(&ts, &timer[9]));
	assert_false(timers_hold(&ts, &timer[10])); /* not set */
	assert_int_equal(timers_init(&other, 16), 0);
	assert_false(timers_hold(&other, &timer[9]));
	timers_fini(&other);
	timer[1].deadline = 100;
	assert_false(timers_sound(&ts));
	timer[1].deadline = 1;
	timer[9].place = 1;
	assert_false(timers_hold(&ts, &timer[9]));
	assert_false(timers_sound(&ts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fires_in_order, setup, teardown),
		cmocka_unit_test_setup_teardown(moves_and_cancels, setup, teardown),
		cmocka_unit_test_setup_teardown(may_set_itself_again, setup, teardown),
		cmocka_unit_test_setup_teardown(agrees_with_a_scan, setup, teardown),
		cmocka_unit_test_setup_teardown(setting_never_allocates, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_its_faults, setup, teardown),
		cmocka_unit_test(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
