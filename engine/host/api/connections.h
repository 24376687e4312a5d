/* SPDX-License-Identifier: BSD-3-Clause */
/* SHOW of connections: pages of the thread of TCP, with names that signalling has. Main's thread.
 */
#ifndef TANDEM_ENGINE_HOST_API_CONNECTIONS_H
#define TANDEM_ENGINE_HOST_API_CONNECTIONS_H

#include <engine/host/api/state.h>

void connections_show(struct ops *o, struct api_client *c, const struct td_api_msg *m);
/* Main serves nobody any more: who waits for the thread of TCP hears so, and the thread ends
 * later. */
void connections_abort(struct ops *o);

#endif
