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
	bad[1] = 191; /* begins with what is none */
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[80] |= 0x20; /* the BYE, padded with as many octets as the SSRC ends with */
	bad[87] = 8;
	refused(bad, n);
	bad[87] = 3;
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[0] = 0x82; /* two blocks, room for one */
	refused(bad, n);
	memcpy(bad, octets, n);
	bad[3]++;
	refused(bad, n);
}

/* What baresip sends while no one has spoken, and others of reduced size. */
static void one_packet_alone_is_read(void **state)
{
	static const uint8_t app[] = {0x80, 204, 0, 2, 1, 2, 3, 4, 'P', 'I', 'N', 'G'};
	static const uint8_t sdes[] = {0x81, 202, 0, 3, 1, 2, 3, 4, 1, 3, 'a', '@', 'b', 0, 0, 0};
	static const uint8_t nack[] = {0x81, 205, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 0, 0};
	static const uint8_t bye[] = {0x81, 203, 0, 1, 1, 2, 3, 4};
	struct rtcp_msg m;

	assert_int_equal(rtcp_decode(&m, app, sizeof(app), 0), 0);
	assert_false(m.sender || m.block || m.bye || m.xr);
	assert_int_equal(rtcp_decode(&m, sdes, sizeof(sdes), 0), 0);
	assert_int_equal(rtcp_decode(&m, nack, sizeof(nack), 0), 0);
	assert_int_equal(rtcp_decode(&m, bye, sizeof(bye), 0), 0);
	assert_true(m.bye);
}

/* As baresip 1.0.0 sent them: while nobody had spoken, in the talk, and at its end, BYE first. */
static const uint8_t baresip_app[] = {
	0x80, 0xcc, 0, 3, 0x33, 0xcd, 0x1b, 0x40, 0x50, 0x49, 0x4e, 0x47, 0x50, 0x4f, 0x4e, 0x47};
static const uint8_t baresip_sr[] = {0x81, 0xc8, 0, 0x0c, 0x33, 0xcd, 0x1b, 0x40, 0xee, 0xac, 0xb8,
	0xd5, 0xb6, 0x8d, 0x86, 0x65, 0, 0, 0xa9, 0xac, 0, 0, 0, 0xfa, 0, 0, 0x9c, 0x40, 0x98, 0x25,
	0x4c, 0x9b, 0, 0, 0, 0, 0, 0, 0xc4, 0x1b, 0, 0, 0, 0x0a, 0xb8, 0xd2, 6, 7, 0, 3, 0xb0, 0xa3,
	0x81, 0xca, 0, 8, 0x33, 0xcd, 0x1b, 0x40, 1, 0x19, 0x73, 0x69, 0x70, 0x3a, 0x63, 0x61, 0x6c,
	0x6c, 0x65, 0x72, 0x40, 0x74, 0x61, 0x6e, 0x64, 0x65, 0x6d, 0x2e, 0x65, 0x78, 0x61, 0x6d,
	0x70, 0x6c, 0x65, 0};
static const uint8_t baresip_bye[] = {0x81, 0xcb, 0, 3, 0xd5, 0x28, 0x9a, 7, 4, 0x41, 0x64, 0x6a,
	0x6f, 0, 0, 0, 0x81, 0xca, 0, 8, 0xd5, 0x28, 0x9a, 7, 1, 0x18, 0x73, 0x69, 0x70, 0x3a, 0x61,
	0x6c, 0x69, 0x63, 0x65, 0x40, 0x74, 0x61, 0x6e, 0x64, 0x65, 0x6d, 0x2e, 0x65, 0x78, 0x61,
	0x6d, 0x70, 0x6c, 0x65, 0, 0};

