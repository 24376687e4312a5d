/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two user agents over a network that loses, doubles, delays and reorders, from a seed:
 *
 *     caller (A) --- 10..300 ms, loss, dup ---> callee (B)
 *
 * A places calls; B rings, answers, refuses or does nothing; either side changes the media, hangs
 * up or cancels at random times. Whatever happens, each side hears of each call's end exactly once,
 * and in the end no session and no timer is left on either side.
 */
#include <stdlib.h>
#include <engine/base/addr.h>
#include <engine/base/prng.h>
#include <engine/sip/test/fake.h>
#include <engine/sip/test/reinvite.h>
#include <tests/unit/unit.h>

#define CALLS       60
#define LEGS        (2 * CALLS)
#define PACKETS_MAX 4096
#define ACTIONS_MAX 4096
#define MSEC        TD_NSEC_PER_MSEC

enum side { A, B };
enum op {
	OP_INVITE,
	OP_RING,
	OP_ANSWER,
	OP_REJECT,
	OP_CANCEL,
	OP_BYE,
	OP_REINVITE,
	OP_REINVITE_ANSWER
};

struct leg {
	struct sip_session *s;
	enum side side;
	bool over, established;
};

struct packet {
	uint64_t at;
	enum side to;
	uint8_t *data;
	size_t len;
};

struct action {
	uint64_t at;
	enum op op;
	struct leg *leg;
};

static struct {
	struct prng rng;
	uint64_t now;
	unsigned loss, dup; /* per mille */
	struct sip_ua *ua[2];
	struct td_addr addr[2];
	struct packet packets[PACKETS_MAX];
	unsigned packet_count;
	struct action actions[ACTIONS_MAX];
	unsigned action_count;
	struct leg legs[LEGS];
	unsigned leg_count, started, invited;
	unsigned answered, confirmed, failed, cancelled, ended, ended_badly, reinvited, hung_up;
} w;

static void plan(struct leg *leg, enum op op, uint32_t min_ms, uint32_t more_ms)
{
	assert_true(w.action_count < ACTIONS_MAX);
	w.actions[w.action_count++] =
		(struct action){w.now + (min_ms + prng_below(&w.rng, more_ms + 1)) * MSEC, op, leg};
}

static void post(enum side to, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len);

	assert_true(copy && w.packet_count < PACKETS_MAX);
	memcpy(copy, data, len);
	w.packets[w.packet_count++] =
		(struct packet){w.now + (10 + prng_below(&w.rng, 290)) * MSEC, to, copy, len};
}

static int on_send(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len)
{
	enum side to = addr_equal(&flow->remote, &w.addr[A]) ? A : B;

	assert_true(addr_equal(&flow->remote, &w.addr[to]));
	assert_true(addr_equal(&flow->local, &w.addr[!to]));
	if (prng_below(&w.rng, 1000) < w.loss)
		return 0;
	post(to, data, len);
	if (prng_below(&w.rng, 1000) < w.dup)
		post(to, data, len);
	return 0;
}

static struct leg *leg_of(struct sip_session *s, enum side side)
{
	struct leg *leg = sip_session_user(s);

	assert_true(leg && !leg->over && leg->side == side && leg->s == s);
	return leg;
}

static void leg_over(struct leg *leg)
{
	assert_false(leg->over);
	leg->over = true;
	leg->s = NULL;
}

static int on_admit(void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	return 0;
}

static void established(struct leg *leg)
{
	assert_false(leg->established);
	leg->established = true;
	if (prng_below(&w.rng, 3) == 0)
		plan(leg, OP_REINVITE, 0, 5000);
	if (prng_below(&w.rng, 3) == 0)
		plan(leg, OP_REINVITE, 0, 5000);
	plan(leg, OP_BYE, 0, 20000);
}

static void on_invite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	struct leg *leg = &w.legs[w.leg_count++];

	w.invited++;
	*leg = (struct leg){.s = s, .side = B};
	sip_session_set_user(s, leg);
	switch (prng_below(&w.rng, 8)) {
	case 0:
		plan(leg, OP_REJECT, 0, 0);
		return;
	case 1:
		plan(leg, OP_REJECT, 0, 3000);
		return;
	case 2: /* until the caller cancels */
		plan(leg, OP_RING, 0, 500);
		plan(leg, OP_REJECT, 90000, 0);
		return;
	default:
		plan(leg, OP_RING, 0, 500);
		plan(leg, OP_ANSWER, 0, 8000);
		/* hung up at once, before the ACK maybe */
		if (prng_below(&w.rng, 4) == 0)
			plan(leg, OP_BYE, 0, 9000);
	}
}

