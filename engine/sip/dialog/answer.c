/* SPDX-License-Identifier: BSD-3-Clause */
/* What the call layer answers: to an INVITE, to a re-INVITE, to a request outside dialogs. */
#include <engine/sip/dialog/incoming.h>
#include <engine/sip/txn/strans.h>

#define NONE STR("")

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
	if (code >= 300)
		txn_part(t);
}

void sip_session_reinvite_answer(struct sip_session *s, uint64_t now, int code, struct str sdp)
{
	reinvite_respond(s, now, code, NONE, sdp);
}

void sip_session_reinvite_reject(struct sip_session *s, uint64_t now, int code, struct str extra)
{
	reinvite_respond(s, now, code, extra, NONE);
}

static void respond(struct sip_request *r, uint64_t now, int code, struct str extra,
	struct str body, bool stateless)
{
	struct sip_ua *ua = r->ua;

	ua->txns.now = now;
	if (r->answered)
		return;
	r->answered = true;
	if (r->m->method == SIP_OPTIONS && code == 200 && extra.n == 0)
		extra = STR(SIP_CAPABILITIES);
	strans_reply(&ua->txns, r->m, r->flow, code, extra, body, stateless);
}

void sip_respond(struct sip_request *r, uint64_t now, int code, struct str extra, struct str body)
{
	/* An OPTIONS changes nothing, so its answer can be made again. */
	respond(r, now, code, extra, body, r->m->method == SIP_OPTIONS);
}

void sip_respond_again(struct sip_request *r, uint64_t now, int code, struct str extra)
{
	respond(r, now, code, extra, NONE, true);
}
