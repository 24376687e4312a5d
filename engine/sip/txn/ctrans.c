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
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/base/hex.h>
#include <engine/sip/txn/ctrans.h>

static struct str id_key(const uint64_t *id)
{
	return (struct str){(const char *)id, sizeof(*id)};
}

/* What ends a call over there goes again by UDP, as if the network had lost it (timer E): another
 * request has a user who waits, and may have another way. */
static bool goes_again(const struct sip_txn *t)
{
	return (t->method == SIP_BYE || t->method == SIP_CANCEL) && !flow_is_reliable(&t->flow);
}

static void on_resend(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, resend);

	if (!txn_resend(t) && !goes_again(t)) {
		txn_break(t);
		return;
	}
	if (t->state ==
		TXN_PROCEEDING) /* only requests other than INVITE get here: timer E at T2 */
		t->interval = SIP_T2;
	txn_backoff(t, t->kind == TXN_CLIENT_INVITE ? UINT64_MAX : SIP_T2);
}

/* The request as we sent it, read again; valid until the next one. */
static const struct sip_msg *sent_decode(struct sip_txn *t)
{
	struct txn_layer *l = t->layer;
	struct str data = msg_store_get(&l->store, &t->sent, l->scratch);

	return sip_msg_decode(&l->stored, (const uint8_t *)data.p, data.n) == 0 ? &l->stored : NULL;
}

/* A new connection goes to the port that the request says: that of a connection which the peer
 * made is no place to connect to. */
static void flow_renew(struct sip_txn *t)
{
	const struct sip_msg *request = sent_decode(t);
	struct td_addr to;

	t->flow.connection = 0;
	if (request && !sip_msg_has(request, SIP_HDR_ROUTE) && sip_uri_addr(&request->uri, &to) &&
		addr_equal_ip(&to, &t->flow.remote))
		t->flow.remote = to;
}

static void flow_set(struct sip_txn *t, const struct td_flow *to)
{
	t->flow.connection = to->connection;
	t->flow.remote = to->remote;
}

/* An INVITE that nobody waits for any more: who has not seen it need not. */
static bool given_up(const struct sip_txn *t)
{
	return t->kind == TXN_CLIENT_INVITE && t->state == TXN_TRYING && (t->unwanted || !t->tu);
}

/*
 * The way for what died with its connection: that which the dialog has, the telephone's newest
 * registration, a new connection. A BYE that is lost leaves the peer in a call that is over here.
 * Another request goes by a new connection when it went by one that was there before: the peer may
 * have been started again since, and nobody has told us. A telephone is not asked again: where it
 * was reached is no place to connect to. A peer that has the request already absorbs it.
 */
static bool other_flow(struct sip_txn *t)
{
	bool spare = t->spare && (t->state == TXN_TRYING || t->state == TXN_ACCEPTED);
	bool anew = t->method == SIP_BYE || (t->reused && !t->flow.agent);
	struct td_flow to;

	if (spare) {
		t->flow.connection = t->spare;
		return true;
	}
	if (t->state != TXN_TRYING || t->method == SIP_CANCEL)
		return false;
	if (txn_layer_reach(t->layer, &t->flow, &to))
		flow_set(t, &to);
	else if (anew)
		flow_renew(t);
	else
		return false;
	return true;
}

static bool once_more(struct sip_txn *t)
{
	if (!t->broken || t->again || !flow_is_reliable(&t->flow) || given_up(t) || !other_flow(t))
		return false;
	t->again = true;
	txn_wait_end(t);
	t->broken = !txn_resend(t);
	if (t->state == TXN_TRYING)
		txn_wait(t);
	if (!t->broken)
		txn_timer(t, &t->expire, SIP_TIMEOUT);
	return !t->broken;
}

/* A telephone that cannot be reached may register again: then the BYE goes to it. */
static bool strand(struct sip_txn *t)
{
	if (!t->broken || t->method != SIP_BYE || t->state != TXN_TRYING || !t->flow.agent ||
		!flow_is_reliable(&t->flow))
		return false;
	t->broken = false;
	txn_linger(t, TXN_TRYING, SIP_TIMEOUT);
	txn_strand(t);
	return true;
}

/* Nobody waits for it any more, but it may still answer: then it gets ACK and BYE. */
static void abandon(struct sip_txn *t)
{
	txn_part(t);
	t->broken = false;
	txn_linger(t, t->state, SIP_TIMEOUT);
}

