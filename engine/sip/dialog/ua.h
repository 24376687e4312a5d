/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SIP user agent: transactions (RFC 3261 section 17, RFC 6026), INVITE dialogs (section 12-15),
 * and requests outside dialogs. What the call layer sees of SIP.
 *
 * Rules for the caller: every callback may call any function here; a session stays valid until
 * the callback that ends it (`failed`, `ended`, `cancelled`) has returned. All `const struct
 * sip_msg *` and `struct str` are borrowed for the length of the call. Bodies are SDP.
 * Retransmissions, 100 Trying, ACK, time-outs (Timer B/F 32 s, H, 2xx without ACK), 487 after
 * CANCEL, 481, 503 without a free session, the refusals that `refused` of SIP_STATS names, and 200
 * to OPTIONS in a dialog happen below this line.
 * Memory is taken at sip_ua_alloc(); nothing is allocated afterwards. ops and user_agent are
 * copied.
 */
#ifndef TANDEM_ENGINE_SIP_DIALOG_UA_H
#define TANDEM_ENGINE_SIP_DIALOG_UA_H

#include <engine/base/random.h>
#include <engine/base/str.h>
#include <engine/sip/msg/cause.h>
#include <tandem/flow.h>
#include <engine/sip/transport/stats.h>
#include <tandem/types.h>

struct td_buf;
struct sip_ua;
struct sip_msg;     /* engine/sip/msg/msg.h: the decoded message, slices of what came */
struct sip_session; /* one INVITE and the dialog it makes */
struct sip_request; /* a request outside dialogs that waits for its response */

#define SIP_UA_EXTRA 512

struct sip_ua_ops {
	void *ctx;
	/* 0, or why not: as struct td_engine_io.sip says. */
	int (*send)(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len);
	/* Must a call from here be taken at all? 0, or a status (401, 403, 503) to answer INVITE
	 * with; `extra`: header lines for it, SIP_UA_EXTRA bytes at most. It may say in `flow` who
	 * the peer is: that stays with the session. */
	int (*admit)(
		void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra);

	/* as server */
	void (*invite)(void *ctx, struct sip_session *s, const struct sip_msg *m);
	void (*cancelled)(void *ctx, struct sip_session *s); /* 487 has been sent; session over */
	/* ACK to our 2xx: of the INVITE, and of each re-INVITE. sdp: an answer when we made the
	 * offer. */
	void (*confirmed)(void *ctx, struct sip_session *s, struct str sdp);
	/* as client */
	/* 101..199; 100 is not told. */
	void (*progress)(void *ctx, struct sip_session *s, int code, const struct sip_msg *m);
	void (*answered)(
		void *ctx, struct sip_session *s, const struct sip_msg *m); /* ACK is sent */
	/* Final answer >= 300, 408 on time-out, 503 on transport error; session over. m NULL when
	 * there was no message. m is a 2xx that is acknowledged and has its BYE when it crossed our
	 * CANCEL (code 487) or makes no dialog (513). */
	void (*failed)(void *ctx, struct sip_session *s, int code, const struct sip_msg *m);
	/* both */
	void (*reinvite)(
		void *ctx, struct sip_session *s, const struct sip_msg *m); /* answer or reject */
	void (*info)(void *ctx, struct sip_session *s, const struct sip_msg *m); /* 200 is sent */
	/* BYE came (code 0), or the dialog died (408, 481: no ACK, no answer to BYE; 503: nothing
	 * gets to who sent the first INVITE, before its ACK has come). Session over. */
	void (*ended)(void *ctx, struct sip_session *s, int code);

	/* REGISTER and OPTIONS outside a dialog: call sip_respond() or sip_respond_again() now.
	 * When neither was called, OPTIONS is answered 200, REGISTER 405. */
	void (*request)(void *ctx, struct sip_request *r, const struct sip_msg *m,
		const struct td_flow *flow);
	/* By which connection is this flow's agent reached now? Another one than the flow's own, of
	 * the same transport. False: by none. */
	bool (*reach)(void *ctx, const struct td_flow *flow, struct td_flow *to);
	/* An INVITE for a new call was refused, and nobody else hears of it: for what it is (400 to
	 * 513), or because all sessions are in use. It is told again when it comes again. */
	void (*refused)(void *ctx, const struct sip_msg *m, const struct td_flow *flow);
	void (*trace)(void *ctx, struct str call_id, bool in, const struct td_flow *flow,
		const uint8_t *data, size_t len);
	/* May this peer see our name (Server, User-Agent)? NULL: every peer may. */
	bool (*named)(void *ctx, const struct td_flow *flow);
};

/* All callbacks but reach, refused, trace and named, which may be NULL, for who has named them
 * alike: struct sip_ua_ops ops = {.ctx = x, SIP_UA_OPS(on_)};     calls on_send(), on_admit() ...
 */
