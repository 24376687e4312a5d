/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bad network, from a seed. It loses, doubles, delays and so reorders datagrams. Its streams keep
 * the order and lose nothing, until they end: at any moment, and then what is under way is lost.
 * For a message beyond NET_BYTES, or one more under way than net_init() was told, it aborts the
 * test: nothing is lost that was not meant to be.
 */
#ifndef TANDEM_TESTS_SCENARIO_NET_H
#define TANDEM_TESTS_SCENARIO_NET_H

#include <engine/base/pool.h>
#include <engine/base/prng.h>
#include <engine/base/timer.h>
#include <tandem/flow.h>

#define NET_BYTES   2048
#define NET_STREAMS 128 /* at once; one more ends the oldest */

struct net;

struct net_stream {
	struct timer told; /* that it has ended */
	struct net *net;
	uint32_t number; /* of this connection; the place's next one has NET_STREAMS more */
	bool open;
	struct td_addr end[2]; /* who made it, and the other */
	uint64_t last[2];      /* when the last message from each end arrives */
};

struct net {
	struct prng prng;
	struct timers timers;
	struct pool packets;
	struct net_stream stream[NET_STREAMS];
	uint32_t made;        /* streams */
	unsigned loss, twice; /* datagrams of 1000 */
	uint64_t delay_min, delay_max;
	uint64_t sent, lost, doubled, ended;
	void *ctx;
	/* flow: the receiver's. */
	void (*deliver)(void *ctx, const struct td_flow *flow, const uint8_t *data, size_t len);
	/* A stream has ended. flow: of one end; each end is told. */
	void (*failed)(void *ctx, const struct td_flow *flow);
};

int net_init(struct net *n, uint64_t seed, uint32_t packets); /* 0 or -ENOMEM */
void net_fini(struct net *n);
/* flow: the sender's. A stream that is not there, or has ended, is made anew, and its number put
 * into flow. */
void net_send(struct net *n, uint64_t now, struct td_flow *flow, const uint8_t *data, size_t len);
/* Ends one of the streams, if that place has one. */
void net_break(struct net *n, uint64_t now, unsigned place);

#endif
