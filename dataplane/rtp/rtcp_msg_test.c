/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <dataplane/rtp/rtcp_msg.h>
#include <tests/unit/unit.h>

static const struct rtcp_msg full = {.ssrc = 0x11223344,
	.sender = true,
	.ntp = 0x0102030405060708,
	.ts = 1000,
	.packets = 50,
	.octets = 8000,
	.block = true,
	.report = {.ssrc = 0xaabbccdd,
		.fraction = 12,
		.lost = -3,
		.seq_max = 0x10005,
		.jitter = 7,
		.lsr = 0x03040506,
		.dlsr = 65536},
	.bye = true,
	.cname = "11223344@tandem"};

static void what_is_encoded_is_decoded(void **state)
{
	uint8_t octets[RTCP_MAX];
	struct rtcp_msg m;
	size_t n = rtcp_encode(&full, octets);

	assert_int_equal(n % 4, 0);
	assert_int_equal(rtcp_decode(&m, octets, n, 0xaabbccdd), 0);
	assert_int_equal(m.ssrc, full.ssrc);
	assert_true(m.sender && m.block && m.bye);
	assert_true(m.ntp == full.ntp);
	assert_int_equal(m.octets, full.octets);
	assert_memory_equal(&m.report, &full.report, sizeof(m.report));
	assert_int_equal(rtcp_decode(&m, octets, n, 1), 0); /* a report about someone else */
	assert_false(m.block);
}

/* RFC 3550 sections 6.4.1, 6.5 and 6.6, octet by octet. */
static void octets_are_the_standards(void **state)
{
	static const uint8_t expected[] = {
		0x81, 200, 0, 12, 0x11, 0x22, 0x33, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, /* SR, 13 words */
		0, 0, 3, 0xe8, 0, 0, 0, 50, 0, 0, 0x1f, 0x40,                     /* ts, sent */
		0xaa, 0xbb, 0xcc, 0xdd, 12, 0xff, 0xff, 0xfd, 0, 1, 0, 5,         /* block */
		0, 0, 0, 7, 3, 4, 5, 6, 0, 1, 0, 0,                               /* */
		0x81, 202, 0, 6, 0x11, 0x22, 0x33, 0x44, 1, 15, '1', '1', '2', '2', '3', '3', '4',
		'4', '@', 't', 'a', 'n', 'd', 'e', 'm', 0, 0, 0, /* CNAME, its end, padding */
		0x81, 203, 0, 1, 0x11, 0x22, 0x33, 0x44,         /* BYE */
	};
	uint8_t octets[RTCP_MAX];

	assert_int_equal(rtcp_encode(&full, octets), sizeof(expected));
	assert_memory_equal(octets, expected, sizeof(expected));
}

static void the_longest_fits(void **state)
{
	struct rtcp_msg m = full;
	uint8_t octets[RTCP_MAX];

	memset(m.cname, 'x', sizeof(m.cname));
	assert_int_equal(rtcp_encode(&m, octets), RTCP_MAX);
	assert_int_equal(rtcp_decode(&m, octets, RTCP_MAX, 0), 0);
}

static void refused(uint8_t *octets, size_t n)
{
	struct rtcp_msg m;

	assert_int_equal(rtcp_decode(&m, octets, n, 0), -EINVAL);
}

static void what_fails_a2_is_refused(void **state)
{
	uint8_t octets[RTCP_MAX], bad[RTCP_MAX];
	size_t n = rtcp_encode(&full, octets);

	for (size_t cut = 0; cut < n; cut++) {
		struct rtcp_msg m;
		/* Exactly as long as it says, so that a sanitizer sees any step beyond. */
		uint8_t *exact = malloc(cut + 1);

		memcpy(exact, octets, cut);
		if (cut != 52 && cut != 80) /* ends of whole packets */
			assert_int_equal(rtcp_decode(&m, exact, cut, 0), -EINVAL);
		free(exact);
	}
	memcpy(bad, octets, n);
	bad[0] = 0x41; /* version 1 */
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[0] |= 0x20; /* padding, not the last */
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[1] = 202; /* begins with an SDES */
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[0] = 0x82; /* two blocks, room for one */
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[3]++;
	refused(bad, n);
}

static void random_octets_do_no_harm(void **state)
{
	uint64_t r = 7;

	for (int i = 0; i < 200000; i++) {
		uint8_t octets[RTCP_MAX];
		struct rtcp_msg m;
		size_t n;

		rtcp_encode(&full, octets);
		for (int k = 0; k < 4; k++) {
			r = r * 6364136223846793005u + 1442695040888963407u;
			octets[(r >> 40) % sizeof(octets)] = (uint8_t)(r >> 32);
		}
		n = (r >> 20) % (sizeof(octets) + 1);
		if (rtcp_decode(&m, octets, n, 0xaabbccdd) == 0)
			assert_true(n >= 8 && n % 4 == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(octets_are_the_standards),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(what_fails_a2_is_refused),
		cmocka_unit_test(random_octets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
