/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Server transactions: RFC 3261 section 17.2, with the Accepted state of RFC 6026.
 *
 *   INVITE  PROCEEDING --2xx--> ACCEPTED  (2xx again at T1, 2 T1 ... T2 until ACK; L)
 *               \------300+--> COMPLETED (the same, G, until ACK or H) --ACK--> CONFIRMED (I)
 *   others  answered at once: COMPLETED (J: the response again for each retransmission)
 *
 * Sending 2xx again is the core's task in the RFC; the timers are the same, so it is done here.
 *
 * When the flow of an INVITE that makes a dialog fails before the end of that, what was said last
 * goes by another one: the connection by which the peer is reached now, else a new one to its Via
 * (section 18.2.2). When that fails too, the user is told (section 17.2.4). A telephone that cannot
 * be connected to has 32 s to register anew, while there is nothing to be said.
 */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/sip/txn/strans.h>

/* section 17.2.3: what makes two requests the same. The method is compared apart: ACK and CANCEL
 * name the transaction of their INVITE. */
static struct str key_encode(struct txn_layer *l, const struct sip_msg *m, enum sip_method method)
{
	static const char separator[1] = {0}; /* in none of these but quoted strings */
	struct td_buf b;

	buf_init_fixed(&b, l->scratch, SIP_MSG_MAX);
	if (m->via.branch.n > strlen(SIP_BRANCH) &&
		str_has_prefix(m->via.branch, STR(SIP_BRANCH))) {
		buf_str(&b, m->via.branch);
		buf_put(&b, separator, 1);
		buf_str(&b, m->via.host);
		buf_put(&b, &m->via.port, sizeof(m->via.port));
	} else {
		/* RFC 2543: the To tag is left out, because the ACK has one and the INVITE does
		 * not */
		buf_str(&b, m->call_id);
		buf_put(&b, separator, 1);
		buf_str(&b, m->from.tag);
		buf_put(&b, separator, 1);
		buf_str(&b, m->via.text);
		buf_put(&b, &m->cseq.number, sizeof(m->cseq.number));
	}
	if (method == SIP_OTHER)
		buf_str(&b, m->method_name);
	else
		buf_put(&b, &method, sizeof(method));
	return (struct str){b.data, b.len};
}

static struct str merge_key_encode(struct txn_layer *l, const struct sip_msg *m)
{
	struct td_buf b;

	buf_init_fixed(&b, l->scratch, SIP_MSG_MAX);
	buf_str(&b, m->call_id);
	buf_put(&b, "", 1);
	buf_str(&b, m->from.tag);
	buf_put(&b, &m->cseq.number, sizeof(m->cseq.number));
	return (struct str){b.data, b.len};
}

struct sip_txn *strans_lookup(struct txn_layer *l, const struct sip_msg *m, enum sip_method method)
{
	struct str key = key_encode(l, m, method);
	uint64_t id = hash_bytes(&l->second, key);

	for (struct hash_node *n = hash_first(&l->servers, key); n; n = hash_next(n)) {
		struct sip_txn *t = container_of(n, struct sip_txn, node);

		if (t->id == id)
			return t;
	}
	return NULL;
}

bool strans_cancels(const struct sip_txn *t, const struct sip_msg *m, const struct td_flow *flow)
{
	struct txn_layer *l = t->layer;
	struct str key = merge_key_encode(l, m);

	return t->merge_id == hash_bytes(&l->second, key) &&
	       t->uri_id == hash_bytes(&l->second, m->uri.text) &&
	       addr_equal_ip(&t->flow.remote, &flow->remote);
}

/* section 8.2.2.2: the same INVITE came by two ways, and the other is ongoing. One that was
 * refused, and whose refusal was acknowledged, is not. Asked when no transaction matched. */
bool strans_merged(struct txn_layer *l, const struct sip_msg *m)
{
	struct str key = merge_key_encode(l, m);
	uint64_t id = hash_bytes(&l->second, key);

	for (struct hash_node *n = hash_first(&l->merged, key); n; n = hash_next(n)) {
		const struct sip_txn *t = container_of(n, struct sip_txn, merge);

		if (t->merge_id == id && t->initial && t->state != TXN_CONFIRMED)
			return true;
	}
	return false;
}

struct sip_txn *strans_accepted(struct txn_layer *l, const struct sip_msg *ack)
{
	struct str key = merge_key_encode(l, ack);
	uint64_t id = hash_bytes(&l->second, key);

	for (struct hash_node *n = hash_first(&l->merged, key); n; n = hash_next(n)) {
		struct sip_txn *t = container_of(n, struct sip_txn, merge);

		if (t->merge_id == id && t->state == TXN_ACCEPTED && !t->lingering &&
			(!t->initial || str_eq(str_of(t->tag), ack->to.tag)))
			return t;
	}
	return NULL;
}

