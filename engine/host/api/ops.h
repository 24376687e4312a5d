/* SPDX-License-Identifier: BSD-3-Clause */
/* What the requests of include/tandem/api.h do. Main's thread. */
#ifndef TANDEM_ENGINE_HOST_API_OPS_H
#define TANDEM_ENGINE_HOST_API_OPS_H

#include <engine/host/api/state.h>

void ops_init(struct ops *o);
void ops_fini(struct ops *o);                  /* after api_stop() and the last answer */
extern const struct api_handlers ops_handlers; /* ctx to be set */

void ops_second(struct ops *o, uint64_t now); /* once a second */
bool ops_traces(struct ops *o);    /* after a kick; true: call it again, serving others between */
int ops_drain(struct ops *o);      /* no new calls from now on. 0 or -errno */
int ops_hangup_all(struct ops *o); /* the same, and running calls get BYE. 0 or -errno */
void ops_drained(struct ops *o);   /* the last call has ended: tell who waits */

#endif
