/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <tandem/config.h>

void reference_port_types(struct doc *d)
{
	doc_text(d, "The key `type` of a port in site.yaml has one of these words.");
	DOC_TABLE(d, "type", "what the port is");
#define PORT_TYPE(id, word, help) DOC_ROW(d, word, help);
	TD_PORT_TYPES(PORT_TYPE)
#undef PORT_TYPE
}