/* Its flow may have changed. Only the INVITE that makes a dialog fails with its flow: a dialog goes
 * on without one. */
static void listen(struct sip_txn *t)
{
	txn_wait_end(t);
	if (t->state == TXN_PROCEEDING) /* only strand() has set it */
		timer_cancel(&t->layer->timers, &t->expire);
	if (t->initial && (t->state == TXN_PROCEEDING || t->state == TXN_ACCEPTED))
		txn_wait(t);
}

static void flow_broken(struct sip_txn *t)
{
	/* A peer that has our 2xx may be about to send its ACK by a connection of its own, and a
	 * telephone to register by one. */
	bool later = t->state == TXN_ACCEPTED;

	t->broken = true;
	txn_timer(t, &t->resend, t->flow.agent || (later && !t->again) ? SIP_T1 : 0);
}

/* It has been sent, or not. A datagram that cannot go now is one that is lost: a 2xx goes again,
 * and all else when the request comes again (sections 17.2.1, 13.3.1.4). */
static void went(struct sip_txn *t, bool sent)
{
	listen(t);
	if (!sent && t->waiting && flow_is_reliable(&t->flow))
		flow_broken(t);
}

void strans_move(struct sip_txn *t, const struct td_flow *flow)
{
	t->flow.connection = flow->connection;
	if (t->waiting && !t->stranded)
		listen(t);
}

static void lost(struct sip_txn *t)
{
	const struct txn_ops *ops = t->layer->ops;
	struct sip_tu *tu;

	t->layer->stats->callers_lost++;
	t->broken = true; /* it is no time-out */
	tu = txn_expire(t);
	if (tu)
		ops->lost(tu);
}

/* False: no other flow is left to try. */
static bool other_flow(struct sip_txn *t)
{
	struct td_flow to;

	if (txn_layer_reach(t->layer, &t->flow, &to)) {
		t->flow.connection = to.connection;
		return true;
	}
	t->flow.connection = 0;
	return !t->again;
}

/* A telephone may register again. */
static bool strand(struct sip_txn *t)
{
	if (t->state != TXN_PROCEEDING || !t->flow.agent || !flow_is_reliable(&t->flow))
		return false;
	txn_wait_end(t);
	txn_strand(t);
	txn_timer(t, &t->expire, SIP_TIMEOUT);
	return true;
}

static void say_again(struct sip_txn *t)
{
	t->broken = false;
	if (t->state == TXN_PROCEEDING && !t->sent.len) {
		strans_respond(t, 100, STR(""), STR(""));
		return;
	}
	went(t, txn_resend(t));
	if (!t->broken && t->state != TXN_PROCEEDING)
		txn_backoff(t, SIP_T2);
}

static void on_resend(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, resend);
	bool broken = t->broken;

	if (broken && !other_flow(t)) {
		if (!strand(t))
			lost(t);
		return;
	}
	t->again |= broken;
	say_again(t);
	if (broken) /* of a stream, it is heard later whether that has worked */
		t->again = true;
}

/* It may not have got what was said last. */
static void anew(struct sip_txn *t, const struct td_flow *flow)
{
	t->flow.connection = flow->connection;
	t->again = false;
	say_again(t);
}

static const struct txn_way way = {.broken = flow_broken, .anew = anew, .moved = strans_move};

static void on_expire(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, expire);
	const struct txn_ops *ops = t->layer->ops;
	struct sip_tu *tu;

	if (t->state == TXN_PROCEEDING) { /* strand() */
		lost(t);
		return;
	}
	tu = txn_expire(t);
	if (tu)
		ops->no_ack(tu);
}

static void on_over(struct timer *timer, uint64_t now)
{
	struct sip_txn *t = container_of(timer, struct sip_txn, over);

	if (t->tu && t->state == TXN_PROCEEDING)
		t->layer->ops->expired(t->tu);
}

/* section 18.2.2, RFC 3581. Of a stream: the port for a new connection, should the request's have
 * ended. */
static void response_target(
	const struct sip_msg *m, const struct td_flow *flow, struct td_flow *out)
{
	*out = *flow;
	if (sip_msg_has(m, SIP_HDR_VIA) && (!m->via.rport || flow_is_reliable(flow)))
		out->remote.port = m->via.port ? m->via.port : flow_default_port(flow);
}

