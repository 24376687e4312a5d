/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <openssl/crypto.h>
#include <engine/base/random.h>
#include <tests/unit/unit.h>

static const uint8_t key[RANDOM_KEY_BYTES] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

/* By another ChaCha20, written after RFC 8439 and tested by its section 2.3.2. */
static void numbers_are_known(void **state)
{
	static const uint8_t tables[] = {0x2d, 0x41, 0xa5, 0x9c, 0x90, 0xe4, 0x1a, 0x8e};
	static const uint8_t tag[] = {0x65, 0x94, 0x72, 0x85, 0xa9, 0xd5, 0x6c, 0x25};
	static const uint8_t turn[] = {0x9f, 0x0d, 0x64, 0x52, 0xd3, 0x3a, 0x2b, 0xf0, 0xb8, 0x59,
		0xb8, 0x9a, 0xb2, 0x4b, 0x03, 0x9f};
	struct random *r = random_alloc(key);
	uint8_t out[232];

	assert_non_null(r);
	random_bytes(r, RANDOM_TABLES, out, sizeof(tables));
	assert_memory_equal(out, tables, sizeof(tables));
	random_bytes(r, RANDOM_TAG, out, sizeof(out)); /* more than one portion */
	assert_memory_equal(out, tag, sizeof(tag));
	assert_memory_equal(out + 216, turn, sizeof(turn));
	random_free(r);
}

/* What is drawn of one stream changes no other, and no two begin alike. */
static void streams_are_apart(void **state)
{
	struct random *one = random_alloc(key), *other = random_alloc(key);
	uint64_t first[RANDOM_STREAM_COUNT];

	for (unsigned s = 0; s < RANDOM_STREAM_COUNT; s++) {
		for (unsigned i = 0; i < 1000 && s > 0; i++)
			random_u64(one, (enum random_stream)(s - 1));
		first[s] = random_u64(one, (enum random_stream)s);
		assert_true(first[s] == random_u64(other, (enum random_stream)s));
		for (unsigned i = 0; i < s; i++)
			assert_true(first[i] != first[s]);
	}
	random_free(one);
	random_free(other);
}

static void keys_are_apart(void **state)
{
	uint8_t near[RANDOM_KEY_BYTES];
	struct random *one, *other;

	memcpy(near, key, sizeof(near));
	near[RANDOM_KEY_BYTES - 1] ^= 1;
	one = random_alloc(key);
	other = random_alloc(near);
	for (unsigned s = 0; s < RANDOM_STREAM_COUNT; s++)
		assert_true(random_u64(one, (enum random_stream)s) !=
			    random_u64(other, (enum random_stream)s));
	random_free(one);
	random_free(other);
}

static void below_is_even(void **state)
{
	struct random *r = random_alloc(key);
	unsigned seen[7] = {0};

	for (int i = 0; i < 70000; i++)
		seen[random_below(r, RANDOM_REPORT, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 9500, 10500);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(random_below(r, RANDOM_REPORT, 1), 0);
		assert_true(random_below(r, RANDOM_REPORT, UINT32_MAX) < UINT32_MAX);
	}
	random_free(r);
}

/* The machine's own: libcrypto's allocations do not fail here (tests/unit/oom.c). */
void *__real_malloc(size_t n);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
static unsigned taken; /* by libcrypto */

static void *take(size_t n, const char *file, int line)
{
	taken++;
	return __real_malloc(n);
}

static void *take_more(void *p, size_t n, const char *file, int line)
{
	taken++;
	return __real_realloc(p, n);
}

static void give_back(void *p, const char *file, int line)
{
	__real_free(p);
}

/* The packet path draws numbers. */
static void drawing_allocates_nothing(void **state)
{
	struct random *r = random_alloc(key);
	long before = oom_made();
	unsigned theirs = taken;

	assert_int_not_equal(taken, 0);
	for (unsigned i = 0; i < 1000; i++)
		random_u64(r, RANDOM_SSRC);
	assert_int_equal(oom_made(), before);
	assert_int_equal(taken, theirs);
	random_free(r);
}

static int build(void)
{
	struct random *r = random_alloc(key);

	if (!r)
		return -errno;
	random_free(r);
	return 0;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
	random_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_known),
		cmocka_unit_test(streams_are_apart),
		cmocka_unit_test(keys_are_apart),
		cmocka_unit_test(below_is_even),
		cmocka_unit_test(drawing_allocates_nothing),
		cmocka_unit_test(alloc_survives_oom),
	};

	if (!CRYPTO_set_mem_functions(take, take_more, give_back))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
