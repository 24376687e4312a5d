/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <engine/sip/msg/header_list.h>

/* The columns of header_list.h, as people read them. */
#define TIMES_ONCE  "once"
#define TIMES_FIRST "the first counts"
#define TIMES_LIST  "a list"
#define TIMES_LINES "many lines"
#define NEED_MUST   ", always"
#define NEED_MAY    ""

void reference_headers(struct doc *d)
{
	doc_text(d, "Names and one-letter forms are read in any case; we write the names. "
		    "A second one of a header field that may stand once makes a message "
		    "malformed, and so does a missing one that always stands. "
		    "Header fields that are not here are passed over.");
	DOC_TABLE(
		d, "header field", "short", "how often", "defined in", "what Tandem does with it");
#define HEADER(id, name, compact, times, need, decode, rfc, use) \
	DOC_ROW(d, name, (const char[]){compact, '\0'}, (TIMES_##times NEED_##need), rfc, use);
	SIP_HEADERS(HEADER)
#undef HEADER
}
