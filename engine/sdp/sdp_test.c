/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <engine/base/addr.h>
#include <engine/base/prng.h>
#include <engine/base/codec.h>
#include <engine/sdp/sdp.h>
#include <tests/unit/unit.h>

#define HEAD "v=0\r\no=- 42 7 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

static const uint8_t both[] = {TD_CODEC_PCMA, TD_CODEC_PCMU, 0};
static const uint8_t pcmu_only[] = {TD_CODEC_PCMU, 0};
static struct sdp s;

static int decode(const char *text)
{
	return sdp_decode(&s, str_of(text), TD_SRTP_OFF);
}

static struct td_addr address(const char *text)
{
	struct td_addr a;

	assert_int_equal(addr_decode(&a, str_of(text)), 0);
	return a;
}

static void assert_addr(const struct td_addr *a, const char *text)
{
	char out[ADDR_TEXT];

	assert_string_equal(addr_encode(a, out), text);
}

static void offer_is_decoded(void **state)
{
	assert_int_equal(
		decode(HEAD "a=recvonly\r\nm=video 5 RTP/AVP 96\r\nc=IN IP4 9.9.9.9\r\n"
			    "a=inactive\r\na=rtpmap:0 PCMA/8000\r\n"
			    "m=audio 49170/2 RTP/AVP 97 8 101 0 96\r\nc=IN IP4 192.0.2.7/127\r\n"
			    "a=rtpmap:97 pcmu/8000/1\r\na=rtpmap:101 telephone-event/8000\r\n"
			    "a=rtpmap:96 telephone-event/16000\r\na=fmtp:101 0-15\r\n"
			    "a=ptime:30\r\na=sendonly\r\na=rtcp:5002\r\na=rtcp-mux\r\n"
			    "m=audio 6000 RTP/AVP 0\r\nc=IN IP4 8.8.8.8\r\na=inactive\r\n"),
		0);
	assert_addr(&s.rtp, "192.0.2.7:49170");
	assert_addr(&s.rtcp, "192.0.2.7:5002");
	assert_int_equal(s.codecs[0], TD_CODEC_PCMU);
	assert_int_equal(s.pt[0], 97);
	assert_int_equal(s.codecs[1], TD_CODEC_PCMA);
	assert_int_equal(s.pt[1], 8);
	assert_int_equal(s.codecs[2], 0);
	assert_int_equal(s.dtmf_pt, 101);
	assert_int_equal(s.ptime_ms, 30);
	assert_int_equal(s.direction, SDP_SENDONLY);
	assert_true(s.rtcp_mux);
	assert_true(s.session_id == 42 && s.version == 7);
	assert_int_equal(s.media_count, 3);
	assert_int_equal(s.audio_index, 1);
	assert_string_equal(s.media_line[0], "video 0 RTP/AVP 96");
}