static void on_cancelled(void *ctx, struct sip_session *s)
{
	w.cancelled++;
	leg_over(leg_of(s, B));
}

static void on_confirmed(void *ctx, struct sip_session *s, struct str sdp)
{
	struct leg *leg = leg_of(s, (enum side)(ctx != NULL));

	if (leg->established) { /* of a re-INVITE */
		w.reinvited++;
		return;
	}
	w.confirmed++;
	established(leg);
}

static void on_progress(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	leg_of(s, A);
	assert_int_equal(code, 180);
}

static void on_answered(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	w.answered++;
	established(leg_of(s, A));
}

static void on_failed(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	w.failed++;
	assert_true(code >= 400);
	leg_over(leg_of(s, A));
}

static void on_reinvite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	plan(leg_of(s, (enum side)(ctx != NULL)), OP_REINVITE_ANSWER, 0, 600);
}

static void on_info(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	fail();
}

static void on_ended(void *ctx, struct sip_session *s, int code)
{
	w.ended++;
	/* 481 is a re-INVITE that crossed the other side's BYE; 408 a message lost for good */
	assert_true(code == 0 || code == 408 || code == 481);
	w.ended_badly += code == 408;
	leg_over(leg_of(s, (enum side)(ctx != NULL)));
}

static void on_request(
	void *ctx, struct sip_request *r, const struct sip_msg *m, const struct td_flow *flow)
{
	fail();
}

static void place(struct leg *leg)
{
	const struct sip_invite_params p = {.flow = {w.addr[A], w.addr[B]},
		.uri = STR("sip:b@10.0.0.2:5060"),
		.from_user = STR("a"),
		.to_uri = STR("sip:b@tandem.example"),
		.max_forwards = SIP_MAX_FORWARDS,
		.sdp = STR("v=0\r\n")};

	leg->s = sip_session_invite(w.ua[A], w.now, &p, leg);
	assert_non_null(leg->s);
	w.started++;
	if (prng_below(&w.rng, 4) == 0)
		plan(leg, OP_CANCEL, 0, 6000);
	plan(leg, OP_CANCEL, 40000, 0); /* no one waits for ever */
}

static void act(const struct action *a)
{
	struct leg *leg = a->leg;

	if (a->op == OP_INVITE) {
		place(leg);
		return;
	}
	if (leg->over)
		return;
	switch (a->op) {
	case OP_RING:
		sip_session_progress(leg->s, w.now, 180, STR(""));
		break;
	case OP_ANSWER:
		sip_session_answer(leg->s, w.now, STR("v=0\r\n"));
		break;
	case OP_REJECT:
		sip_session_reject(leg->s, w.now, 486, STR(""));
		leg_over(leg);
		break;
	case OP_CANCEL:
		sip_session_cancel(leg->s, w.now); /* nothing when it is answered */
		break;
	case OP_BYE:
		w.hung_up++;
		sip_session_bye(leg->s, w.now);
		leg_over(leg);
		break;
	case OP_REINVITE:
		test_reinvite(leg->s, w.now, STR("v=0\r\ns=again\r\n"));
		break;
	case OP_REINVITE_ANSWER:
		sip_session_reinvite_answer(
			leg->s, w.now, prng_below(&w.rng, 5) ? 200 : 488, STR("v=0\r\n"));
		break;
	default:
		fail();
	}
}

