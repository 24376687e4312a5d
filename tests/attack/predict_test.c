/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Somebody calls often, reads the `o=` of our answers, and wants to know the numbers of the next
 * call: its SSRC, its sequence, its `o=`, which are all that a forged packet needs.
 *
 * The attack is the known one on xoshiro256**. The generator's next state is linear over GF(2), and
 * the low bits of the word that makes an output can be had from the output. So each `o=` gives 55
 * equations in the 256 bits of a state, and six are enough. The bit that we set in each `o=` is
 * guessed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <engine/base/addr.h>
#include <engine/base/prng.h>
#include <tests/scenario/peer.h>
#include <tests/scenario/world.h>
#include <tests/unit/unit.h>

#define SEEN       6  /* `o=` that the attacker reads */
#define BITS       55 /* of the state's word, that each of them tells */
#define DRAWS      5  /* of one generator for a leg: SSRC, time stamp, sequence, cookie, `o=` */
#define EQUATIONS  (SEEN * BITS)
#define WORDS      4
#define STATE_BITS (64 * WORDS)

static const uint64_t session_mask = 0x3fffffffffffffff;

/* A leg's numbers. */
struct numbers {
	uint64_t session;
	uint32_t ssrc, ts_offset;
	uint16_t seq;
};

/* A sum of bits of the unknown state: which of them, and in an equation its value. */
struct sum {
	uint64_t of[WORDS];
	bool value;
};

static void sum_add(struct sum *to, const struct sum *s)
{
	for (unsigned i = 0; i < WORDS; i++)
		to->of[i] ^= s->of[i];
	to->value ^= s->value;
}

/* The generator's state, each bit as a sum of those of its first state. */
struct symbolic {
	struct sum word[WORDS][64];
};

static void symbolic_init(struct symbolic *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned w = 0; w < WORDS; w++)
		for (unsigned b = 0; b < 64; b++)
			s->word[w][b].of[w] = 1ull << b;
}

static void words_add(struct sum to[static 64], const struct sum s[static 64])
{
	for (unsigned b = 0; b < 64; b++)
		sum_add(&to[b], &s[b]);
}

/* As prng_u64() does it with numbers. */
static void symbolic_step(struct symbolic *s)
{
	struct sum shifted[64] = {0}, turned[64];

	memcpy(shifted + 17, s->word[1], (64 - 17) * sizeof(struct sum));
	words_add(s->word[2], s->word[0]);
	words_add(s->word[3], s->word[1]);
	words_add(s->word[1], s->word[2]);
	words_add(s->word[0], s->word[3]);
	words_add(s->word[2], shifted);
	for (unsigned b = 0; b < 64; b++)
		turned[(b + 45) % 64] = s->word[3][b];
	memcpy(s->word[3], turned, sizeof(turned));
}

static uint64_t inverse(uint64_t odd)
{
	uint64_t x = odd;

	for (unsigned i = 0; i < 6; i++)
		x *= 2 - odd * x;
	return x;
}

static bool bit_of(const struct sum *s, unsigned bit)
{
	return s->of[bit / 64] >> bit % 64 & 1;
}

/* Gauss: false when the equations contradict each other, or leave a bit open. */
static bool solve(struct sum row[static EQUATIONS], struct prng *out)
{
	unsigned rank = 0;

	for (unsigned bit = 0; bit < STATE_BITS; bit++) {
		unsigned pivot = rank;

		while (pivot < EQUATIONS && !bit_of(&row[pivot], bit))
			pivot++;
		if (pivot == EQUATIONS)
			return false;
		struct sum found = row[pivot];

		row[pivot] = row[rank];
		row[rank] = found;
		for (unsigned i = 0; i < EQUATIONS; i++)
			if (i != rank && bit_of(&row[i], bit))
				sum_add(&row[i], &found);
		rank++;
	}
	for (unsigned i = rank; i < EQUATIONS; i++)
		if (row[i].value)
			return false;
	memset(out, 0, sizeof(*out));
	for (unsigned bit = 0; bit < STATE_BITS; bit++)
		out->s[bit / 64] |= (uint64_t)row[bit].value << bit % 64;
	return true;
}

/* The equations that one `o=` gives, and its value with the guessed bit. */
static void equations(const struct symbolic *s, uint64_t session, struct sum row[static BITS])
{
	uint64_t product = (session & session_mask) * inverse(9) >> 7;
	uint64_t word = product * inverse(5);

	for (unsigned b = 0; b < BITS; b++) {
		row[b] = s->word[1][b];
		row[b].value = word >> b & 1;
	}
}

/*
 * True: it knows the state after the last of the `o=`. `stride`: how many numbers the generator
 * makes from one to the next.
 */
static bool attack(const uint64_t session[static SEEN], unsigned stride, struct prng *out)
{
	static struct symbolic at[SEEN];
	static struct sum row[EQUATIONS];

	symbolic_init(&at[0]);
	for (unsigned i = 1; i < SEEN; i++) {
		at[i] = at[i - 1];
		for (unsigned k = 0; k < stride; k++)
			symbolic_step(&at[i]);
	}
	for (unsigned guess = 0; guess < 1u << SEEN; guess++) {
		for (unsigned i = 0; i < SEEN; i++)
			equations(&at[i], session[i] ^ (guess >> i & 1), row + i * BITS);
		if (!solve(row, out))
			continue;
		for (unsigned i = 0; i < (SEEN - 1) * stride + 1; i++)
			prng_u64(out);
		return true;
	}
	return false;
}

