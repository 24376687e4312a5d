/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is ours: our IPv4 addresses, the ports of SIP and of media, and, in a table of their own,
 * our IPv6 addresses. Made before the workers start, and read only from then on.
 */
#ifndef TANDEM_DATAPLANE_NET_LOCAL_H
#define TANDEM_DATAPLANE_NET_LOCAL_H

#include <engine/base/octets.h>
#include <dataplane/net/local6.h>

#define LOCAL_SHIFT     18
#define LOCAL_SLOTS     (1 << (32 - LOCAL_SHIFT))
#define PARSE_RTP_FRAME 54 /* Ethernet, IPv4, UDP and RTP headers */

struct local {
	/* Each address alone in its slot: a multiplier is chosen for which none collide. */
	struct {
		uint32_t ip;    /* network order, 0 empty */
		uint32_t first; /* its address' first leg (include/tandem/media.h) */
	} address[LOCAL_SLOTS];
	uint32_t multiplier;
	uint32_t ports_per_address; /* legs of one address */
	uint16_t sip_port, rtp_port_min, rtp_port_max;
	struct local6 local6; /* our IPv6 addresses */
};

static inline unsigned local_slot(const struct local *t, uint32_t ip)
{
	return ip * t->multiplier >> LOCAL_SHIFT;
}

/*
 * The leg of an RTP packet by its headers' usual places, in a frame of at least PARSE_RTP_FRAME
 * bytes: `none` when there is none. The caller must prove that they are at these places.
 */
static inline uint32_t local_leg(const struct local *t, const uint8_t *frame, uint32_t none)
{
	uint32_t ip = raw32(frame + 30);
	unsigned slot = local_slot(t, ip);
	uint16_t offset = (uint16_t)(be16_get(frame + 36) - t->rtp_port_min);
	uint32_t place = (uint16_t)(offset >> 1 | offset << 15); /* an odd port is far outside */

	return t->address[slot].ip == ip && place < t->ports_per_address
		       ? t->address[slot].first + place
		       : none;
}

void local_init(struct local *t, uint16_t sip_port, uint16_t rtp_min, uint16_t rtp_max);
/* 0; -EEXIST; -ENOSPC: no multiplier was found; this does not happen with hundreds of addresses. */
int local_add(struct local *t, uint32_t ip, unsigned index);
int local_lookup(const struct local *t, uint32_t ip); /* address index, or -ENOENT */

#endif
