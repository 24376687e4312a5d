/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Thousands of calls in virtual time over a network that loses, doubles and reorders, and by
 * streams that end at any moment: callers who wait, give up, cancel, hold and hang up; agents who
 * answer, are busy, refuse, do not answer or hang up; messages beside the calls, for the same
 * agents; all with limits of bandwidth that come and go. At the end nothing may be left, every
 * INVITE admitted has its one CDR, each agent's states follow each other without a gap, queue_log
 * adds up, and the distributor's journal replays. All from one seed:
 *
 *     soak CALLS SEED [PORTS]
 *
 * With few ports an address (SOAK_PORTS otherwise), a call's legs are often of several workers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tests/scenario/credentials.h>
#include <tests/scenario/soak.h>

#define MAX_CALLS    100
#define LEGS         4000
#define PACKETS      20000
#define SETTLE_NS    (150 * TD_NSEC_PER_SEC)
#define SUPERVISE_NS (5 * TD_NSEC_PER_SEC)

/* NULL: the engine. */
static struct sip_ua *ua_at(const struct soak *s, const struct td_addr *local)
{
	if (local->ip4 == soak_ip(1, 20).ip4 || local->ip4 == soak_ip(1, 30).ip4)
		return NULL;
	return local->ip4 == soak_ip(10, 20).ip4 ? s->callers : s->agents;
}

static void deliver(void *ctx, const struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct soak *s = ctx;
	struct sip_ua *ua = ua_at(s, &flow->local);

	if (ua && soak_register_takes(s, flow, data, len))
		return;
	if (ua)
		sip_ua_recv(ua, s->now, flow, data, len);
	else
		world_sip(s->world, flow, data, len);
}

static void flow_failed(void *ctx, const struct td_flow *flow)
{
	struct soak *s = ctx;
	struct sip_ua *ua = ua_at(s, &flow->local);

	soak_register_broken(s, flow);
	if (ua)
		sip_ua_flow_failed(ua, s->now, flow);
	else
		world_flow_failed(s->world, flow);
}

static int engine_sip(
	void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	struct soak *s = ctx;
	bool stream = flow->transport != TD_TRANSPORT_UDP;

	if (stream && !prng_below(&s->prng, 50))
		return -ECONNREFUSED;
	s->invites_by_stream += stream && len > 7 && memcmp(data, "INVITE ", 7) == 0;
	net_send(&s->net, s->world->now, flow, data, len);
	if (stream && !prng_below(&s->prng, 50)) /* lost, and known a little later */
		net_break(&s->net, s->now, flow->connection % NET_STREAMS);
	return 0;
}

/* Those that register have a password and no contact. */
static int agent_line(unsigned i, char *out, size_t size)
{
	char ha1[DIGEST_HEX_BYTES], user[8];
	bool registers = i % 4 == 1;
	const char *channels = i % 3 ? " channels=voice,message" : "";

	_Static_assert(REGISTRANT_AGENT(1) == 5 && REGISTRANT_AGENT(REGISTRANTS) > AGENTS, "");
	snprintf(user, sizeof(user), "a%u", i);
	credentials_ha1(user, ha1);
	if (registers)
		return snprintf(out, size, "set agent a%u groups=%s ha1=%s%s%s\n", i,
			i < 2 ? "sales,backup" : "sales", ha1, i % 2 ? " link=branch" : "",
			channels);
	return snprintf(out, size, "set agent a%u groups=%s contact=10.30.0.%u:5060%s%s\n", i,
		i < 2 ? "sales,backup" : "sales", 100 + i, i % 2 ? " link=branch" : "", channels);
}

