/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads line by line. Session-level values are the defaults of the audio stream; lines of other
 * streams are skipped. Payload types can be told after use, so formats are resolved at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <engine/base/addr.h>
#include <engine/base/codec.h>
#include <engine/sdp/sdp.h>

#define PT_COUNT      128
#define PTIME_DEFAULT 20
#define PTIME_MIN     10 /* include/tandem/media.h */
#define PTIME_MAX     60
#define PT_DTMF       0xff /* in reader.format: telephone-event */

struct sdp_reader {
	struct sdp *out;
	enum td_srtp_policy srtp;
	bool found;    /* an audio stream that we can use */
	bool in_audio; /* its lines are being read */
	bool named;    /* a c= line has a name */
	struct td_addr connection;
	struct td_addr session_connection; /* what each stream begins with */
	uint8_t session_direction;
	struct str formats;
	uint8_t format[PT_COUNT]; /* enum td_codec or PT_DTMF by payload type */
};

/* RFC 4566 section 9: FQDN. Of digits alone it is an address that is none. */
static bool is_name(struct str host)
{
	bool letter = false;

	for (size_t i = 0; i < host.n; i++) {
		char c = (char)(host.p[i] | 0x20);
		bool other = strchr("0123456789-.", host.p[i]) && host.p[i];

		letter |= c >= 'a' && c <= 'z';
		if ((c < 'a' || c > 'z') && !other)
			return false;
	}
	return letter;
}

/* "IN IP4 192.0.2.1[/ttl]". -ENOENT: a name, which we do not look up. */
static int connection_decode(struct td_addr *out, struct str s)
{
	struct str net = str_cut(&s, ' '), type = str_cut(&s, ' '), host = str_cut(&s, '/');
	struct td_addr a;

	if (str_eq(net, STR("IN")) && (str_eq(type, STR("IP4")) || str_eq(type, STR("IP6"))) &&
		is_name(host))
		return -ENOENT;
	if (!str_eq(net, STR("IN")) || addr_decode(&a, host) != 0 || a.port != 0)
		return -EINVAL;
	if (!str_eq(type, a.family == 6 ? STR("IP6") : STR("IP4")))
		return -EINVAL;
	*out = a;
	return 0;
}

/* A name is no error: a stream may have an address of its own, or not be ours. */
static int connection_line(struct sdp_reader *r, struct str s)
{
	int rc = connection_decode(&r->connection, s);

	if (rc != -ENOENT)
		return rc;
	r->connection = (struct td_addr){0};
	r->named = true;
	return 0;
}

/* "- 1 2 IN IP4 h": an id that is no number below 2**64 counts as 0: only we compare it */
static void origin_decode(struct sdp *out, struct str s)
{
	str_cut(&s, ' ');
	if (!str_u64(str_cut(&s, ' '), UINT64_MAX, &out->session_id))
		out->session_id = 0;
	if (!str_u64(str_cut(&s, ' '), UINT64_MAX, &out->version))
		out->version = 0;
}

/* "8 PCMA/8000[/1]" */
static void rtpmap_decode(struct sdp_reader *r, struct str s)
{
	uint64_t pt, clock, channels = 1;

	if (!str_u64(str_cut(&s, ' '), PT_COUNT - 1, &pt))
		return;
	s = str_trim(s);
	struct str name = str_cut(&s, '/'), rate = str_cut(&s, '/');

	if (name.n == 0 || !str_u64(rate, UINT32_MAX, &clock) ||
		(s.n > 0 && !str_u64(s, 255, &channels)))
		return; /* malformed: it counts as absent, and a static number keeps its meaning */
	r->format[pt] = TD_CODEC_NONE;
	if (channels != 1)
		return;
	if (clock == TD_DTMF_CLOCK && str_caseeq(name, STR("telephone-event")))
		r->format[pt] = PT_DTMF;
	else
		r->format[pt] = (uint8_t)codec_lookup_encoding(name, clock);
}

