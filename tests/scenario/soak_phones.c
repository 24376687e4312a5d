/* SPDX-License-Identifier: BSD-3-Clause */
/* The other side of SIP: callers and agents' telephones. They wait, answer, refuse, hold and hang
 * up as the dice fall. */
#include <stdio.h>
#include <stdlib.h>
#include <engine/sip/test/reinvite.h>
#include <tests/scenario/soak.h>

#define ARRIVAL_MS 600 /* mean between two calls */
#define DAY_NS     (86400 * TD_NSEC_PER_SEC)
#define LOST_NS    (100 * TD_NSEC_PER_SEC) /* more than any caller talks */

struct td_addr soak_ip(uint32_t last, uint32_t net)
{
	uint32_t host = 10u << 24 | net << 16 | last;

	return (struct td_addr){.family = 4, .port = 5060, .ip4 = __builtin_bswap32(host)};
}

static uint64_t ms(struct soak *s, uint32_t from, uint32_t to)
{
	return (from + prng_below(&s->prng, to - from + 1)) * TD_NSEC_PER_MSEC;
}

static struct str sdp_of(struct soak *s, const struct td_addr *a, const char *pt,
	const char *direction, char out[512])
{
	static const unsigned ptimes[] = {20, 20, 20, 10, 30, 60};
	unsigned ptime = ptimes[prng_below(&s->prng, sizeof(ptimes) / sizeof(ptimes[0]))];
	const uint8_t *b = (const uint8_t *)&a->ip4;
	int n = snprintf(out, 512,
		"v=0\r\no=- 1 1 IN IP4 %u.%u.%u.%u\r\ns=-\r\nc=IN IP4 %u.%u.%u.%u\r\nt=0 0\r\n"
		"m=audio 6000 RTP/AVP %s 101\r\na=rtpmap:101 "
		"telephone-event/8000\r\na=ptime:%u\r\na=%s\r\n",
		b[0], b[1], b[2], b[3], b[0], b[1], b[2], b[3], pt, ptime, direction);

	return (struct str){out, (size_t)n};
}

static void phone_due(struct timer *t, uint64_t now)
{
	struct phone *p = (struct phone *)((char *)t - offsetof(struct phone, timer));

	p->due(p->soak, p);
}

static struct phone *phone_new(struct soak *s, bool agent)
{
	struct phone *p = pool_alloc(&s->phones);

	if (!p) {
		fprintf(stderr, "soak: more than %d phones\n", PHONES);
		exit(1);
	}
	p->soak = s;
	p->agent = agent;
	p->timer.fire = phone_due;
	return p;
}

static void phone_after(
	struct soak *s, struct phone *p, uint64_t ns, void (*due)(struct soak *s, struct phone *p))
{
	p->due = due;
	timer_set(&s->timers, &p->timer, s->now + ns);
}

static void phone_over(struct soak *s, struct phone *p)
{
	timer_cancel(&s->timers, &p->timer);
	pool_free(&s->phones, p);
}

static void hang_up(struct soak *s, struct phone *p)
{
	sip_session_bye(p->session, s->now);
	phone_over(s, p);
}

static void hold(struct soak *s, struct phone *p)
{
	char text[512];
	struct str sdp;

	p->held = !p->held;
	sdp = sdp_of(
		s, sip_session_local(p->session), "8", p->held ? "sendonly" : "sendrecv", text);
	test_reinvite(p->session, s->now, sdp);
	phone_after(s, p, ms(s, 100, 5000), hang_up);
}

static void cancel(struct soak *s, struct phone *p)
{
	sip_session_cancel(p->session, s->now); /* failed() or answered() follows */
}

void soak_place_call(struct timer *t, uint64_t now)
{
	struct soak *s = (struct soak *)((char *)t - offsetof(struct soak, next_call));
	struct td_addr local = soak_ip(10, 20);
	struct phone *p = phone_new(s, false);
	char text[512];
	struct sip_invite_params params = {
		.flow = {local, soak_ip(1, 20)},
		.uri = STR("sip:4989100@10.20.0.1"),
		.from_user = STR("4930123"),
		.from_host = STR("10.20.0.10"),
		.to_uri = STR("sip:4989100@10.20.0.1"),
		.max_forwards = 70,
		.sdp = sdp_of(s, &local, prng_below(&s->prng, 20) ? "8" : "18", "sendrecv", text),
	};

	if (!prng_below(&s->prng, 40))
		params.uri = STR("sip:555@10.20.0.1");
	else if (!prng_below(&s->prng, 8))
		params.uri = STR("sip:0301@10.20.0.1"); /* out by another trunk */
	if (prng_below(&s->prng, 2))
		params.flow.transport = TD_TRANSPORT_TCP;
	p->session = sip_session_invite(s->callers, now, &params, p);
	if (!p->session)
		phone_over(s, p);
	else if (!prng_below(&s->prng, 15))
		phone_after(s, p, ms(s, 0, 200), cancel);
	s->placed++;
	if (--s->calls_left)
		timer_set(&s->timers, &s->next_call, now + ms(s, 0, 2 * ARRIVAL_MS));
}

