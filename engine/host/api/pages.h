/* SPDX-License-Identifier: BSD-3-Clause */
/* SHOW: its rows, page by page. Main's thread. */
#ifndef TANDEM_ENGINE_HOST_API_PAGES_H
#define TANDEM_ENGINE_HOST_API_PAGES_H

#include <engine/host/api/state.h>
#include <jansson.h>

void op_show(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);
/* The client has room again: its answers that waited go on. */
void pages_go_on(struct ops *o, const struct api_client *c);
/* The client is gone, and its answers with it. */
void pages_forget(struct ops *o, const struct api_client *c);

#endif
