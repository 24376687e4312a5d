/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Client transactions: RFC 3261 section 17.1, with the Accepted state of RFC 6026.
 *
 *   INVITE   TRYING --1xx--> PROCEEDING --2xx--> ACCEPTED   (M: absorbs and ACKs 2xx again)
 *               |  \----------------+---300+--> COMPLETED  (D: absorbs and ACKs 300+ again)
 *               B: time-out
 *   others   TRYING --1xx--> PROCEEDING --200+--> COMPLETED (K)
 *               +-----------------+-- F: time-out
 */
#include <engine/sip/msg/lex.h>
#include <engine/sip/dialog/priv.h>

static struct str id_key(const uint64_t *id)
{
	return (struct str){(const char *)id, sizeof(*id)};
}

static void on_resend(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, resend);

	txn_resend(t);
	if (t->state == TXN_PROCEEDING) /* others than INVITE alone get here: timer E at T2 */
		t->interval = SIP_T2;
	txn_backoff(t, t->kind == TXN_CLIENT_INVITE ? UINT64_MAX : SIP_T2);
}

static void on_expire(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, expire);
	struct sip_session *s = t->session;

	if (!t->lingering)
		t->ua->stats.timeouts++;
	txn_free(t);
	if (s)
		uac_failed(s, 408, NULL);
}

struct sip_txn *ctrans_start(struct sip_ua *ua, enum sip_method method, uint64_t branch,
	uint32_t cseq, const struct td_addr *local, const struct td_addr *remote)
{
	enum txn_kind kind = method == SIP_INVITE ? TXN_CLIENT_INVITE : TXN_CLIENT;
	struct str data = {ua->out.data, ua->out.len};
	struct sip_txn *t = txn_alloc(ua, kind, method, local, remote);

	if (t) {
		t->id = branch;
		t->cseq = cseq;
		t->resend.fire = on_resend;
		t->expire.fire = on_expire;
		hash_add(&ua->clients, &t->node, id_key(&t->id));
		if (!txn_keep(t, &t->sent, data)) {
			txn_free(t);
			t = NULL;
		}
	}
	if (t) {
		txn_backoff(t, UINT64_MAX);
		txn_timer(t, &t->expire, SIP_TIMEOUT);
	} else if (method == SIP_INVITE) {
		return NULL;
	}
	ua_send(ua, local, remote, data, false);
	return t;
}

/* The request as we sent it, read again; valid until the next one. */
static const struct sip_msg *sent_decode(struct sip_txn *t)
{
	struct sip_ua *ua = t->ua;
	struct str data = msg_store_get(&ua->store, &t->sent, ua->scratch);

	return sip_msg_decode(&ua->stored, (const uint8_t *)data.p, data.n) == 0 ? &ua->stored
										 : NULL;
}

void ctrans_cancel(struct sip_txn *t)
{
	struct sip_ua *ua = t->ua;

	/* Before a 1xx the CANCEL could overtake the INVITE (section 9.1). */
	if (t->state != TXN_PROCEEDING || t->cancelling)
		return;
	const struct sip_msg *request = sent_decode(t);

	if (!request || !follow_encode(ua, request, SIP_CANCEL, request->to.text))
		return;
	t->cancelling = true;
	txn_timer(t, &t->expire, SIP_TIMEOUT); /* section 9.1: no answer, then it is over */
	ctrans_start(ua, SIP_CANCEL, t->id, t->cseq, &t->local, &t->remote);
}

void ctrans_orphan(struct sip_txn *t)
{
	t->session = NULL;
	if (!timer_is_set(&t->expire))
		txn_timer(t, &t->expire, SIP_TIMEOUT);
}

/* ACK to a final response >= 300, kept to answer its retransmissions. */
static void ack(struct sip_txn *t, const struct sip_msg *m)
{
	struct sip_ua *ua = t->ua;
	const struct sip_msg *request = sent_decode(t);

	if (!request || !follow_encode(ua, request, SIP_ACK, m->to.text))
		return;
	struct str data = {ua->out.data, ua->out.len};

	txn_keep(t, &t->sent, data);
	ua_send(ua, &t->local, &t->remote, data, false);
}

static void invite_response(
	struct sip_txn *t, const struct sip_msg *m, const struct td_addr *remote)
{
	struct sip_ua *ua = t->ua;
	struct sip_session *s = t->session;
	uint64_t to_tag = hash_bytes(&ua->second, m->to.tag);

	if (t->state == TXN_ACCEPTED || t->state == TXN_COMPLETED) {
		if (m->code < 200 || (t->state == TXN_ACCEPTED) != (m->code < 300))
			return; /* late, or a branch of a fork that lost */
		if (t->state == TXN_ACCEPTED && to_tag != t->to_tag) {
			uac_fork(ua, t, m, remote);
			return;
		}
		ua->stats.rx_retransmissions++;
		txn_resend(t);
		return;
	}
	timer_cancel(&ua->timers, &t->resend);
	if (m->code < 200) {
		t->state = TXN_PROCEEDING;
		if (s && !t->cancelling)
			timer_cancel(&ua->timers, &t->expire);
		if (s)
			uac_provisional(s, m, remote);
		return;
	}
	t->session = NULL;
	if (s)
		s->invite = NULL;
	if (m->code >= 300) {
		ack(t, m);
		txn_linger(t, TXN_COMPLETED, SIP_TIMER_D);
		if (s)
			uac_failed(s, m->code, m);
		return;
	}
	t->to_tag = to_tag;
	txn_linger(t, TXN_ACCEPTED, SIP_TIMEOUT);
	if (s)
		uac_accepted(s, t, m, remote);
	else
		uac_fork(ua, t, m, remote);
}

static void other_response(struct sip_txn *t, const struct sip_msg *m)
{
	if (t->state == TXN_COMPLETED)
		t->ua->stats.rx_retransmissions++;
	else if (m->code >= 200)
		txn_linger(t, TXN_COMPLETED, SIP_T4);
	else
		t->state = TXN_PROCEEDING;
}

/* Ours end in 16 hexadecimal digits. */
static bool branch_decode(struct str branch, uint64_t *id)
{
	struct str cookie = STR(SIP_BRANCH);

	if (branch.n != cookie.n + SIP_TAG_HEX || !str_has_prefix(branch, cookie))
		return false;
	*id = 0;
	for (size_t i = cookie.n; i < branch.n; i++) {
		char c = branch.p[i];

		if (c >= '0' && c <= '9')
			*id = *id << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*id = *id << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

void ctrans_response(struct sip_ua *ua, const struct sip_msg *m, const struct td_addr *local,
	const struct td_addr *remote)
{
	struct hash_node *n = NULL;
	uint64_t id;

	if (branch_decode(m->via.branch, &id))
		n = hash_first(&ua->clients, id_key(&id));
	for (; n; n = hash_next(n)) {
		struct sip_txn *t = container_of(n, struct sip_txn, node);

		if (t->id != id || t->method != m->method)
			continue;
		if (t->kind == TXN_CLIENT_INVITE)
			invite_response(t, m, remote);
		else
			other_response(t, m);
		return;
	}
	ua->stats.no_transaction++;
}