/* What both user agents tell. */

static int on_send(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct soak *s = ctx;

	net_send(&s->net, s->now, flow, data, len);
	return 0;
}

static int on_admit(void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	return 0;
}

/* The other side hangs up, or stops ringing. What says so and is lost with two streams, one after
 * the other, is lost for good: then the telephone has to see for itself that nobody is there. */
static uint64_t patience(const struct phone *p)
{
	bool stream = sip_session_flow(p->session)->transport != TD_TRANSPORT_UDP;

	return stream ? LOST_NS : DAY_NS;
}

static void give_up(struct soak *s, struct phone *p)
{
	sip_session_reject(p->session, s->now, 480, (struct str){0});
	phone_over(s, p);
}

static void answer(struct soak *s, struct phone *p)
{
	char text[512];
	const char *pt = prng_below(&s->prng, 15) ? "8" : "0"; /* sometimes not what was offered */

	sip_session_answer(
		p->session, s->now, sdp_of(s, sip_session_local(p->session), pt, "sendrecv", text));
	p->up = true;
	if (prng_below(&s->prng, 3) == 0)
		phone_after(s, p, ms(s, 200, 4000), hold);
	else
		phone_after(
			s, p, prng_below(&s->prng, 2) ? ms(s, 500, 9000) : patience(p), hang_up);
}

static void on_invite(void *ctx, struct sip_session *session, const struct sip_msg *m)
{
	struct soak *s = ctx;
	struct phone *p = phone_new(s, true);
	unsigned dice = prng_below(&s->prng, 20);

	p->session = session;
	sip_session_set_user(session, p);
	if (dice < 4) {
		const int codes[] = {486, 603, 500, 503};

		sip_session_reject(session, s->now, codes[dice], (struct str){0});
		phone_over(s, p);
		return;
	}
	if (dice < 19)
		sip_session_progress(session, s->now, 180, (struct str){0});
	if (dice < 17)
		phone_after(s, p, ms(s, 0, 7000), answer); /* at times after the ring time */
	else
		phone_after(s, p, patience(p), give_up);
}

static void on_cancelled(void *ctx, struct sip_session *session)
{
	phone_over(ctx, sip_session_user(session));
}

static void on_confirmed(void *ctx, struct sip_session *session, struct str sdp)
{
}

static void on_progress(void *ctx, struct sip_session *session, int code, const struct sip_msg *m)
{
}

static void on_answered(void *ctx, struct sip_session *session, const struct sip_msg *m)
{
	struct soak *s = ctx;
	struct phone *p = sip_session_user(session);

	p->up = true;
	if (prng_below(&s->prng, 4) == 0)
		phone_after(s, p, ms(s, 0, 9000), hold);
	else
		phone_after(s, p, ms(s, 0, 40000), hang_up);
}

static void on_failed(void *ctx, struct sip_session *session, int code, const struct sip_msg *m)
{
	phone_over(ctx, sip_session_user(session));
}

static void on_ended(void *ctx, struct sip_session *session, int code)
{
	phone_over(ctx, sip_session_user(session));
}

static void on_reinvite(void *ctx, struct sip_session *session, const struct sip_msg *m)
{
	struct soak *s = ctx;

	sip_session_reinvite_answer(session, s->now, 488, (struct str){0});
}

static void on_info(void *ctx, struct sip_session *session, const struct sip_msg *m)
{
}

static void on_request(
	void *ctx, struct sip_request *r, const struct sip_msg *m, const struct td_flow *flow)
{
}

static void on_trace(void *ctx, struct str call_id, bool in, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
}

struct sip_ua *soak_ua_alloc(struct soak *s, uint64_t seed)
{
	struct sip_ua_params params = {.key = {(uint8_t)seed, (uint8_t)(seed >> 8)},
		.max_sessions = PHONES / 2,
		.user_agent = "soak"};
	struct sip_ua_ops ops = {
		.ctx = s,
		SIP_UA_OPS(on_),
		.trace = on_trace,
	};

	return sip_ua_alloc(&params, &ops);
}
