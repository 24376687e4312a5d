/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/octets.h>
#include <dataplane/rtp/digit.h>
#include <tandem/codec.h>

#define SEGMENT 0xffffu
#define END     0x80
#define VOLUME  0x3f

/* Events 0..16 of section 3.2; others (tones, modem and fax events) are no digits. */
static const char event_digit[] = "0123456789*#ABCD!";

bool digit_finish(struct digit *d, struct digit_report *out)
{
	uint64_t ms;

	if (!d->active)
		return false;
	d->active = false;
	ms = (uint64_t)(d->before + d->duration) * 1000 / TD_DTMF_CLOCK;
	*out = (struct digit_report){.digit = event_digit[d->event],
		.volume = d->volume,
		.duration_ms = ms > UINT16_MAX ? UINT16_MAX : (uint16_t)ms};
	return true;
}

bool digit_expire(struct digit *d, uint64_t now, struct digit_report *out)
{
	return d->active && now - d->last >= DIGIT_TIMEOUT_NS && digit_finish(d, out);
}

/* The packet with the whole length of the segment before may be lost; and after a gap that took the
 * event for over, it goes on as the same one. */
static bool is_next_segment(const struct digit *d, uint32_t ts, uint8_t event, uint64_t now)
{
	return event == d->event && ts == d->ts + SEGMENT && !d->ended &&
	       (d->active || now - d->last < DIGIT_REPLAY_NS);
}

/* The event that we know: reported already, or reordered, it changes nothing. */
static bool is_known(
	const struct digit *d, uint32_t ts, uint8_t event, uint16_t duration, uint64_t now)
{
	uint64_t age = now - d->last;

	return ts == d->ts && event == d->event &&
	       (d->active || age < DIGIT_REPLAY_NS ||
		       (!d->ended && duration >= d->duration && age < DIGIT_LATE_NS));
}

/* Of an event before this one. */
static bool is_straggler(const struct digit *d, uint32_t ts, uint64_t now)
{
	return (int32_t)(ts - d->ts) < 0 && now - d->last < DIGIT_REPLAY_NS;
}

unsigned digit_input(struct digit *d, uint32_t ssrc, uint32_t ts, const uint8_t *payload,
	uint64_t now, struct digit_report out[static 2])
{
	uint8_t event = payload[0];
	uint16_t duration = be16_get(payload + 2);
	bool end = payload[1] & END;
	bool same_source = d->any && ssrc == d->ssrc;
	unsigned reports = 0;

	if (event >= sizeof(event_digit) - 1)
		return 0;
	if (same_source && is_known(d, ts, event, duration, now)) {
		if (d->active && duration > d->duration)
			d->duration = duration;
	} else if (same_source && is_next_segment(d, ts, event, now)) {
		d->before += SEGMENT;
		d->ts = ts;
		d->duration = duration;
	} else if (same_source && is_straggler(d, ts, now)) {
		return 0;
	} else {
		reports += digit_finish(d, &out[reports]);
		*d = (struct digit){
			.ssrc = ssrc, .ts = ts, .event = event, .active = true, .any = true};
		d->duration = duration;
	}
	d->last = now;
	d->volume = payload[1] & VOLUME;
	d->ended |= end;
	if (end)
		reports += digit_finish(d, &out[reports]);
	return reports;
}
