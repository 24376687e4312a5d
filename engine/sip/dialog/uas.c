/* SPDX-License-Identifier: BSD-3-Clause */
/* The server's side: requests checked (RFC 3261 section 8.2), answered or told to the caller. */
#include <engine/sip/dialog/request.h>
#include <engine/sip/dialog/uac.h>
#include <engine/sip/dialog/uas.h>
#include <engine/sip/txn/ctrans.h>
#include <engine/sip/txn/strans.h>

#define NONE STR("")
/* What we say of ourselves to OPTIONS (section 11.2). */
#define CAPABILITIES         SIP_ALLOW SIP_HEADER_LINE(ACCEPT, "application/sdp")
#define RETRY_AFTER(seconds) STR(SIP_HEADER_LINE(RETRY_AFTER, #seconds))

/* Where a request came from and where to, and what it is. */
struct incoming {
	struct sip_ua *ua;
	const struct sip_msg *m;
	struct td_flow *flow; /* with the peer, once it is known */
};

static void reply(const struct incoming *in, int code, struct str extra, bool stateless)
{
	strans_reply(&in->ua->txns, in->m, in->flow, code, extra, NONE, stateless);
}

static void refuse(const struct incoming *in, int code, struct str extra, bool stateless)
{
	in->ua->transport.stats.refused++;
	reply(in, code, extra, stateless);
}

/* Is the body one we read, if there is one? Parameters of the type do not matter. */
static bool body_known(const struct sip_msg *m)
{
	return m->body.n == 0 || sip_msg_sdp(m).p;
}

/* section 8.2.2.3: everything in Require is unknown to us. Our message has room for what theirs
 * had room for. False: they require nothing. */
static bool refuse_require(const struct incoming *in)
{
	char extra[SIP_MSG_MAX];
	struct sip_values it = {0};
	struct str value;
	struct td_buf b;
	bool any = false;

	buf_init_fixed(&b, extra, sizeof(extra));
	header_name_encode(&b, SIP_HDR_UNSUPPORTED);
	while (sip_msg_value(in->m, SIP_HDR_REQUIRE, &it, &value)) {
		if (value.n == 0)
			continue;
		buf_str(&b, any ? STR(", ") : NONE);
		value_encode(&b, value);
		any = true;
	}
	buf_str(&b, STR("\r\n"));
	if (any)
		refuse(in, 420, b.error ? NONE : (struct str){b.data, b.len}, true);
	return any;
}

/* "*" means all bindings, and only a REGISTER has them (section 10.2.2). Requests in the dialog go
 * to a SIP URI (section 8.1.1.8). */
static bool contact_is_wrong(const struct sip_msg *m)
{
	if (m->method == SIP_REGISTER)
		return false;
	return str_eq(m->contact.text, STR("*")) ||
	       (m->method == SIP_INVITE && m->contact.text.n > 0 && !m->contact.uri.host.p);
}

/* Checks that ask nothing but the message itself, so that the answer needs no state. Their order is
 * that of section 8.2. Headers have no place in a Request-URI (section 19.1.1). */
static bool acceptable(const struct incoming *in)
{
	const struct sip_msg *m = in->m;
	struct str scheme = m->uri.scheme;

	if (m->method == SIP_OTHER || (m->to.tag.p && m->method == SIP_REGISTER))
		refuse(in, 405, STR(SIP_ALLOW), true);
	else if (!str_caseeq(scheme, STR("sip")) && !str_caseeq(scheme, STR("sips")) &&
		 !str_caseeq(scheme, STR("tel")))
		refuse(in, 416, NONE, true);
	else if (m->uri.headers.p || contact_is_wrong(m))
		refuse(in, 400, NONE, true);
	else if (sip_msg_has(m, SIP_HDR_REQUIRE) && refuse_require(in))
		return false;
	else if (m->method == SIP_INVITE && !body_known(m))
		refuse(in, 415,
			STR(SIP_HEADER_LINE(ACCEPT, "application/sdp")
					SIP_HEADER_LINE(ACCEPT_ENCODING, "identity")),
			true);
	else
		return true;
	return false;
}

/* section 12.1.1 */
static bool dialog_make(struct sip_session *s, const struct sip_msg *m)
{
	struct td_buf b;

	buf_init_fixed(&b, s->ua->txns.scratch, SESSION_TEXT);
	value_encode(&b, m->to.text);
	buf_str(&b, STR(";tag="));
	buf_str(&b, str_of(s->local_tag));
	bool fits = !b.error && session_field_set(s, FIELD_LOCAL, (struct str){b.data, b.len}) &&
		    session_field_set(s, FIELD_REMOTE, m->from.text) &&
		    session_field_set(s, FIELD_REMOTE_TAG, m->from.tag) &&
		    session_field_set(s, FIELD_CALL_ID, m->call_id) &&
		    session_field_set(s, FIELD_TARGET, m->from.uri.text) &&
		    session_field_set(s, FIELD_USER, m->uri.user) &&
		    session_routes_set(s, m, false);

	s->remote_cseq = m->cseq.number;
	s->remote_cseq_known = true;
	session_target_set(s, m);
	return fits;
}

