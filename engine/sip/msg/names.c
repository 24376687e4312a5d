/* SPDX-License-Identifier: BSD-3-Clause */
/* Names: header fields (RFC 3261 section 20), methods, reason phrases (section 21). */
#include <engine/sip/msg/msg.h>

/*
 * A perfect hash over first letter, last letter and length; the factors were searched for. Two
 * names with one place would be two initialisers of one element, which is a compiler warning.
 */
#define PLACES                  64
#define PLACE(first, last, len) (((first) + (last)*41 + (len)*5) & (PLACES - 1))
#define NAME(first, last, id, text) \
	[PLACE(first, last, sizeof(text) - 1)] = {{text, sizeof(text) - 1}, id}

static const struct {
	struct str name;
	enum sip_header id;
} names[PLACES] = {
	NAME('a', 't', SIP_HDR_ACCEPT, "Accept"),
	NAME('a', 'w', SIP_HDR_ALLOW, "Allow"),
	NAME('a', 'n', SIP_HDR_AUTHORIZATION, "Authorization"),
	NAME('c', 'd', SIP_HDR_CALL_ID, "Call-ID"),
	NAME('c', 't', SIP_HDR_CONTACT, "Contact"),
	NAME('c', 'g', SIP_HDR_CONTENT_ENCODING, "Content-Encoding"),
	NAME('c', 'h', SIP_HDR_CONTENT_LENGTH, "Content-Length"),
	NAME('c', 'e', SIP_HDR_CONTENT_TYPE, "Content-Type"),
	NAME('c', 'q', SIP_HDR_CSEQ, "CSeq"),
	NAME('e', 's', SIP_HDR_EXPIRES, "Expires"),
	NAME('f', 'm', SIP_HDR_FROM, "From"),
	NAME('m', 's', SIP_HDR_MAX_FORWARDS, "Max-Forwards"),
	NAME('m', 's', SIP_HDR_MIN_EXPIRES, "Min-Expires"),
	NAME('p', 'y', SIP_HDR_P_ASSERTED_IDENTITY, "P-Asserted-Identity"),
	NAME('p', 'e', SIP_HDR_PROXY_AUTHENTICATE, "Proxy-Authenticate"),
	NAME('p', 'n', SIP_HDR_PROXY_AUTHORIZATION, "Proxy-Authorization"),
	NAME('r', 'n', SIP_HDR_REASON, "Reason"),
	NAME('r', 'e', SIP_HDR_RECORD_ROUTE, "Record-Route"),
	NAME('r', 'e', SIP_HDR_REQUIRE, "Require"),
	NAME('r', 'r', SIP_HDR_RETRY_AFTER, "Retry-After"),
	NAME('r', 'e', SIP_HDR_ROUTE, "Route"),
	NAME('s', 'd', SIP_HDR_SUPPORTED, "Supported"),
	NAME('t', 'o', SIP_HDR_TO, "To"),
	NAME('u', 't', SIP_HDR_USER_AGENT, "User-Agent"),
	NAME('v', 'a', SIP_HDR_VIA, "Via"),
	NAME('w', 'e', SIP_HDR_WWW_AUTHENTICATE, "WWW-Authenticate"),
};

/* section 7.3.3 */
static const uint8_t compact[26] = {
	['c' - 'a'] = SIP_HDR_CONTENT_TYPE,
	['e' - 'a'] = SIP_HDR_CONTENT_ENCODING,
	['f' - 'a'] = SIP_HDR_FROM,
	['i' - 'a'] = SIP_HDR_CALL_ID,
	['k' - 'a'] = SIP_HDR_SUPPORTED,
	['l' - 'a'] = SIP_HDR_CONTENT_LENGTH,
	['m' - 'a'] = SIP_HDR_CONTACT,
	['t' - 'a'] = SIP_HDR_TO,
	['v' - 'a'] = SIP_HDR_VIA,
};

enum sip_header sip_header_decode(struct str name)
{
	if (name.n == 0)
		return SIP_HDR_OTHER;
	unsigned first = (unsigned char)name.p[0] | 0x20,
		 last = (unsigned char)name.p[name.n - 1] | 0x20;

	if (name.n == 1)
		return first >= 'a' && first <= 'z' ? compact[first - 'a'] : SIP_HDR_OTHER;
	unsigned place = PLACE(first, last, name.n);

	return str_caseeq(name, names[place].name) ? names[place].id : SIP_HDR_OTHER;
}

const char *sip_header_name(enum sip_header id)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (names[i].name.p && names[i].id == id)
			return names[i].name.p;
	return "";
}

static const struct str methods[SIP_METHOD_COUNT] = {
	[SIP_INVITE] = {"INVITE", 6},
	[SIP_ACK] = {"ACK", 3},
	[SIP_BYE] = {"BYE", 3},
	[SIP_CANCEL] = {"CANCEL", 6},
	[SIP_OPTIONS] = {"OPTIONS", 7},
	[SIP_REGISTER] = {"REGISTER", 8},
	[SIP_INFO] = {"INFO", 4},
};

enum sip_method sip_method_decode(struct str name)
{
	for (unsigned i = 1; i < SIP_METHOD_COUNT; i++)
		if (str_eq(methods[i], name))
			return (enum sip_method)i;
	return SIP_OTHER;
}

const char *sip_method_name(enum sip_method m)
{
	return m > SIP_OTHER && m < SIP_METHOD_COUNT ? methods[m].p : "";
}

const char *sip_reason(int code)
{
	static const struct {
		int code;
		const char *text;
	} reasons[] = {
		{100, "Trying"},
		{180, "Ringing"},
		{181, "Call Is Being Forwarded"},
		{182, "Queued"},
		{183, "Session Progress"},
		{200, "OK"},
		{302, "Moved Temporarily"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{407, "Proxy Authentication Required"},
		{408, "Request Timeout"},
		{410, "Gone"},
		{413, "Request Entity Too Large"},
		{415, "Unsupported Media Type"},
		{416, "Unsupported URI Scheme"},
		{420, "Bad Extension"},
		{423, "Interval Too Brief"},
		{480, "Temporarily Unavailable"},
		{481, "Call/Transaction Does Not Exist"},
		{482, "Loop Detected"},
		{483, "Too Many Hops"},
		{484, "Address Incomplete"},
		{486, "Busy Here"},
		{487, "Request Terminated"},
		{488, "Not Acceptable Here"},
		{491, "Request Pending"},
		{500, "Server Internal Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{504, "Server Time-out"},
		{505, "Version Not Supported"},
		{513, "Message Too Large"},
		{600, "Busy Everywhere"},
		{603, "Decline"},
		{604, "Does Not Exist Anywhere"},
		{606, "Not Acceptable"},
	};
	static const char *const classes[] = {"Progress", "OK", "Redirection", "Request Failure",
		"Server Failure", "Global Failure"};

	for (unsigned i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return reasons[i].text;
	return code >= 100 && code <= 699 ? classes[code / 100 - 1] : "";
}
