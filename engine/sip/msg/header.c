/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of header fields, out of header_list.h. */
#include <engine/sip/msg/header_hash.h>
#include <engine/sip/msg/header_places.h> /* in the build directory */
#include <engine/sip/msg/msg.h>

enum sip_header sip_header_decode(struct str name)
{
	if (name.n == 0)
		return SIP_HDR_OTHER;
	const struct header_place *at =
		&header_places[header_hash(name.p, name.n, HEADER_FACTOR) >> HEADER_SHIFT];

	return str_caseeq(name, (struct str){at->text, at->length}) ? (enum sip_header)at->id
								    : SIP_HDR_OTHER;
}

struct str sip_header_name(enum sip_header id)
{
#define NAME(id, name, compact, times, need, decode, rfc, use) \
	[SIP_HDR_##id] = {name, sizeof(name) - 1},
	static const struct str names[SIP_HDR_COUNT] = {SIP_HEADERS(NAME)};
#undef NAME

	return id < SIP_HDR_COUNT ? names[id] : (struct str){0};
}
