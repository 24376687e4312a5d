/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/journal/crc32c.h>
#include <system/journal/record.h>
#include <tests/unit/unit.h>

/* RFC 3720 appendix B.4 */
static void crc32c_known_values(void **state)
{
	unsigned char zeros[32] = {0}, ones[32], rising[32];

	memset(ones, 0xFF, sizeof(ones));
	for (unsigned i = 0; i < sizeof(rising); i++)
		rising[i] = (unsigned char)i;
	assert_int_equal(crc32c(0, zeros, sizeof(zeros)), 0x8A9136AA);
	assert_int_equal(crc32c(0, ones, sizeof(ones)), 0x62A8AB43);
	assert_int_equal(crc32c(0, rising, sizeof(rising)), 0x46DD794E);
	assert_int_equal(crc32c(crc32c(0, rising, 13), rising + 13, 19), 0x46DD794E);
	assert_int_equal(crc32c(0, "123456789", 9), 0xE3069283);
}

static void record_round_trip(void **state)
{
	unsigned char out[RECORD_BYTES_MAX], payload[TD_REC_MAX];
	struct td_rec rec;

	for (uint32_t len = 0; len <= TD_REC_MAX; len += 13) {
		memset(payload, (int)len, len);
		memset(out, 0xAA, sizeof(out));
		size_t n = record_encode(out, 7, 8, TD_EV_CDR, payload, len);
		assert_int_equal(n, record_bytes(len));
		assert_int_equal(record_decode(out, n, &rec), n);
		assert_int_equal(rec.seq, 7);
		assert_int_equal(rec.wall, 8);
		assert_int_equal(rec.type, TD_EV_CDR);
		assert_int_equal(rec.len, len);
		assert_memory_equal(out + sizeof(rec), payload, len);
	}
}

static void record_damaged_anywhere(void **state)
{
	unsigned char out[RECORD_BYTES_MAX], payload[21] = "what happened";
	struct td_rec rec;
	size_t n = record_encode(out, 1, 2, TD_EV_STORY, payload, sizeof(payload));

	for (size_t i = 0; i < sizeof(rec) + sizeof(payload); i++) {
		out[i] ^= 0x10;
		long rc = record_decode(out, n, &rec);
		assert_true(rc == -EBADMSG || rc == -EAGAIN);
		out[i] ^= 0x10;
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(record_decode(out, i, &rec), -EAGAIN);
	assert_int_equal(record_decode(out, n, &rec), n);
	memset(out, 0, sizeof(out));
	assert_int_equal(record_decode(out, sizeof(out), &rec), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_known_values),
		cmocka_unit_test(record_round_trip),
		cmocka_unit_test(record_damaged_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
