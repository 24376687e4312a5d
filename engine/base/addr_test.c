/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <tests/unit/unit.h>

static struct td_addr addr(const char *text)
{
	struct td_addr a;

	assert_int_equal(addr_decode(&a, str_of(text)), 0);
	return a;
}

static struct td_prefix prefix(const char *text)
{
	struct td_prefix p;

	assert_int_equal(prefix_decode(&p, str_of(text)), 0);
	return p;
}

static void comes_back_as_it_went(void **state)
{
	static const char *const same[] = {"10.0.0.1", "10.0.0.1:5060", "255.255.255.255:65535",
		"2001:db8::1", "[2001:db8::1]:5060", "::", "[::1]:1"};
	char out[ADDR_TEXT];

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		struct td_addr a = addr(same[i]);

		assert_string_equal(addr_encode(&a, out), same[i]);
	}
	struct td_addr a = addr("[2001:db8::1]");

	assert_string_equal(addr_encode(&a, out), "2001:db8::1");
	a = addr("[2001:db8:1111:2222:3333:4444:5555:6666]:65535");
	assert_string_equal(addr_encode(&a, out), "[2001:db8:1111:2222:3333:4444:5555:6666]:65535");
	assert_string_equal(addr_encode_ip(&a, out), "2001:db8:1111:2222:3333:4444:5555:6666");
	a = (struct td_addr){0};
	assert_string_equal(addr_encode(&a, out), "");
}

static void refuses(void **state)
{
	static const struct str bad[] = {STR(""), STR("10.0.0"), STR("10.0.0.1:"),
		STR("10.0.0.1:0"), STR("10.0.0.1:65536"), STR("10.0.0.256"), STR("10.0.0.1 "),
		STR("[10.0.0.1]"), STR("[::1"), STR("[::1]x"), STR("[::1]:"), STR("::1:g"),
		STR("sip"), STR(":5060"), STR("[]"), STR("fe80::1%eth0"), {NULL, 0},
		{"10.0.0.1\0", 9},
		STR("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc")};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct td_addr a = {.family = 9};

		assert_int_equal(addr_decode(&a, bad[i]), -EINVAL);
		assert_int_equal(a.family, 9); /* untouched */
	}
}

static void compares(void **state)
{
	struct td_addr a = addr("10.0.0.1:5060"), b = addr("10.0.0.1:5061"),
		       c = addr("10.0.0.2:5060");
	struct td_addr six = addr("[a00:1::]:5060"); /* its first bytes are a's */

	assert_true(addr_equal(&a, &a));
	assert_false(addr_equal(&a, &b));
	assert_true(addr_equal_ip(&a, &b));
	assert_false(addr_equal_ip(&a, &c));
	assert_false(addr_equal_ip(&a, &six));
	assert_true(addr_equal(&six, &six));
}

static void is_made_of_octets(void **state)
{
	struct td_addr a = addr("10.0.0.1"), b = addr("2001:db8::1"), v4 = addr_v4(a.ip4),
		       v6 = addr_v6(b.ip6);

	assert_true(addr_equal(&a, &v4));
	assert_true(addr_equal(&b, &v6));
	assert_int_equal(addr_v4(0).family, 0);
}

static void contains(void **state)
{
	static const struct {
		const char *prefix, *addr;
		bool in;
	} cases[] = {
		{"10.0.0.0/8", "10.255.1.2", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"10.20.0.1/24", "10.20.0.200", true},
		{"10.20.0.1/24", "10.20.1.1", false},
		{"10.20.0.128/25", "10.20.0.127", false},
		{"10.20.0.128/25", "10.20.0.129", true},
		{"10.0.0.1", "10.0.0.1", true},
		{"10.0.0.1", "10.0.0.2", false},
		{"0.0.0.0/0", "1.2.3.4", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "::1", true},
		{"2001:db8::/33", "2001:db8:7fff::", true},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"2001:db8::1", "2001:db8::1", true},
	};
	struct td_addr none = {0};
	struct td_prefix nothing = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct td_prefix p = prefix(cases[i].prefix);
		struct td_addr a = addr(cases[i].addr);

		assert_int_equal(prefix_contains(&p, &a), cases[i].in);
	}
	assert_false(prefix_contains(&nothing, &none));
}

static void hosts(void **state)
{
	static const char *const yes[] = {
		"10.0.0.1", "223.255.255.254", "2001:db8::1", "fd00::1", "64:ff9b::a00:1", "1::"};
	static const char *const no[] = {"0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1",
		"255.255.255.255", "::", "::1", "::10.0.0.1", "::ffff:10.0.0.1", "fe80::1",
		"febf::1", "ff02::1"};
	struct td_addr a;

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		a = addr(yes[i]);
		assert_true(addr_is_host(&a));
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
		a = addr(no[i]);
		assert_false(addr_is_host(&a));
		assert_int_equal(
			addr_is_any(&a), !strcmp(no[i], "::") || !strcmp(no[i], "0.0.0.0"));
		assert_int_equal(addr_is_link_local(&a), !strncmp(no[i], "fe", 2));
	}
	a = (struct td_addr){0};
	assert_false(addr_is_any(&a) || addr_is_host(&a) || addr_is_link_local(&a));
}

static void edges(void **state)
{
	static const struct {
		const char *net, *addr;
		bool edge;
	} cases[] = {
		{"10.20.0.1/24", "10.20.0.0", true},
		{"10.20.0.1/24", "10.20.0.255", true},
		{"10.20.0.1/24", "10.20.0.254", false},
		{"10.20.0.1/24", "10.20.1.255", false},
		{"10.20.0.1/30", "10.20.0.3", true},
		{"10.20.0.1/31", "10.20.0.0", false},
		{"10.20.0.1", "10.20.0.1", false},
		{"2001:db8::1/64", "2001:db8::", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct td_prefix p = prefix(cases[i].net);
		struct td_addr a;

		assert_int_equal(addr_decode(&a, str_of(cases[i].addr)), 0);
		assert_int_equal(prefix_is_edge(&p, &a), cases[i].edge);
	}
}

static void prefixes_come_back(void **state)
{
	static const char *const same[] = {
		"10.0.0.0/8", "10.20.0.1/24", "10.0.0.1", "0.0.0.0/0", "2001:db8::/32", "::1"};
	static const char *const bad[] = {"", "/8", "10.0.0.0/33", "10.0.0.0/", "::/129",
		"10.0.0.0/8/8", "10.0.0.1:5060/32", "[::1]/128", "10.0.0.0/-1"};
	char out[ADDR_TEXT];
	struct td_prefix p;

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		p = prefix(same[i]);
		assert_string_equal(prefix_encode(&p, out), same[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(prefix_decode(&p, str_of(bad[i])), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_went),
		cmocka_unit_test(refuses),
		cmocka_unit_test(compares),
		cmocka_unit_test(is_made_of_octets),
		cmocka_unit_test(contains),
		cmocka_unit_test(edges),
		cmocka_unit_test(hosts),
		cmocka_unit_test(prefixes_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