/* "53020 [IN IP4 192.0.2.1]" (RFC 3605) */
static int rtcp_decode(struct sdp_reader *r, struct str s)
{
	struct td_addr a = {0};
	uint64_t port;

	if (!str_u64(str_cut(&s, ' '), UINT16_MAX, &port) || port == 0)
		return -EINVAL;
	int rc = s.n > 0 ? connection_decode(&a, s) : 0;

	if (rc != 0)
		return rc == -ENOENT ? 0 : rc; /* as if the line were not there */
	a.port = (uint16_t)port;               /* family 0: that of the stream, known at the end */
	r->out->rtcp = a;
	return 0;
}

/* A tag that is there twice names neither (section 4.1). */
static void crypto_decode(struct sdp_reader *r, struct str s)
{
	struct sdp *out = r->out;
	struct sdp_crypto c = {0};
	const char *why = sdp_crypto_decode(&c, s);

	for (unsigned i = 0; i < out->crypto_count && !why; i++)
		if (out->crypto[i].tag == c.tag)
			why = "tag there twice";
	if (!why && out->crypto_count == SDP_CRYPTO_MAX)
		why = "more lines than we read";
	if (why)
		out->crypto_why = why;
	else
		out->crypto[out->crypto_count++] = c;
	explicit_bzero(&c, sizeof(c));
}

static int attribute_decode(struct sdp_reader *r, struct str s)
{
	struct str name = str_cut(&s, ':');
	uint64_t n;

	for (unsigned i = 0; i < SDP_DIRECTION_COUNT; i++) {
		if (str_eq(name, str_of(sdp_direction_names[i]))) {
			r->out->direction = (uint8_t)i;
			return 0;
		}
	}
	if (!r->in_audio)
		return 0;
	if (str_eq(name, STR("rtpmap"))) {
		rtpmap_decode(r, s);
	} else if (str_eq(name, STR("ptime"))) {
		/* a value that no one can mean counts as absent */
		if (str_u64(str_trim(s), PTIME_MAX, &n) && n >= PTIME_MIN)
			r->out->ptime_ms = (uint8_t)n;
	} else if (str_eq(name, STR("rtcp-mux"))) {
		r->out->rtcp_mux = true;
	} else if (str_eq(name, STR("rtcp-rsize"))) {
		r->out->rtcp_rsize = true;
	} else if (str_eq(name, STR("rtcp-xr"))) {
		r->out->rtcp_xr = true;
	} else if (str_eq(name, STR("rtcp"))) {
		return rtcp_decode(r, s);
	} else if (str_eq(name, STR("crypto")) && r->srtp != TD_SRTP_OFF) {
		crypto_decode(r, s);
	}
	return 0;
}

/* Printable ASCII alone: it goes into our answer. */
static bool word_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

/* Its lines follow. The lines of a worse stream before it count as absent. */
static void audio_begin(struct sdp_reader *r, uint16_t port, struct str formats, bool savp)
{
	struct sdp *out = r->out;

	if (!r->found) {
		r->session_connection = r->connection;
		r->session_direction = out->direction;
	}
	r->found = true;
	r->formats = formats;
	r->connection = r->session_connection;
	for (unsigned pt = 0; pt < PT_COUNT; pt++)
		r->format[pt] = (uint8_t)codec_lookup_pt(pt);
	out->rtp = (struct td_addr){.port = port};
	out->rtcp = (struct td_addr){0};
	out->ptime_ms = PTIME_DEFAULT;
	out->direction = r->session_direction;
	out->rtcp_mux = out->rtcp_rsize = out->rtcp_xr = false;
	out->savp = savp;
	out->crypto_count = 0;
	out->crypto_why = NULL;
	out->audio_index = out->media_count;
}

/* Is it one that we can take, and better than what there is? */
static bool is_better(const struct sdp_reader *r, bool savp)
{
	if (savp && r->srtp == TD_SRTP_OFF)
		return false;
	return !r->found || (savp && !r->out->savp && !r->out->crypto_count);
}

