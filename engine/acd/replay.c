/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <engine/acd/acd.h>
#include <engine/acd/replay.h>
#include <engine/base/buf.h>

struct acd_replay {
	struct acd_replay_result result;
	struct acd *acd;   /* of the run; NULL outside of one */
	bool started;      /* START was there, LIMITS must come first */
	struct td_buf got; /* outputs of the last input, struct td_acd_out each */
	size_t compared;   /* bytes of `got` */
};

struct acd_replay *acd_replay_alloc(void)
{
	return calloc(1, sizeof(struct acd_replay));
}

void acd_replay_free(struct acd_replay *r)
{
	if (!r)
		return;
	acd_free(r->acd);
	buf_free(&r->got);
	free(r);
}

/* Outputs are compared byte for byte, so the struct must not have bytes that nobody writes. */
static_assert(sizeof(struct td_acd_out) == 32, "struct td_acd_out has padding");

static void on_out(void *ctx, const struct td_acd_out *out)
{
	struct acd_replay *r = ctx;

	buf_put(&r->got, out, sizeof(*out));
}

static bool got_next(const struct acd_replay *r, struct td_acd_out *out)
{
	if (r->compared == r->got.len)
		return false;
	memcpy(out, r->got.data + r->compared, sizeof(*out));
	return true;
}

static void run_end(struct acd_replay *r)
{
	r->result.cut += (r->got.len - r->compared) / sizeof(struct td_acd_out);
	acd_free(r->acd);
	r->acd = NULL;
	r->started = false;
	r->compared = 0;
	buf_reset(&r->got);
}

static int differs(struct acd_replay *r, uint64_t seq, const struct td_acd_out *expected)
{
	struct acd_replay_result *result = &r->result;

	result->differs = true;
	result->seq = seq;
	result->has_got = got_next(r, &result->got);
	result->has_expected = expected != NULL;
	if (expected)
		result->expected = *expected;
	return 1;
}

static int record_in(struct acd_replay *r, uint64_t seq, const struct td_acd_in *in)
{
	if (r->compared < r->got.len)
		return differs(r, seq, NULL);
	if (r->started && !r->acd && in->type == TD_ACD_IN_LIMITS) {
		r->acd = acd_alloc(&in->limits, on_out, r);
		if (!r->acd)
			return errno == EINVAL ? -EBADMSG : -ENOMEM;
		r->result.runs++;
	}
	r->started = false; /* a run has its limits as its first record, or never */
	if (!r->acd) {
		r->result.skipped++;
		return 0;
	}
	buf_reset(&r->got);
	r->compared = 0;
	acd_step(r->acd, in);
	r->result.inputs++;
	return r->got.error;
}

static int record_out(struct acd_replay *r, uint64_t seq, const struct td_acd_out *expected)
{
	struct td_acd_out got;

	if (!r->acd) {
		r->result.skipped++;
		return 0;
	}
	if (!got_next(r, &got) || memcmp(&got, expected, sizeof(got)) != 0)
		return differs(r, seq, expected);
	r->compared += sizeof(got);
	r->result.outputs++;
	r->result.decisions += got.type == TD_ACD_OUT_OFFER;
	return 0;
}

int acd_replay_record(
	struct acd_replay *r, uint64_t seq, uint16_t type, const void *payload, size_t len)
{
	union { /* the payload, aligned */
		struct td_acd_in in;
		struct td_acd_out out;
		struct td_ev_gap gap;
	} u;
	size_t need = 0;

	if (r->result.differs)
		return 1;
	if (type == TD_EV_ACD_IN)
		need = sizeof(u.in);
	else if (type == TD_EV_ACD_OUT)
		need = sizeof(u.out);
	else if (type == TD_EV_GAP)
		need = sizeof(u.gap);
	if (need && len != need)
		return -EBADMSG;
	if (need)
		memcpy(&u, payload, need);
	switch (type) {
	case TD_EV_START:
		run_end(r);
		r->started = true;
		return 0;
	case TD_EV_STOP:
		if (r->compared < r->got.len)
			return differs(r, seq, NULL);
		run_end(r);
		return 0;
	case TD_EV_GAP:
		if (u.gap.lost > u.gap.lost_diag)
			run_end(r);
		return 0;
	case TD_EV_ACD_IN:
		return record_in(r, seq, &u.in);
	case TD_EV_ACD_OUT:
		return record_out(r, seq, &u.out);
	default:
		return 0;
	}
}

const struct acd_replay_result *acd_replay_end(struct acd_replay *r)
{
	if (!r->result.differs)
		run_end(r);
	return &r->result;
}
