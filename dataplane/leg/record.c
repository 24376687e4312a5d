/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/record.h>
#include <dataplane/tap.h>

void record_payload(struct legs *r, uint32_t id, const uint8_t *rtp, const void *payload,
	uint16_t len, uint64_t now)
{
	const struct leg_cold *c = &r->cold[id];
	struct tap_rec rec = {.kind = TAP_AUDIO,
		.len = len,
		.recording = c->recording,
		.channel = c->channel,
		.codec = c->codec,
		.seq = be16_get(rtp + 2),
		.ts = rte_be_to_cpu_32(raw32(rtp + 4)),
		.ssrc = rte_be_to_cpu_32(raw32(rtp + 8)),
		.now = now};

	tap_put(r->tap, &rec, payload);
}

void record_prepare(struct legs *r, uint32_t id)
{
	const struct leg_cold *c = &r->cold[id];
	struct leg *out = &r->leg[leg_near(r, id)];

	if (leg_near(r, id) == TD_LEG_NONE)
		return;
	out->tap_recording = c->recording;
	out->tap_channel = c->channel;
	out->tap_codec = c->codec;
}

void record_stop(struct legs *r, uint32_t id, uint64_t now)
{
	const struct leg_cold *c = &r->cold[id];
	struct tap_rec rec = {.kind = TAP_END,
		.recording = c->recording,
		.channel = c->channel,
		.codec = c->codec,
		.now = now};

	if (!(r->leg[id].flags & LEG_TAP))
		return;
	r->leg[id].flags &= (uint16_t)~LEG_TAP;
	tap_put(r->tap, &rec, NULL);
}

void record_start(struct legs *r, uint32_t id, uint32_t recording, uint32_t channel, uint64_t now)
{
	if (!r->tap)
		return;
	record_stop(r, id, now);
	r->cold[id].recording = recording;
	r->cold[id].channel = (uint8_t)channel;
	record_prepare(r, id);
	r->leg[id].flags |= LEG_TAP;
}
