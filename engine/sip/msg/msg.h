/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A SIP message (RFC 3261 section 7), decoded without a copy: every struct str is a slice of the
 * bytes that came, which must outlive the struct sip_msg. Values are trimmed; where a header field
 * is folded over lines, its slice still holds the CRLF, which counts as white space everywhere.
 *
 * The functions `*_decode` return 0 or -EBADMSG, and on failure leave *out undefined.
 * The functions `*_encode` append to a td_buf, whose error sticks.
 */
#ifndef TANDEM_ENGINE_SIP_MSG_MSG_H
#define TANDEM_ENGINE_SIP_MSG_MSG_H

#include <engine/base/buf.h>
#include <engine/base/str.h>
#include <engine/sip/msg/header_list.h>
#include <tandem/types.h>

#define SIP_HEADERS_MAX 128   /* header lines; longer messages are refused as malformed */
#define SIP_MSG_MAX     65535 /* no datagram is longer, and no message of a stream may be */
#define SIP_PORT        5060

/*
 * The methods that we take, in the order of our Allow: FIRST(name, in a dialog, outside), then X()
 * of each other. What takes such a request is a function of engine/sip/dialog/uas.c. NULL: it is
 * refused there. ACK and CANCEL belong to the transaction of an INVITE.
 */
#define SIP_METHODS(FIRST, X)           \
	FIRST(INVITE, reinvite, invite) \
	X(ACK, NULL, NULL)              \
	X(CANCEL, NULL, NULL)           \
	X(BYE, bye, NULL)               \
	X(OPTIONS, options, outside)    \
	X(INFO, info, NULL)             \
	X(REGISTER, NULL, outside)

/* SIP_OTHER: any token that is none of these. */
#define SIP_METHOD_ID(name, ...) SIP_##name,
enum sip_method { SIP_OTHER, SIP_METHODS(SIP_METHOD_ID, SIP_METHOD_ID) SIP_METHOD_COUNT };
#undef SIP_METHOD_ID

/* Header fields that we tell apart; compact forms are the same field. */
#define SIP_HEADER_ID(id, name, compact, times, need, decode, rfc, use) SIP_HDR_##id,
enum sip_header { SIP_HDR_OTHER, SIP_HEADERS(SIP_HEADER_ID) SIP_HDR_COUNT };
#undef SIP_HEADER_ID
_Static_assert(
	SIP_HDR_COUNT <= 64, "a set of header fields is 64 bits: widen struct sip_msg.present");

/* How often a header field may stand in a message; see header_list.h. */
enum sip_times { SIP_ONCE, SIP_FIRST, SIP_LIST, SIP_LINES };

#define SIP_HDR_BIT(id) (UINT64_C(1) << (id))

/* RFC 3261 section 19.1. Of a tel URI (RFC 3966), the user is the number with its parameters, as it
 * would be in a sip URI (section 19.1.6); of all others but sips, scheme and text alone are set. */
struct sip_uri {
	struct str text; /* all of it */
	struct str scheme;
	struct str user, password; /* as written, escapes not undone: sip_user_plain() */
	struct str host;           /* an IPv6 literal with its brackets */
	uint16_t port;             /* 0 when not given */
	struct str params;         /* ";transport=udp;lr" */
	struct str headers;        /* what follows '?' */
};

/* name-addr or addr-spec with the header field's parameters (section 20.10, 20.20, 20.39). */
struct sip_addr {
	struct str text;    /* all of it, parameters too */
	struct str display; /* without quotes, escapes not undone */
	struct sip_uri uri;
	struct str params; /* of the header field: ";tag=x" */
	struct str tag;
};

/* section 20.42 */
struct sip_via {
	struct str text;
	struct str transport;
	struct str host; /* sent-by */
	uint16_t port;   /* 0 when not given */
	struct str params;
	struct str branch, received;
	bool rport; /* the parameter is there (RFC 3581) */
};

/* section 20.16 */
struct sip_cseq {
	uint32_t number; /* below 2**31 */
	struct str method;
};

/* Authorization, WWW-Authenticate and their kin (section 25.1, RFC 7616 section 3.4). */
struct sip_auth {
	struct str username, realm, nonce, uri, response, algorithm, cnonce, nc, qop, opaque;
	bool stale;
};

struct sip_hdr {
	enum sip_header id;
	struct str name, value;
};

/* Why a message could not be decoded. */
enum sip_fault {
	SIP_FAULT_NONE,
	SIP_FAULT_START_LINE,     /* neither a request nor a response */
	SIP_FAULT_VERSION,        /* a request of another version than SIP/2.0: 505 */
	SIP_FAULT_HEADER,         /* a header field we need is malformed or there twice */
	SIP_FAULT_MISSING,        /* one that must be there is not */
	SIP_FAULT_TRUNCATED,      /* no blank line, or the body is shorter than Content-Length */
	SIP_FAULT_CONTENT_LENGTH, /* not a number */
};

#define SIP_MAX_FORWARDS 70 /* of a request that we begin (section 8.1.1.6) */

struct sip_msg {
	struct str data; /* the message, without bytes beyond Content-Length */
	bool request;
	enum sip_fault fault;
	enum sip_header fault_header; /* with SIP_FAULT_HEADER and _MISSING */

