/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Strangers send at every moment of a call. Nothing of theirs gets through. Of the rightful peers
 * nothing is lost, except the two packets that prove a source behind NAT.
 */
#include <stdio.h>
#include <tests/inject/sim.h>

#define CALLER_RTP 4000
#define AGENT_RTP  6000

static struct sim sim;

/* One party as its SDP says it is, and as it is: behind NAT the two differ. */
struct party {
	struct speaker *speaker;
	const char *ip;      /* where packets come from */
	const char *said_ip; /* what its SDP says */
	char sdp[96];
};

static const char *sdp(struct party *p, uint16_t port, const char *direction)
{
	snprintf(p->sdp, sizeof(p->sdp), "%s:%u/8,101 %s", p->said_ip, port, direction);
	return p->sdp;
}

/* NAT gives a port of its own. */
static struct td_addr where(const struct party *p, uint16_t port)
{
	return sim_addr(p->ip, p->ip == p->said_ip ? port : (uint16_t)(port + 20000));
}

static unsigned to_learn(const struct party *p)
{
	return p->ip == p->said_ip ? 0 : 2;
}

static void speak_from(struct sim *s, struct party *p, uint32_t leg, uint16_t port, bool fresh)
{
	speaker_at(s, p->speaker, leg, where(p, port), fresh, to_learn(p));
}

/* The caller waits with music, alice is busy, bob answers. */
static void begin(struct sim *s, struct party *caller, struct party *agent, uint16_t caller_port)
{
	uint32_t leg;

	s->alice.call_id[0] = s->bob.call_id[0] = '\0';
	sim_run(s, 30); /* before there is any call, too */
	sim_request(s, &s->carrier, "INVITE", "4989100", sdp(caller, caller_port, "sendrecv"));
	sim_request(s, &s->carrier, "ACK", "", "");
	leg = s->added;
	assert_true(s->leg[leg].live);
	speak_from(s, caller, leg, caller_port, true);
	sim_run(s, 300);
	assert_int_equal(strncmp(s->alice.invite, "INVITE", 6), 0);
	sim_answer(s, &s->alice, 180, true, "");
	speaker_digit(s, caller->speaker);
	sim_answer(s, &s->alice, 486, true, "");
	sim_run(s, 200);
	sim_answer(s, &s->bob, 180, true, "");
	sim_run(s, 100);
	sim_answer(s, &s->bob, 200, true, sdp(agent, AGENT_RTP, "sendrecv"));
	assert_int_not_equal(s->added, leg);
	speak_from(s, agent, s->added, AGENT_RTP, true);
	sim_run(s, 500);
	speaker_digit(s, caller->speaker);
	assert_true(caller->speaker->fate[FATE_HEARD] > 20);
	assert_true(agent->speaker->fate[FATE_HEARD] > 20);
}

static void reinvite(struct sim *s, struct peer *p, const char *sdp)
{
	sim_request(s, p, "INVITE", "", sdp);
	sim_run(s, 5);
	sim_request(s, p, "ACK", "", "");
}

/* The peer that moves speaks from its new place when it has our answer. */
static void move(struct sim *s, struct peer *p, struct party *who, uint16_t port, bool fresh)
{
	sim_request(s, p, "INVITE", "", sdp(who, port, "sendrecv"));
	speak_from(s, who, who->speaker->leg, port, fresh);
	sim_run(s, 5);
	sim_request(s, p, "ACK", "", "");
	sim_run(s, 200);
}

static void holds(struct sim *s, struct party *caller, struct party *agent)
{
	static const char *const directions[] = {
		"sendonly", "sendrecv", "inactive", "sendrecv", "recvonly", "sendrecv"};
	const char *said = caller->said_ip;

	for (unsigned i = 0; i < 6; i++) {
		reinvite(s, &s->bob, sdp(agent, AGENT_RTP, directions[i]));
		sim_run(s, 150);
		reinvite(s, &s->carrier, sdp(caller, CALLER_RTP, directions[5 - i]));
		sim_run(s, 150);
	}
	reinvite(s, &s->carrier, sdp(caller, CALLER_RTP, "sendrecv"));
	caller->said_ip = "0.0.0.0"; /* hold as before RFC 3264; music of its own goes on */
	reinvite(s, &s->carrier, sdp(caller, CALLER_RTP, "sendrecv"));
	caller->said_ip = said;
	sim_run(s, 200);
	reinvite(s, &s->carrier, sdp(caller, CALLER_RTP, "sendrecv"));
	sim_run(s, 200);
}

