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
	struct leg_digit *d = leg_digit(r, id);
	struct digit_report report;

	if (digit_expire(&d->digit, now, &report))
		tell_digits(r, id, &report, 1);
	else if (d->digit.active)
		wheel_set(&r->wheel, &d->timer, d->digit.last + DIGIT_TIMEOUT_NS);
}

void digits_finish(struct legs *r, uint32_t id)
{
	struct leg_digit *d = leg_digit(r, id);
	struct digit_report report;

	if (!d)
		return;
	wheel_cancel(&r->wheel, &d->timer);
	if (digit_finish(&d->digit, &report))
		tell_digits(r, id, &report, 1);
}

void digits_input(struct legs *r, uint32_t id, const struct rtp_packet *v, uint64_t now)
{
	struct digit_report reports[2];
	struct leg_digit *d;

	if (v->len < DIGIT_BYTES)
		return;
	d = take_digit(r, id);
	tell_digits(
		r, id, reports, digit_input(&d->digit, v->ssrc, v->ts, v->payload, now, reports));
	/* It may come too early by the packets that follow: digits_due() looks again. */
	if (d->digit.active && !d->timer.at)
		wheel_set(&r->wheel, &d->timer, now + DIGIT_TIMEOUT_NS);
}
