/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/aside.h>
#include <dataplane/leg/stream.h>

static void begin(struct leg_aside *a, const struct rtp_packet *v)
{
	a->started = true;
	a->ssrc = v->ssrc;
	a->seq = v->seq;
	a->seen = 1;
}

enum sequence aside_sequence(struct legs *r, uint32_t id, const struct rtp_packet *v)
{
	struct leg_aside *a = take_aside(r, id);
	uint16_t ahead = (uint16_t)(v->seq - a->seq), behind = (uint16_t)-ahead;

	if (!a->started || a->ssrc != v->ssrc || (ahead > INT16_MAX && behind > SEQ_MAX_MISORDER)) {
		begin(a, v);
		return SEQ_NEXT;
	}
	if (ahead && ahead <= INT16_MAX) {
		a->seen = (ahead < LEG_WINDOW ? a->seen << ahead : 0) | 1;
		a->seq = v->seq;
		return SEQ_NEXT;
	}
	if (behind >= LEG_WINDOW)
		return SEQ_LATE;
	if (a->seen & 1u << behind)
		return SEQ_DUPLICATE;
	a->seen |= 1u << behind;
	return SEQ_REORDERED;
}

/* Does the offset of before lead elsewhere than to the time that the stream is at? */
static bool astray(
	const struct leg_aside *a, const struct rtp_packet *v, uint32_t at, uint32_t second)
{
	int32_t off = (int32_t)(v->ts + a->ts_add - at);

	return !a->placed || a->placed_ssrc != v->ssrc ||
	       (v->ts != a->placed_ts && (off > (int32_t)second || off < -(int32_t)second));
}

struct relay_shift aside_place(
	struct legs *r, uint32_t id, const struct rtp_packet *v, uint32_t time)
{
	struct leg_aside *a = take_aside(r, id);
	const struct leg_cold *c = &r->cold[id];
	struct position p = stream_position(r, id);
	uint32_t at = p.ts + leg_units(c, time - p.time);

	if (astray(a, v, at, c->clock))
		a->ts_add = at - v->ts;
	a->placed = true;
	a->placed_ssrc = v->ssrc;
	a->placed_ts = v->ts;
	return (struct relay_shift){
		.ts = a->ts_add, .seq = (uint16_t)(stream_insert(r, id) - v->seq)};
}
