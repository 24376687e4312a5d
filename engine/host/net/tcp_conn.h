/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection, and what all of them share; for tcp*.c. All of it is the thread's. */
#ifndef TANDEM_ENGINE_HOST_NET_TCP_CONN_H
#define TANDEM_ENGINE_HOST_NET_TCP_CONN_H

#include <engine/base/hash.h>
#include <engine/host/net/tcp_news.h>
#include <engine/host/net/tcp_out.h>
#include <engine/host/net/tcp_place.h>
#include <engine/sip/transport/stream.h>
#include <sys/queue.h>
#include <system/loop.h>
#include <tandem/view.h>

struct dp;
struct spsc;

#define CONN_OUT_MAX  (256u << 10) /* waits to be sent; four of the longest messages */
#define CONN_SCRATCH  65536
#define CONN_ROOM     2048                   /* at first, for a message of which a part has come */
#define CONN_RETRY_NS (2 * TD_NSEC_PER_MSEC) /* signalling is behind: its ring is full */
#define CONN_SHARE    32 /* messages of one connection that signalling has not taken */

struct conn {
	TAILQ_ENTRY(conn) link;
	TAILQ_ENTRY(conn) wait;     /* while `waiting` */
	struct hash_node node;      /* conns.by_number */
	struct hash_node made_node; /* conns.by_remote, while `made` */
	struct conns *conns;
	struct td_flow flow; /* .connection: its number */
	uint64_t order;      /* a later one has a greater one */
	uint64_t opened;
	uint64_t in_count, in_bytes, out_count, out_bytes; /* messages, octets */
	uint32_t trunk, agent; /* whose it is, as the engine has said; 0: not */
	struct conn_place place;
	struct loop_fd fd; /* fd.fd: -1 once it has ended */
	struct loop_timer deadline;
	struct stream stream;
	char *in;
	size_t in_len, in_room;
	struct tcp_out out;
	size_t held;    /* its part of conns.held */
	unsigned share; /* messages that it may still give to signalling now */
	uint64_t told;  /* conns.told, as its last message had it */
	uint64_t moved; /* the socket has taken octets, or what waits has begun to */
	uint64_t kept;  /* what `in` begins with came */
	uint64_t begun; /* a part of a message has come; 0: none */
	uint8_t dscp;
	bool made; /* by us */
	bool connecting;
	bool came;    /* any octet */
	bool spoken;  /* a whole message has come or gone */
	bool known;   /* signalling has its number: it must hear of its end */
	bool waiting; /* for room in the ring, or for its share: a message, or the end */
	bool pong;    /* a ping is to be answered, once nothing else waits to be sent */
};

struct conns {
	struct loop *loop;
	struct spsc *in; /* to signalling */
	struct dp *dp;
	struct conn_places places;
	uint64_t idle_ns, connect_ns, patience_ns, unread_ns;
	size_t held, held_max;           /* octets that wait, in and out, of all connections */
	uint64_t told;                   /* messages given to signalling */
	_Atomic uint64_t *taken;         /* of them, those that it has taken */
	TAILQ_HEAD(conn_head, conn) all; /* the oldest first */
	uint64_t order;                  /* of the last one */
	TAILQ_HEAD(conn_list, conn) waiting;
	unsigned waiting_count;
	uint64_t full_warn_at;
	struct loop_timer retry;          /* of those */
	struct hash by_number, by_remote; /* the second: of those that we made */
	uint32_t accepted;                /* the last number: even ones */
	struct td_section_tcp stats;
	char scratch[CONN_SCRATCH];
};

/* One in conns.all and by its number, without a socket; or NULL. */
struct conn *conn_alloc(struct conns *s, const struct td_flow *flow);
void conn_free(struct conn *c);
struct conn *conn_lookup(const struct conns *s, uint32_t number); /* NULL; ended ones too */

/* counter: of conns.stats; why: for the log. Nothing of it is touched after conn_end() but its
 * number, while signalling must hear of the end. */
void conn_end(struct conn *c, uint64_t *counter, const char *why);
void conn_count_end(struct conn *c, uint64_t *counter, const char *why);

bool conn_tell(struct conn *c, struct str message); /* to signalling. False: not now, conn_wait() */
void conn_tell_end(struct conn *c);                 /* now, or when the ring has room */
bool conn_share_left(struct conn *c);
void conn_wait(struct conn *c); /* its turn comes by conns.retry */
void conn_wait_end(struct conn *c);

void conn_watch(struct conn *c); /* what its socket is to report */
void conn_deadline_set(struct conn *c);
bool conn_held_set(struct conn *c); /* in_room or out.room has changed. False: it has ended */

/* Of our side: signalling has heard of it, or is about to. */
static inline bool conn_ended(const struct conn *c)
{
	return c->fd.fd < 0;
}

#endif