#define SIP_UA_OPS(prefix)                                                                    \
	.send = prefix##send, .admit = prefix##admit, .invite = prefix##invite,               \
	.cancelled = prefix##cancelled, .confirmed = prefix##confirmed,                       \
	.progress = prefix##progress, .answered = prefix##answered, .failed = prefix##failed, \
	.reinvite = prefix##reinvite, .info = prefix##info, .ended = prefix##ended,           \
	.request = prefix##request

struct sip_ua_params {
	uint8_t key[RANDOM_KEY_BYTES]; /* of every number that it chooses: tags, branches, Call-IDs
					*/
	uint32_t max_sessions;         /* legs: two a call */
	const char *user_agent;
};

struct sip_invite_params {
	struct td_flow flow;
	struct str uri; /* Request-URI, a registered contact */
	struct str from_user, from_host;
	struct str to_uri;
	uint8_t max_forwards; /* 0 to 255; of a call that we pass on: one less than it came with */
	struct str headers;   /* whole extra header lines with CRLF, may be empty */
	struct str sdp;
};

struct sip_ua *sip_ua_alloc(
	const struct sip_ua_params *p, const struct sip_ua_ops *ops); /* NULL: ENOMEM */
void sip_ua_free(struct sip_ua *ua);
void sip_ua_recv(struct sip_ua *ua, uint64_t now, const struct td_flow *flow, const uint8_t *data,
	size_t len);
/* The flow has ended: see td_engine_flow_failed(). */
void sip_ua_flow_failed(struct sip_ua *ua, uint64_t now, const struct td_flow *flow);
/* This flow's agent is reached by it from now on, and may have `left` another one (NULL: none).
 * Dialogs go on by it, and what did not get to the telephone is sent by it (RFC 5626 section 5.3).
 */
void sip_ua_flow_anew(
	struct sip_ua *ua, uint64_t now, const struct td_flow *left, const struct td_flow *flow);
uint64_t sip_ua_advance(struct sip_ua *ua, uint64_t now); /* next deadline */
const struct sip_stats *sip_ua_stats(const struct sip_ua *ua);

/* As client. NULL with ENOBUFS when all sessions are in use, EMSGSIZE. */
struct sip_session *sip_session_invite(
	struct sip_ua *ua, uint64_t now, const struct sip_invite_params *p, void *user);
/* Before the final answer: CANCEL (at once, or when the first provisional answer has come); a 2xx
 * that crosses it is ACKed and then ended by BYE. `failed` follows, with 487. */
void sip_session_cancel(struct sip_session *s, uint64_t now);
/* Why: what the CANCEL or BYE that follows says. */
void sip_session_cause(struct sip_session *s, enum sip_cause cause);

/* As server. extra: whole header lines with CRLF ("Retry-After: 5\r\n"), may be empty. */
void sip_session_progress(struct sip_session *s, uint64_t now, int code, struct str sdp);
void sip_session_answer(struct sip_session *s, uint64_t now, struct str sdp);
void sip_session_reject(struct sip_session *s, uint64_t now, int code,
	struct str extra); /* session over, no callback */

/* In a dialog. */
void sip_session_bye(
	struct sip_session *s, uint64_t now); /* session over for the caller, no callback */
void sip_session_reinvite_answer(struct sip_session *s, uint64_t now, int code, struct str sdp);
/* The same with a code from 300 on. extra: whole header lines, may be empty. */
void sip_session_reinvite_reject(struct sip_session *s, uint64_t now, int code, struct str extra);

void *sip_session_user(const struct sip_session *s);
void sip_session_set_user(struct sip_session *s, void *user);
struct str sip_session_call_id(const struct sip_session *s);
/* By which our requests go; who the peer is stands in it. */
const struct td_flow *sip_session_flow(const struct sip_session *s);
/* Where the peer's last message came from: who it is, while its Contact is only what it says. */
const struct td_addr *sip_session_source(const struct sip_session *s);
/* Whose INVITE has come back as this session's: the Call-ID and the tag in From are ours (RFC 3261
 * section 16.3, 4). NULL: nobody's that still lives. */
struct sip_session *sip_session_came_back(const struct sip_session *s);
const struct td_addr *sip_session_local(const struct sip_session *s);
uint32_t sip_ua_sessions(const struct sip_ua *ua); /* in use, those being ended too */
/* In use, finished ones too, that linger for 32 s. */
uint32_t sip_ua_transactions(const struct sip_ua *ua);

/* Answers a request outside dialogs; the transaction keeps the response for retransmissions, but
 * not of OPTIONS, which get another one. */
void sip_respond(struct sip_request *r, uint64_t now, int code, struct str extra, struct str body);
/* The same for one who has not proved who it is: nothing is kept, and the request is answered again
 * when it comes again (RFC 3261 section 8.2.7). */
void sip_respond_again(struct sip_request *r, uint64_t now, int code, struct str extra);

#endif
