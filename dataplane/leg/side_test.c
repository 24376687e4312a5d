/* SPDX-License-Identifier: BSD-3-Clause */
/* Side memory: who takes it, and that nobody finds what another leg left there. */
#include <dataplane/leg/state.h>
#include <dataplane/leg/test/world.h>

#define BIT(id) (1u << LEG_SIDE_##id)

static const uint8_t digit_end[] = {5, 0x8a, 800 >> 8, 800 & 0xff};

static struct world_rtp digit(uint32_t leg, uint16_t seq)
{
	struct world_rtp p = world_speech(leg, seq);

	p.pt = 101;
	p.payload = digit_end;
	p.len = sizeof(digit_end);
	return p;
}

static void a_leg_that_relays_has_none(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(CARRIER), b = world_params(FLOOR);

	a.flags &= ~(uint32_t)TD_LEG_RTCP; /* else it would remember its SRs */
	world_bridge(w, &a, &b);
	for (uint16_t seq = 0; seq < 1000; seq++) {
		world_hear(w, CARRIER, seq);
		world_hear(w, FLOOR, seq);
		world_advance(w, 20 * WORLD_MS);
	}
	assert_true(w->frames >= 2000);
	assert_int_equal(w->rtp->cold[CARRIER].sides, 0);
	assert_int_equal(w->rtp->cold[FLOOR].sides, BIT(HEARD));
}

static void each_kind_is_taken_by_need(void **state)
{
	static const uint8_t report[] = {0x80, 200, 0, 6, 0, 0, 0xab, 0xc0, [27] = 0};
	struct world *w = *state;
	struct td_leg_params a = world_params(CARRIER), b = world_params(FLOOR);
	const uint8_t *sides = &w->rtp->cold[CARRIER].sides;
	struct world_rtp d = digit(CARRIER, 1), rtcp = {.leg = CARRIER,
							.rtcp = true,
							.raw = report,
							.raw_len = sizeof(report)};

	world_add(w, CARRIER, &a);
	world_receive(w, &d);
	assert_int_equal(*sides, BIT(DIGIT));
	world_receive(w, &rtcp);
	assert_int_equal(*sides, BIT(DIGIT) | BIT(HEARD));
	world_play(w, CARRIER, 0, true);
	assert_int_equal(*sides, BIT(DIGIT) | BIT(HEARD) | BIT(PLAY));
	b.dtmf_pt = TD_PT_NONE;
	world_add(w, FLOOR, &b);
	world_cmd(w, TD_MEDIA_BRIDGE, CARRIER, FLOOR);
	world_hear(w, CARRIER, 2);
	d = digit(CARRIER, 3); /* which the other side does not take */
	world_receive(w, &d);
	assert_int_equal(*sides, BIT(DIGIT) | BIT(HEARD) | BIT(PLAY) | BIT(RENUMBER));
	d.ssrc++;
	world_receive(w, &d);
	assert_int_equal(*sides, BIT(DIGIT) | BIT(HEARD) | BIT(PLAY) | BIT(RENUMBER) | BIT(ASIDE));
	a.policy = TD_SOURCE_LATCH;
	a.remote.port += 2;
	world_set(w, CARRIER, &a);
	assert_int_equal(*sides, (1u << LEG_SIDE_COUNT) - 1);
}

/* The same digit, to the same port, within the time in which it would be a repetition. */
static void the_next_leg_finds_nothing(void **state)
{
	struct world *w = *state;
	struct td_leg_params a = world_params(CARRIER);
	struct world_rtp d = digit(CARRIER, 1);

	for (unsigned i = 1; i <= 3; i++) {
		world_add(w, CARRIER, &a);
		assert_int_equal(w->rtp->cold[CARRIER].sides, 0);
		world_receive(w, &d);
		assert_int_equal(world_events(w, TD_MEDIA_DTMF, CARRIER, NULL), i);
		world_cmd(w, TD_MEDIA_LEG_DEL, CARRIER, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_leg_that_relays_has_none, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			each_kind_is_taken_by_need, world_setup, world_teardown),
		cmocka_unit_test_setup_teardown(
			the_next_leg_finds_nothing, world_setup, world_teardown),
	};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
