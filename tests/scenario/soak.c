/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Thousands of calls in virtual time over a network that loses, doubles and reorders: callers who
 * wait, give up, cancel, hold and hang up; agents who answer, are busy, refuse, do not answer or
 * hang up; all with limits of bandwidth that come and go. At the end nothing may be left, every
 * INVITE admitted has its one CDR, each agent's states follow each other without a gap, queue_log
 * adds up, and the distributor's journal replays. All from one seed:
 *
 *     soak CALLS SEED
 */
#include <engine/call/state/state.h>
#include <engine/sip/msg/msg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/net.h>
#include <tests/scenario/world.h>

#define AGENTS       12
#define MAX_CALLS    100
#define LEGS         4000
#define PHONES       20000 /* sessions of the other side, at once */
#define PACKETS      20000
#define ARRIVAL_MS   600 /* mean between two calls */
#define SETTLE_NS    (150 * TD_NSEC_PER_SEC)
#define SUPERVISE_NS (5 * TD_NSEC_PER_SEC)
#define DAY_NS       (86400 * TD_NSEC_PER_SEC)

struct soak;

/* One end of a SIP session: a caller, or an agent's telephone in one call. */
struct phone {
	struct timer timer;
	struct soak *soak;
	struct sip_session *session;
	bool agent, up, held;
	void (*due)(struct soak *s, struct phone *p);
};

struct soak {
	struct world *world;
	struct net net;
	struct prng prng;
	struct timers timers;
	struct pool phones;
	struct sip_ua *callers, *agents;
	struct timer next_call;
	unsigned calls_left, placed;
	uint64_t now;
	/* what the engine's journal said */
	unsigned cdrs, by_disposition[TD_CALL_FAILED + 1];
	unsigned out_answered, out_next; /* calls that led out; of these by a second trunk */
	unsigned entered, left, connects, completes, recordings_on, recordings_off;
	uint64_t session_to[AGENTS];
	char fault[128];
};

static struct td_addr ip(uint32_t last, uint32_t net)
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
	sip_session_reinvite(p->session, s->now, sdp);
	phone_after(s, p, ms(s, 100, 5000), hang_up);
}

static void cancel(struct soak *s, struct phone *p)
{
	sip_session_cancel(p->session, s->now); /* failed() or answered() follows */
}

static void place_call(struct timer *t, uint64_t now)
{
	struct soak *s = (struct soak *)((char *)t - offsetof(struct soak, next_call));
	struct td_addr local = ip(10, 20);
	struct phone *p = phone_new(s, false);
	char text[512];
	struct sip_invite_params params = {
		.flow = {local, ip(1, 20)},
		.uri = STR("sip:4989100@10.20.0.1"),
		.from_user = STR("4930123"),
		.from_host = STR("10.20.0.10"),
		.to_uri = STR("sip:4989100@10.20.0.1"),
		.sdp = sdp_of(s, &local, prng_below(&s->prng, 20) ? "8" : "18", "sendrecv", text),
	};

	if (!prng_below(&s->prng, 40))
		params.uri = STR("sip:555@10.20.0.1");
	else if (!prng_below(&s->prng, 8))
		params.uri = STR("sip:0301@10.20.0.1"); /* out by another trunk */
	p->session = sip_session_invite(s->callers, now, &params, p);
	if (!p->session)
		phone_over(s, p);
	else if (!prng_below(&s->prng, 15))
		phone_after(s, p, ms(s, 0, 200), cancel);
	s->placed++;
	if (--s->calls_left)
		timer_set(&s->timers, &s->next_call, now + ms(s, 0, 2 * ARRIVAL_MS));
}

/* ---- callbacks of both user agents ---- */

static int on_send(void *ctx, const struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct soak *s = ctx;

	net_send(&s->net, s->now, &flow->local, &flow->remote, data, len);
	return 0;
}

static int on_admit(void *ctx, const struct sip_msg *m, const struct td_flow *flow)
{
	return 0;
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
		phone_after(s, p, prng_below(&s->prng, 2) ? ms(s, 500, 9000) : DAY_NS, hang_up);
}

