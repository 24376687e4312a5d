/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transaction layer (RFC 3261 section 17, RFC 6026). A transaction belongs to the layer and
 * ends by its own timers. The transaction user of the RFC waits for it: it embeds a struct sip_tu
 * that points to its INVITE under way, and the transaction points back. Whichever ends first clears
 * both pointers.
 *
 * A callback may end any transaction user and any transaction, so it is always the last thing that
 * we do with either.
 */
#ifndef TANDEM_ENGINE_SIP_TXN_TXN_H
#define TANDEM_ENGINE_SIP_TXN_TXN_H

#include <sys/queue.h>
#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <engine/base/random.h>
#include <engine/base/timer.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/transport/transport.h>
#include <engine/sip/txn/msg_store.h>

/* RFC 3261 table 4 */
#define SIP_T1      (500 * TD_NSEC_PER_MSEC)
#define SIP_T2      (4 * TD_NSEC_PER_SEC)
#define SIP_T4      (5 * TD_NSEC_PER_SEC)
#define SIP_TIMEOUT (64 * SIP_T1)            /* timers B F H J L M */
#define SIP_TIMER_D SIP_TIMEOUT              /* at least 32 s */
#define SIP_TRYING  (200 * TD_NSEC_PER_MSEC) /* section 17.2.1 */

#define SIP_AGENT_MAX 64

enum txn_kind { TXN_CLIENT_INVITE, TXN_CLIENT, TXN_SERVER_INVITE, TXN_SERVER };
enum txn_state {
	TXN_TRYING,     /* client: no response yet */
	TXN_PROCEEDING, /* provisional response received; server: no final one sent */
	TXN_ACCEPTED,   /* INVITE: 2xx (RFC 6026) */
	TXN_COMPLETED,  /* final response, INVITE: >= 300 */
	TXN_CONFIRMED,  /* INVITE server: ACK has come */
};

struct sip_txn;
struct txn_layer;

#define SIP_FORKS 4 /* dialogs of one INVITE that are told apart; one more is the oldest again */

/* What a transaction that waits does, by its kind. */
struct txn_way {
	void (*broken)(struct sip_txn *t); /* its flow failed */
	/* It is stranded, and the telephone is reached by this flow now. */
	void (*anew)(struct sip_txn *t, const struct td_flow *flow);
	/* The telephone has left its flow for this one. */
	void (*moved)(struct sip_txn *t, const struct td_flow *flow);
};

/* The transaction user, embedded in its owner. */
struct sip_tu {
	struct sip_txn *invite; /* the INVITE under way, also our 2xx without its ACK; NULL: none */
};

struct sip_txn {
	struct hash_node node;       /* layer->servers or layer->clients */
	struct hash_node merge;      /* layer->merged, of INVITEs that came */
	LIST_ENTRY(sip_txn) wait;    /* layer->waiting */
	TAILQ_ENTRY(sip_txn) linger; /* layer->lingering */
	struct timer resend;         /* A E G; 100 Trying; 2xx again */
	struct timer expire;         /* B D F H I J K L M */
	struct timer over;           /* server INVITE: Expires of the request */
	struct txn_layer *layer;
	const struct txn_way *way; /* NULL: it never waits */
	struct sip_tu *tu;         /* NULL: nobody waits for it */
	enum txn_kind kind;
	enum txn_state state;
	enum sip_method method;
	bool lingering;  /* only absorbs retransmissions: may be evicted */
	bool merging;    /* in layer->merged */
	bool initial;    /* server INVITE: of no dialog */
	bool waiting;    /* in layer->waiting */
	bool unwanted;   /* client INVITE: the user has cancelled it */
	bool cancelling; /* client INVITE: CANCEL was sent */
	bool broken;     /* its flow failed */
	bool reused;     /* client: its connection was there before it */
	bool again;      /* sent by a second flow, after the first failed */
	bool stranded;   /* waits for the agent's next flow */
	uint8_t cause;   /* enum sip_cause, of `unwanted` */
	uint64_t interval;
	uint64_t id;     /* client: the random part of the branch; server: second hash of the key */
	uint64_t to_tag; /* client INVITE: hash of the accepted To tag */
	uint64_t merge_id, uri_id; /* server INVITE: what a CANCEL repeats */
	uint64_t ended[SIP_FORKS]; /* client INVITE: hashes of To tags whose dialogs got our BYE */
	uint8_t ended_count;
	bool acked; /* client INVITE: `sent` is the ACK of the accepted dialog */
	uint32_t cseq;
	uint32_t spare;           /* client: the connection to try when `flow` fails; 0: none */
	char tag[SIP_ID_HEX + 1]; /* server: our To tag where the request had none */
	struct td_flow flow;
	struct stored_msg sent; /* client: the request, then its ACK; server: the last response */
	struct stored_msg
		head; /* server INVITE: what its responses begin with after the first line */
};

