/* SPDX-License-Identifier: BSD-3-Clause */
/* CONTACT: contacts without media, and data of all contacts. Main's thread. */
#ifndef TANDEM_ENGINE_HOST_API_CONTACTS_H
#define TANDEM_ENGINE_HOST_API_CONTACTS_H

#include <engine/host/api/state.h>
#include <jansson.h>

void op_contact(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);

#endif
