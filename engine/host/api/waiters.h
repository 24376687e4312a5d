/* SPDX-License-Identifier: BSD-3-Clause */
/* Who waits for what comes later: SIP messages that are traced, or the end of the drain. Main's
 * thread. */
#ifndef TANDEM_ENGINE_HOST_API_WAITERS_H
#define TANDEM_ENGINE_HOST_API_WAITERS_H

#include <engine/host/api/state.h>
#include <jansson.h>

void op_trace(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);
void op_drain(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body);
/* The client is gone, and waits for nothing any more. */
void waiters_forget(struct ops *o, const struct api_client *c);

bool ops_traces(struct ops *o);    /* after a kick; true: call it again, serving others between */
int ops_drain(struct ops *o);      /* no new calls, and the end with the last one. 0 or -errno */
int ops_hangup_all(struct ops *o); /* the same, and running calls get BYE. 0 or -errno */
bool ops_counts(const struct ops *o); /* somebody wants to know what is left */
/* What is left: tells who waits. True: the engine shall end. */
bool ops_counted(struct ops *o, uint32_t calls, uint32_t contacts);

#endif