static void bad_and_unusable_sdp_is_told_apart(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} cases[] = {
		{"", -EINVAL},
		{"\r\n", -EINVAL},
		{"v=1\r\n", -EINVAL},
		{"v=0\r\nnonsense\r\n", -EINVAL},
		{"v=0\r\nm\r\n", -EINVAL},
		{HEAD, -ENOENT},
		{HEAD "m=audio 0 RTP/AVP 0\r\n", -ENOENT},
		{HEAD "m=audio 5000 RTP/SAVP 0\r\n", -ENOENT},
		{HEAD "m=video 5000 RTP/AVP 31\r\n", -ENOENT},
		{HEAD "m=audio 70000 RTP/AVP 0\r\n", -EINVAL},
		{HEAD "m=audio x RTP/AVP 0\r\n", -EINVAL},
		{HEAD "m=audio 5000 RTP/AVP\r\n", -EINVAL},
		{"v=0\r\nm=audio 5000 RTP/AVP 0\r\n", -EINVAL},
		{"v=0\r\nc=IN IP4 host.example\r\nm=audio 5000 RTP/AVP 0\r\n", -ENOENT},
		{"v=0\r\nc=IN IP6 host\r\nm=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n", 0},
		{HEAD "m=audio 5000 RTP/AVP 0\r\na=rtcp:5002 IN IP4 host.example\r\n", 0},
		{"v=0\r\nc=IN IP4 10.0.0.300\r\nm=audio 5000 RTP/AVP 0\r\n", -EINVAL},
		{"v=0\r\nc=IN IP4 host_\r\nm=audio 5000 RTP/AVP 0\r\n", -EINVAL},
		{"v=0\r\nc=IN IP6 1.2.3.4\r\nm=audio 5000 RTP/AVP 0\r\n", -EINVAL},
		{HEAD "m=audio 5000 RTP/AVP 0\r\na=rtcp:x\r\n", -EINVAL},
		{HEAD "m=audio 5000 RTP/AVP 0\r\nm=application 9 UDP/DTLS/SCTP "
		      "webrtc-datachannel-with-a-very-long-name-beyond-all\r\n",
			-E2BIG},
		{HEAD "m=a 1 b 1\nm=a 1 b 1\nm=a 1 b 1\nm=a 1 b 1\nm=a 1 b 1\nm=a 1 b 1\n"
		      "m=a 1 b 1\nm=a 1 b 1\nm=audio 5000 RTP/AVP 0\r\n",
			-E2BIG},
		{HEAD "m=audio 5000 RTP/AVP 0 999 x\n", 0},
		{"v=0\nc=IN IP6 2001:db8::1\nm=audio 5000 RTP/AVP 0", 0},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int rc = decode(cases[i].text);

		if (rc != cases[i].rc)
			fail_msg("%d, not %d: %s", rc, cases[i].rc, cases[i].text);
	}
	assert_addr(&s.rtp, "[2001:db8::1]:5000");
}

/* A static number keeps its meaning (RFC 3551 section 6) unless another is given to it. */
static void malformed_rtpmap_counts_as_absent(void **state)
{
	static const struct {
		const char *value;
		bool pcma;
	} cases[] = {{"8", true}, {"8 ", true}, {"8 PCMA", true}, {"8 PCMA/x", true},
		{"8 /8000", true}, {"8 PCMA/8000/x", true}, {"8 PCMA/8000", true},
		{"8 PCMA/8000/1", true}, {"8 PCMA/8000/2", false}, {"8 PCMA/16000", false},
		{"8 X-ANY/8000", false}};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), HEAD "m=audio 5000 RTP/AVP 8\r\na=rtpmap:%s\r\n",
			cases[i].value);
		assert_int_equal(decode(text), 0);
		if ((s.codecs[0] == TD_CODEC_PCMA) != cases[i].pcma)
			fail_msg("%s", cases[i].value);
	}
}

