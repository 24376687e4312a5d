/* SPDX-License-Identifier: BSD-3-Clause */
/* The client's side of INVITE: RFC 3261 sections 13.2, 14.1, 9.1. */
#include <errno.h>
#include <engine/base/addr.h>
#include <engine/sip/dialog/request.h>
#include <engine/sip/dialog/uac.h>
#include <engine/sip/txn/ctrans.h>

/* From, To, Call-ID and the rest of a dialog before there is one. */
static bool fields_init(struct sip_session *s, const struct sip_invite_params *p)
{
	struct sip_ua *ua = s->ua;
	char call_id[2 * SIP_ID_HEX + 1], local[ADDR_TEXT];
	struct td_buf b;
	struct sip_uri uri;

	if (sip_uri_decode(&uri, p->uri) != 0)
		return false;
	if (!sip_uri_addr(&uri, &s->reached))
		s->reached = (struct td_addr){0};
	s->reached_by = p->flow.remote;
	id_encode(txn_layer_id(&ua->txns, RANDOM_CALL_ID), call_id);
	id_encode(txn_layer_id(&ua->txns, RANDOM_CALL_ID), call_id + SIP_ID_HEX);
	buf_init_fixed(&b, ua->txns.scratch, SESSION_TEXT);
	buf_str(&b, STR("sip:"));
	buf_str(&b, p->from_user);
	buf_str(&b, p->from_user.n ? STR("@") : STR(""));
	addr_encode_ip(&p->flow.local, local);
	if (p->from_host.n)
		buf_str(&b, p->from_host);
	else
		buf_printf(&b, p->flow.local.family == 6 ? "[%s]" : "%s", local);
	size_t uri_len = b.len;

	sip_addr_encode(&b, (struct str){b.data, uri_len}, str_of(s->local_tag));
	size_t from_len = b.len;

	sip_addr_encode(&b, p->to_uri, STR(""));
	return !b.error && session_field_set(s, FIELD_CALL_ID, str_of(call_id)) &&
	       session_field_set(
		       s, FIELD_LOCAL, (struct str){b.data + uri_len, from_len - uri_len}) &&
	       session_field_set(
		       s, FIELD_REMOTE, (struct str){b.data + from_len, b.len - from_len}) &&
	       session_field_set(s, FIELD_TARGET, p->uri) &&
	       session_field_set(s, FIELD_USER, p->from_user);
}

static bool invite(struct sip_session *s, struct str extra, struct str sdp)
{
	struct sip_ua *ua = s->ua;
	uint64_t branch = txn_layer_id(&ua->txns, RANDOM_BRANCH);

	if (!session_request_encode(s, SIP_INVITE, ++s->local_cseq, branch, extra, sdp)) {
		errno = EMSGSIZE;
		return false;
	}
	struct sip_txn *t = ctrans_start(
		&ua->txns, SIP_INVITE, branch, s->local_cseq, &s->flow, session_spare(s));

	if (!t) {
		errno = ENOBUFS;
		return false;
	}
	txn_join(t, &s->tu);
	return true;
}

struct sip_session *sip_session_invite(
	struct sip_ua *ua, uint64_t now, const struct sip_invite_params *p, void *user)
{
	ua->txns.now = now;
	struct sip_session *s = session_alloc(ua, &p->flow);

	if (!s) {
		ua->transport.stats.sessions_full++;
		errno = ENOBUFS;
		return NULL;
	}
	s->uac = true;
	s->state = SESSION_CALLING;
	s->user = user;
	s->max_forwards = p->max_forwards;
	if (!fields_init(s, p)) {
		errno = EMSGSIZE;
		goto fail;
	}
	if (!invite(s, p->headers, p->sdp))
		goto fail;
	return s;

fail:
	session_free(s);
	return NULL;
}

void sip_session_cause(struct sip_session *s, enum sip_cause cause)
{
	s->cause = (uint8_t)cause;
}

void sip_session_cancel(struct sip_session *s, uint64_t now)
{
	s->ua->txns.now = now;
	if (s->state != SESSION_CALLING || s->cancelled)
		return;
	s->cancelled = true;
	ctrans_cancel(s->tu.invite, (enum sip_cause)s->cause);
}

void uac_provisional(struct sip_tu *tu, const struct sip_msg *m, const struct td_flow *flow)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);
	struct sip_ua *ua = s->ua;

	if (s->state != SESSION_CALLING)
		return;
	if (m->code == 199) /* RFC 6228: others still ring, or the final response is to come */
		session_early_end(s, m->to.tag);
	else
		session_early_add(s, m->to.tag);
	if (s->cancelled)
		ctrans_cancel(s->tu.invite, (enum sip_cause)s->cause);
	else if (m->code > 100 && m->code != 199)
		ua->ops.progress(ua->ops.ctx, s, m->code, m);
}

/* Makes the dialog that a 2xx says (section 12.1.2). */
static bool dialog_make(struct sip_session *s, const struct sip_msg *m)
{
	bool fits = session_field_set(s, FIELD_REMOTE, m->to.text) &&
		    session_field_set(s, FIELD_REMOTE_TAG, m->to.tag) &&
		    session_routes_set(s, m, true);

	session_target_set(s, m);
	return fits;
}

static void ack(struct sip_session *s, struct sip_txn *t)
{
	struct sip_ua *ua = s->ua;

	if (!session_request_encode(
		    s, SIP_ACK, t->cseq, txn_layer_id(&ua->txns, RANDOM_BRANCH), STR(""), STR("")))
		return;
	ctrans_ack(t, &s->flow, session_spare(s));
}

void uac_accepted(
	struct sip_tu *tu, struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);
	struct sip_ua *ua = s->ua;
	bool fits;

	session_heard(s, flow);
	fits = dialog_make(s, m);
	ack(s, t);
	if (s->cancelled || !fits) {
		session_bye(s);
		s->state = SESSION_OVER;
		if (!s->silent)
			ua->ops.failed(ua->ops.ctx, s, fits ? 487 : 513, m);
		session_free(s);
		return;
	}
	s->state = SESSION_CONFIRMED;
	ua->ops.answered(ua->ops.ctx, s, m);
}

void uac_fork(struct txn_layer *l, struct sip_txn *t, const struct sip_msg *m,
	const struct td_flow *flow, bool bye)
{
	struct sip_ua *ua = container_of(l, struct sip_ua, txns);
	struct sip_session *s = &ua->fork;
	uint64_t branch = txn_layer_id(l, RANDOM_BRANCH);

	*s = (struct sip_session){.ua = ua, .flow = *flow, .source = *flow, .local_cseq = t->cseq};
	/* the request's own target may be another's; without a Contact we have nowhere to send the
	 * BYE */
	if (!session_field_set(s, FIELD_CALL_ID, m->call_id) ||
		!session_field_set(s, FIELD_LOCAL, m->from.text) ||
		!session_field_set(s, FIELD_TARGET, m->contact.uri.text) || !dialog_make(s, m) ||
		!m->contact.uri.host.p)
		return;
	if (!session_request_encode(s, SIP_ACK, t->cseq, branch, STR(""), STR("")))
		return;
	txn_layer_send(l, &s->flow);
	if (bye)
		session_bye(s); /* the last thing here: it may evict t */
}

void uac_failed(struct sip_tu *tu, int code, const struct sip_msg *m)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);
	struct sip_ua *ua = s->ua;

	s->state = SESSION_OVER;
	if (!s->silent)
		ua->ops.failed(ua->ops.ctx, s, s->cancelled ? 487 : code, m);
	session_free(s);
}
