/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/store/block.h>
#include <engine/base/prng.h>
#include <stdio.h>
#include <tests/unit/unit.h>
#include <zstd.h>

#define RECORDS 200
#define WALL    1732220776123456789ull

static struct td_rec recs[RECORDS];
static uint8_t payloads[RECORDS][TD_REC_MAX];

/* Numbers with gaps, times that go back, payloads of all lengths, most with zeros at their end. */
static int setup(void **state)
{
	struct prng p;

	prng_init(&p, 20261130);
	for (unsigned i = 0; i < RECORDS; i++) {
		recs[i] = (struct td_rec){.magic = TD_REC_MAGIC,
			.seq = i * 3 + prng_below(&p, 3) + (1ull << 33),
			.wall = WALL + prng_below(&p, 1000000) * 1000,
			.type = (uint16_t)prng_below(&p, 20),
			.version = (uint16_t)(i % 3),
			.len = i < 2 ? i * TD_REC_MAX : (uint32_t)prng_below(&p, TD_REC_MAX)};
		for (unsigned k = 0; k < recs[i].len / (1 + i % 3); k++)
			payloads[i][k] = (uint8_t)prng_below(&p, i % 5 ? 4 : 256);
	}
	return 0;
}

static void fill(struct block *b)
{
	block_init(b);
	for (unsigned i = 0; i < RECORDS; i++)
		assert_int_equal(block_put(b, &recs[i], payloads[i]), 0);
}

static void assert_records(const struct block *b)
{
	struct block_cursor c;

	block_cursor_init(&c, b);
	for (unsigned i = 0; i < RECORDS; i++) {
		assert_int_equal(block_next(&c), 1);
		assert_memory_equal(&c.rec, &recs[i], sizeof(recs[i]));
		assert_memory_equal(c.payload, payloads[i], recs[i].len);
	}
	assert_int_equal(block_next(&c), 0);
}

static void encode(struct td_buf *out)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	struct block b;

	fill(&b);
	assert_int_equal(b.head.records, RECORDS);
	assert_int_equal(b.head.first, recs[0].seq);
	assert_int_equal(b.head.last, recs[RECORDS - 1].seq);
	buf_init(out);
	assert_int_equal(block_encode(&b, zstd, out), 0);
	ZSTD_freeCCtx(zstd);
	block_free(&b);
}

/* Blocks of version 1 have no version of a record's layout. */
static void an_older_block_is_read(void **state)
{
	static const char old[] = {7, 2, 12, 3, 2, 'h', 'i'};
	struct block_cursor c;
	struct block b;

	block_init(&b);
	b.head.version = 1;
	buf_put(&b.raw, old, sizeof(old));
	block_cursor_init(&c, &b);
	assert_int_equal(block_next(&c), 1);
	assert_int_equal(c.rec.seq, 7);
	assert_int_equal(c.rec.wall, 1);
	assert_int_equal(c.rec.type, TD_EV_STORY);
	assert_int_equal(c.rec.version, 0);
	assert_memory_equal(c.payload, "hi", 3);
	assert_int_equal(block_next(&c), 0);
	block_free(&b);
}

static void what_is_put_is_read(void **state)
{
	struct td_buf bytes;
	struct block b;

	fill(&b);
	assert_records(&b);
	block_free(&b);
	encode(&bytes);
	assert_null(block_check(bytes.data, bytes.len));
	assert_int_equal(block_decode(&b, bytes.data), 0);
	assert_records(&b);
	block_free(&b);
	buf_free(&bytes);
}

static void what_is_wrong_is_said(void **state)
{
	struct block_head *head;
	struct td_buf bytes;

	encode(&bytes);
	head = (void *)bytes.data;
	assert_string_equal(block_check(bytes.data, 10), "its end is missing");
	assert_string_equal(block_check(bytes.data, bytes.len - 1), "its end is missing");
	head->version++;
	assert_string_equal(
		block_check(bytes.data, bytes.len), "a newer release of tandemd wrote it");
	head->version--;
	head->magic++;
	assert_string_equal(block_check(bytes.data, bytes.len), "no block begins there");
	head->magic--;
	for (size_t i = offsetof(struct block_head, unused); i < bytes.len; i++) {
		bytes.data[i] ^= 0x10;
		assert_non_null(block_check(bytes.data, bytes.len));
		bytes.data[i] ^= 0x10;
	}
	assert_null(block_check(bytes.data, bytes.len));
	buf_free(&bytes);
}

/* Whatever the bytes are, the cursor stays within them. */
static void bytes_at_random_are_no_records(void **state)
{
	struct block_cursor c;
	struct prng p;
	struct block b;
	unsigned bad = 0;

	prng_init(&p, 1);
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t bytes[64];
		int rc;

		for (unsigned i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)prng_below(&p, 256);
		block_init(&b);
		buf_put(&b.raw, bytes, sizeof(bytes));
		block_cursor_init(&c, &b);
		while ((rc = block_next(&c)) == 1)
			assert_in_range(c.rec.len, 0, TD_REC_MAX);
		bad += rc == -EBADMSG;
		block_free(&b);
	}
	assert_true(bad > 1900);
}

static int put_and_encode(void)
{
	struct td_rec rec = {.seq = 1, .wall = WALL, .len = 3};
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	struct td_buf out;
	struct block b;
	int rc;

	if (!zstd)
		return -ENOMEM;
	buf_init(&out);
	block_init(&b);
	rc = block_put(&b, &rec, "abc");
	if (rc == 0)
		rc = block_encode(&b, zstd, &out);
	if (rc == 0)
		rc = block_decode(&b, out.data);
	ZSTD_freeCCtx(zstd);
	block_free(&b);
	buf_free(&out);
	return rc;
}

static void blocks_survive_oom(void **state)
{
	oom_each(put_and_encode, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_read),
		cmocka_unit_test(an_older_block_is_read),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(bytes_at_random_are_no_records),
		cmocka_unit_test(blocks_survive_oom),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
