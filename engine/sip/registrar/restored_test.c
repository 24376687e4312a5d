/* SPDX-License-Identifier: BSD-3-Clause */
/* Registrations and blocks of an earlier run go on. */
#include <engine/base/addr.h>
#include <engine/sip/registrar/registrar.h>
#include <stdio.h>
#include <tests/unit/unit.h>

#define NOW (1000 * TD_NSEC_PER_SEC)

static struct registrar *r;
static char text[256];

static void say(const char *what, struct str name)
{
	size_t n = strlen(text);

	snprintf(text + n, sizeof(text) - n, "%s%.*s ", what, STR_FMT(name));
}

static bool on_user(void *ctx, struct str name, struct registrar_user *out)
{
	return false;
}

static void on_changed(void *ctx, struct str name, enum registrar_change what)
{
	say(what == REGISTRAR_EXPIRED ? "expired " : "changed ", name);
}

static void on_bound(void *ctx, struct str name)
{
	say("bound ", name);
}

static void on_guessing(void *ctx, bool on, struct str name, const struct td_addr *source)
{
	say(on ? "guessing " : "no guessing", name);
}

static void on_blocked(void *ctx, uint32_t place)
{
	say("blocked", STR(""));
	assert_true(place < GUARD_PLACES);
}

static int setup(void **state)
{
	static const struct registrar_ops ops = {.user = on_user,
		.changed = on_changed,
		.bound = on_bound,
		.guessing = on_guessing,
		.blocked = on_blocked};
	static const struct registrar_params params = {.seed = 1,
		.max_users = 1,
		.nonce_life_ns = TD_NSEC_PER_SEC,
		.expires_max_s = 3600,
		.guard = {.failures = 3, .block_ns = 300 * TD_NSEC_PER_SEC},
		.realm = {"tandem.example", 14}};

	text[0] = '\0';
	r = registrar_alloc(&params, &ops);
	return r ? 0 : -1;
}

static int teardown(void **state)
{
	registrar_free(r);
	return 0;
}

static struct td_addr addr(const char *s)
{
	struct td_addr a;

	assert_int_equal(addr_decode(&a, str_of(s)), 0);
	return a;
}

static struct registrar_binding binding(const char *remote, uint64_t expires)
{
	struct registrar_binding b = {.expires = expires, .flow = {.remote = addr(remote)}};

	snprintf(b.contact, sizeof(b.contact), "sip:alice@%s", remote);
	return b;
}

static void a_binding_goes_on(void **state)
{
	struct registrar_binding old = binding("10.0.0.1:5060", NOW + 60 * TD_NSEC_PER_SEC),
				 newer = binding("10.0.0.2:5062", NOW + 90 * TD_NSEC_PER_SEC);

	assert_int_equal(registrar_restore(r, STR("alice"), &old), 0);
	assert_int_equal(registrar_restore(r, STR("alice"), &newer), 0);
	assert_string_equal(text, "bound alice bound alice ");
	assert_string_equal(registrar_lookup(r, STR("alice"))->contact, "sip:alice@10.0.0.2:5062");
	assert_true(str_eq(registrar_lookup_source(r, &old.flow), STR("alice")));
	assert_string_equal(registrar_binding(r, STR("alice"), 0)->contact, old.contact);
	assert_null(registrar_binding(r, STR("alice"), 2));
	assert_null(registrar_binding(r, STR("bob"), 0));
	text[0] = '\0';
	assert_true(registrar_advance(r, NOW) == old.expires);
	registrar_advance(r, old.expires);
	assert_string_equal(text, "bound alice ");
	registrar_advance(r, newer.expires);
	assert_string_equal(text, "bound alice bound alice expired alice ");
	assert_null(registrar_lookup(r, STR("alice")));
}

static void there_is_room_for_as_many_as_ever(void **state)
{
	struct registrar_binding b = binding("10.0.0.1:5060", NOW);

	for (unsigned i = 0; i < REGISTRAR_CONTACTS; i++)
		assert_int_equal(registrar_restore(r, STR("alice"), &b), 0);
	assert_int_equal(registrar_restore(r, STR("alice"), &b), -ENOSPC);
	assert_int_equal(registrar_restore(r, STR("bob"), &b), -ENOSPC);
}

static bool is_blocked(const struct guard_row *row, uint64_t now)
{
	struct guard_row got;

	for (uint32_t i = 0; i < GUARD_PLACES; i++)
		if (registrar_blocked(r, now, i, &got))
			return got.kind == row->kind && got.until == row->until &&
			       strcmp(got.user, row->user) == 0 &&
			       addr_equal_ip(&got.source, &row->source);
	return false;
}

static void a_block_goes_on(void **state)
{
	struct guard_row row = {.kind = GUARD_PAIR,
		.user = "alice",
		.source = addr("10.0.0.9"),
		.until = NOW + 60 * TD_NSEC_PER_SEC};

	registrar_block(r, NOW, &row);
	assert_string_equal(text, "blocked guessing alice ");
	assert_true(is_blocked(&row, NOW));
	assert_true(registrar_advance(r, NOW) == row.until);
	assert_false(is_blocked(&row, row.until));
	registrar_advance(r, row.until);
	assert_string_equal(text, "blocked guessing alice no guessing ");
}

/* It is the guesser that was meant who is blocked, and nobody else. */
static void a_block_is_of_whom_it_was(void **state)
{
	struct guard *g = guard_alloc(7);
	struct td_addr from = addr("10.0.0.9"), other = addr("10.0.0.8");
	const struct guard_row row = {.kind = GUARD_SOURCE, .source = from, .until = NOW + 1};

	guard_set(g, &(struct guard_limits){.failures = 3, .block_ns = 300 * TD_NSEC_PER_SEC});
	assert_true(guard_restore(g, NOW, &row) < GUARD_PLACES);
	assert_false(guard_allows(g, NOW, &from, STR("alice"), false));
	assert_true(guard_allows(g, NOW, &from, STR("alice"), true));
	assert_true(guard_allows(g, NOW, &other, STR("alice"), false));
	assert_true(guard_allows(g, NOW + 1, &from, STR("alice"), false));
	guard_free(g);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(a_binding_goes_on),
		TEST(there_is_room_for_as_many_as_ever),
		TEST(a_block_goes_on),
		TEST(a_block_is_of_whom_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
