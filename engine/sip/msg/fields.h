/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of a header field when the message reads its line. */
#ifndef TANDEM_ENGINE_SIP_MSG_FIELDS_H
#define TANDEM_ENGINE_SIP_MSG_FIELDS_H

#include <engine/sip/msg/msg.h>

/* Decodes a value into m, if it is one of those that are decoded. m->present says which have been
 * there before. False: malformed. */
bool field_decode(struct sip_msg *m, enum sip_header id, struct str value);

#endif