static struct numbers numbers_draw(struct prng *p)
{
	struct numbers n = {.ssrc = (uint32_t)prng_u64(p), .ts_offset = (uint32_t)prng_u64(p)};

	n.seq = prng_u64(p) & 0x7fff;
	prng_u64(p); /* the cookie */
	n.session = (prng_u64(p) & session_mask) | 1;
	return n;
}

/* The attacker can do what it says: here are numbers of that generator. */
static void xoshiro_is_told_by_six_numbers(void **state)
{
	uint64_t session[SEEN];
	struct numbers told, next;
	struct prng p, found;

	prng_init(&p, 20261201);
	for (unsigned i = 0; i < SEEN; i++)
		session[i] = numbers_draw(&p).session;
	assert_true(attack(session, DRAWS, &found));
	told = numbers_draw(&found);
	next = numbers_draw(&p);
	assert_true(told.session == next.session);
	assert_int_equal(told.ssrc, next.ssrc);
	session[2] ^= 2;
	assert_false(attack(session, DRAWS, &found));
}

/* A trunk's calls to a queue whose one agent is being rung. */
#define CALLS (SEEN + 2)
static struct peer carrier[CALLS];
static struct numbers seen[CALLS]; /* of the callers' legs */
static unsigned answered, at;

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	static char text[PEER_MSG];
	const char *origin;

	if (flow->remote.port != 5060 || strncmp((const char *)data, "SIP/2.0 200", 11) != 0)
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)data);
	origin = strstr(text, "\r\no=");
	assert_non_null(origin);
	seen[at].session = strtoull(strchr(origin, ' '), NULL, 10);
	answered++;
	return 0;
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
	if (cmd->op != TD_MEDIA_LEG_ADD)
		return;
	seen[at].ssrc = cmd->leg_params.ssrc;
	seen[at].ts_offset = cmd->leg_params.ts_offset;
	seen[at].seq = cmd->leg_params.seq;
}

static void call(struct world *w, unsigned n)
{
	static char sdp[PEER_MSG], text[PEER_MSG];
	struct peer *p = &carrier[n];
	struct td_flow flow = {.transport = TD_TRANSPORT_UDP};

	at = n;
	snprintf(p->name, sizeof(p->name), "carrier.%u", n);
	snprintf(p->host, sizeof(p->host), "10.20.0.10");
	snprintf(p->engine_host, sizeof(p->engine_host), "10.20.0.1");
	assert_int_equal(addr_decode(&p->addr, STR("10.20.0.10:5060")), 0);
	assert_int_equal(addr_decode(&p->engine, STR("10.20.0.1:5060")), 0);
	flow.local = p->engine;
	flow.remote = p->addr;
	peer_sdp("10.20.0.10:4000/8", sdp, sizeof(sdp));
	peer_request(p, "INVITE", "4989100", "", "application/sdp", sdp, text, sizeof(text));
	world_sip(w, &flow, text, strlen(text));
}

static void six_calls_tell_nothing_of_the_next(void **state)
{
	static const char site[] =
		"set site site domain=tandem.example rtp_ports=20000-20999 max_calls=8\n"
		"set port carrier device=eth1 address=10.20.0.1/24\n"
		"set port floor device=eth2 address=10.30.0.1/24\n"
		"set trunk acme address=10.20.0.10\n"
		"set group sales\n"
		"set agent alice groups=sales contact=10.30.0.11:5060\n"
		"set queue sales groups=sales\n"
		"set route 4989100 queue=sales\n";
	const struct world_hooks hooks = {.sip = on_sip, .media = on_media};
	struct world *w = world_alloc(7, CALLS, 4000, &hooks);
	uint64_t session[SEEN];
	struct td_text err;
	struct prng found;

	assert_non_null(w);
	assert_int_equal(world_config(w, site, &err), 0);
	for (unsigned i = 0; i < CALLS; i++)
		call(w, i);
	assert_int_equal(answered, CALLS);
	/* alice's leg stands between the first call's numbers and the second's */
	for (unsigned i = 0; i < SEEN; i++)
		session[i] = seen[i + 1].session;
	for (unsigned stride = 1; stride <= 2 * DRAWS; stride++) {
		if (!attack(session, stride, &found))
			continue;
		struct numbers told = numbers_draw(&found);

		fail_msg("the next call's SSRC is %08x, and %08x was told; sequence %u, told %u; "
			 "o= %llu, told %llu",
			seen[CALLS - 1].ssrc, told.ssrc, seen[CALLS - 1].seq, told.seq,
			(unsigned long long)seen[CALLS - 1].session,
			(unsigned long long)told.session);
	}
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xoshiro_is_told_by_six_numbers),
		cmocka_unit_test(six_calls_tell_nothing_of_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