/* Until nothing is under way on either side. */
static void run(void)
{
	for (;;) {
		uint64_t next[2] = {sip_ua_advance(w.ua[A], w.now), sip_ua_advance(w.ua[B], w.now)};
		uint64_t at = next[A] < next[B] ? next[A] : next[B];
		unsigned packet = PACKETS_MAX, action = ACTIONS_MAX;

		for (unsigned i = 0; i < w.packet_count; i++)
			if (w.packets[i].at < at) {
				at = w.packets[i].at;
				packet = i;
			}
		for (unsigned i = 0; i < w.action_count; i++)
			if (w.actions[i].at < at) {
				at = w.actions[i].at;
				action = i;
			}
		if (at == TD_NEVER)
			return;
		assert_true(at >= w.now);
		w.now = at;
		if (action < ACTIONS_MAX) {
			struct action a = w.actions[action];

			w.actions[action] = w.actions[--w.action_count];
			act(&a);
		} else if (packet < PACKETS_MAX) {
			struct packet p = w.packets[packet];

			w.packets[packet] = w.packets[--w.packet_count];
			const struct td_flow flow = {
				w.addr[p.to], w.addr[!p.to], TD_TRANSPORT_UDP, 0};

			sip_ua_recv(w.ua[p.to], w.now, &flow, p.data, p.len);
			free(p.data);
		}
	}
}

static void world(uint64_t seed, unsigned loss, unsigned dup)
{
	struct sip_ua_ops ops = {SIP_UA_OPS(on_)};

	memset(&w, 0, sizeof(w));
	prng_init(&w.rng, seed);
	w.loss = loss;
	w.dup = dup;
	w.now = TD_NSEC_PER_SEC;
	assert_int_equal(addr_decode(&w.addr[A], STR("10.0.0.1:5060")), 0);
	assert_int_equal(addr_decode(&w.addr[B], STR("10.0.0.2:5060")), 0);
	for (enum side i = A; i <= B; i++) {
		const struct sip_ua_params p = {
			.key = {(uint8_t)seed, (uint8_t)i}, .max_sessions = 2 * CALLS};

		ops.ctx = i == B ? &w : NULL; /* which side a callback is of */
		w.ua[i] = sip_ua_alloc(&p, &ops);
		assert_non_null(w.ua[i]);
	}
	for (unsigned i = 0; i < CALLS; i++) {
		struct leg *leg = &w.legs[w.leg_count++];

		leg->side = A;
		plan(leg, OP_INVITE, 0, 60000);
	}
	run();
	assert_int_equal(w.started, CALLS);
	for (unsigned i = 0; i < w.leg_count; i++)
		assert_true(w.legs[i].over);
	for (enum side i = A; i <= B; i++) {
		const struct sip_stats *st = sip_ua_stats(w.ua[i]);

		fake_expect_empty(w.ua[i]);
		assert_int_equal(st->rx, st->rx_requests + st->rx_responses);
		assert_int_equal(st->evicted, 0);
		sip_ua_free(w.ua[i]);
	}
	assert_int_equal(w.packet_count, 0);
	assert_true(w.invited <= CALLS); /* no copy of an INVITE became a call of its own */
}

static void without_loss_both_sides_agree(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		world(seed, 0, 0);
		assert_int_equal(w.invited, CALLS);
		assert_true(w.answered > CALLS / 4);
		assert_true(w.confirmed > CALLS / 4);
		assert_int_equal(w.ended_badly, 0);
		assert_true(w.reinvited > 0 && w.cancelled > 0 && w.failed > 0);
	}
}

static void duplicates_change_nothing(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		world(seed, 0, 300);
		assert_int_equal(w.invited, CALLS);
		assert_int_equal(w.ended_badly, 0);
	}
}

static void loss_is_made_good(void **state)
{
	unsigned bad = 0, answered = 0;

	for (uint64_t seed = 1; seed <= 30; seed++) {
		world(seed, 100, 50);
		assert_int_equal(w.invited, CALLS); /* seven tries, each lost one in ten */
		bad += w.ended_badly;
		answered += w.answered;
	}
	assert_true(answered > 30 * CALLS / 3);
	assert_int_equal(bad, 0);
}

static void a_broken_network_leaves_nothing_behind(void **state)
{
	for (uint64_t seed = 1; seed <= 20; seed++)
		world(seed, 600, 100);
	world(99, 1000, 0);
	assert_int_equal(w.invited, 0);
	assert_int_equal(w.failed, CALLS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_loss_both_sides_agree),
		cmocka_unit_test(duplicates_change_nothing),
		cmocka_unit_test(loss_is_made_good),
		cmocka_unit_test(a_broken_network_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
