/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of header fields: the perfect hash against a search through the table. */
#include <ctype.h>
#include <engine/base/prng.h>
#include <engine/sip/msg/msg.h>
#include <tests/unit/unit.h>

#define ROUNDS 200000

static const struct {
	struct str name;
	char compact;
	enum sip_header id;
} rows[] = {
#define ROW(id, name, compact, times, need, decode, rfc, use) \
	{{name, sizeof(name) - 1}, compact, SIP_HDR_##id},
	SIP_HEADERS(ROW)
#undef ROW
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What sip_header_decode() must give. */
static enum sip_header searched(struct str name)
{
	for (unsigned i = 0; i < ROWS; i++) {
		if (str_caseeq(rows[i].name, name))
			return rows[i].id;
		if (rows[i].compact && name.n == 1 &&
			tolower((unsigned char)name.p[0]) == rows[i].compact)
			return rows[i].id;
	}
	return SIP_HDR_OTHER;
}

static void recase(struct prng *rng, char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(prng_below(rng, 2) ? tolower((unsigned char)text[i])
						    : toupper((unsigned char)text[i]));
}

static void every_name_is_found_in_any_case(void **state)
{
	struct prng rng;
	char text[64];

	prng_init(&rng, 1);
	assert_int_equal(ROWS, SIP_HDR_COUNT - 1);
	for (unsigned i = 0; i < ROWS; i++) {
		size_t n = rows[i].name.n;

		assert_true(str_eq(sip_header_name(rows[i].id), rows[i].name));
		assert_int_equal(sip_header_decode(rows[i].name), rows[i].id);
		memcpy(text, rows[i].name.p, n);
		for (unsigned round = 0; round < 100; round++) {
			recase(&rng, text, n);
			assert_int_equal(sip_header_decode((struct str){text, n}), rows[i].id);
		}
		if (!rows[i].compact)
			continue;
		text[0] = rows[i].compact;
		assert_int_equal(sip_header_decode((struct str){text, 1}), rows[i].id);
		text[0] = (char)toupper((unsigned char)text[0]);
		assert_int_equal(sip_header_decode((struct str){text, 1}), rows[i].id);
	}
	assert_int_equal(sip_header_name(SIP_HDR_OTHER).n, 0);
	assert_int_equal(sip_header_name(SIP_HDR_COUNT).n, 0);
}

static void near_misses_are_others(void **state)
{
	static char huge[70000];
	char text[64];

	for (unsigned i = 0; i < ROWS; i++) {
		size_t n = rows[i].name.n;

		for (size_t at = 0; at < n; at++) {
			memcpy(text, rows[i].name.p, n);
			/* the bits in which upper and lower case, letters and others differ */
			for (unsigned bit = 0; bit < 8; bit++) {
				text[at] = (char)(rows[i].name.p[at] ^ 1 << bit);
				struct str name = {text, n};

				assert_int_equal(sip_header_decode(name), searched(name));
			}
		}
		memcpy(text, rows[i].name.p, n);
		text[n] = 's';
		assert_int_equal(sip_header_decode((struct str){text, n + 1}), SIP_HDR_OTHER);
		text[n] = '\0';
		assert_int_equal(sip_header_decode((struct str){text, n + 1}), SIP_HDR_OTHER);
		struct str less = {text, n - 1};

		assert_int_equal(sip_header_decode(less), searched(less));
	}
	assert_int_equal(sip_header_decode(STR("")), SIP_HDR_OTHER);
	assert_int_equal(sip_header_decode((struct str){0}), SIP_HDR_OTHER);
	memset(huge, 'v', sizeof(huge));
	assert_int_equal(sip_header_decode((struct str){huge, sizeof(huge)}), SIP_HDR_OTHER);
	/* a length that is that of a name but for the bits that a place does not keep */
	assert_int_equal(sip_header_decode((struct str){huge, 256 + 3}), SIP_HDR_OTHER);
	assert_int_equal(sip_header_decode((struct str){huge, 256 + 1}), SIP_HDR_OTHER);
}

static void any_bytes_are_as_the_search_says(void **state)
{
	struct prng rng;
	unsigned found = 0;

	prng_init(&rng, 2);
	for (unsigned round = 0; round < ROUNDS; round++) {
		char text[24];
		size_t n = prng_below(&rng, sizeof(text));
		struct str from = rows[prng_below(&rng, ROWS)].name;

		if (prng_below(&rng, 4)) { /* a name, with a byte changed, or none */
			n = from.n < sizeof(text) ? from.n : sizeof(text);
			memcpy(text, from.p, n);
			recase(&rng, text, n);
			if (prng_below(&rng, 2))
				text[prng_below(&rng, (uint32_t)n)] = (char)prng_below(&rng, 256);
			else if (prng_below(&rng, 4) == 0)
				n = 1;
		} else {
			for (size_t i = 0; i < n; i++)
				text[i] = (char)prng_below(&rng, 256);
		}
		struct str name = {text, n};
		enum sip_header want = searched(name);

		assert_int_equal(sip_header_decode(name), want);
		found += want != SIP_HDR_OTHER;
	}
	assert_true(found > ROUNDS / 4 && found < ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_found_in_any_case),
		cmocka_unit_test(near_misses_are_others),
		cmocka_unit_test(any_bytes_are_as_the_search_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
