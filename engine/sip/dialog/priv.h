/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the user agent share; nobody else includes this.
 *
 * Objects' lives. A transaction belongs to the user agent and ends by its own timers. A session
 * points to the INVITE transaction under way in its dialog, that points back; whichever goes first
 * clears both. A callback of the caller's may end any session, so it is always the last thing that
 * is done with one, and transactions are not touched after it.
 */
#ifndef TANDEM_ENGINE_SIP_DIALOG_PRIV_H
#define TANDEM_ENGINE_SIP_DIALOG_PRIV_H

#include <sys/queue.h>
#include <engine/base/hash.h>
#include <engine/base/pool.h>
#include <engine/base/prng.h>
#include <engine/base/timer.h>
#include <engine/sip/msg/msg.h>
#include <engine/sip/txn/msg_store.h>
#include <engine/sip/dialog/ua.h>

/* RFC 3261 table 4 */
#define SIP_T1      (500 * TD_NSEC_PER_MSEC)
#define SIP_T2      (4 * TD_NSEC_PER_SEC)
#define SIP_T4      (5 * TD_NSEC_PER_SEC)
#define SIP_TIMEOUT (64 * SIP_T1)            /* timers B F H J L M */
#define SIP_TIMER_D SIP_TIMEOUT              /* at least 32 s */
#define SIP_TRYING  (200 * TD_NSEC_PER_MSEC) /* section 17.2.1 */

#define SIP_TAG_HEX    16 /* 64 random bits: section 19.3 wants 32 at least */
#define SIP_AGENT_MAX  64
#define SESSION_TEXT   4096 /* all the text of a dialog; more: 513 */
#define SESSION_ROUTES 64   /* of a route set; more: 513 */
#define SIP_ALLOW      "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, REGISTER"
#define SIP_BRANCH     "z9hG4bK" /* section 8.1.1.7 */

enum txn_kind { TXN_CLIENT_INVITE, TXN_CLIENT, TXN_SERVER_INVITE, TXN_SERVER };
enum txn_state {
	TXN_TRYING,     /* client: no response yet */
	TXN_PROCEEDING, /* provisional response received; server: no final one sent */
	TXN_ACCEPTED,   /* INVITE: 2xx (RFC 6026) */
	TXN_COMPLETED,  /* final response, INVITE: >= 300 */
	TXN_CONFIRMED,  /* INVITE server: ACK has come */
};

struct sip_txn {
	struct hash_node node;       /* ua->servers or ua->clients */
	struct hash_node merge;      /* ua->merged, of initial INVITEs */
	TAILQ_ENTRY(sip_txn) linger; /* ua->lingering */
	struct timer resend;         /* A E G; 100 Trying; 2xx again */
	struct timer expire;         /* B D F H I J K L M */
	struct sip_ua *ua;
	struct sip_session *session; /* NULL: nobody waits for it */
	enum txn_kind kind;
	enum txn_state state;
	enum sip_method method;
	bool lingering;  /* only absorbs retransmissions: may be evicted */
	bool merging;    /* in ua->merged */
	bool cancelling; /* client INVITE: CANCEL was sent */
	uint64_t interval;
	uint64_t id;     /* client: the random part of the branch; server: second hash of the key */
	uint64_t to_tag; /* client INVITE: hash of the accepted To tag */
	uint64_t merge_id;
	uint32_t cseq;
	char tag[SIP_TAG_HEX + 1]; /* server: our To tag where the request had none */
	struct td_addr local, remote;
	struct stored_msg sent; /* client: the request, then its ACK; server: the last response */
	struct stored_msg
		head; /* server INVITE: what every response begins with after its status line */
};

enum session_state {
	SESSION_INCOMING, /* INVITE came, no final response yet */
	SESSION_ANSWERED, /* 2xx sent, no ACK yet */
	SESSION_CALLING,  /* INVITE sent, no final response yet */
	SESSION_CONFIRMED,
	SESSION_OVER, /* while the callback that says so runs */
};