static void invite(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	const struct sip_msg *m = in->m;

	if (strans_merged(&ua->txns, m)) {
		refuse(in, 482, NONE, true);
		return;
	}
	if (m->max_forwards == 0) { /* RFC 7332: we would pass the call on */
		refuse(in, 483, NONE, true);
		return;
	}
	int code = ua->ops.admit(ua->ops.ctx, m, in->flow);

	if (code) {
		/* a stranger gets no memory; any other reason may pass, and then a retransmission
		 * must not become a call that its sender has given up */
		ua->transport.stats.not_admitted++;
		reply(in, code, NONE, code == 403);
		return;
	}
	struct sip_session *s = session_alloc(ua, in->flow);

	if (!s)
		goto full;
	s->state = SESSION_INCOMING;
	if (!dialog_make(s, m)) {
		session_free(s);
		refuse(in, 513, NONE, true);
		return;
	}
	struct sip_txn *t = strans_alloc(&ua->txns, m, in->flow);

	if (!t)
		goto full_free;
	memcpy(t->tag, s->local_tag, sizeof(t->tag));
	txn_join(t, &s->tu);
	ua->ops.invite(ua->ops.ctx, s, m);
	return;

full_free:
	session_free(s);
full:
	ua->transport.stats.sessions_full++;
	reply(in, 503, RETRY_AFTER(5), false);
}

static void reinvite(const struct incoming *in, struct sip_session *s)
{
	struct sip_ua *ua = in->ua;
	struct sip_txn *pending = s->tu.invite;

	/* section 14.2; our 2xx whose ACK is under way is as good as pending */
	if (pending && (pending->kind == TXN_CLIENT_INVITE || pending->state == TXN_ACCEPTED)) {
		refuse(in, 491, NONE, false);
		return;
	}
	if (s->state != SESSION_CONFIRMED || s->silent || pending) {
		refuse(in, 500, RETRY_AFTER(2), false);
		return;
	}
	struct sip_txn *t = strans_alloc(&ua->txns, in->m, in->flow);

	if (!t) {
		reply(in, 503, RETRY_AFTER(5), false);
		return;
	}
	txn_join(t, &s->tu);
	session_target_set(s, in->m);
	ua->ops.reinvite(ua->ops.ctx, s, in->m);
}

/* Sends the final response to the INVITE under way; after it, no other. */
static void invite_end(struct sip_session *s, int code)
{
	struct sip_txn *t = s->tu.invite;

	if (!t || t->kind != TXN_SERVER_INVITE)
		return;
	if (t->state == TXN_PROCEEDING)
		session_respond(s, code, NONE, NONE);
	else
		strans_ack(t); /* a peer that sends the next request has seen our 2xx */
	txn_part(t);
}

static void cancelled(struct sip_session *s)
{
	struct sip_ua *ua = s->ua;

	s->state = SESSION_OVER;
	if (!s->silent)
		ua->ops.cancelled(ua->ops.ctx, s);
	session_free(s);
}

static void bye(const struct incoming *in, struct sip_session *s)
{
	reply(in, 200, NONE, false);
	invite_end(s, 487);
	switch (s->state) {
	case SESSION_INCOMING:
		cancelled(s);
		break;
	case SESSION_CALLING: /* its 2xx was lost, and it has given up */
		ctrans_orphan(s->tu.invite);
		uac_failed(&s->tu, 480, NULL);
		break;
	default:
		session_end(s, 0);
	}
}

static void in_dialog(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	const struct sip_msg *m = in->m;
	struct sip_session *s = session_lookup(ua, m->call_id, m->to.tag, m->from.tag);

	if (!s) {
		ua->transport.stats.no_dialog++;
		reply(in, 481, NONE, true);
		return;
	}
	flow_know(in->flow, &s->flow);
	if (s->remote_cseq_known && m->cseq.number < s->remote_cseq) { /* section 12.2.2 */
		refuse(in, 500, NONE, false);
		return;
	}
	s->remote_cseq = m->cseq.number;
	s->remote_cseq_known = true;
	session_heard(s, in->flow);
	switch (m->method) {
	case SIP_INVITE:
		reinvite(in, s);
		break;
	case SIP_BYE:
		bye(in, s);
		break;
	case SIP_INFO:
		reply(in, 200, NONE, false);
		if (!s->silent)
			ua->ops.info(ua->ops.ctx, s, m);
		break;
	default: /* OPTIONS */
		reply(in, 200, STR(CAPABILITIES), false);
	}
}

static void cancel(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	struct sip_txn *t = strans_lookup(&ua->txns, in->m, SIP_INVITE);

	if (!t) {
		ua->transport.stats.no_dialog++;
		reply(in, 481, NONE, true);
		return;
	}
	flow_know(in->flow, &t->flow);
	reply(in, 200, NONE, true); /* the same again for a retransmission: needs no memory */
	if (t->state != TXN_PROCEEDING || !t->tu)
		return;
	struct sip_session *s = container_of(t->tu, struct sip_session, tu);

	invite_end(s, 487);
	if (s->state == SESSION_INCOMING)
		cancelled(s);
	else
		uac_reinvite_try(s);
}

