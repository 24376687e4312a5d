/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <dataplane/rtp/wheel.h>
#include <tests/unit/unit.h>

#define MS     TD_NSEC_PER_MSEC
#define TIMERS 300

static uint64_t random_state = 1;

static uint32_t any(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

/* Against a plain list: everything fires in its millisecond, nothing early, nothing twice. */
static void agrees_with_a_list(void **state)
{
	static struct wheel w;
	static struct wheel_timer timer[TIMERS];
	uint64_t due[TIMERS] = {0}; /* 0: not set */
	uint64_t now = 123456789;
	unsigned fired = 0;

	wheel_init(&w, now);
	for (int step = 0; step < 20000; step++) {
		unsigned i = any(TIMERS);
		uint64_t next = TD_NEVER, told;
		struct wheel_timer *t;

		switch (any(4)) {
		case 0:
			wheel_cancel(&w, &timer[i]);
			due[i] = 0;
			break;
		case 1: /* far beyond the horizon now and then */
			due[i] = now + any(any(10) ? 100 : 30000) * MS + any(1000000);
			wheel_set(&w, &timer[i], due[i]);
			break;
		default:
			now += any(any(100) ? 3 : 20000) * MS + any(1000000);
			while ((t = wheel_due(&w, now))) {
				i = (unsigned)(t - timer);
				assert_true(due[i] != 0 && due[i] == t->deadline && due[i] <= now);
				due[i] = 0;
				fired++;
			}
			break;
		}
		for (i = 0; i < TIMERS; i++) {
			/* Late by less than a millisecond. */
			assert_true(!due[i] || due[i] / MS + 1 >= now / MS);
			if (due[i] && due[i] < next)
				next = due[i];
		}
		told = wheel_next(&w);
		assert_true(next == TD_NEVER ? told == TD_NEVER : told <= next + MS);
	}
	assert_true(fired > 1000);
}

static void a_timer_that_lags_catches_up(void **state)
{
	static struct wheel w;
	struct wheel_timer t = {0};
	unsigned fired = 0;

	wheel_init(&w, 0);
	wheel_set(&w, &t, 20 * MS);
	while (wheel_due(&w, 100 * MS)) {
		fired++;
		wheel_set(&w, &t, t.deadline + 20 * MS);
	}
	assert_int_equal(fired, 5);
	assert_int_equal(wheel_next(&w), 120 * MS);
	wheel_cancel(&w, &t);
	wheel_cancel(&w, &t);
	assert_true(wheel_next(&w) == TD_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_list),
		cmocka_unit_test(a_timer_that_lags_catches_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
