/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <dataplane/rtp/packet.h>
#include <tests/unit/unit.h>

/* RFC 3550 section 5.1: version 2, payload type 8, and what each case adds. */
#define HEAD(first) first, 8, 0x12, 0x34, 0, 0, 0x56, 0x78, 0xde, 0xad, 0xbe, 0xef

static void fields_are_where_they_belong(void **state)
{
	static const uint8_t rtp[] = {HEAD(0x80), 1, 2, 3};
	struct rtp_packet v;

	assert_true(rtp_packet_decode(&v, rtp, sizeof(rtp), true));
	assert_ptr_equal(v.rtp, rtp);
	assert_ptr_equal(v.payload, rtp + RTP_HEADER);
	assert_int_equal(v.len, 3);
	assert_int_equal(v.seq, 0x1234);
	assert_int_equal(v.ts, 0x5678);
	assert_int_equal(ntohl(v.ssrc), 0xdeadbeef);
	assert_int_equal(v.pt, 8);
}

static void the_marker_is_not_of_the_type(void **state)
{
	uint8_t rtp[] = {HEAD(0x80)};
	struct rtp_packet v;

	rtp[1] |= RTP_MARKER;
	assert_true(rtp_packet_decode(&v, rtp, sizeof(rtp), true));
	assert_int_equal(v.pt, 8);
	assert_int_equal(v.len, 0);
}

/* Two CSRCs, an extension of one word, padding of 2 octets. */
static void what_precedes_and_follows_is_no_payload(void **state)
{
	static const uint8_t rtp[] = {HEAD(0xb2), 0, 0, 0, 1, 0, 0, 0, 2, 0xbe, 0xde, 0, 1, 9, 9, 9,
		9, 0xaa, 0xbb, 0xcc, 0, 2};
	struct rtp_packet v;

	assert_true(rtp_packet_decode(&v, rtp, sizeof(rtp), true));
	assert_int_equal(v.payload[0], 0xaa);
	assert_int_equal(v.len, 3);
	/* Sealed, its end is not what it says. */
	assert_true(rtp_packet_decode(&v, rtp, sizeof(rtp), false));
	assert_int_equal(v.len, 5);
	/* However much is cut off, nothing is read beyond it. */
	for (unsigned len = 0; len < sizeof(rtp) - 5; len++)
		assert_false(rtp_packet_decode(&v, rtp, len, false));
}

static void what_is_no_rtp_is_refused(void **state)
{
	static const uint8_t version1[] = {HEAD(0x40)}, none[] = {HEAD(0xa0), 1, 0};
	static const uint8_t more[] = {HEAD(0xa0), 1, 15};
	struct rtp_packet v;

	assert_false(rtp_packet_decode(&v, version1, sizeof(version1), true));
	assert_false(rtp_packet_decode(&v, none, sizeof(none), true)); /* padding of 0 octets */
	assert_false(rtp_packet_decode(&v, more, sizeof(more), true)); /* more than there are */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_where_they_belong),
		cmocka_unit_test(the_marker_is_not_of_the_type),
		cmocka_unit_test(what_precedes_and_follows_is_no_payload),
		cmocka_unit_test(what_is_no_rtp_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