static void ack(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	const struct sip_msg *m = in->m;
	struct sip_txn *t = strans_lookup(&ua->txns, m, SIP_INVITE);

	if (t && t->state != TXN_ACCEPTED) {
		strans_ack(t);
		return;
	}
	struct sip_session *s = session_lookup(ua, m->call_id, m->to.tag, m->from.tag);

	if (!s) {
		/* also that of a refusal which was kept nowhere */
		ua->transport.stats.no_transaction++;
		return;
	}
	t = s->tu.invite;
	if (!t || t->kind != TXN_SERVER_INVITE || t->state != TXN_ACCEPTED ||
		t->cseq != m->cseq.number)
		return; /* once more, after the first */
	session_heard(s, in->flow);
	invite_end(s, 0);
	s->state = SESSION_CONFIRMED;
	if (s->silent) {
		session_bye(s);
		session_free(s);
		return;
	}
	uac_reinvite_try(s);
	ua->ops.confirmed(ua->ops.ctx, s, sip_msg_sdp(m));
}

void uas_no_ack(struct sip_tu *tu)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);

	session_bye(s); /* section 13.3.1.4 */
	session_end(s, 408);
}

static void outside(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	struct sip_request r = {.ua = ua, .m = in->m, .flow = in->flow};

	ua->ops.request(ua->ops.ctx, &r, in->m, in->flow);
	if (r.answered)
		return;
	if (in->m->method == SIP_OPTIONS)
		sip_respond(&r, ua->txns.now, 200, NONE, NONE);
	else
		refuse(in, 405, STR(SIP_ALLOW), true);
}

void uas_request(struct sip_ua *ua, const struct sip_msg *m, const struct td_flow *flow)
{
	struct td_flow by = *flow;
	const struct incoming in = {ua, m, &by};

	if (m->method == SIP_ACK) {
		ack(&in);
		return;
	}
	struct sip_txn *t = strans_lookup(&ua->txns, m, m->method);

	if (t) {
		strans_retransmission(t);
		return;
	}
	if (m->method == SIP_CANCEL) {
		cancel(&in);
		return;
	}
	if (!acceptable(&in))
		return;
	if (m->to.tag.p) {
		in_dialog(&in);
		return;
	}
	switch (m->method) {
	case SIP_INVITE:
		invite(&in);
		break;
	case SIP_OPTIONS:
	case SIP_REGISTER:
		outside(&in);
		break;
	default: /* BYE and INFO belong to dialogs */
		ua->transport.stats.no_dialog++;
		reply(&in, 481, NONE, true);
	}
}

void sip_session_progress(struct sip_session *s, uint64_t now, int code, struct str sdp)
{
	s->ua->txns.now = now;
	if (s->state == SESSION_INCOMING)
		session_respond(s, code, NONE, sdp);
}

void sip_session_answer(struct sip_session *s, uint64_t now, struct str sdp)
{
	s->ua->txns.now = now;
	if (s->state != SESSION_INCOMING)
		return;
	s->state = SESSION_ANSWERED;
	session_respond(s, 200, NONE, sdp);
}

void sip_session_reject(struct sip_session *s, uint64_t now, int code, struct str extra)
{
	s->ua->txns.now = now;
	if (s->state != SESSION_INCOMING)
		return;
	session_respond(s, code, extra, NONE);
	session_free(s);
}

static void reinvite_respond(
	struct sip_session *s, uint64_t now, int code, struct str extra, struct str sdp)
{
	struct sip_txn *t = s->tu.invite;

	s->ua->txns.now = now;
	if (s->state != SESSION_CONFIRMED || !t || t->kind != TXN_SERVER_INVITE ||
		t->state != TXN_PROCEEDING)
		return; /* cancelled meanwhile */
	session_respond(s, code, extra, sdp);
	if (code >= 300) {
		txn_part(t);
		uac_reinvite_try(s);
	}
}

void sip_session_reinvite_answer(struct sip_session *s, uint64_t now, int code, struct str sdp)
{
	reinvite_respond(s, now, code, NONE, sdp);
}

void sip_session_reinvite_reject(struct sip_session *s, uint64_t now, int code, struct str extra)
{
	reinvite_respond(s, now, code, extra, NONE);
}

void sip_respond(struct sip_request *r, uint64_t now, int code, struct str extra, struct str body)
{
	struct sip_ua *ua = r->ua;
	/* A challenge or refusal can be made again, so it needs no transaction: who has no
	 * password gets no memory of ours. */
	bool stateless = code == 401 || code == 403 || code == 407;

	ua->txns.now = now;
	if (r->answered)
		return;
	r->answered = true;
	if (r->m->method == SIP_OPTIONS && code == 200 && extra.n == 0)
		extra = STR(CAPABILITIES);
	strans_reply(&ua->txns, r->m, r->flow, code, extra, body, stateless);
}