/* What a transaction of INVITE tells its user. All are given at creation. */
struct txn_ops {
	void (*provisional)(struct sip_tu *tu, const struct sip_msg *m, const struct td_flow *flow);
	/* First 2xx; t is no longer under way, and waits for the user's ACK. */
	void (*accepted)(struct sip_tu *tu, struct sip_txn *t, const struct sip_msg *m,
		const struct td_flow *flow);
	/* A 2xx that no user waits for: from another branch of a forked INVITE, or too late.
	 * It comes again until it has its ACK; `bye`: its dialog is still to be ended. */
	void (*fork)(struct txn_layer *l, struct sip_txn *t, const struct sip_msg *m,
		const struct td_flow *flow, bool bye);
	/* Final response >= 300; or m NULL, and 408 no answer came, 503 the flow failed (RFC 3261
	 * section 8.1.3.1). The transaction is no longer the user's. */
	void (*failed)(struct sip_tu *tu, int code, const struct sip_msg *m);
	/* The INVITE that is not answered yet holds no longer (section 13.3.1 item 1). */
	void (*expired)(struct sip_tu *tu);
	void (*no_ack)(struct sip_tu *tu); /* our 2xx was never acknowledged */
	/* No response to the first INVITE of a dialog gets to the peer any more (section 17.2.4).
	 * The transaction is no longer the user's. */
	void (*lost)(struct sip_tu *tu);
	/* By which connection is the peer of this flow reached now? False: by none. NULL: nobody
	 * knows. */
	bool (*reach)(struct txn_layer *l, const struct td_flow *flow, struct td_flow *to);
};

TAILQ_HEAD(txn_list, sip_txn);
LIST_HEAD(txn_wait_list, sip_txn);

struct txn_layer {
	const struct txn_ops *ops;
	struct sip_transport *transport;
	struct sip_stats *stats; /* the transport's */
	uint64_t now;            /* of the input at hand */
	struct random *random;
	struct timers timers;
	struct pool txns;
	struct msg_store store;
	struct hash servers, clients, merged;
	/* Client transactions whose answer is to come, and server transactions whose user still is
	 * to answer, or to see the ACK: in chains by flow. */
	struct txn_wait_list *waiting;
	uint32_t waiting_mask;
	struct hash second; /* a second hash of keys: 128 bits stand for a key of any length */
	struct txn_list lingering; /* oldest first */
	struct sip_msg stored;     /* one of ours, read again */
	char agent[SIP_AGENT_MAX]; /* our name in Server and User-Agent */
	struct td_buf out;         /* the message being written */
	char *scratch;             /* SIP_MSG_MAX bytes */
};

struct txn_layer_params {
	const struct txn_ops *ops;       /* kept */
	struct sip_transport *transport; /* kept */
	const uint8_t *key;    /* RANDOM_KEY_BYTES, of every number that we choose; not kept */
	uint32_t users;        /* transaction users at once */
	struct str user_agent; /* copied */
};

int txn_layer_init(struct txn_layer *l, const struct txn_layer_params *p); /* 0 or -ENOMEM */
void txn_layer_fini(struct txn_layer *l);
/* 64 bits of a tag, a branch or a Call-ID: not to be guessed. */
uint64_t txn_layer_id(struct txn_layer *l, enum random_stream what);
/* Our name for Server and User-Agent; empty: this peer does not get it. */
struct str txn_layer_agent(const struct txn_layer *l, const struct td_flow *flow);
/* The flow has ended. Who waits for an answer by it is told at the layer's next deadline, which is
 * now. Who is to answer by it tries another flow first. */
void txn_layer_flow_failed(struct txn_layer *l, const struct td_flow *flow);
/* The agent of this flow is reached by it from now on. What did not get to the telephone goes by
 * it; so does what waits for an answer, or is to be answered, by the connection that it has `left`,
 * NULL: by none. */
void txn_layer_flow_anew(
	struct txn_layer *l, const struct td_flow *left, const struct td_flow *flow);
/* As ops->reach says, by another connection than the flow's own. */
bool txn_layer_reach(struct txn_layer *l, const struct td_flow *flow, struct td_flow *to);
/* Sends l->out once and keeps nothing of it. False: the flow cannot carry it. */
bool txn_layer_send(struct txn_layer *l, struct td_flow *flow);

/* t is the INVITE that tu waits for. */
void txn_join(struct sip_txn *t, struct sip_tu *tu);
/* Its user, if there is one, no longer waits for t. */
void txn_part(struct sip_txn *t);
/* Sends l->out and keeps it in place of what t kept. False: its flow cannot carry it. */
bool txn_send(struct sip_txn *t);

/* For ctrans.c and strans.c. */
struct sip_txn *txn_alloc(struct txn_layer *l, enum txn_kind kind, enum sip_method method,
	const struct td_flow *flow);
void txn_free(struct sip_txn *t);
/* Frees t, whose time is over: a time-out unless it only lingered. Who waited for it, or NULL. */
struct sip_tu *txn_expire(struct sip_txn *t);
bool txn_keep(
	struct sip_txn *t, struct stored_msg *m, struct str data); /* evicts others if it must */
bool txn_resend(struct sip_txn *t); /* false: its flow cannot carry it */
void txn_break(struct sip_txn *t);  /* client: its flow failed */
/* From now on it is in layer->waiting, or no longer. */
void txn_wait(struct sip_txn *t);
void txn_strand(struct sip_txn *t); /* the same, for the agent's next flow */
void txn_wait_end(struct sip_txn *t);
void txn_linger(struct sip_txn *t, enum txn_state state, uint64_t time);
void txn_timer(struct sip_txn *t, struct timer *timer, uint64_t after);
void txn_backoff(struct sip_txn *t, uint64_t max); /* sets resend, doubles interval up to max */

#endif
