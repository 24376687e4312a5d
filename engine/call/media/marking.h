/* SPDX-License-Identifier: BSD-3-Clause */
/* DSCP of what we send: the trunk's or agent's, else the site's. */
#ifndef TANDEM_ENGINE_CALL_MEDIA_MARKING_H
#define TANDEM_ENGINE_CALL_MEDIA_MARKING_H

#include <engine/call/state/state.h>

uint8_t marking_sip(const struct td_engine *e, const struct td_flow *flow);
uint8_t marking_rtp(const struct td_engine *e, const struct party *p);
/* The telephones of `conf` that are known by their address alone, sorted; *count says how many.
 * The caller frees the memory. NULL when there is no memory. */
struct marked *marking_telephones(const struct td_conf *conf, uint32_t *count);

#endif
