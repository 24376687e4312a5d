/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/digits.h>

static void tell_digits(
	struct legs *r, uint32_t id, const struct digit_report *reports, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct td_media_event ev = {.type = TD_MEDIA_DTMF,
			.dtmf = {.digit = reports[i].digit,
				.volume = reports[i].volume,
				.duration_ms = reports[i].duration_ms}};

		legs_event(r, id, &ev);
	}
}

void digits_due(struct legs *r, uint32_t id, uint64_t now)
{
	struct leg_cold *c = &r->cold[id];
	struct digit_report report;

	if (digit_expire(&c->digit, now, &report))
		tell_digits(r, id, &report, 1);
	else if (c->digit.active)
		wheel_set(&r->wheel, &c->timer[LEG_TIMER_DIGIT], c->digit.last + DIGIT_TIMEOUT_NS);
}

void digits_finish(struct legs *r, uint32_t id)
{
	struct digit_report report;

	wheel_cancel(&r->wheel, &r->cold[id].timer[LEG_TIMER_DIGIT]);
	if (digit_finish(&r->cold[id].digit, &report))
		tell_digits(r, id, &report, 1);
}

void digits_input(struct legs *r, uint32_t id, const struct rtp_packet *v, uint64_t now)
{
	struct leg_cold *c = &r->cold[id];
	struct digit_report reports[2];

	if (v->len < DIGIT_BYTES)
		return;
	tell_digits(
		r, id, reports, digit_input(&c->digit, v->ssrc, v->ts, v->payload, now, reports));
	/* It may come too early by the packets that follow: digits_due() looks again. */
	if (c->digit.active && !c->timer[LEG_TIMER_DIGIT].at)
		wheel_set(&r->wheel, &c->timer[LEG_TIMER_DIGIT], now + DIGIT_TIMEOUT_NS);
}
