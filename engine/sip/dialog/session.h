/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dialog (RFC 3261 section 12) and the user agent that it belongs to, for the files of this
 * folder alone; everybody else includes ua.h.
 *
 * Objects' lives. A session and the INVITE transaction under way in its dialog point to each other
 * (struct sip_tu). A callback may end any session. So it is always the last thing that we do with a
 * session, and we touch no transaction after it.
 */
#ifndef TANDEM_ENGINE_SIP_DIALOG_SESSION_H
#define TANDEM_ENGINE_SIP_DIALOG_SESSION_H

#include <engine/base/container.h>
#include <engine/sip/dialog/ua.h>
#include <engine/sip/txn/txn.h>

#define SESSION_TEXT   4096 /* all the text of a dialog; more: 513 */
#define SESSION_ROUTES 64   /* of a route set; more: 513 */

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
	struct hash_node node;          /* ua->sessions_by_tag */
	struct hash_node by_connection; /* ua->sessions_by_connection, while source has one */
	struct sip_tu tu;               /* of the INVITE under way in this dialog */
	struct sip_ua *ua;
	void *user;
	enum session_state state;
	bool uac;       /* we sent the first INVITE: Call-ID is ours */
	bool silent;    /* the caller has given it up: no more callbacks */
	bool cancelled; /* the caller has cancelled; CANCEL may still wait for a 1xx */
	bool remote_cseq_known;
	uint8_t max_forwards;  /* of the first INVITE, which we send */
	uint8_t cause;         /* enum sip_cause, of our CANCEL or BYE */
	struct td_flow flow;   /* of our requests */
	struct td_flow source; /* by which the peer's last message came */
	struct td_addr reached,
		reached_by; /* UAC: literal of the first Request-URI, if any, and what reached it */
	uint32_t local_cseq, remote_cseq;
	uint64_t early[SIP_FORKS]; /* UAC: hashes of the remote tags of early dialogs */
	uint8_t early_count;
	char local_tag[SIP_ID_HEX + 1];
	uint16_t end[FIELD_COUNT]; /* of each field */
	char text[SESSION_TEXT];
};

struct sip_ua {
	struct sip_ua_ops ops;
	struct sip_transport transport;
	struct txn_layer txns;
	struct pool sessions;
	struct hash sessions_by_tag, sessions_by_connection;
	struct sip_session fork; /* for ending a dialog that has no session */
};

/* A request outside dialogs, while its callback runs. */
struct sip_request {
	struct sip_ua *ua;
	const struct sip_msg *m;
	const struct td_flow *flow;
	bool answered;
};

struct sip_session *session_alloc(struct sip_ua *ua, const struct td_flow *flow);
void session_free(struct sip_session *s);
struct str session_field(const struct sip_session *s, enum session_field f);
bool session_field_set(struct sip_session *s, enum session_field f, struct str value);
struct sip_session *session_lookup(
	struct sip_ua *ua, struct str call_id, struct str local_tag, struct str remote_tag);
/* The peer rings: an early dialog, one of several perhaps; the dialog that answers replaces it. */
void session_early_add(struct sip_session *s, struct str tag);
/* The early dialog of this tag is over. True: another one is there still. */
bool session_early_end(struct sip_session *s, struct str tag);
/* Route set of a message that makes the dialog, turned round for the client. */
bool session_routes_set(struct sip_session *s, const struct sip_msg *m, bool reverse);
void session_target_set(struct sip_session *s, const struct sip_msg *m);
/* Requests go to where the peer's last message came from, whatever its Contact and routes say. */
void session_source_only(struct sip_session *s);
void session_heard(struct sip_session *s, const struct td_flow *flow); /* the peer's message came */
/* The connection that lives, for requests that go elsewhere and do not get there. 0: none. */
uint32_t session_spare(const struct sip_session *s);
/* The peer's connection has ended: requests go by that of the agent's registration, when it comes
 * from where the peer was. */
void session_reach(struct sip_session *s);
/* An agent's telephone has left a connection for another. */
void session_flow_moved(struct sip_ua *ua, const struct td_flow *left, const struct td_flow *flow);
void session_flow_failed(struct sip_ua *ua, const struct td_flow *flow);
void session_end(struct sip_session *s, int code); /* told by `ended`, and freed */

#endif