/* The variable text of a dialog, one after the other in sip_session.text. */
enum session_field {
	FIELD_CALL_ID,
	FIELD_LOCAL,  /* value of our From, with tag */
	FIELD_REMOTE, /* value of our To, with tag once there is one */
	FIELD_REMOTE_TAG,
	FIELD_TARGET, /* URI of the peer's Contact */
	FIELD_ROUTES, /* the route set in order, separated by commas */
	FIELD_USER,   /* user part of our Contact, maybe empty */
	FIELD_COUNT
};

struct sip_session {
	struct hash_node node; /* ua->sessions_by_tag */
	struct sip_ua *ua;
	void *user;
	enum session_state state;
	bool uac;       /* we sent the first INVITE: Call-ID is ours */
	bool silent;    /* the caller is through with it: no callbacks any more */
	bool cancelled; /* the caller has cancelled; CANCEL may still wait for a 1xx */
	bool remote_cseq_known;
	bool reinvite_wanted; /* by the caller; the SDP is in reinvite_sdp */
	uint8_t reinvite_tries;
	struct sip_txn *invite; /* under way, our 2xx without its ACK too; NULL none */
	struct timer retry;     /* re-INVITE after 491 */
	struct td_addr local;
	struct td_addr remote; /* where our requests go */
	struct td_addr source; /* of the peer's last message */
	struct td_addr reached,
		reached_by; /* UAC: literal of the first Request-URI, and what reached it */
	uint32_t local_cseq, remote_cseq;
	char local_tag[SIP_TAG_HEX + 1];
	struct stored_msg reinvite_sdp;
	uint16_t end[FIELD_COUNT]; /* of each field */
	char text[SESSION_TEXT];
};

TAILQ_HEAD(txn_list, sip_txn);

struct sip_ua {
	struct sip_ua_ops ops;
	struct sip_ua_stats stats;
	uint64_t now; /* of the input at hand */
	struct prng rng;
	struct timers timers;
	struct pool sessions, txns;
	struct msg_store store;
	struct hash sessions_by_tag, servers, clients, merged;
	struct hash second; /* a second hash of keys: 128 bits stand for a key of any length */
	struct txn_list lingering; /* oldest first */
	char agent[SIP_AGENT_MAX];
	struct sip_msg msg;       /* the datagram at hand */
	struct sip_msg stored;    /* one of ours, read again */
	struct sip_session fork;  /* for ending a dialog that has no session */
	struct td_buf out;        /* the message being written */
	char *out_data, *scratch; /* SIP_MSG_MAX each */
};

/* A request outside dialogs, while its callback runs. */
struct sip_request {
	struct sip_ua *ua;
	const struct sip_msg *m;
	const struct td_addr *local, *remote;
	bool answered;
};

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* ua.c */
void ua_send(struct sip_ua *ua, const struct td_addr *local, const struct td_addr *remote,
	struct str data, bool again);
uint64_t ua_id(struct sip_ua *ua); /* for tags and branches: not to be guessed */
void hex_encode(uint64_t n, char out[static SIP_TAG_HEX + 1]);

/* encode.c: all write ua->out; false when it did not fit. */
void value_encode(struct td_buf *b, struct str value); /* unfolded */
void head_encode(struct td_buf *b, const struct sip_msg *m, const struct td_addr *source);
/* s: puts its Contact in. */
bool response_encode(struct sip_ua *ua, const struct sip_session *s, int code, struct str head,
	struct str tag, struct str extra, struct str sdp);
bool request_encode(struct sip_session *s, enum sip_method method, uint32_t cseq, uint64_t branch,
	struct str extra, struct str sdp);
/* ACK to a final response >= 300, or CANCEL, for a request of ours (section 17.1.1.3, 9.1).
 * to: value of To. */
bool follow_encode(
	struct sip_ua *ua, const struct sip_msg *request, enum sip_method method, struct str to);
void contact_encode(const struct sip_session *s, struct td_buf *b);