static struct sip_txn *alloc(
	struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow)
{
	enum txn_kind kind = m->method == SIP_INVITE ? TXN_SERVER_INVITE : TXN_SERVER;
	struct td_flow target;

	response_target(m, flow, &target);
	struct sip_txn *t = txn_alloc(l, kind, m->method, &target);

	if (!t)
		return NULL;
	struct str key = key_encode(l, m, m->method);

	t->state = TXN_PROCEEDING;
	t->id = hash_bytes(&l->second, key);
	t->cseq = m->cseq.number;
	t->resend.fire = on_resend;
	t->expire.fire = on_expire;
	hash_add(&l->servers, &t->node, key);
	return t;
}

struct sip_txn *strans_alloc(
	struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow)
{
	struct sip_txn *t = alloc(l, m, flow);
	struct td_buf head;

	if (!t)
		return NULL;
	buf_init_fixed(&head, l->scratch, SIP_MSG_MAX);
	head_encode(&head, m, &flow->remote);
	if (head.error || !txn_keep(t, &t->head, (struct str){head.data, head.len})) {
		txn_free(t);
		return NULL;
	}
	struct str key = merge_key_encode(l, m);

	t->way = &way;
	t->initial = !m->to.tag.p;
	t->merging = true;
	t->merge_id = hash_bytes(&l->second, key);
	t->uri_id = hash_bytes(&l->second, m->uri.text);
	hash_add(&l->merged, &t->merge, key);
	txn_timer(t, &t->resend, SIP_TRYING);
	t->over.fire = on_over;
	if (t->initial && m->expires >= 0)
		txn_timer(t, &t->over, (uint64_t)m->expires * TD_NSEC_PER_SEC);
	listen(t);
	return t;
}

/* Sends the layer's message as the response of t. */
static void respond(struct sip_txn *t, int code)
{
	bool sent = txn_send(t);
	bool reliable = flow_is_reliable(&t->flow);

	if (t->kind == TXN_SERVER) {
		txn_linger(t, TXN_COMPLETED, reliable ? 0 : SIP_TIMEOUT);
		return;
	}
	timer_cancel(&t->layer->timers, &t->resend);
	t->broken = t->again = false;
	if (code >= 200) {
		t->state = code < 300 ? TXN_ACCEPTED : TXN_COMPLETED;
		if (!reliable || code < 300) /* 2xx: section 13.3.1.4, whatever carries it here */
			txn_backoff(t, SIP_T2);
		txn_timer(t, &t->expire, SIP_TIMEOUT);
	}
	went(t, sent);
}

void strans_respond(struct sip_txn *t, int code, struct str extra, struct str sdp)
{
	struct txn_layer *l = t->layer;
	struct str tag = code > 100 ? str_of(t->tag) : STR("");
	struct str head = msg_store_get(&l->store, &t->head, l->scratch);

	struct str agent = txn_layer_agent(l, &t->flow);

	if (!response_encode(&l->out, agent, code, head, tag, extra, sdp)) {
		/* an SDP that is far too long; the client must get an answer */
		head = msg_store_get(&l->store, &t->head, l->scratch);
		code = 513;
		if (!response_encode(&l->out, agent, code, head, tag, STR(""), STR("")))
			return;
	}
	respond(t, code);
}

void strans_reply(struct txn_layer *l, const struct sip_msg *m, const struct td_flow *flow,
	int code, struct str extra, struct str body, bool stateless)
{
	struct sip_txn *t = NULL;
	char tag[SIP_ID_HEX + 1] = "";
	struct td_buf head;

	if (!m->to.tag.p) /* section 8.2.7: the same for each retransmission */
		id_encode(hash_bytes(&l->second, key_encode(l, m, m->method)), tag);
	if (!stateless)
		t = alloc(l, m, flow);
	buf_init_fixed(&head, l->scratch, SIP_MSG_MAX);
	head_encode(&head, m, &flow->remote);
	if (head.error || !response_encode(&l->out, txn_layer_agent(l, flow), code,
				  (struct str){head.data, head.len}, str_of(tag), extra, body)) {
		if (t)
			txn_free(t);
		return;
	}
	if (t) {
		respond(t, code);
		return;
	}
	struct td_flow target;

	response_target(m, flow, &target);
	txn_layer_send(l, &target);
}

void strans_retransmission(struct sip_txn *t)
{
	t->layer->stats->rx_retransmissions++;
	/* RFC 6026 section 7.1: 2xx is sent again by its timer alone */
	if (t->kind == TXN_SERVER)
		txn_resend(t);
	else if (t->state == TXN_PROCEEDING || t->state == TXN_COMPLETED)
		went(t, txn_resend(t));
}

void strans_ack(struct sip_txn *t)
{
	if (t->state == TXN_COMPLETED)
		txn_linger(t, TXN_CONFIRMED, flow_is_reliable(&t->flow) ? 0 : SIP_T4);
	else if (t->state == TXN_ACCEPTED)
		txn_linger(t, TXN_ACCEPTED, SIP_TIMEOUT);
}