/* A telephone whose connection has ended goes on ringing: it is told to stop by another one. */
static void cancel_anew(struct sip_txn *t)
{
	bool reliable = flow_is_reliable(&t->flow), reached = false;
	struct td_flow to;

	if (reliable) {
		reached = txn_layer_reach(t->layer, &t->flow, &to);
		if (reached)
			flow_set(t, &to);
		else
			flow_renew(t);
		t->cancelling = false; /* an earlier CANCEL may have gone with the connection */
		ctrans_cancel(t, (enum sip_cause)t->cause);
	}
	abandon(t);
	if (reliable && !reached && t->flow.agent)
		txn_strand(t);
}

static void on_expire(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, expire);
	const struct txn_ops *ops = t->layer->ops;
	int code = t->broken ? 503 : 408;
	struct sip_tu *tu;

	if (once_more(t) || strand(t))
		return;
	tu = t->tu;
	if (t->broken && t->kind == TXN_CLIENT_INVITE && t->state == TXN_PROCEEDING)
		cancel_anew(t);
	else if (t->broken && given_up(t))
		abandon(t);
	else
		txn_expire(t);
	if (tu)
		ops->failed(tu, code, NULL);
}

/* What has not got to the telephone. */
static void anew(struct sip_txn *t, const struct td_flow *flow)
{
	txn_wait_end(t);
	flow_set(t, flow);
	if (t->kind == TXN_CLIENT_INVITE) {
		t->cancelling = false;
		ctrans_cancel(t, (enum sip_cause)t->cause);
		return;
	}
	txn_wait(t);
	if (!txn_resend(t))
		txn_break(t);
}

/* The telephone may not have seen what has no answer at all, and gets it again while somebody waits
 * for it. */
static void moved(struct sip_txn *t, const struct td_flow *flow)
{
	txn_wait_end(t);
	flow_set(t, flow);
	txn_wait(t);
	if (t->state != TXN_PROCEEDING && !given_up(t) && !txn_resend(t))
		txn_break(t);
}

static const struct txn_way way = {.broken = txn_break, .anew = anew, .moved = moved};

struct sip_txn *ctrans_start(struct txn_layer *l, enum sip_method method, uint64_t branch,
	uint32_t cseq, const struct td_flow *flow, uint32_t spare)
{
	enum txn_kind kind = method == SIP_INVITE ? TXN_CLIENT_INVITE : TXN_CLIENT;
	struct str data = {l->out.data, l->out.len};
	struct sip_txn *t = txn_alloc(l, kind, method, flow);

	if (t) {
		t->id = branch;
		t->cseq = cseq;
		t->spare = spare;
		t->way = &way;
		t->resend.fire = on_resend;
		t->expire.fire = on_expire;
		hash_add(&l->clients, &t->node, id_key(&t->id));
		if (!txn_keep(t, &t->sent, data)) {
			txn_free(t);
			t = NULL;
		}
	}
	if (!t && method == SIP_INVITE)
		return NULL;
	struct td_flow by = *flow;
	bool sent = txn_layer_send(l, t ? &t->flow : &by);

	if (!t)
		return NULL;
	t->reused = sent && !l->transport->made;
	txn_wait(t);
	if (!sent && !goes_again(t)) {
		txn_break(t);
		return t;
	}
	if (!flow_is_reliable(flow))
		txn_backoff(t, UINT64_MAX);
	txn_timer(t, &t->expire, SIP_TIMEOUT);
	return t;
}

void ctrans_cancel(struct sip_txn *t, enum sip_cause cause)
{
	struct txn_layer *l = t->layer;

	t->unwanted = true;
	t->cause = (uint8_t)cause;
	/* Before a 1xx the CANCEL could overtake the INVITE (section 9.1). */
	if (t->state != TXN_PROCEEDING || t->cancelling)
		return;
	const struct sip_msg *request = sent_decode(t);
	struct td_flow flow = t->flow;

	if (!request || !follow_encode(&l->out, request, SIP_CANCEL, request->to.text,
				sip_cause_lines(cause)))
		return;
	t->cancelling = true;
	txn_timer(t, &t->expire, SIP_TIMEOUT); /* section 9.1: no answer, then it is over */
	ctrans_start(l, SIP_CANCEL, t->id, t->cseq, &flow, 0); /* it may evict t */
}

void ctrans_ack(struct sip_txn *t, const struct td_flow *flow, uint32_t spare)
{
	t->flow = *flow;
	t->spare = spare;
	t->again = false;
	t->acked = true;
	txn_send(t);
	if (spare) /* for the end of the flow, since an ACK has no answer */
		txn_wait(t);
}

