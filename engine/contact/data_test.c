/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/contact/contact.h>
#include <errno.h>
#include <stdio.h>
#include <tests/unit/unit.h>

static struct contact_data data;

static int set(const char *key, const char *value)
{
	return contact_data_set(&data, str_of(key), str_of(value));
}

static void assert_has(const char *key, const char *value)
{
	struct str v = contact_data_get(&data, str_of(key));

	assert_true(str_eq(v, str_of(value)));
}

static int clear(void **state)
{
	data = (struct contact_data){0};
	return 0;
}

static void values_are_found_by_key(void **state)
{
	assert_int_equal(set("account", "17"), 0);
	assert_int_equal(set("language", "de"), 0);
	assert_has("account", "17");
	assert_has("language", "de");
	assert_null(contact_data_get(&data, STR("lang")).p);
}

static void a_key_has_one_value(void **state)
{
	struct str key = {0}, value = {0};
	unsigned pairs = 0;

	assert_int_equal(set("a", "1"), 0);
	assert_int_equal(set("b", "2"), 0);
	assert_int_equal(set("a", "three"), 0);
	assert_has("a", "three");
	assert_has("b", "2");
	while (contact_data_next(&data, &key, &value))
		pairs++;
	assert_int_equal(pairs, 2);
	assert_int_equal(data.count, 2);
	assert_int_equal(data.bytes, sizeof("b") + sizeof("2") + sizeof("a") + sizeof("three"));
}

static void an_empty_value_takes_the_key_away(void **state)
{
	assert_int_equal(set("a", ""), 0); /* it is not there */
	assert_int_equal(data.count, 0);
	assert_int_equal(set("a", "1"), 0);
	assert_int_equal(set("b", "2"), 0);
	assert_int_equal(set("a", ""), 0);
	assert_null(contact_data_get(&data, STR("a")).p);
	assert_has("b", "2");
	assert_int_equal(data.count, 1);
	assert_int_equal(data.bytes, sizeof("b") + sizeof("2"));
	assert_int_equal(set("b", ""), 0);
	assert_int_equal(data.bytes, 0);
}

static void too_many_keys_are_refused(void **state)
{
	char key[8];

	for (unsigned i = 0; i < CONTACT_DATA_MAX; i++) {
		snprintf(key, sizeof(key), "k%u", i);
		assert_int_equal(set(key, "v"), 0);
	}
	assert_int_equal(set("more", "v"), -ENOSPC);
	assert_int_equal(set("k0", "w"), 0); /* not one more */
	assert_has("k0", "w");
}

static void too_long_values_are_refused(void **state)
{
	char full[CONTACT_DATA_BYTES]; /* one octet for the key, one for the NUL */

	memset(full, 'x', sizeof(full) - 1);
	full[sizeof(full) - 1] = '\0';
	assert_int_equal(set("k", full), 0);
	assert_int_equal(data.bytes, CONTACT_DATA_BYTES + 2);
	assert_int_equal(set("l", "m"), -ENOSPC);
	assert_int_equal(set("l", ""), 0); /* takes no room */
	assert_has("k", full);
	full[0] = 'y';
	assert_int_equal(set("k", full), 0);
	assert_has("k", full);
	assert_int_equal(set("kk", full), -ENOSPC);
	assert_int_equal(set("k", "short"), 0);
	assert_int_equal(data.bytes, sizeof("k") + sizeof("short"));
}

/* All keys there can be, and all octets: only these count. */
static void both_limits_are_reached(void **state)
{
	char key[8], value[CONTACT_DATA_BYTES / CONTACT_DATA_MAX - 1];
	struct str k = {0}, v = {0};
	unsigned octets = 0;

	memset(value, 'v', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	for (unsigned i = 0; i < CONTACT_DATA_MAX; i++) {
		snprintf(key, sizeof(key), "k%u", i);
		assert_int_equal(set(key, value), 0);
	}
	while (contact_data_next(&data, &k, &v))
		octets += (unsigned)(k.n + v.n);
	assert_int_equal(octets, CONTACT_DATA_BYTES);
	assert_int_equal(set("k0", "shorter"), 0);
	assert_int_equal(set("k0", value), 0);
	assert_has("k7", value);
}

static void what_is_no_text_is_refused(void **state)
{
	char key[TD_NAME_BYTES + 1] = "";

	assert_int_equal(set("", "v"), -EINVAL);
	memset(key, 'k', TD_NAME_BYTES);
	assert_int_equal(set(key, "v"), -EINVAL);
	assert_int_equal(contact_data_set(&data, STR("a\0b"), STR("v")), -EINVAL);
	assert_int_equal(contact_data_set(&data, STR("a"), STR("v\0w")), -EINVAL);
	assert_int_equal(data.bytes, 0);
	key[TD_NAME_BYTES - 1] = '\0';
	assert_int_equal(set(key, "v"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values_are_found_by_key, clear),
		cmocka_unit_test_setup(a_key_has_one_value, clear),
		cmocka_unit_test_setup(an_empty_value_takes_the_key_away, clear),
		cmocka_unit_test_setup(too_many_keys_are_refused, clear),
		cmocka_unit_test_setup(too_long_values_are_refused, clear),
		cmocka_unit_test_setup(both_limits_are_reached, clear),
		cmocka_unit_test_setup(what_is_no_text_is_refused, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
