/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports, taken and made. */
#ifndef TANDEM_DATAPLANE_LEG_RTCP_H
#define TANDEM_DATAPLANE_LEG_RTCP_H

#include <dataplane/leg/state.h>

void report_input(struct legs *r, struct rte_mbuf *m, uint64_t now); /* takes it */
void report_start(struct legs *r, uint32_t id, uint64_t now); /* says when the first is due */
void report_due(struct legs *r, uint32_t id, uint64_t now);   /* and the next */
void report_bye(struct legs *r, uint32_t id, uint64_t now);

#endif