	enum sip_method method; /* of a response: by CSeq */
	struct str method_name;
	struct sip_uri uri; /* Request-URI */
	int code;           /* of a response, 100..699 */
	struct str reason;

	struct sip_via via; /* the topmost */
	struct sip_addr from, to;
	struct sip_addr contact; /* the first; text empty when there is none, "*" as text alone */
	struct sip_cseq cseq;
	struct str call_id, content_type;
	int max_forwards; /* 0 to 255; -1 when not given */
	int64_t expires;  /* seconds, -1 when not given */
	struct str body;

	uint64_t present; /* SIP_HDR_BIT() of each that is there and sound */
	unsigned hdr_count;
	struct sip_hdr hdr[SIP_HEADERS_MAX];
};

/*
 * Decodes a whole message. 0, or -EBADMSG with m->fault set; then what could be read is there, so
 * that a request can be answered with 400: m->present says which of Via, From, To, Call-ID and
 * CSeq are sound. Bytes after the body are ignored (section 18.3).
 */
int sip_msg_decode(struct sip_msg *m, const uint8_t *data, size_t len);

static inline bool sip_msg_has(const struct sip_msg *m, enum sip_header id)
{
	return m->present >> id & 1;
}

/* The value of a header field that has one, by header_list.h; p NULL when there is none. The build
 * refuses a field of many values, whose first line is not all: sip_msg_value() reads those. */
#define SIP_ONE_BIT(id, name, compact, times, need, decode, rfc, use) \
	| (SIP_##times == SIP_ONCE || SIP_##times == SIP_FIRST ? SIP_HDR_BIT(SIP_HDR_##id) : 0)
#define sip_msg_header(m, id)                                                                 \
	({                                                                                    \
		_Static_assert((0 SIP_HEADERS(SIP_ONE_BIT)) >> (id)&1, "it has many values"); \
		sip_msg_first(m, id);                                                         \
	})
struct str sip_msg_first(const struct sip_msg *m, enum sip_header id);
/* Is Content-Type this "type/subtype", whatever its parameters? */
bool sip_msg_body_is(const struct sip_msg *m, struct str media);
/* The body when it is SDP in plain, or its part that is; else p is NULL: there is none, or we
 * cannot read it. */
struct str sip_msg_sdp(const struct sip_msg *m);
/* There is none, or it has SDP, and no other part that must be understood (RFC 5621). */
bool sip_msg_body_known(const struct sip_msg *m);

/* Each value of a header field in order, over lines and, of a list, over commas:
 *     struct sip_values it = {0};
 *     while (sip_msg_value(m, SIP_HDR_ROUTE, &it, &value)) */
struct sip_values {
	unsigned next;   /* header line to look at */
	struct str rest; /* of the present line */
};
bool sip_msg_value(
	const struct sip_msg *m, enum sip_header id, struct sip_values *it, struct str *value);
/* Cuts the part before the first comma outside quotes and <> off *rest. False when empty. */
bool sip_list_next(struct str *rest, struct str *value);

enum sip_method sip_method_decode(struct str name); /* case counts (section 7.1) */
struct str sip_method_name(enum sip_method m);      /* "INVITE"; SIP_OTHER: empty */
enum sip_header sip_header_decode(struct str name);
struct str sip_header_name(enum sip_header id); /* "Call-ID"; SIP_HDR_OTHER: empty */
const char *sip_reason(int code);               /* "Busy Here"; of its class when not known */

int sip_uri_decode(struct sip_uri *out, struct str text);
/* Undoes the escapes of a user, but of what cannot stand there as it is, and of ';', which begins
 * parameters: so the text can be compared, and is a user still. False: it was cut to size - 1, and
 * no escape in two. size > 0. */
bool sip_user_plain(struct str user, char *out, size_t size);
/* Users as written: their case counts, and how they are escaped does not. */
bool sip_user_equal(struct str a, struct str b);
/* The same host and port: a port that is not written is none. */
bool sip_hostport_equal(const struct sip_uri *a, const struct sip_uri *b);
/* Two SIP URIs without headers, by section 19.1.4. */
bool sip_uri_equal(struct str a, struct str b);
/* The host when it is an IP literal, with port or 5060; false when it is a name. */
bool sip_uri_addr(const struct sip_uri *u, struct td_addr *out);
int sip_addr_decode(struct sip_addr *out, struct str text);
void sip_addr_encode(struct td_buf *b, struct str uri, struct str tag); /* no tag: n 0 */
int sip_via_decode(struct sip_via *out, struct str text);
int sip_cseq_decode(struct sip_cseq *out, struct str text);
int sip_auth_decode(struct sip_auth *out, struct str text); /* -ENOTSUP: another than Digest */

/* One of ";a=1;b;c="x"". False when not there; *value is empty when it has none, unquoted. */
bool sip_param(struct str params, struct str name, struct str *value);
/* The same of a header field's parameter that decides something, which must not stand twice
 * (section 7.3.1): 1 found, 0 not there, -EBADMSG twice. */
int sip_param_once(struct str params, struct str name, struct str *value);

#endif