/* "audio 49170[/2] RTP/AVP 8 0 101" */
static int media_decode(struct sdp_reader *r, struct str s)
{
	struct sdp *out = r->out;
	struct str type = str_cut(&s, ' '), ports = str_cut(&s, ' '), proto = str_cut(&s, ' ');
	struct str formats = s, format = str_cut(&s, ' ');
	uint64_t port;

	if (!word_valid(type) || !word_valid(proto) || !word_valid(format) ||
		!str_u64(str_cut(&ports, '/'), UINT16_MAX, &port))
		return -EINVAL;
	if (out->media_count == SDP_MEDIA_MAX)
		return -E2BIG;
	char *line = out->media_line[out->media_count];
	int n = snprintf(line, SDP_MEDIA_BYTES, "%.*s 0 %.*s %.*s", STR_FMT(type), STR_FMT(proto),
		STR_FMT(format));

	if (n >= SDP_MEDIA_BYTES)
		return -E2BIG;
	bool savp = str_eq(proto, STR("RTP/SAVP"));

	r->in_audio = port != 0 && str_eq(type, STR("audio")) &&
		      (savp || str_eq(proto, STR("RTP/AVP"))) && is_better(r, savp);
	if (r->in_audio)
		audio_begin(r, (uint16_t)port, formats, savp);
	out->media_count++;
	return 0;
}

static int line_decode(struct sdp_reader *r, struct str line)
{
	struct str value = {line.p + 2, line.n - 2};
	bool session = r->out->media_count == 0;

	switch (line.p[0]) {
	case 'm':
		return media_decode(r, value);
	case 'o':
		if (session)
			origin_decode(r->out, value);
		return 0;
	case 'c':
		if (!session && !r->in_audio)
			return 0;
		return connection_line(r, str_trim(value));
	case 'a':
		return session || r->in_audio ? attribute_decode(r, value) : 0;
	default:
		return 0;
	}
}

static void formats_resolve(struct sdp_reader *r)
{
	struct sdp *out = r->out;
	unsigned count = 0, seen = 0;

	while (r->formats.n > 0) {
		uint64_t pt;

		if (!str_u64(str_cut(&r->formats, ' '), PT_COUNT - 1, &pt))
			continue;
		uint8_t codec = r->format[pt];

		if (codec == PT_DTMF) {
			if (out->dtmf_pt == TD_PT_NONE)
				out->dtmf_pt = (uint8_t)pt;
		} else if (codec != TD_CODEC_NONE && !(seen & 1u << codec)) {
			out->codecs[count] = codec;
			out->pt[count++] = (uint8_t)pt;
			seen |= 1u << codec;
		}
	}
}

/* The lines of a description, which begins with its version. */
static int lines_decode(struct sdp_reader *r, struct str text)
{
	bool first = true;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n == 0)
			continue;
		if (line.n < 2 || line.p[1] != '=' || (first && !str_eq(line, STR("v=0"))))
			return -EINVAL;
		first = false;
		int rc = line_decode(r, line);

		if (rc != 0)
			return rc;
	}
	return first ? -EINVAL : 0;
}

/* Where the peer wants its packets: the ports of m= and a=rtcp at the address of c=. */
static void addresses_resolve(const struct sdp_reader *r)
{
	struct sdp *out = r->out;
	uint16_t port = out->rtp.port;

	out->rtp = r->connection;
	out->rtp.port = port;
	if (out->rtcp.port != 0 && out->rtcp.family == 0) {
		port = out->rtcp.port;
		out->rtcp = r->connection;
		out->rtcp.port = port;
	}
}

int sdp_decode(struct sdp *out, struct str text, enum td_srtp_policy srtp)
{
	struct sdp_reader r = {.out = out, .srtp = srtp};
	int rc;

	*out = (struct sdp){
		.ptime_ms = PTIME_DEFAULT, .direction = SDP_SENDRECV, .dtmf_pt = TD_PT_NONE};
	rc = lines_decode(&r, text);
	if (rc != 0)
		return rc;
	if (!r.found)
		return -ENOENT;
	if (r.connection.family == 0)
		return r.named ? -ENOENT : -EINVAL;
	addresses_resolve(&r);
	/* hold as before RFC 3264: the author does not want to receive */
	if (addr_is_any(&out->rtp))
		out->direction &= (uint8_t)~SDP_RECVONLY;
	formats_resolve(&r);
	return 0;
}
