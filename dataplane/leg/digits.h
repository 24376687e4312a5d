/* SPDX-License-Identifier: BSD-3-Clause */
/* Digits of a leg: telephone events become events for signalling. */
#ifndef TANDEM_DATAPLANE_LEG_DIGITS_H
#define TANDEM_DATAPLANE_LEG_DIGITS_H

#include <dataplane/leg/state.h>
#include <dataplane/rtp/packet.h>

void digits_input(struct legs *r, uint32_t id, const struct rtp_packet *v, uint64_t now);
void digits_due(struct legs *r, uint32_t id, uint64_t now);
void digits_finish(struct legs *r, uint32_t id);

#endif
