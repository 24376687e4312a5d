/* SPDX-License-Identifier: BSD-3-Clause */
/* The server's side: what requests do to dialogs, and what of them the call layer hears. */
#include <engine/sip/dialog/incoming.h>
#include <engine/sip/dialog/uac.h>
#include <engine/sip/dialog/uas.h>
#include <engine/sip/txn/ctrans.h>
#include <engine/sip/txn/strans.h>

#define NONE                 STR("")
#define RETRY_AFTER(seconds) STR(SIP_HEADER_LINE(RETRY_AFTER, #seconds))

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
		incoming_refuse(in, 482, NONE, true);
		return;
	}
	if (m->max_forwards == 0) { /* RFC 7332: we would pass the call on */
		incoming_refuse(in, 483, NONE, true);
		return;
	}
	char text[SIP_UA_EXTRA];
	struct td_buf extra;

	buf_init_fixed(&extra, text, sizeof(text));
	int code = ua->ops.admit(ua->ops.ctx, m, in->flow, &extra);

	if (code) {
		/* who has not proved who it is gets no memory; any other reason may pass, and then
		 * a retransmission must not become a call that its sender has given up */
		ua->transport.stats.not_admitted++;
		incoming_reply(in, code, (struct str){extra.data, extra.len}, code < 404);
		return;
	}
	struct sip_session *s = session_alloc(ua, in->flow);

	if (!s)
		goto full;
	s->state = SESSION_INCOMING;
	if (!dialog_make(s, m)) {
		session_free(s);
		incoming_refuse(in, 513, NONE, true);
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
	incoming_reply(in, 503, RETRY_AFTER(5), false);
}

static void reinvite(struct sip_session *s, const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	struct sip_txn *pending = s->tu.invite;

	/* section 14.2; our 2xx whose ACK is under way is as good as pending */
	if (pending && (pending->kind == TXN_CLIENT_INVITE || pending->state == TXN_ACCEPTED)) {
		incoming_refuse(in, 491, NONE, false);
		return;
	}
	if (s->state != SESSION_CONFIRMED || s->silent || pending) {
		incoming_refuse(in, 500, RETRY_AFTER(2), false);
		return;
	}
	struct sip_txn *t = strans_alloc(&ua->txns, in->m, in->flow);

	if (!t) {
		incoming_reply(in, 503, RETRY_AFTER(5), false);
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

static void bye(struct sip_session *s, const struct incoming *in)
{
	incoming_reply(in, 200, NONE, false);
	invite_end(s, 487);
	switch (s->state) {
	case SESSION_INCOMING:
		cancelled(s);
		break;
	case SESSION_CALLING: /* its 2xx was lost, and it has given up; others may still ring */
		if (session_early_end(s, in->m->from.tag))
			break;
		struct sip_txn *t = s->tu.invite;

		ctrans_orphan(t);
		ctrans_cancel(t, (enum sip_cause)s->cause);
		uac_failed(&s->tu, 480, NULL);
		break;
	default:
		session_end(s, 0);
	}
}

static void info(struct sip_session *s, const struct incoming *in)
{
	incoming_reply(in, 200, NONE, false);
	if (!s->silent)
		s->ua->ops.info(s->ua->ops.ctx, s, in->m);
}

static void options(struct sip_session *s, const struct incoming *in)
{
	incoming_reply(in, 200, STR(SIP_CAPABILITIES), false);
}

static void outside(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	struct sip_request r = {.ua = ua, .m = in->m, .flow = in->flow};

	ua->ops.request(ua->ops.ctx, &r, in->m, in->flow);
	if (r.answered)
		return;
	if (in->m->method != SIP_OPTIONS) {
		incoming_refuse(in, 405, STR(SIP_ALLOW), true);
		return;
	}
	ua->transport.stats.options++;
	sip_respond(&r, ua->txns.now, 200, NONE, NONE);
}

static const struct method {
	void (*in_dialog)(struct sip_session *s, const struct incoming *in);
	void (*outside)(const struct incoming *in);
} methods[SIP_METHOD_COUNT] = {
#define METHOD(name, in_dialog, outside) [SIP_##name] = {in_dialog, outside},
	SIP_METHODS(METHOD, METHOD)
#undef METHOD
};

static void in_dialog(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	const struct sip_msg *m = in->m;
	struct sip_session *s = session_lookup(ua, m->call_id, m->to.tag, m->from.tag);

	if (!s) {
		ua->transport.stats.no_dialog++;
		incoming_reply(in, 481, NONE, true);
		return;
	}
	flow_know(in->flow, &s->flow);
	if (s->remote_cseq_known && m->cseq.number < s->remote_cseq) { /* section 12.2.2 */
		incoming_refuse(in, 500, NONE, false);
		return;
	}
	s->remote_cseq = m->cseq.number;
	s->remote_cseq_known = s->state != SESSION_CALLING; /* each early dialog has its own */
	session_heard(s, in->flow);
	methods[m->method].in_dialog(s, in);
}

/* The caller has not waited for our answer. */
static void give_up(struct sip_session *s)
{
	invite_end(s, 487);
	if (s->state == SESSION_INCOMING)
		cancelled(s);
}

static void cancel(const struct incoming *in)
{
	struct sip_ua *ua = in->ua;
	struct sip_txn *t = strans_lookup(&ua->txns, in->m, SIP_INVITE);

	if (!t || !strans_cancels(t, in->m, in->flow)) {
		ua->transport.stats.no_dialog++;
		incoming_reply(in, 481, NONE, true);
		return;
	}
	flow_know(in->flow, &t->flow);
	incoming_reply(
		in, 200, NONE, true); /* the same again for a retransmission: needs no memory */
	if (t->state != TXN_PROCEEDING || !t->tu)
		return;
	give_up(container_of(t->tu, struct sip_session, tu));
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
		/* our BYE went before it; else also that of a refusal which was kept nowhere */
		t = strans_accepted(&ua->txns, m);
		if (t)
			strans_ack(t);
		else
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
	ua->ops.confirmed(ua->ops.ctx, s, sip_msg_sdp(m));
}

void uas_expired(struct sip_tu *tu)
{
	give_up(container_of(tu, struct sip_session, tu));
}

void uas_no_ack(struct sip_tu *tu)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);

	/* Nobody has shown that there is such a peer: nothing goes to a place that the INVITE
	 * alone names. */
	if (s->state == SESSION_ANSWERED)
		session_source_only(s);
	session_bye(s); /* section 13.3.1.4 */
	session_end(s, 408);
}

/* Before its end we have no way to say that it is over; after our 2xx there may be one. */
void uas_lost(struct sip_tu *tu)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);

	if (s->state != SESSION_INCOMING)
		session_bye(s);
	session_end(s, 503);
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
	const struct method *how = &methods[m->method];

	if (!incoming_acceptable(&in, how->in_dialog || (how->outside && !m->to.tag.p)))
		return;
	if (m->to.tag.p) {
		in_dialog(&in);
	} else if (how->outside) {
		how->outside(&in);
	} else { /* BYE and INFO belong to dialogs */
		ua->transport.stats.no_dialog++;
		incoming_reply(&in, 481, NONE, true);
	}
}
