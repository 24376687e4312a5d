/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <tandem/stats.h>

void reference_consumed(struct doc *d)
{
	doc_text(
		d, "Such a packet ended its life here as intended. `tandemctl show stats` counts.");
	DOC_TABLE(d, "reason", "meaning");
#define CONSUMED(id, name, text) DOC_ROW(d, name, text);
	TD_CONSUMED(CONSUMED)
#undef CONSUMED
}
