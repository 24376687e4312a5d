/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands in a message that is decoded. */
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

struct str sip_msg_first(const struct sip_msg *m, enum sip_header id)
{
	for (unsigned i = 0; i < m->hdr_count; i++)
		if (m->hdr[i].id == id)
			return m->hdr[i].value;
	return (struct str){0};
}

/* The first comma that is neither in quotes nor in angle brackets, or the end. */
static size_t list_comma(struct str s)
{
	bool quoted = false, angle = false;
	size_t n = 0;

	if (!memchr(s.p, ',', s.n)) /* most have one value */
		return s.n;
	for (; n < s.n; n++) {
		char c = s.p[n];

		if (quoted && c == '\\') {
			n++;
			continue;
		}
		if (c == '"' && !angle)
			quoted = !quoted;
		else if (!quoted && c == '<')
			angle = true;
		else if (!quoted && c == '>')
			angle = false;
		else if (c == ',' && !quoted && !angle)
			break;
	}
	return n < s.n ? n : s.n; /* a backslash may be the last byte */
}

bool sip_list_next(struct str *rest, struct str *value)
{
	size_t n;

	if (str_trim(*rest).n == 0)
		return false;
	n = list_comma(*rest);
	*value = str_trim((struct str){rest->p, n});
	n += n < rest->n; /* the comma */
	rest->p += n;
	rest->n -= n;
	return true;
}

bool sip_msg_value(
	const struct sip_msg *m, enum sip_header id, struct sip_values *it, struct str *value)
{
#define LIST_BIT(id, name, compact, times, need, decode, rfc, use) \
	| (SIP_##times == SIP_LIST ? SIP_HDR_BIT(SIP_HDR_##id) : 0)
	static const uint64_t lists = 0 SIP_HEADERS(LIST_BIT);
#undef LIST_BIT

	for (;;) {
		if (sip_list_next(&it->rest, value))
			return true;
		while (it->next < m->hdr_count && m->hdr[it->next].id != id)
			it->next++;
		if (it->next == m->hdr_count)
			return false;
		*value = m->hdr[it->next++].value;
		if (!(lists & SIP_HDR_BIT(id)))
			return true;
		it->rest = *value;
	}
}
