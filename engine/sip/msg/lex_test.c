/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of the grammar, one by one. */
#include <engine/sip/msg/lex.h>
#include <tests/unit/unit.h>

static void assert_str(struct str s, const char *z)
{
	if (!str_eq(s, str_of(z)))
		fail_msg("'%.*s' is not '%s'", STR_FMT(s), z);
}

/* Both empty slices: {NULL, 0}, and one that has a place. */
static void nothing_holds_no_word(void **state)
{
	static const struct str empty[] = {{NULL, 0}, {"", 0}};

	for (unsigned i = 0; i < 2; i++) {
		struct str s = empty[i], name, value;
		uint16_t port;

		lex_space(&s);
		assert_int_equal(lex_run(&s, LEX_TOKEN).n, 0);
		assert_false(lex_all(s, LEX_TOKEN));
		assert_false(lex_char(&s, ';'));
		assert_false(lex_quoted(&s, &value));
		assert_int_equal(lex_param(&s, &name, &value), 0);
		assert_false(lex_host(&s, &name));
		assert_false(lex_port(&s, &port));
		assert_ptr_equal(s.p, empty[i].p);
		assert_int_equal(s.n, 0);
	}
}

static void a_run_ends_where_its_class_ends(void **state)
{
	struct str s = STR("12ab;");

	assert_str(lex_run(&s, LEX_DIGIT), "12");
	assert_str(lex_run(&s, LEX_DIGIT), "");
	assert_str(lex_run(&s, LEX_TOKEN), "ab");
	assert_str(s, ";");
	assert_true(lex_all(STR("12"), LEX_DIGIT));
	assert_false(lex_all(STR("12a"), LEX_DIGIT));
}

/* RFC 3986 section 3.2.2. Whether it is an address, addr_decode() says. */
static void a_reference_has_the_octets_of_an_address_alone(void **state)
{
	static const char *const bad[] = {"[::1", "[", "[::1\r\n ]", "[::1\r]", "[::1 ]", "[a>b]",
		"[[::1]]", "[::1@x]", "[\x80]"};
	struct str s = STR("[2001:db8::192.0.2.1]:5060"), host;

	assert_true(lex_host(&s, &host));
	assert_str(host, "[2001:db8::192.0.2.1]");
	assert_str(s, ":5060");
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		s = str_of(bad[i]);
		if (lex_host(&s, &host))
			fail_msg("%s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_holds_no_word),
		cmocka_unit_test(a_run_ends_where_its_class_ends),
		cmocka_unit_test(a_reference_has_the_octets_of_an_address_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
