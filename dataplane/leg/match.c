/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/match.h>

void leg_match(struct legs *r, uint32_t id)
{
	struct leg *l = &r->leg[id];
	const struct leg_cold *c = &r->cold[id];
	uint32_t ours = leg_local(r, id)->addr.ip4;
	uint16_t our_port = htons(td_leg_port(id, r->port_min, r->per_address));
	uint16_t port = htons(c->src_port);

	memset(l->match, 0, sizeof(l->match));
	if ((l->flags & LEG_FAST_MASK) != LEG_FAST || c->clock != LEG_TICKS ||
		(l->other != TD_LEG_NONE && (r->leg[l->other].flags & (LEG_SRTP | LEG_SIX))))
		return;
	memcpy(l->match, &c->src_ip, 4);
	l->match[4] = RTP_VERSION;
	l->match[5] = c->pt;
	memcpy(l->match + 6, (const uint8_t *)&ours + 2, 2);
	memcpy(l->match + 8, &port, 2);
	memcpy(l->match + 10, &our_port, 2);
	memcpy(l->match + 12, &c->in_ssrc, 4);
	l->in_pseudo = checksum_fold((uint64_t)c->src_ip + ours + htons(IPPROTO_UDP));
	l->in_sum =
		(uint16_t)~checksum_fold((uint64_t)c->src_ip + ours + port + our_port + c->in_ssrc);
}
