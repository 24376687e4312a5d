/* SPDX-License-Identifier: BSD-3-Clause */
/* The decoders of header_list.h: each reads a value into the message, and gives false when it is
 * malformed. */
#include <engine/sip/msg/fields.h>
#include <engine/sip/msg/lex.h>

#define MAX_FORWARDS_MAX 255        /* RFC 3261 section 20.22 */
#define EXPIRES_MAX      UINT32_MAX /* section 20.19 */

static bool decode_via(struct sip_msg *m, struct str value)
{
	struct str first;

	/* The topmost alone is for us. When that one is malformed, the next is no better: the
	 * answer goes the way of the topmost. */
	if (m->via.text.p)
		return sip_msg_has(m, SIP_HDR_VIA);
	return sip_list_next(&value, &first) && sip_via_decode(&m->via, first) == 0;
}

static bool decode_from(struct sip_msg *m, struct str value)
{
	return sip_addr_decode(&m->from, value) == 0;
}

static bool decode_to(struct sip_msg *m, struct str value)
{
	return sip_addr_decode(&m->to, value) == 0;
}

static bool decode_call_id(struct sip_msg *m, struct str value)
{
	m->call_id = value;
	return lex_all(value, LEX_WORD);
}

static bool decode_cseq(struct sip_msg *m, struct str value)
{
	return sip_cseq_decode(&m->cseq, value) == 0;
}

static bool decode_contact(struct sip_msg *m, struct str value)
{
	struct str first;

	if (m->contact.text.n > 0)
		return true;
	if (str_eq(value, STR("*"))) {
		m->contact = (struct sip_addr){.text = value};
		return true;
	}
	return !sip_list_next(&value, &first) || sip_addr_decode(&m->contact, first) == 0;
}

static bool decode_max_forwards(struct sip_msg *m, struct str value)
{
	uint64_t n;

	if (!str_u64(value, MAX_FORWARDS_MAX, &n))
		return false;
	m->max_forwards = (int)n;
	return true;
}

static bool decode_expires(struct sip_msg *m, struct str value)
{
	uint64_t n;

	if (!lex_all(value, LEX_DIGIT))
		return true; /* RFC 2543 allowed dates here: a date counts as absent */
	if (!str_u64(value, EXPIRES_MAX, &n))
		return false;
	m->expires = (int64_t)n;
	return true;
}

static bool decode_content_type(struct sip_msg *m, struct str value)
{
	m->content_type = value;
	return value.n > 0;
}

bool field_decode(struct sip_msg *m, enum sip_header id, struct str value)
{
#define DECODER(id, name, compact, times, need, decode, rfc, use) [SIP_HDR_##id] = decode,
	static bool (*const decoders[SIP_HDR_COUNT])(struct sip_msg *, struct str) = {
		SIP_HEADERS(DECODER)};
#undef DECODER

	return !decoders[id] || decoders[id](m, value);
}
