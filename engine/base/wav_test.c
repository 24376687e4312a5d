/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/wav.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

static void header_as_the_format_says(void **state)
{
	static const unsigned char expected[WAV_HEADER_BYTES] =
		"RIFF\x72\x0c\0\0WAVEfmt \x12\0\0\0\x06\0\x02\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x08\0"
		"\0\0fact\x04\0\0\0\x20\x06\0\0data\x40\x0c\0";
	unsigned char out[WAV_HEADER_BYTES];

	wav_header(out, TD_CODEC_PCMA, 1568);
	assert_memory_equal(out, expected, sizeof(out));
	wav_header(out, TD_CODEC_PCMU, 1568);
	assert_int_equal(out[20], 7);
}

static const unsigned char good[] =
	"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0"
	"\x02\0\x10\0data\x06\0\0\0\x01\x02\x03\x04\x05\x06";

static void decodes_behind_other_chunks(void **state)
{
	const unsigned char *samples;
	struct td_text err;
	size_t count;

	assert_int_equal(wav_decode(good, sizeof(good) - 1, &samples, &count, &err), 0);
	assert_int_equal(count, 3);
	assert_memory_equal(samples, "\x01\x02\x03\x04\x05\x06", 6);
}

static void refuses_with_a_reason(void **state)
{
	unsigned char bad[sizeof(good)];
	const unsigned char *samples;
	struct td_text err;
	size_t count;

	/* Cut anywhere: no crash, and no sound without a data chunk. */
	for (size_t n = 0; n < sizeof(good) - 7; n++) {
		unsigned char *cut = malloc(n + 1);

		memcpy(cut, good, n);
		assert_int_equal(wav_decode(cut, n, &samples, &count, &err), -EINVAL);
		free(cut);
	}
	memcpy(bad, good, sizeof(good));
	bad[34] = 2; /* channels */
	assert_int_equal(wav_decode(bad, sizeof(bad) - 1, &samples, &count, &err), -EINVAL);
	assert_non_null(strstr(err.s, "2 channels"));
	memcpy(bad, good, sizeof(good));
	memset(bad + 16, 0xFF, 4); /* a chunk that says it has 4 GB */
	assert_int_equal(wav_decode(bad, sizeof(bad) - 1, &samples, &count, &err), -EINVAL);
}

#define FMT(format, channels, rate, bits) \
	"fmt \x10\0\0\0" format "\0" channels "\0" rate "\0\0\x80\x3e\0\0\x02\0" bits "\0"
#define RIFF    "RIFF\0\0\0\0WAVE"
#define DATA    "data\x02\0\0\0\x01\x02"
#define RATE_OK "\x40\x1f"

static void each_bad_file_has_its_reason(void **state)
{
#define BAD(text, why)                                               \
	{                                                            \
		(const unsigned char *)(text), sizeof(text) - 1, why \
	}
	static const struct {
		const unsigned char *data;
		size_t n;
		const char *why;
	} bad[] = {
		BAD("", "no WAV file"),
		BAD("RIFX\0\0\0\0WAVE" FMT("\1", "\1", RATE_OK, "\x10") DATA, "no WAV file"),
		BAD("RIFF\0\0\0\0AVI " FMT("\1", "\1", RATE_OK, "\x10") DATA, "no WAV file"),
		BAD(RIFF, "without sound"),
		BAD(RIFF DATA, "without sound"),
		BAD(RIFF DATA FMT("\1", "\1", RATE_OK, "\x10"), "without sound"),
		BAD(RIFF FMT("\1", "\1", RATE_OK, "\x10"), "without sound"),
		BAD(RIFF "fmt \x0e\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\x02\0" DATA,
			"without sound"),
		BAD(RIFF "LIST\xff\xff\xff\xff" DATA, "without sound"),
		BAD(RIFF FMT("\3", "\1", RATE_OK, "\x20") DATA,
			"format 3, 1 channels, 8000 Hz, 32 bit"),
		BAD(RIFF FMT("\1", "\2", RATE_OK, "\x10") DATA, "2 channels"),
		BAD(RIFF FMT("\1", "\1", "\x80\x3e", "\x10") DATA, "16000 Hz"),
		BAD(RIFF FMT("\1", "\1", RATE_OK, "\x08") DATA, "8 bit; make it mono"),
	};
#undef BAD
	const unsigned char *samples;
	struct td_text err;
	size_t count;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(
			wav_decode(bad[i].data, bad[i].n, &samples, &count, &err), -EINVAL);
		if (!strstr(err.s, bad[i].why))
			fail_msg("file %zu: \"%s\" and not \"%s\"", i, err.s, bad[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_as_the_format_says),
		cmocka_unit_test(decodes_behind_other_chunks),
		cmocka_unit_test(refuses_with_a_reason),
		cmocka_unit_test(each_bad_file_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
