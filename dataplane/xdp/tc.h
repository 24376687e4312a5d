/* SPDX-License-Identifier: BSD-3-Clause */
/* The programs beside a packet socket (af_packet). Main only. */
#ifndef TANDEM_DATAPLANE_XDP_TC_H
#define TANDEM_DATAPLANE_XDP_TC_H

#include <stdint.h>
#include <tandem/text.h>
#include <dataplane/xdp/maps.h>

/* The clsact drop and the socket's filter. */
struct tc;
struct tc *tc_alloc(int ifindex, int packet_socket, const char *object,
	const struct filter_ours *ours, struct td_text *err);
void tc_free(struct tc *t);
uint64_t tc_counter(const struct tc *t, enum filter_counter kind);
int tc_clean(int ifindex); /* removes a stale filter of ours; 1 when there was one, else 0 */

#endif
