/* SPDX-License-Identifier: BSD-3-Clause */
/* A network that loses, doubles, delays and so reorders datagrams, from a seed. */
#ifndef TANDEM_TESTS_SCENARIO_NET_H
#define TANDEM_TESTS_SCENARIO_NET_H

#include <engine/base/pool.h>
#include <engine/base/prng.h>
#include <engine/base/timer.h>

#define NET_BYTES 2048

struct net {
	struct prng prng;
	struct timers timers;
	struct pool packets;
	unsigned loss, twice; /* of 1000 */
	uint64_t delay_min, delay_max;
	uint64_t sent, lost, doubled;
	void *ctx;
	void (*deliver)(void *ctx, const struct td_addr *from, const struct td_addr *to,
		const uint8_t *data, size_t len);
};

int net_init(struct net *n, uint64_t seed, uint32_t packets);
void net_fini(struct net *n);
void net_send(struct net *n, uint64_t now, const struct td_addr *from, const struct td_addr *to,
	const uint8_t *data, size_t len);

#endif
