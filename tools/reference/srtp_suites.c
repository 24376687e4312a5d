/* SPDX-License-Identifier: BSD-3-Clause */
#include <tools/reference/reference.h>
#include <tandem/media.h>

#define RTCP_INDEX 4 /* octets: SRTCP sends its packet's number along (RFC 3711 section 3.4) */

static const struct suite {
	const char *name;
	unsigned tag, rtcp_tag;
	bool offered;
} suites[TD_SRTP_SUITE_COUNT] = {
#define SUITE(id, kind, key, salt, tag, rtcp_tag, offered) \
	[TD_SRTP_##id] = {#id, tag, rtcp_tag, offered},
	TD_SRTP_SUITES(SUITE)
#undef SUITE
};

void reference_srtp_suites(struct doc *d)
{
	doc_text(d, "The first one is preferred. Any of them is taken when the peer offers it.");
	DOC_TABLE(d, "suite", "in our offers", "octets added to RTP", "octets added to RTCP");
	for (unsigned i = TD_SRTP_SUITE_COUNT - 1; i > TD_SRTP_NONE; i--) {
		char rtp[16], rtcp[16];

		snprintf(rtp, sizeof(rtp), "%u", suites[i].tag);
		snprintf(rtcp, sizeof(rtcp), "%u", suites[i].rtcp_tag + RTCP_INDEX);
		DOC_ROW(d, suites[i].name, suites[i].offered ? "yes" : "no", rtp, rtcp);
	}
}