/* Another port, another host (so carriers transfer a call), an SSRC of its own, another codec. */
static void moves(struct sim *s, struct party *caller, struct party *agent)
{
	bool nat = caller->ip != caller->said_ip;
	uint32_t leg = caller->speaker->leg;

	move(s, &s->carrier, caller, 4444, false);
	caller->said_ip = nat ? "192.168.0.77" : "10.1.0.20";
	caller->ip = nat ? caller->ip : caller->said_ip;
	move(s, &s->carrier, caller, 4800, true);
	sim_request(s, &s->carrier, "INVITE", "", "10.1.0.66:4000/0"); /* another codec: refused */
	sim_request(s, &s->carrier, "ACK", "", "");
	sim_run(s, 100);
	sim_request(s, &s->carrier, "INVITE", "", ""); /* we offer */
	sim_run(s, 50);
	sim_request(s, &s->carrier, "ACK", "", sdp(caller, 4900, "sendrecv"));
	speak_from(s, caller, leg, 4900, false);
	sim_run(s, 200);
	agent->said_ip = nat ? "192.168.1.9" : "10.2.0.50";
	agent->ip = nat ? agent->ip : agent->said_ip;
	move(s, &s->bob, agent, 7000, true);
	/* The same source may begin anew. */
	speaker_at(s, caller->speaker, leg, where(caller, 4900), true, 0);
	sim_run(s, 200);
	speaker_digit(s, caller->speaker);
}

static void end(struct sim *s, struct peer *who)
{
	unsigned calls = s->answered;

	sim_request(s, who, "BYE", "", "");
	sim_run(s, 50);
	sim_answer(s, who == &s->bob ? &s->carrier : &s->bob, 200, false, "");
	sim_run(s, 300); /* nobody has these ports now, and strangers go on */
	assert_int_equal(s->answered, calls + 1);
}

static void whole_calls(struct world *w, enum td_source_policy policy, bool nat)
{
	struct sim *s = &sim;
	struct party caller = {.speaker = &s->speaker[0],
		.ip = "10.1.0.10",
		.said_ip = nat ? "192.168.0.5" : NULL};
	struct party agent = {.speaker = &s->speaker[1],
		.ip = "10.2.0.12",
		.said_ip = nat ? "192.168.1.7" : NULL};

	caller.said_ip = nat ? caller.said_ip : caller.ip;
	agent.said_ip = nat ? agent.said_ip : agent.ip;
	sim_start(s, w, policy);
	begin(s, &caller, &agent, CALLER_RTP);
	holds(s, &caller, &agent);
	moves(s, &caller, &agent);
	end(s, &s->carrier);
	sim_run(s,
		40000); /* bob's offer to alice has been forgotten, ports may be given out again */
	begin(s, &caller, &agent, 4002);
	end(s, &s->bob);
	sim_stop(s);
	print_message("%llu forgeries; caller heard %llu, agent heard %llu of this call\n",
		(unsigned long long)s->strange, (unsigned long long)agent.speaker->fate[FATE_HEARD],
		(unsigned long long)caller.speaker->fate[FATE_HEARD]);
}

static void strict(void **state)
{
	whole_calls(*state, TD_SOURCE_STRICT, false);
}

static void address(void **state)
{
	whole_calls(*state, TD_SOURCE_ADDRESS, false);
}

static void latch_without_nat(void **state)
{
	whole_calls(*state, TD_SOURCE_LATCH, false);
}

static void latch_behind_nat(void **state)
{
	whole_calls(*state, TD_SOURCE_LATCH, true);
}

static void leg_command(struct sim *s, enum td_media_op op, uint32_t leg, uint32_t peer)
{
	struct td_media_cmd cmd = {.op = (uint16_t)op, .leg = leg, .other = peer};

	sim_media(s, &cmd);
}

static void leg_add(struct sim *s, struct speaker *sp, uint32_t leg)
{
	struct td_media_cmd cmd = {
		.op = TD_MEDIA_LEG_ADD, .leg = leg, .leg_params = world_params(leg)};

	cmd.leg_params.policy = s->policy;
	sim_media(s, &cmd);
	speaker_at(s, sp, leg, world_peer(leg), true, 0);
}

/* What a transfer is to the worker: a leg goes from one peer to another, and the first one ends. */
static void transfer(void **state)
{
	struct sim *s = &sim;
	struct speaker *sp = s->speaker;

	sim_start(s, *state, TD_SOURCE_STRICT);
	leg_add(s, &sp[0], CARRIER + 5);
	leg_add(s, &sp[1], FLOOR + 5);
	leg_command(s, TD_MEDIA_BRIDGE, CARRIER + 5, FLOOR + 5);
	sim_run(s, 300);
	leg_add(s, &sp[2], FLOOR + 6); /* is asked first, with music for the caller */
	leg_command(s, TD_MEDIA_UNBRIDGE, CARRIER + 5, FLOOR + 5);
	leg_command(s, TD_MEDIA_PLAY, CARRIER + 5, 0);
	leg_command(s, TD_MEDIA_BRIDGE, FLOOR + 5, FLOOR + 6);
	sim_run(s, 300);
	leg_command(s, TD_MEDIA_BRIDGE, CARRIER + 5, FLOOR + 6);
	sim_run(s, 100);
	leg_command(s, TD_MEDIA_LEG_DEL, FLOOR + 5, 0);
	sim_run(s, 300);
	for (unsigned i = 0; i < 3; i++)
		assert_true(sp[i].fate[FATE_HEARD] > 12);
	leg_command(s, TD_MEDIA_LEG_DEL, CARRIER + 5, 0);
	leg_command(s, TD_MEDIA_LEG_DEL, FLOOR + 6, 0);
	sim_stop(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {TEST(strict), TEST(address), TEST(latch_without_nat),
		TEST(latch_behind_nat), TEST(transfer)};

	return cmocka_run_group_tests(tests, world_eal, NULL);
}
