/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <engine/base/codec.h>

void reference_codecs(struct doc *d)
{
	doc_text(d, "Names as `codecs` of site.yaml, the store and commands have them.");
	DOC_TABLE(d, "name", "RTP payload type", "SDP", "bit/s", "Ie", "Bpl", "recorded as",
		"what it is");
	for (unsigned i = 1; i < TD_CODEC_COUNT; i++) {
		const struct codec *c = codec_get(i);
		char pt[8], sdp[48], bps[16], ie[16], bpl[16];

		snprintf(pt, sizeof(pt), "%u", c->pt);
		snprintf(sdp, sizeof(sdp), "`%s/%u`", c->encoding, c->clock);
		snprintf(bps, sizeof(bps), "%u", c->bps);
		snprintf(ie, sizeof(ie), "%g", c->ie);
		snprintf(bpl, sizeof(bpl), "%g", c->bpl);
		DOC_ROW(d, c->name, pt, sdp, bps, ie, bpl,
			c->wav ? c->name : codec_name(TD_CODEC_DEFAULT), c->help);
	}
}