/* txn.c */
struct sip_txn *txn_alloc(struct sip_ua *ua, enum txn_kind kind, enum sip_method method,
	const struct td_addr *local, const struct td_addr *remote);
void txn_free(struct sip_txn *t);
bool txn_keep(
	struct sip_txn *t, struct stored_msg *b, struct str data); /* evicts others if it must */
void txn_resend(struct sip_txn *t);
void txn_linger(struct sip_txn *t, enum txn_state state, uint64_t time);
void txn_timer(struct sip_txn *t, struct timer *timer, uint64_t after);
void txn_backoff(struct sip_txn *t, uint64_t max); /* sets resend, doubles interval up to max */

/* ctrans.c */
/* Sends ua->out as a request. NULL: no transaction was free; BYE and CANCEL have gone without one,
 * an INVITE has not gone. */
struct sip_txn *ctrans_start(struct sip_ua *ua, enum sip_method method, uint64_t branch,
	uint32_t cseq, const struct td_addr *local, const struct td_addr *remote);
void ctrans_cancel(struct sip_txn *t); /* at once, or when the first provisional response comes */
void ctrans_orphan(struct sip_txn *t); /* its session goes; it ends in time by itself */
void ctrans_response(struct sip_ua *ua, const struct sip_msg *m, const struct td_addr *local,
	const struct td_addr *remote);

/* strans.c */
struct sip_txn *strans_lookup(struct sip_ua *ua, const struct sip_msg *m, enum sip_method method);
bool strans_merged(struct sip_ua *ua, const struct sip_msg *m);
struct sip_txn *strans_alloc(struct sip_ua *ua, const struct sip_msg *m,
	const struct td_addr *local, const struct td_addr *remote);
void strans_respond(struct sip_txn *t, int code, struct str extra, struct str sdp);
/* A response from a new transaction, or without one when none is free or it need not be kept:
 * where the same request would get the same answer again (section 8.2.7). */
void strans_reply(struct sip_ua *ua, const struct sip_msg *m, const struct td_addr *local,
	const struct td_addr *remote, int code, struct str extra, struct str body, bool stateless);
void strans_retransmission(struct sip_txn *t);
void strans_ack(struct sip_txn *t);

/* uas.c */
void uas_request(struct sip_ua *ua, const struct sip_msg *m, const struct td_addr *local,
	const struct td_addr *remote);
void uas_no_ack(struct sip_session *s); /* our 2xx was never acknowledged */

/* uac.c */
void uac_provisional(struct sip_session *s, const struct sip_msg *m, const struct td_addr *remote);
/* First 2xx of an INVITE. */
void uac_accepted(struct sip_session *s, struct sip_txn *t, const struct sip_msg *m,
	const struct td_addr *remote);
/* A 2xx from another branch of a forked INVITE: acknowledged and ended. */
void uac_fork(struct sip_ua *ua, struct sip_txn *t, const struct sip_msg *m,
	const struct td_addr *remote);
/* Final response >= 300, or 408 and m NULL. */
void uac_failed(struct sip_session *s, int code, const struct sip_msg *m);
void uac_reinvite_try(struct sip_session *s);

/* session.c */
struct sip_session *session_alloc(
	struct sip_ua *ua, const struct td_addr *local, const struct td_addr *remote);
void session_free(struct sip_session *s);
struct str session_field(const struct sip_session *s, enum session_field f);
bool session_field_set(struct sip_session *s, enum session_field f, struct str value);
struct sip_session *session_lookup(
	struct sip_ua *ua, struct str call_id, struct str local_tag, struct str remote_tag);
/* Route set of a message that makes the dialog, turned round for the client. */
bool session_routes_set(struct sip_session *s, const struct sip_msg *m, bool reverse);
void session_target_set(struct sip_session *s, const struct sip_msg *m);
void session_bye(struct sip_session *s); /* sends BYE; the session is the caller's to free */
void session_end(struct sip_session *s, int code); /* told by `ended`, and freed */

#endif
