/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Floods: a leg's rightful source gets twice its codec's rate, headers counted, and no more. The
 * generic cell rate algorithm (ITU-T I.371) with one number a leg: the time at which all packets so
 * far would have come at exactly that rate. A packet that would move this time further ahead of now
 * than POLICE_AHEAD is dropped. So the packets of a second or two that a network held up may arrive
 * at once.
 */
#ifndef TANDEM_DATAPLANE_LEG_POLICE_H
#define TANDEM_DATAPLANE_LEG_POLICE_H

#include <dataplane/leg/leg.h>

#define POLICE_AHEAD      LEG_TICKS /* 1 s, in which fit 2 s of the codec's packets */
#define POLICE_FACTOR     2
#define POLICE_SHIFT      8 /* of police_byte */
#define POLICE_RTCP       10
#define POLICE_RTCP_AHEAD LEG_TICKS /* 1 s */

/* For packets of `frame` ticks in `bytes` of IP. */
static inline uint16_t police_byte(uint32_t frame, uint32_t bytes)
{
	return (uint16_t)((frame << POLICE_SHIFT) / (POLICE_FACTOR * bytes));
}

/* False: the packet is too much. `time`: arrival, in ticks. */
static inline bool police_pass(struct leg *l, uint32_t bytes, uint32_t time)
{
	int32_t ahead = (int32_t)(l->police_time - time);

	if (__builtin_expect(ahead > POLICE_AHEAD, 0))
		return false;
	ahead = ahead > 0 ? ahead : 0;
	l->police_time = time + (uint32_t)ahead + (bytes * l->police_byte >> POLICE_SHIFT);
	return true;
}

/*
 * RTCP, the same with messages: POLICE_RTCP a second, and as many at once after a silence. A
 * session of two sends one in five seconds; with the reduced minimum (RFC 3550 section 6.2) and
 * feedback some a second.
 */
static inline bool police_rtcp(uint32_t *police_time, uint32_t time)
{
	int32_t ahead = (int32_t)(*police_time - time);

	if (ahead > POLICE_RTCP_AHEAD)
		return false;
	*police_time = time + (uint32_t)(ahead > 0 ? ahead : 0) + POLICE_RTCP_AHEAD / POLICE_RTCP;
	return true;
}

/* The clock of ticks wraps around in 6 days. A leg that was silent for 3 days must not
 * count as ahead. */
static inline void police_settle(uint32_t *police_time, uint32_t time)
{
	if ((int32_t)(*police_time - time) < 0)
		*police_time = time;
}

#endif