static void a_telephones_packets_are_read(void **state)
{
	struct rtcp_msg m;

	assert_int_equal(rtcp_decode(&m, baresip_app, sizeof(baresip_app), 0x98254c9b), 0);
	assert_false(m.sender || m.block || m.bye || m.xr);
	assert_int_equal(rtcp_decode(&m, baresip_sr, sizeof(baresip_sr), 0x98254c9b), 0);
	assert_true(m.sender && m.block);
	assert_int_equal(m.ssrc, 0x33cd1b40);
	assert_int_equal(m.ntp >> 32, 0xeeacb8d5);
	assert_int_equal(m.packets, 250);
	assert_int_equal(m.octets, 250 * 160);
	assert_int_equal(m.report.lost, 0);
	assert_int_equal(m.report.seq_max, 0xc41b);
	assert_int_equal(m.report.jitter, 10);
	assert_int_equal(m.report.lsr, 0xb8d20607);
	assert_int_equal(m.report.dlsr, 0x3b0a3);
	assert_int_equal(rtcp_decode(&m, baresip_bye, sizeof(baresip_bye), 0x98254c9b), 0);
	assert_true(m.bye);
}

/* RFC 3611 sections 2, 4.4 and 4.7, octet by octet: a receiver's time and VoIP metrics. */
static const uint8_t extended[] = {0x80, 201, 0, 1, 0x11, 0x22, 0x33, 0x44, /* RR */
	0x80, 207, 0, 13, 0x11, 0x22, 0x33, 0x44,                           /* XR, 14 words */
	4, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8,              /* receiver reference time */
	7, 0, 0, 8, 0xaa, 0xbb, 0xcc, 0xdd,              /* VoIP metrics about us */
	13, 5, 130, 2, 0, 120, 3, 232,                   /* loss, discard, densities, durations */
	0, 80, 0, 95, 0xec, 0xc4, 65, 16,                /* delays, levels, echo loss, Gmin */
	79, 127, 40, 38, 0x70, 0, 0, 40, 0, 60, 0, 240}; /* R, MOS; no PLC, adaptive; buffer */

static void voip_metrics_are_read(void **state)
{
	uint8_t octets[sizeof(extended)];
	struct rtcp_msg m;

	assert_int_equal(rtcp_decode(&m, extended, sizeof(extended), 0xaabbccdd), 0);
	assert_true(m.xr);
	assert_false(m.sender || m.block || m.bye);
	assert_int_equal(m.voip.loss, 13);
	assert_int_equal(m.voip.discard, 5);
	assert_int_equal(m.voip.end_system_ms, 95);
	assert_int_equal(m.voip.r, 79);
	assert_int_equal(m.voip.mos_lq, 40);
	assert_int_equal(m.voip.mos_cq, 38);
	assert_int_equal(m.voip.plc, 1);
	assert_int_equal(m.voip.buffer_ms, 40);
	assert_int_equal(rtcp_decode(&m, extended, sizeof(extended), 0xaabbccde), 0);
	assert_false(m.xr); /* about someone else */
	memcpy(octets, extended, sizeof(octets));
	octets[31]++; /* a block longer than its packet */
	assert_int_equal(rtcp_decode(&m, octets, sizeof(octets), 0xaabbccdd), -EINVAL);
	octets[31] -= 2; /* too short for what it should have; what is left is an empty block */
	octets[sizeof(octets) - 1] = 0;
	assert_int_equal(rtcp_decode(&m, octets, sizeof(octets), 0xaabbccdd), 0);
	assert_false(m.xr);
}

static void random_octets_do_no_harm(void **state)
{
	uint64_t r = 7;

	for (int i = 0; i < 200000; i++) {
		uint8_t octets[RTCP_MAX + sizeof(extended)], *exact;
		struct rtcp_msg m;
		size_t n = rtcp_encode(&full, octets);

		memcpy(octets + n, extended + 8, sizeof(extended) - 8);
		for (int k = 0; k < 4; k++) {
			r = r * 6364136223846793005u + 1442695040888963407u;
			octets[(r >> 40) % sizeof(octets)] = (uint8_t)(r >> 32);
		}
		n = (r >> 20) % (sizeof(octets) + 1);
		exact = malloc(n + 1); /* of its own, so that a sanitizer sees a step beyond */
		memcpy(exact, octets, n);
		if (rtcp_decode(&m, exact, n, 0xaabbccdd) == 0)
			assert_true(n >= 4 && n % 4 == 0);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_is_decoded),
		cmocka_unit_test(octets_are_the_standards),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(what_fails_a2_is_refused),
		cmocka_unit_test(one_packet_alone_is_read),
		cmocka_unit_test(a_telephones_packets_are_read),
		cmocka_unit_test(voip_metrics_are_read),
		cmocka_unit_test(random_octets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
