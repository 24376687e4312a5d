/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of methods, and the reason phrases of RFC 3261 section 21. */
#include <engine/sip/msg/msg.h>

static const struct str methods[SIP_METHOD_COUNT] = {
#define METHOD(name, ...) [SIP_##name] = {#name, sizeof(#name) - 1},
	SIP_METHODS(METHOD, METHOD)
#undef METHOD
};

enum sip_method sip_method_decode(struct str name)
{
	for (unsigned i = 1; i < SIP_METHOD_COUNT; i++)
		if (str_eq(methods[i], name))
			return (enum sip_method)i;
	return SIP_OTHER;
}

struct str sip_method_name(enum sip_method m)
{
	return m < SIP_METHOD_COUNT ? methods[m] : (struct str){0};
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
