/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of ours, and the parts that they are made of. All append to a td_buf, whose error
 * sticks; those that write a whole message empty it first, and give false when the message did not
 * fit. extra: whole header lines with CRLF, may be empty. sdp: the body, may be empty.
 */
#ifndef TANDEM_ENGINE_SIP_MSG_ENCODE_H
#define TANDEM_ENGINE_SIP_MSG_ENCODE_H

#include <engine/sip/msg/header_names.h> /* in the build directory */
#include <engine/sip/msg/msg.h>

#define SIP_BRANCH "z9hG4bK" /* RFC 3261 section 8.1.1.7: what our branches begin with */
#define SIP_ID_HEX 16        /* digits of our tags, after SIP_BRANCH, and half of a Call-ID */

/* What header_name_encode() and header_encode() write, as literals. */
#define SIP_HEADER_NAME(id)        SIP_NAME_##id ": "
#define SIP_HEADER_LINE(id, value) SIP_NAME_##id ": " value "\r\n"

/* n as a tag or the end of a branch: 64 random bits, where section 19.3 wants 32 at least. */
void id_encode(uint64_t n, char out[static SIP_ID_HEX + 1]);

void value_encode(struct td_buf *b, struct str value);         /* unfolded */
void header_name_encode(struct td_buf *b, enum sip_header id); /* "Call-ID: " */
/* "Call-ID: value" and a line end. */
void header_encode(struct td_buf *b, enum sip_header id, struct str value);
/* A user as it may stand in a URI: '#', which others send as it is, is escaped. */
void user_encode(struct td_buf *b, struct str user);
void request_line_encode(struct td_buf *b, enum sip_method method, struct str uri);
/* transport: as Via calls it, "UDP". */
void via_encode(
	struct td_buf *b, struct str transport, const struct td_addr *local, uint64_t branch);
/* As it was, with received and rport of the packet's source (section 18.2.1, RFC 3581). */
void via_received_encode(struct td_buf *b, const struct sip_via *v, const struct td_addr *source);
void max_forwards_encode(struct td_buf *b, unsigned n);
void cseq_encode(struct td_buf *b, uint32_t cseq, enum sip_method method);
/* The end of the header, and the body. False: it, or what stands before it, did not fit. */
bool body_encode(struct td_buf *b, struct str sdp);

/*
 * What a response copies of its request (section 8.2.6.2), To last and without its line end, so
 * that a tag can follow. Of a malformed request: what is there. source: where it came from.
 */
void head_encode(struct td_buf *b, const struct sip_msg *m, const struct td_addr *source);
/* A whole response. head: of head_encode(). tag: our To tag, empty when head has one. */
bool response_encode(struct td_buf *b, struct str agent, int code, struct str head, struct str tag,
	struct str extra, struct str sdp);
/* A whole ACK to a final response >= 300, or CANCEL, for a request of ours (section 17.1.1.3, 9.1).
 * to: value of To. */
bool follow_encode(struct td_buf *b, const struct sip_msg *request, enum sip_method method,
	struct str to, struct str extra);

#endif
