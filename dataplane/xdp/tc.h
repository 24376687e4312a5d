/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TANDEM_DATAPLANE_XDP_TC_H
#define TANDEM_DATAPLANE_XDP_TC_H

int tc_clean(int ifindex); /* removes a stale filter of ours; 1 when there was one, else 0 */

#endif
