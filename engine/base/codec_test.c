/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/codec.h>
#include <tests/unit/unit.h>

static void each_row_is_found_by_all_its_names(void **state)
{
	for (unsigned i = 1; i < TD_CODEC_COUNT; i++) {
		const struct codec *c = codec_get(i);

		assert_int_equal(codec_lookup(str_of(c->name)), i);
		assert_int_equal(codec_lookup_encoding(str_of(c->encoding), c->clock), i);
		assert_int_equal(codec_lookup_encoding(str_of(c->encoding), c->clock + 1), 0);
		if (c->pt < 96)
			assert_int_equal(codec_lookup_pt(c->pt), i);
		else
			assert_int_equal(codec_lookup_pt(c->pt), TD_CODEC_NONE);
		assert_string_equal(codec_name(i), c->name);
		/* ITU-T G.113 has no others, and the E-model divides by bpl. */
		assert_true(c->ie >= 0 && c->bpl > 0 && c->bpl_raw > 0);
	}
}

static void g711_is_as_the_standards_say(void **state)
{
	assert_int_equal(codec_lookup_pt(0), TD_CODEC_PCMU);
	assert_int_equal(codec_lookup_pt(8), TD_CODEC_PCMA);
	assert_int_equal(codec_lookup_encoding(STR("pcma"), 8000), TD_CODEC_PCMA);
	assert_int_equal(codec_us(TD_CODEC_PCMA, 8), 1000);
	assert_int_equal(codec_us(TD_CODEC_PCMU, UINT32_MAX / 1000), UINT32_MAX / 1000 * 125);
	assert_int_equal(codec_payload(TD_CODEC_PCMU, 20), 160);
	assert_int_equal(codec_payload(TD_CODEC_PCMA, 60), 480);
}

static void unknown_ones_are_none(void **state)
{
	assert_int_equal(codec_lookup(STR("frog")), TD_CODEC_NONE);
	assert_int_equal(codec_lookup(STR("none")), TD_CODEC_NONE);
	assert_int_equal(codec_lookup(STR("")), TD_CODEC_NONE);
	assert_int_equal(codec_lookup_pt(96), TD_CODEC_NONE);
	assert_int_equal(codec_lookup_pt(127), TD_CODEC_NONE);
	assert_string_equal(codec_name(TD_CODEC_NONE), "none");
	assert_string_equal(codec_name(TD_CODEC_COUNT), "unknown");
	assert_ptr_equal(codec_get(TD_CODEC_NONE), codec_get(TD_CODEC_DEFAULT));
	assert_ptr_equal(codec_get(250), codec_get(TD_CODEC_DEFAULT));
}

static void all_has_each_once_and_the_default_first(void **state)
{
	unsigned seen = 0, n = 0;

	for (; codec_all[n]; n++)
		seen |= 1u << codec_all[n];
	assert_int_equal(n, TD_CODEC_COUNT - 1);
	assert_int_equal(seen, (1u << TD_CODEC_COUNT) - 2);
	assert_int_equal(codec_all[0], TD_CODEC_DEFAULT);
}

static void names_are_a_list(void **state)
{
	char storage[128];
	struct td_buf names;

	buf_init_fixed(&names, storage, sizeof(storage));
	codec_names(&names, "|");
	assert_int_equal(names.error, 0);
	assert_memory_equal(names.data, "pcma|pcmu", 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_found_by_all_its_names),
		cmocka_unit_test(g711_is_as_the_standards_say),
		cmocka_unit_test(unknown_ones_are_none),
		cmocka_unit_test(all_has_each_once_and_the_default_first),
		cmocka_unit_test(names_are_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
