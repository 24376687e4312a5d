/* SPDX-License-Identifier: BSD-3-Clause */
/* CSeq: RFC 3261 section 20.16. */
#include <errno.h>
#include <engine/sip/msg/lex.h>
#include <engine/sip/msg/msg.h>

int sip_cseq_decode(struct sip_cseq *out, struct str text)
{
	struct str s = str_trim(text);
	uint64_t n;

	/* section 8.1.1.5: less than 2**31 */
	if (!str_u64(lex_run(&s, LEX_DIGIT), INT32_MAX, &n))
		return -EBADMSG;
	out->number = (uint32_t)n;
	if (s.n == 0 || !lex_is(s.p[0], LEX_SPACE))
		return -EBADMSG;
	lex_space(&s);
	out->method = s;
	return lex_all(s, LEX_TOKEN) ? 0 : -EBADMSG;
}