static void on_invite(void *ctx, struct sip_session *session, const struct sip_msg *m)
{
	struct soak *s = ctx;
	struct phone *p = phone_new(s, true);
	unsigned dice = prng_below(&s->prng, 20);

	p->session = session;
	sip_session_set_user(session, p);
	if (dice < 3) {
		const int codes[] = {486, 603, 500};

		sip_session_reject(session, s->now, codes[dice], (struct str){0});
		phone_over(s, p);
		return;
	}
	if (dice < 19)
		sip_session_progress(session, s->now, 180, (struct str){0});
	if (dice < 17)
		phone_after(s, p, ms(s, 0, 7000), answer); /* at times after the ring time */
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

static void on_reinvite_done(
	void *ctx, struct sip_session *session, int code, const struct sip_msg *m)
{
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

static struct sip_ua *ua_new(struct soak *s, uint64_t seed)
{
	struct sip_ua_params params = {
		.seed = seed, .max_sessions = PHONES / 2, .user_agent = "soak"};
	struct sip_ua_ops ops = {
		.ctx = s,
		SIP_UA_OPS(on_),
		.trace = on_trace,
	};

	return sip_ua_alloc(&params, &ops);
}

/* ---- the network's and the engine's side ---- */

static void deliver(void *ctx, const struct td_addr *from, const struct td_addr *to,
	const uint8_t *data, size_t len)
{
	struct soak *s = ctx;
	const struct td_flow back = {*to, *from, TD_TRANSPORT_UDP, 0};
	struct td_addr carrier = ip(10, 20);

	if (to->ip4 == ip(1, 20).ip4 || to->ip4 == ip(1, 30).ip4)
		world_sip(s->world, &back, data, len);
	else
		sip_ua_recv(
			to->ip4 == carrier.ip4 ? s->callers : s->agents, s->now, &back, data, len);
}

static int engine_sip(
	void *ctx, const struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	struct soak *s = ctx;

	net_send(&s->net, s->world->now, &flow->local, &flow->remote, data, len);
	return 0;
}

static void fault(struct soak *s, const char *what, const char *who)
{
	if (!s->fault[0])
		snprintf(s->fault, sizeof(s->fault), "%s: %s", what, who);
}

static void cdr_check(struct soak *s, const struct td_ev_cdr *c)
{
	s->cdrs++;
	s->by_disposition[c->disposition]++;
	s->out_answered += c->disposition == TD_CALL_ANSWERED && c->to_trunk[0];
	s->out_next += c->to_trunk[0] && c->attempts > 1;
	if (!c->to_trunk[0] && (c->disposition == TD_CALL_ANSWERED) != (c->agent[0] != '\0'))
		fault(s, "an answered call without agent, or the reverse", c->id);
	if ((c->disposition == TD_CALL_ANSWERED) != (c->connected != 0))
		fault(s, "an answered call without time of connection, or the reverse", c->id);
	if (c->ended < c->offered || (c->answered && c->answered < c->offered))
		fault(s, "times that run backwards", c->id);
	if (c->connected && c->talk_ms != (c->ended - c->connected) / TD_NSEC_PER_MSEC)
		fault(s, "talk_ms is not the time between", c->id);
	if (!c->sip_code)
		fault(s, "no final response", c->id);
}

static void session_check(struct soak *s, const struct td_ev_agent_session *a)
{
	unsigned i = (unsigned)atoi(a->agent + 1);

	if (i >= AGENTS)
		return;
	if (s->session_to[i] && s->session_to[i] != a->from)
		fault(s, "a gap between two states", a->agent);
	s->session_to[i] = a->to;
}

static void engine_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	struct soak *s = ctx;
	const struct td_ev_queue_log *l = payload;

	if (type == TD_EV_CDR)
		cdr_check(s, payload);
	if (type == TD_EV_AGENT_SESSION)
		session_check(s, payload);
	if (type != TD_EV_QUEUE_LOG)
		return;
	s->entered += strcmp(l->event, "ENTERQUEUE") == 0;
	s->connects += strcmp(l->event, "CONNECT") == 0;
	s->left += strcmp(l->event, "CONNECT") == 0 || strcmp(l->event, "ABANDON") == 0 ||
		   strcmp(l->event, "WITHDRAW") == 0 || strncmp(l->event, "EXIT", 4) == 0;
	s->completes += strncmp(l->event, "COMPLETE", 8) == 0;
}

static void engine_record(void *ctx, uint32_t recording, const char *call)
{
	struct soak *s = ctx;

	if (call)
		s->recordings_on++;
	else
		s->recordings_off++;
}

static bool configure(struct soak *s)
{
	char text[8192];
	struct td_text err;
	int n = snprintf(text, sizeof(text),
		"set site site domain=tandem.example rtp_ports=20000-21999 max_calls=100 "
		"worker_cores=0,1,2\n"
		"set port carrier device=a address=10.20.0.1/24\n"
		"set port floor device=b address=10.30.0.1/24\n"
		"set link branch limit=500000 layer=ethernet\n"
		"set trunk acme address=10.20.0.10 limit=2500000\n"
		"set trunk near address=10.30.0.200 limit=400000 link=branch\n"
		"set trunk far address=10.30.0.201 max_calls=2\n"
		"set route 0* trunks=near,far\n"
		"set group sales\nset group backup\n"
		"set queue sales groups=sales record=true wrap_up=500 ring=5000 busy_backoff=3000 "
		"timeout=20000 max_length=12 overflow=queue overflow_queue=backup\n"
		"set queue backup groups=backup ring=5000 timeout=15000 max_length=8 "
		"overflow=busy\n"
		"set route 4989100 queue=sales\n");

	for (unsigned i = 0; i < AGENTS; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			"set agent a%u groups=%s contact=10.30.0.%u:5060%s\n", i,
			i < 2 ? "sales,backup" : "sales", 100 + i, i % 2 ? " link=branch" : "");
	s->world->per_address = td_legs_per_address(20000, 21999);
	if (world_config(s->world, text, &err) == 0)
		return true;
	fprintf(stderr, "soak: %s\n", err.s);
	return false;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void run(struct soak *s, uint64_t until)
{
	uint64_t callers = s->now; /* deadlines of the two user agents: both now */
	uint64_t agents = callers;

	for (;;) {
		uint64_t next = least(least(callers, agents),
			least(least(timers_next(&s->timers), timers_next(&s->net.timers)),
				world_next(s->world)));

		if (next > until)
			break;
		if (next > s->now)
			s->now = next;
		world_run(s->world, s->now);
		timers_advance(&s->net.timers, s->now);
		timers_advance(&s->timers, s->now);
		callers = sip_ua_advance(s->callers, s->now);
		agents = sip_ua_advance(s->agents, s->now);
	}
	s->now = until;
	world_run(s->world, until);
}

/* The queue's rules change; the last agent, moved to another telephone, comes and goes. */
static void reconfigure(struct soak *s)
{
	char text[1024];
	struct td_text err;
	int n = snprintf(text, sizeof(text),
		"set queue sales groups=sales record=%s wrap_up=500 ring=5000 busy_backoff=3000 "
		"timeout=%u max_length=%u overflow=queue overflow_queue=backup\n",
		prng_below(&s->prng, 2) ? "true" : "false", prng_below(&s->prng, 3) * 10000,
		3 + prng_below(&s->prng, 12));

	if (prng_below(&s->prng, 2))
		snprintf(text + n, sizeof(text) - (size_t)n, "del agent a%d\n", AGENTS - 1);
	else
		snprintf(text + n, sizeof(text) - (size_t)n,
			"set agent a%d groups=sales contact=10.30.0.%u:5060\n"
			"set trunk acme address=10.20.0.10 limit=%u layer=%s max_calls=%u\n"
			"set link branch limit=%u calls=%u\n",
			AGENTS - 1, 100 + prng_below(&s->prng, 100),
			prng_below(&s->prng, 3) * 1250000, prng_below(&s->prng, 2) ? "ip" : "wire",
			prng_below(&s->prng, 3) * 20, prng_below(&s->prng, 3) * 250000,
			prng_below(&s->prng, 3) * 2);
	/* "del" of one who is not there is refused, and changes nothing. */
	world_config(s->world, text, &err);
}

static void hang_up_someone(struct soak *s)
{
	char id[TD_CALL_ID_BYTES];
	struct td_text err;

	snprintf(id, sizeof(id), "1700000000.%u", 1 + prng_below(&s->prng, s->placed));
	td_engine_hangup(s->world->engine, s->now, id, &err);
}

static void press_digits(struct soak *s)
{
	for (uint32_t leg = 0; leg < LEGS; leg++)
		if (s->world->leg[leg].added && prng_below(&s->prng, 4) == 0)
			world_digit(s->world, leg, '5');
}

/* Who does not answer is out until someone says so: the supervisor looks every 5 s. */
static void supervise(struct soak *s)
{
	char name[8];
	struct td_text err;

	press_digits(s);
	for (unsigned i = 0; i < 10; i++)
		hang_up_someone(s);
	if (prng_below(&s->prng, 3) == 0)
		reconfigure(s);

	for (unsigned i = 0; i < AGENTS; i++) {
		snprintf(name, sizeof(name), "a%u", i);
		if (prng_below(&s->prng, 30) == 0)
			td_engine_agent(
				s->world->engine, s->now, name, TD_AGENT_PAUSE, "coffee", &err);
		else
			td_engine_agent(s->world->engine, s->now, name, TD_AGENT_UNPAUSE, "", &err);
	}
}

static bool link_refused(const struct td_engine *e)
{
	return ((const struct link *)objects_get(&e->links, 1))->budget.refused > 0;
}

static const char *judge(const struct soak *s)
{
	const struct td_engine *e = s->world->engine;
	const char *what = world_residue(s->world);

	if (s->fault[0])
		return s->fault;
	if (what)
		return what;
	if (s->cdrs != e->last_call - e->refused.unknown_source)
		return "CDRs are not as many as INVITEs admitted";
	if (s->entered != s->left)
		return "queue_log: who entered a queue did not leave it once";
	if (s->connects != s->completes ||
		s->connects + s->out_answered != s->by_disposition[TD_CALL_ANSWERED])
		return "queue_log: CONNECT and COMPLETE do not match the CDRs";
	if (s->recordings_on != s->recordings_off)
		return "a recording was not ended";
	if (s->phones.free_count != s->phones.capacity)
		return "a telephone still thinks it is in a call";
	if (!s->by_disposition[TD_CALL_ANSWERED] || !s->by_disposition[TD_CALL_ABANDONED] ||
		!s->by_disposition[TD_CALL_OVERFLOWED] || !s->by_disposition[TD_CALL_REJECTED])
		return "not every end of a call was seen: the soak proves little";
	if (!s->out_answered || !s->out_next || !e->refused.trunk_full ||
		!e->refused.reinvite_full || !link_refused(e))
		return "no limit was ever reached: the soak proves little";
	return world_replay(s->world);
}

static int soak(unsigned calls, uint64_t seed, uint64_t *digest)
{
	struct soak *s = calloc(1, sizeof(*s));
	struct world_hooks hooks = {
		.ctx = s, .sip = engine_sip, .event = engine_event, .record = engine_record};
	const char *wrong = "out of memory";

	if (!s)
		return 1;
	prng_init(&s->prng, seed);
	s->net = (struct net){
		.loss = 20,
		.twice = 10,
		.delay_min = TD_NSEC_PER_MSEC,
		.delay_max = 60 * TD_NSEC_PER_MSEC,
		.ctx = s,
		.deliver = deliver,
	};
	s->now = WORLD_START;
	s->calls_left = calls;
	s->next_call.fire = place_call;
	s->world = world_alloc(seed, MAX_CALLS, LEGS, &hooks);
	s->callers = ua_new(s, seed + 1);
	s->agents = ua_new(s, seed + 2);
	if (!s->world || !s->callers || !s->agents || net_init(&s->net, seed + 3, PACKETS) < 0 ||
		pool_init(&s->phones, PHONES, sizeof(struct phone)) < 0 ||
		timers_init(&s->timers, PHONES + 1) < 0 || !configure(s))
		goto out;
	timer_set(&s->timers, &s->next_call, s->now);
	while (s->calls_left || sip_ua_sessions(s->callers)) {
		run(s, s->now + SUPERVISE_NS);
		supervise(s);
	}
	run(s, s->now + SETTLE_NS);
	wrong = judge(s);
	*digest = 0;
	for (size_t i = 0; i < s->world->transcript.len; i++)
		*digest = (*digest ^ (uint8_t)s->world->transcript.data[i]) * 0x100000001b3u;
	printf("seed %llu: %u calls in %.0f s: %u answered, %u abandoned, %u overflowed, %u "
	       "rejected, "
	       "%u failed; %llu datagrams, %llu lost\n",
		(unsigned long long)seed, s->placed,
		(double)(s->now - WORLD_START) / TD_NSEC_PER_SEC,
		s->by_disposition[TD_CALL_ANSWERED], s->by_disposition[TD_CALL_ABANDONED],
		s->by_disposition[TD_CALL_OVERFLOWED], s->by_disposition[TD_CALL_REJECTED],
		s->by_disposition[TD_CALL_FAILED], (unsigned long long)s->net.sent,
		(unsigned long long)s->net.lost);
out:
	if (wrong)
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, wrong);
	world_free(s->world);
	sip_ua_free(s->callers);
	sip_ua_free(s->agents);
	net_fini(&s->net);
	timers_fini(&s->timers);
	pool_fini(&s->phones);
	free(s);
	return wrong != NULL;
}

int main(int argc, char **argv)
{
	unsigned calls = argc > 1 ? (unsigned)atoi(argv[1]) : 2000;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, first, second;

	if (soak(calls, seed, &first) || soak(calls, seed, &second))
		return 1;
	if (first != second) {
		fprintf(stderr, "seed %llu: a second run differs\n", (unsigned long long)seed);
		return 1;
	}
	return 0;
}
