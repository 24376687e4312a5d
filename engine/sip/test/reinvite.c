/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/sip/dialog/request.h>
#include <engine/sip/dialog/uac.h>
#include <engine/sip/test/reinvite.h>
#include <engine/sip/txn/ctrans.h>

static const struct txn_ops *product; /* the same of every user agent */

static void accepted(
	struct sip_tu *tu, struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);
	struct txn_layer *l = &s->ua->txns;

	if (s->state == SESSION_CALLING) {
		product->accepted(tu, t, m, flow);
		return;
	}
	session_heard(s, flow);
	session_target_set(s, m);
	if (session_request_encode(
		    s, SIP_ACK, t->cseq, txn_layer_id(l, RANDOM_BRANCH), STR(""), STR("")))
		ctrans_ack(t, &s->flow, session_spare(s));
}

static void failed(struct sip_tu *tu, int code, const struct sip_msg *m)
{
	struct sip_session *s = container_of(tu, struct sip_session, tu);

	if (s->state == SESSION_CALLING) {
		product->failed(tu, code, m);
	} else if (code == 408 || code == 481) {
		session_bye(s);
		session_end(s, code);
	}
}

bool test_reinvite(struct sip_session *s, uint64_t now, struct str sdp)
{
	static struct txn_ops ops;
	struct txn_layer *l = &s->ua->txns;
	uint64_t branch = txn_layer_id(l, RANDOM_BRANCH);
	struct sip_txn *t;

	l->now = now;
	if (s->tu.invite || s->state != SESSION_CONFIRMED || s->silent)
		return false;
	if (l->ops != &ops) {
		product = l->ops;
		ops = *product;
		ops.accepted = accepted;
		ops.failed = failed;
		l->ops = &ops;
	}
	if (!session_request_encode(s, SIP_INVITE, ++s->local_cseq, branch, STR(""), sdp))
		return false;
	t = ctrans_start(l, SIP_INVITE, branch, s->local_cseq, &s->flow, session_spare(s));
	if (t)
		txn_join(t, &s->tu);
	return t != NULL;
}