static bool configure(struct soak *s)
{
	char text[8192];
	struct td_text err;
	int n = snprintf(text, sizeof(text),
		"set site site domain=tandem.example rtp_ports=20000-%u max_calls=100 "
		"worker_cores=0,1,2\n"
		"set port carrier device=a address=10.20.0.1/24\n"
		"set port floor device=b address=10.30.0.1/24\n"
		"set link branch limit=500000 layer=ethernet\n"
		"set trunk acme address=10.20.0.10 limit=2500000\n"
		"set trunk near address=10.30.0.200 limit=400000 link=branch "
		"server=near.example:5060 "
		"transport=tcp\n"
		"set trunk far address=10.30.0.201 max_calls=4 server=far.example:5060\n"
		"set route 0* trunks=near,far queue=sales from=agents,trunks\n"
		"set group sales\nset group backup\n"
		"set queue sales groups=sales record=true wrap_up=500 ring=5000 busy_backoff=3000 "
		"timeout=20000 max_length=12 overflow=queue overflow_queue=backup\n"
		"set queue backup groups=backup ring=5000 timeout=15000 max_length=8 "
		"overflow=busy\n"
		"set route 4989100 queue=sales\n",
		20000 + 2 * s->ports - 1);

	for (unsigned i = 0; i < AGENTS; i++)
		n += agent_line(i, text + n, sizeof(text) - (size_t)n);
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

/* An agent who did not answer stays out until somebody unpauses him: the supervisor does, every 5
 * s. */
static void supervise(struct soak *s)
{
	char name[8];
	struct td_text err;

	press_digits(s);
	for (unsigned i = 0; i < 10; i++)
		hang_up_someone(s);
	for (unsigned i = 0; i < 4; i++)
		net_break(&s->net, s->now, prng_below(&s->prng, NET_STREAMS));
	soak_parties(s);
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

static int soak(unsigned calls, uint64_t seed, unsigned ports, uint64_t *digest)
{
	struct soak *s = calloc(1, sizeof(*s));
	struct world_hooks hooks = {.ctx = s,
		.sip = engine_sip,
		.event = soak_event,
		.record = soak_record,
		.resolve = soak_resolve};
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
		.failed = flow_failed,
	};
	s->now = WORLD_START;
	s->calls_left = calls;
	s->ports = ports;
	s->next_call.fire = soak_place_call;
	s->next_message.fire = soak_messages;
	s->world = world_alloc(seed, MAX_CALLS, LEGS, &hooks);
	s->callers = soak_ua_alloc(s, seed + 1);
	s->agents = soak_ua_alloc(s, seed + 2);
	if (!s->world || !s->callers || !s->agents || net_init(&s->net, seed + 3, PACKETS) < 0 ||
		pool_init(&s->phones, PHONES, sizeof(struct phone)) < 0 ||
		timers_init(&s->timers, PHONES + 2 + REGISTRANTS + ANSWERS) < 0 || !configure(s))
		goto out;
	timer_set(&s->timers, &s->next_call, s->now);
	timer_set(&s->timers, &s->next_message, s->now);
	soak_register_start(s);
	while (s->calls_left || sip_ua_sessions(s->callers)) {
		run(s, s->now + SUPERVISE_NS);
		supervise(s);
	}
	run(s, s->now + SETTLE_NS);
	wrong = soak_judge(s);
	*digest = 0;
	for (size_t i = 0; i < s->world->transcript.len; i++)
		*digest = (*digest ^ (uint8_t)s->world->transcript.data[i]) * 0x100000001b3u;
	printf("seed %llu: %u calls in %.0f s: %u answered, %u abandoned, %u overflowed, %u "
	       "rejected, "
	       "%u failed; %u contacts without media; %llu messages, %llu lost, %u streams, %llu "
	       "ended; %u bridges apart\n",
		(unsigned long long)seed, s->placed,
		(double)(s->now - WORLD_START) / TD_NSEC_PER_SEC,
		s->by_disposition[TD_CALL_ANSWERED], s->by_disposition[TD_CALL_ABANDONED],
		s->by_disposition[TD_CALL_OVERFLOWED], s->by_disposition[TD_CALL_REJECTED],
		s->by_disposition[TD_CALL_FAILED], s->messages.over,
		(unsigned long long)s->net.sent, (unsigned long long)s->net.lost, s->net.made,
		(unsigned long long)s->net.ended, s->world->bridges_apart);
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
	unsigned ports = argc > 3 ? (unsigned)atoi(argv[3]) : SOAK_PORTS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, first, second;

	if (soak(calls, seed, ports, &first) || soak(calls, seed, ports, &second))
		return 1;
	if (first != second) {
		fprintf(stderr, "seed %llu: a second run differs\n", (unsigned long long)seed);
		return 1;
	}
	return 0;
}