void ctrans_orphan(struct sip_txn *t)
{
	txn_part(t);
	if (!timer_is_set(&t->expire))
		txn_timer(t, &t->expire, SIP_TIMEOUT);
}

/* ACK to a final response >= 300, kept to answer its retransmissions. */
static void ack(struct sip_txn *t, const struct sip_msg *m)
{
	const struct sip_msg *request = sent_decode(t);

	if (request && follow_encode(&t->layer->out, request, SIP_ACK, m->to.text, STR("")))
		txn_send(t);
}

/* Of an INVITE that was given up, and may have lost its connection since. */
static void late_ringing(struct sip_txn *t, const struct td_flow *flow)
{
	if (!t->unwanted)
		return;
	if (t->lingering && flow_is_reliable(&t->flow))
		flow_set(t, flow);
	ctrans_cancel(t, (enum sip_cause)t->cause); /* it may evict t */
}

/* A 2xx that no user waits for. */
static void unwanted_answer(
	struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow, uint64_t to_tag)
{
	bool bye = true;

	for (unsigned i = 0; i < SIP_FORKS && i < t->ended_count; i++)
		bye &= t->ended[i] != to_tag;
	if (bye)
		t->ended[t->ended_count++ % SIP_FORKS] = to_tag;
	if (t->ended_count == 2 * SIP_FORKS) /* all places are in use still */
		t->ended_count = SIP_FORKS;
	t->layer->ops->fork(t->layer, t, m, flow, bye); /* it may evict t */
}

/* A response to an INVITE that has its final one. */
static void answered_again(
	struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow, uint64_t to_tag)
{
	bool accepted = t->state == TXN_ACCEPTED;

	if (m->code < 200 || accepted != (m->code < 300))
		return; /* a late response, or one from a branch of a fork that lost */
	if (accepted && (to_tag != t->to_tag || !t->acked)) {
		unwanted_answer(t, m, flow, to_tag);
		return;
	}
	t->layer->stats->rx_retransmissions++;
	txn_resend(t);
}

static void invite_response(struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow)
{
	struct txn_layer *l = t->layer;
	struct sip_tu *tu = t->tu;
	uint64_t to_tag = hash_bytes(&l->second, m->to.tag);

	if (t->state == TXN_ACCEPTED || t->state == TXN_COMPLETED) {
		answered_again(t, m, flow, to_tag);
		return;
	}
	timer_cancel(&l->timers, &t->resend);
	if (m->code < 200) {
		t->state = TXN_PROCEEDING;
		if (tu && !t->cancelling)
			timer_cancel(&l->timers, &t->expire);
		if (tu)
			l->ops->provisional(tu, m, flow);
		else
			late_ringing(t, flow);
		return;
	}
	txn_part(t);
	if (m->code >= 300) {
		ack(t, m);
		txn_linger(t, TXN_COMPLETED, flow_is_reliable(&t->flow) ? 0 : SIP_TIMER_D);
		if (tu)
			l->ops->failed(tu, m->code, m);
		return;
	}
	t->to_tag = to_tag;
	txn_linger(t, TXN_ACCEPTED, SIP_TIMEOUT);
	if (tu)
		l->ops->accepted(tu, t, m, flow);
	else
		unwanted_answer(t, m, flow, to_tag);
}

static void other_response(struct sip_txn *t, const struct sip_msg *m)
{
	if (t->state == TXN_COMPLETED)
		t->layer->stats->rx_retransmissions++;
	else if (m->code >= 200)
		txn_linger(t, TXN_COMPLETED, flow_is_reliable(&t->flow) ? 0 : SIP_T4);
	else
		t->state = TXN_PROCEEDING;
}

/* Ours end in 16 hexadecimal digits. */
static bool branch_decode(struct str branch, uint64_t *id)
{
	struct str cookie = STR(SIP_BRANCH);

	return branch.n == cookie.n + SIP_ID_HEX && str_has_prefix(branch, cookie) &&
	       hex_decode((struct str){branch.p + cookie.n, SIP_ID_HEX}, id);
}

void ctrans_response(struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow)
{
	struct hash_node *n = NULL;
	uint64_t id;

	if (branch_decode(m->via.branch, &id))
		n = hash_first(&l->clients, id_key(&id));
	for (; n; n = hash_next(n)) {
		struct sip_txn *t = container_of(n, struct sip_txn, node);

		if (t->id != id || t->method != m->method)
			continue;
		if (t->kind == TXN_CLIENT_INVITE)
			invite_response(t, m, flow);
		else
			other_response(t, m);
		return;
	}
	l->stats->no_transaction++;
}
