/* SPDX-License-Identifier: BSD-3-Clause */
/* What the requests of include/tandem/api.h do. Main's thread. */
#ifndef TANDEM_ENGINE_HOST_API_OPS_H
#define TANDEM_ENGINE_HOST_API_OPS_H

#include <engine/host/api/state.h>
#include <engine/host/api/waiters.h>

void ops_init(struct ops *o);
void ops_fini(struct ops *o);                  /* after api_stop() and the last answer */
extern const struct api_handlers ops_handlers; /* ctx to be set */

void ops_second(struct ops *o, uint64_t now); /* once a second */

#endif