static void old_hold_is_a_direction(void **state)
{
	assert_int_equal(decode("v=0\nc=IN IP4 0.0.0.0\nm=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(s.direction, SDP_SENDONLY);
	assert_int_equal(decode("v=0\nc=IN IP4 0.0.0.0\nm=audio 5000 RTP/AVP 8\na=recvonly\n"), 0);
	assert_int_equal(s.direction, SDP_INACTIVE);
	assert_int_equal(decode("v=0\nc=IN IP6 ::\nm=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(s.direction, SDP_SENDONLY);
}

static void answer_takes_our_first_codec(void **state)
{
	struct td_addr rtp = address("10.0.0.1:20000");
	struct td_buf b;
	struct sdp a;

	buf_init(&b);
	assert_int_equal(
		decode(HEAD "m=audio 5000 RTP/AVP 0 8 96\na=rtpmap:96 telephone-event/8000\n"
			    "a=sendonly\nm=video 6000 RTP/AVP 31 32\n"),
		0);
	assert_int_equal(sdp_answer(&s, both, &rtp, 1, 2, &a), 0);
	sdp_encode(&a, &b);
	buf_put(&b, "", 1);
	assert_string_equal(b.data,
		"v=0\r\no=- 1 2 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\n"
		"t=0 0\r\nm=audio 20000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\n"
		"a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-16\r\n"
		"a=ptime:20\r\na=recvonly\r\nm=video 0 RTP/AVP 31\r\n");
	buf_free(&b);
	assert_int_equal(decode(HEAD "m=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(sdp_answer(&s, pcmu_only, &rtp, 1, 2, &a), -ENOENT);
	assert_int_equal(decode(HEAD "m=audio 5000 RTP/AVP 9 18\n"), 0);
	assert_int_equal(sdp_answer(&s, both, &rtp, 1, 2, &a), -ENOENT);
}

static void directions_are_mirrored(void **state)
{
	static const uint8_t pairs[][2] = {{SDP_SENDRECV, SDP_SENDRECV},
		{SDP_SENDONLY, SDP_RECVONLY}, {SDP_RECVONLY, SDP_SENDONLY},
		{SDP_INACTIVE, SDP_INACTIVE}};
	struct td_addr rtp = address("10.0.0.1:20000");

	for (unsigned i = 0; i < 4; i++) {
		struct sdp a;

		assert_int_equal(decode(HEAD "m=audio 5000 RTP/AVP 8\n"), 0);
		s.direction = pairs[i][0];
		assert_int_equal(sdp_answer(&s, both, &rtp, 1, 2, &a), 0);
		assert_int_equal(a.direction, pairs[i][1]);
	}
}

static void leg_follows_the_answer(void **state)
{
	struct sdp offer = {.rtp = address("10.0.0.1:20000"),
		.codecs = {TD_CODEC_PCMA, TD_CODEC_PCMU},
		.pt = {8, 0},
		.dtmf_pt = 101,
		.ptime_ms = 20,
		.direction = SDP_SENDRECV};
	struct td_leg_params leg = {.ssrc = 5};
	struct td_buf b;

	/* the peer answers with the second, its own event type, and listens only */
	assert_int_equal(decode(HEAD "m=audio 5000 RTP/AVP 0 96\na=rtpmap:96 telephone-event/8000\n"
				     "a=recvonly\na=ptime:30\n"),
		0);
	assert_int_equal(sdp_leg(&offer, &s, &leg), 0);
	assert_int_equal(leg.codec, TD_CODEC_PCMU);
	assert_int_equal(leg.pt, 0);
	assert_int_equal(leg.dtmf_pt, 96);
	assert_int_equal(leg.dtmf_ours, TD_PT_OURS | 101);
	assert_int_equal(leg.pt_ours, TD_PT_OURS | 0);
	assert_int_equal(leg.ptime_ms, 30);
	assert_int_equal(leg.flags, TD_LEG_SEND | TD_LEG_RTCP);
	assert_int_equal(leg.ssrc, 5);
	assert_addr(&leg.remote, "192.0.2.1:5000");
	assert_int_equal(leg.rtcp.family, 0);

	/* an offer of ours reads back as it was */
	buf_init(&b);
	sdp_encode(&offer, &b);
	assert_int_equal(sdp_decode(&s, (struct str){b.data, b.len}, TD_SRTP_OFF), 0);
	assert_memory_equal(s.codecs, offer.codecs, sizeof(s.codecs));
	assert_memory_equal(s.pt, offer.pt, sizeof(s.pt));
	assert_int_equal(s.dtmf_pt, 101);
	buf_free(&b);

	assert_int_equal(decode("v=0\nc=IN IP4 0.0.0.0\nm=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(sdp_leg(&offer, &s, &leg), 0);
	assert_int_equal(leg.flags, TD_LEG_RECV);
	assert_int_equal(leg.dtmf_pt, TD_PT_NONE);
	assert_addr(&leg.remote, "192.0.2.1:5000"); /* held, it may still speak from there */
	assert_int_equal(decode(HEAD "m=audio 5000 RTP/AVP 18\n"), 0);
	assert_int_equal(sdp_leg(&offer, &s, &leg), -ENOENT);
}

/* RFC 5761 section 5.1.1: shared ports are offered and answered, or not had. */
static void rtcp_shares_a_port_when_both_say_so(void **state)
{
	static const char with[] = HEAD "m=audio 5000 RTP/AVP 8\na=rtcp:5009\na=rtcp-mux\n"
					"a=rtcp-rsize\na=rtcp-xr:rcvr-rtt=all\n";
	struct td_addr rtp = address("10.0.0.1:20000");
	struct td_leg_params leg = {0};
	struct td_buf b;
	struct sdp a;

	assert_int_equal(decode(with), 0);
	assert_int_equal(sdp_answer(&s, both, &rtp, 1, 2, &a), 0);
	assert_int_equal(sdp_leg(&a, &s, &leg), 0);
	assert_int_equal(leg.flags, TD_LEG_SEND | TD_LEG_RECV | TD_LEG_RTCP | TD_LEG_RTCP_MUX);
	assert_int_equal(leg.rtcp.family, 0);
	buf_init(&b);
	sdp_encode(&a, &b);
	buf_put(&b, "", 1);
	assert_non_null(strstr(b.data, "\r\na=rtcp-mux\r\na=rtcp-rsize\r\n"
				       "a=rtcp-xr:voip-metrics\r\n"));
	buf_free(&b);

	a.rtcp_mux = false; /* we did not offer it */
	assert_int_equal(sdp_leg(&a, &s, &leg), 0);
	assert_int_equal(leg.flags, TD_LEG_SEND | TD_LEG_RECV | TD_LEG_RTCP);
	assert_int_equal(leg.rtcp.port, 5009);
	assert_int_equal(decode(HEAD "m=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(sdp_answer(&s, both, &rtp, 1, 2, &a), 0);
	assert_false(a.rtcp_mux || a.rtcp_rsize || a.rtcp_xr);
	a.rtcp_mux = true; /* the peer did not take it */
	assert_int_equal(sdp_leg(&a, &s, &leg), 0);
	assert_int_equal(leg.flags & TD_LEG_RTCP_MUX, 0);
}

/* Where no single host of our leg's family is, we send nothing. */
static void leg_goes_to_a_host(void **state)
{
	static const char *const nowhere[] = {"IP6 2001:db8::1", "IP4 224.1.1.1/127",
		"IP4 239.255.255.255", "IP4 255.255.255.255", "IP4 240.0.0.1", "IP4 127.0.0.1",
		"IP4 0.0.0.1"};
	struct sdp offer = {.rtp = address("10.0.0.1:20000"),
		.codecs = {TD_CODEC_PCMA},
		.pt = {8},
		.dtmf_pt = TD_PT_NONE,
		.direction = SDP_SENDRECV};
	struct td_leg_params leg = {0};
	char text[256];

	for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		snprintf(text, sizeof(text), "v=0\nc=IN %s\nm=audio 5000 RTP/AVP 8\n", nowhere[i]);
		assert_int_equal(decode(text), 0);
		assert_int_equal(sdp_leg(&offer, &s, &leg), -ENOENT);
		snprintf(text, sizeof(text), HEAD "m=audio 5000 RTP/AVP 8\na=rtcp:5001 IN %s\n",
			nowhere[i]);
		if (decode(text) == 0) /* no time to live here */
			assert_int_equal(sdp_leg(&offer, &s, &leg), -ENOENT);
	}
	assert_int_equal(leg.remote.family, 0);
	assert_int_equal(decode("v=0\nc=IN IP4 223.255.255.1\nm=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(sdp_leg(&offer, &s, &leg), 0);
	offer.rtp = address("[2001:db8::2]:20000");
	assert_int_equal(sdp_leg(&offer, &s, &leg), -ENOENT);
	assert_int_equal(decode("v=0\nc=IN IP6 2001:db8::1\nm=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(sdp_leg(&offer, &s, &leg), 0);
	assert_int_equal(decode("v=0\nc=IN IP6 ff02::1\nm=audio 5000 RTP/AVP 8\n"), 0);
	assert_int_equal(sdp_leg(&offer, &s, &leg), -ENOENT);
}

/* Whatever a peer sends: read within bounds, and what was accepted can be answered. */
static void mutated_sdp_does_no_harm(void **state)
{
	static const char text[] =
		HEAD "m=video 5 RTP/AVP 96\r\nm=audio 49170/2 RTP/AVP 97 8 101 0\r\nc=IN IP4 "
		     "192.0.2.7\r\n"
		     "a=rtpmap:97 pcmu/8000/1\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
		     "0-15\r\n"
		     "a=ptime:30\r\na=sendonly\r\na=rtcp:5002 IN IP4 192.0.2.8\r\na=rtcp-mux\r\n";
	struct td_addr rtp = address("10.0.0.1:20000");
	struct prng rng;
	unsigned good = 0;

	prng_init(&rng, 1);
	for (unsigned i = 0; i < 100000; i++) {
		size_t n = prng_below(&rng, 8) ? sizeof(text) - 1 : prng_below(&rng, sizeof(text));
		char *copy = test_malloc(n + 1); /* its own, so that ASan sees a read beyond */
		struct sdp a;

		memcpy(copy, text, n);
		for (unsigned k = prng_below(&rng, 4); k > 0 && n > 0; k--)
			copy[prng_below(&rng, (uint32_t)n)] = (char)prng_u64(&rng);
		if (sdp_decode(&s, (struct str){copy, n}, TD_SRTP_OPTIONAL) == 0 &&
			sdp_answer(&s, both, &rtp, 1, 1, &a) == 0)
			good++;
		test_free(copy);
	}
	assert_in_range(good, 10000, 90000);
}

#define SAVP      HEAD "m=audio 5000 RTP/SAVP 8\r\n"
#define AVP       HEAD "m=audio 5000 RTP/AVP 8\r\n"
#define KEY_30    "inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"
#define KEY_28    "inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="
#define SHA1_80   "AES_CM_128_HMAC_SHA1_80 " KEY_30
#define CRYPTO(x) "a=crypto:" x "\r\n"

static int decode_with(const char *text, enum td_srtp_policy srtp)
{
	return sdp_decode(&s, str_of(text), srtp);
}

/* The first line is that of RFC 4568 section 9.1. */
static void keys_are_decoded(void **state)
{
	static const uint8_t mki[] = {0, 0, 1, 2};

	assert_int_equal(
		decode_with(
			SAVP CRYPTO("1 AES_CM_128_HMAC_SHA1_80 " KEY_30 "|2^20|1:32") CRYPTO(
				"2  AES_CM_128_HMAC_SHA1_32  " KEY_30 "|2^20|258:4 WSH=100 -FOO=1")
				CRYPTO("33 AEAD_AES_128_GCM " KEY_28)
					CRYPTO("4 AEAD_AES_128_GCM inline:"
					       "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw"),
			TD_SRTP_OPTIONAL),
		0);
	assert_true(s.savp);
	assert_int_equal(s.crypto_count, 3);
	assert_string_equal(s.crypto_why, "MKI of more than 8 octets");
	assert_int_equal(s.crypto[0].tag, 2);
	assert_int_equal(s.crypto[0].key.suite, TD_SRTP_AES_CM_128_HMAC_SHA1_32);
	assert_int_equal(s.crypto[0].key.mki_len, 4);
	assert_memory_equal(s.crypto[0].key.mki, mki, 4);
	assert_memory_equal(s.crypto[0].key.key, "=-n@%^x!Bjufr9)?,#5h\\`=&]{qiPQ", 30);
	for (uint8_t i = 0; i < 28; i++)
		assert_int_equal(s.crypto[1].key.key[i], i);
	assert_int_equal(s.crypto[1].tag, 33);
	assert_memory_equal(&s.crypto[1].key, &s.crypto[2].key, sizeof(s.crypto[2].key));
}

static void keys_that_cannot_be_used_are_told(void **state)
{
	static const struct {
		const char *line, *why;
	} cases[] = {
		{"", "tag malformed"},
		{"x " SHA1_80, "tag malformed"},
		{"1234567890 " SHA1_80, "tag malformed"},
		{"1", "suite not known here"},
		{"1 F8_128_HMAC_SHA1_80 " KEY_30, "suite not known here"},
		{"1 AES_CM_128_HMAC_SHA1_80", "key not inline"},
		{"1 AES_CM_128_HMAC_SHA1_80 outline:x", "key not inline"},
		{"1 AES_CM_128_HMAC_SHA1_80 " KEY_28,
			"key of another length than the suite's, or not base64"},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVB!",
			"key of another length than the suite's, or not base64"},
		{"1 " SHA1_80 ";" KEY_30, "several keys in one line"},
		{"1 " SHA1_80 "|2^49", "lifetime malformed"},
		{"1 " SHA1_80 "|0", "lifetime malformed"},
		{"1 " SHA1_80 "|2^20|1:", "MKI malformed"},
		{"1 " SHA1_80 "|1:0", "MKI malformed"},
		{"1 " SHA1_80 "|256:1", "MKI malformed"},
		{"1 " SHA1_80 "|1:9", "MKI of more than 8 octets"},
		{"1 " SHA1_80 "|1:4|x", "key malformed"},
		{"1 " SHA1_80 " UNENCRYPTED_SRTP", "session parameter not known here"},
		{"1 " SHA1_80 " KDR=1", "session parameter not known here"},
		{"1 " SHA1_80 " WSH=63", "session parameter not known here"},
		{"1 " SHA1_80 " FEC_ORDER=FEC_SRTP", "session parameter not known here"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text), SAVP "a=crypto:%s\r\n", cases[i].line);
		assert_int_equal(decode_with(text, TD_SRTP_REQUIRED), 0);
		assert_int_equal(s.crypto_count, 0);
		assert_non_null(s.crypto_why);
		assert_string_equal(s.crypto_why, cases[i].why);
	}
	assert_int_equal(
		decode_with(SAVP CRYPTO("1 " SHA1_80) CRYPTO("1 " SHA1_80), TD_SRTP_REQUIRED), 0);
	assert_int_equal(s.crypto_count, 1);
	assert_string_equal(s.crypto_why, "tag there twice");
}

static void the_safer_stream_is_taken(void **state)
{
	static const char both_ways[] = AVP "c=IN IP4 192.0.2.5\r\na=sendonly\r\na=ptime:30\r\n"
					    "a=rtpmap:8 PCMU/8000\r\n"
					    "m=audio 6000 RTP/SAVP 8\r\n" CRYPTO("7 " SHA1_80);

	assert_int_equal(decode_with(both_ways, TD_SRTP_OPTIONAL), 0);
	assert_addr(&s.rtp, "192.0.2.1:6000");
	assert_true(s.savp);
	assert_int_equal(s.crypto[0].tag, 7);
	assert_int_equal(s.direction, SDP_SENDRECV);
	assert_int_equal(s.ptime_ms, 20);
	assert_int_equal(s.codecs[0], TD_CODEC_PCMA);
	assert_int_equal(s.audio_index, 1);
	assert_string_equal(s.media_line[0], "audio 0 RTP/AVP 8");
	assert_int_equal(decode_with(both_ways, TD_SRTP_OFF), 0);
	assert_addr(&s.rtp, "192.0.2.5:5000");
	assert_false(s.savp);
	assert_int_equal(s.crypto_count, 0);
	assert_int_equal(s.ptime_ms, 30);
	/* One with keys is good enough, whatever its profile. */
	assert_int_equal(decode_with(AVP CRYPTO("1 " SHA1_80) "m=audio 6000 RTP/SAVP 8\r\n",
				 TD_SRTP_REQUIRED),
		0);
	assert_addr(&s.rtp, "192.0.2.1:5000");
	assert_int_equal(decode_with(SAVP CRYPTO("1 " SHA1_80), TD_SRTP_OFF), -ENOENT);
}

static void keys_are_encoded(void **state)
{
	struct sdp answer;
	char text[1024];
	struct td_buf b;

	assert_int_equal(
		decode_with(SAVP CRYPTO("5 AEAD_AES_128_GCM " KEY_28) CRYPTO("6 " SHA1_80 "|2^48"),
			TD_SRTP_REQUIRED),
		0);
	struct td_addr rtp = address("192.0.2.9:4000");

	assert_int_equal(sdp_answer(&s, both, &rtp, 1, 1, &answer), 0);
	assert_true(answer.savp);
	assert_int_equal(answer.crypto_count, 0); /* another's key is not ours */
	answer.crypto[0] = s.crypto[0];
	answer.crypto[1] = s.crypto[1];
	answer.crypto_count = 2;
	buf_init_fixed(&b, text, sizeof(text));
	sdp_encode(&answer, &b);
	assert_int_equal(b.error, 0);
	text[b.len] = '\0';
	assert_non_null(strstr(text, "m=audio 4000 RTP/SAVP 8\r\n"));
	assert_non_null(strstr(text, CRYPTO("5 AEAD_AES_128_GCM " KEY_28)));
	assert_non_null(strstr(text, CRYPTO("6 " SHA1_80)));
	assert_int_equal(sdp_crypto_redact(text, b.len), 2);
	assert_null(strstr(text, "AAEC"));
	assert_null(strstr(text, "PS1u"));
	assert_non_null(strstr(text, "AEAD_AES_128_GCM inline:*"));
	assert_int_equal(strlen(text), b.len);
	for (unsigned suite = 1; suite < TD_SRTP_SUITE_COUNT; suite++)
		assert_in_range(sdp_crypto_bytes(suite), 28, TD_SRTP_KEY_BYTES);
	assert_string_equal(sdp_crypto_suite(TD_SRTP_SUITE_COUNT), "none");
}

/* Each row of the table: by our payload type, by another one, and in the answer. */
static void each_codec_is_negotiated(void **state)
{
	struct td_addr rtp = address("192.0.2.9:4000");

	for (unsigned codec = 1; codec < TD_CODEC_COUNT; codec++) {
		const struct codec *c = codec_get(codec);
		uint8_t ours[] = {(uint8_t)codec, TD_CODEC_NONE};
		char text[512], map[64], audio[64];
		struct sdp answer;
		struct td_buf b;

		for (unsigned pt = c->pt; pt <= 120; pt = pt == c->pt ? 120 : 121) {
			snprintf(map, sizeof(map), "a=rtpmap:%u %s/%u\r\n", pt, c->encoding,
				c->clock);
			snprintf(text, sizeof(text), HEAD "m=audio 5000 RTP/AVP %u\r\n%s", pt, map);
			assert_int_equal(decode(text), 0);
			assert_int_equal(s.codecs[0], codec);
			assert_int_equal(sdp_answer(&s, ours, &rtp, 1, 1, &answer), 0);
			buf_init_fixed(&b, text, sizeof(text));
			sdp_encode(&answer, &b);
			assert_int_equal(b.error, 0);
			text[b.len] = '\0';
			snprintf(audio, sizeof(audio), "m=audio 4000 RTP/AVP %u\r\n", pt);
			assert_non_null(strstr(text, audio));
			assert_non_null(strstr(text, map));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offer_is_decoded),
		cmocka_unit_test(bad_and_unusable_sdp_is_told_apart),
		cmocka_unit_test(malformed_rtpmap_counts_as_absent),
		cmocka_unit_test(old_hold_is_a_direction),
		cmocka_unit_test(answer_takes_our_first_codec),
		cmocka_unit_test(directions_are_mirrored),
		cmocka_unit_test(leg_follows_the_answer),
		cmocka_unit_test(rtcp_shares_a_port_when_both_say_so),
		cmocka_unit_test(leg_goes_to_a_host),
		cmocka_unit_test(mutated_sdp_does_no_harm),
		cmocka_unit_test(keys_are_decoded),
		cmocka_unit_test(keys_that_cannot_be_used_are_told),
		cmocka_unit_test(the_safer_stream_is_taken),
		cmocka_unit_test(keys_are_encoded),
		cmocka_unit_test(each_codec_is_negotiated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
