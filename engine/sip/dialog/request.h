/* SPDX-License-Identifier: BSD-3-Clause */
/* What we send in a dialog: requests, and responses to INVITE. */
#ifndef TANDEM_ENGINE_SIP_DIALOG_REQUEST_H
#define TANDEM_ENGINE_SIP_DIALOG_REQUEST_H

#include <engine/sip/dialog/session.h>
#include <engine/sip/msg/encode.h>

#define SIP_ALLOW_FIRST(name, ...) #name
#define SIP_ALLOW_NEXT(name, ...)  ", " #name
#define SIP_ALLOW                  SIP_HEADER_LINE(ALLOW, SIP_METHODS(SIP_ALLOW_FIRST, SIP_ALLOW_NEXT))

/* Writes a request as the transaction layer's message. False when it did not fit. extra: whole
 * header lines with CRLF, may be empty. */
bool session_request_encode(struct sip_session *s, enum sip_method method, uint32_t cseq,
	uint64_t branch, struct str extra, struct str sdp);
/* Answers the INVITE under way. A code from 101 to 299 carries our Contact in place of `extra`. */
void session_respond(struct sip_session *s, int code, struct str extra, struct str sdp);
void session_bye(struct sip_session *s); /* sends BYE; the session is the caller's to free */

#endif
