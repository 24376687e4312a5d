/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <tandem/stats.h>

void reference_drops(struct doc *d)
{
	doc_text(d, "`tandemctl show drops` counts them by port, `tandemctl show stats` in all.");
	DOC_TABLE(d, "reason", "meaning");
#define DROP(id, name, text) DOC_ROW(d, name, text);
	TD_DROPS(DROP)
#undef DROP
}
