/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two sockets answer. */
#include <tools/reference/reference.h>
#include <tandem/api.h>

/* A right that is none of these does not compile. */
#define RIGHT_SEE       "see"
#define RIGHT_OPERATE   "operate"
#define RIGHT_CONFIGURE "configure"
#define RIGHT_PROGRAM   "program"

#define OP(ID, number, name, right, request, answer) \
	DOC_ROW(d, #name, #number, RIGHT_##right, (request), (answer));

void reference_operations(struct doc *d)
{
	doc_text(d, "Header and framing are in `include/tandem/api.h`. The quotes of JSON are left "
		    "out here.");
	doc_section(d, "tandem-engine: " TD_ENGINE_SOCKET);
	DOC_TABLE(d, "operation", "number", "right", "request", "answer");
	TD_API_ENGINE_OPS(OP)
	doc_section(d, "tandemd: " TD_TANDEMD_SOCKET);
	DOC_TABLE(d, "operation", "number", "right", "request", "answer");
	TD_API_TANDEMD_OPS(OP)
}
