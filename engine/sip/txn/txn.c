/* SPDX-License-Identifier: BSD-3-Clause */
/* What client and server transactions have in common. */
#include <errno.h>
#include <stdlib.h>
#include <engine/sip/txn/txn.h>

/*
 * A call leaves finished transactions behind that linger for 32 s. The pool has room for those of
 * an ordinary load. Above that, the oldest finished ones are dropped, and never one at work: a user
 * has one INVITE under way, and may leave a BYE or CANCEL.
 */
#define TXNS_PER_USER  8
#define TXNS_MORE      64 /* for requests outside dialogs */
#define CHUNKS_PER_TXN 2  /* an INVITE or its 2xx has about 900 bytes */
#define TIMERS_PER_TXN 3
#define CHUNKS_MESSAGE (SIP_MSG_MAX / (MSG_STORE_CHUNK_BYTES - 4) + 1)

static void layer_clear(struct txn_layer *l, const struct txn_layer_params *p)
{
	*l = (struct txn_layer){
		.ops = p->ops, .transport = p->transport, .stats = &p->transport->stats};
	str_copy(l->agent, sizeof(l->agent), p->user_agent);
	TAILQ_INIT(&l->lingering);
}

int txn_layer_init(struct txn_layer *l, const struct txn_layer_params *p)
{
	uint32_t txns = TXNS_PER_USER * p->users + TXNS_MORE;
	char *storage;

	layer_clear(l, p);
	l->random = random_alloc(p->key);
	if (!l->random)
		goto fail;
	if (timers_init(&l->timers, TIMERS_PER_TXN * txns) != 0)
		goto fail_random;
	if (pool_init(&l->txns, txns, sizeof(struct sip_txn)) != 0)
		goto fail_timers;
	if (msg_store_init(&l->store, CHUNKS_PER_TXN * txns + 2 * CHUNKS_MESSAGE) != 0)
		goto fail_txns;
	if (hash_init(&l->servers, txns, random_u64(l->random, RANDOM_TABLES)) != 0)
		goto fail_store;
	if (hash_init(&l->clients, txns, random_u64(l->random, RANDOM_TABLES)) != 0)
		goto fail_servers;
	if (hash_init(&l->merged, txns, random_u64(l->random, RANDOM_TABLES)) != 0)
		goto fail_clients;
	while (l->waiting_mask + 1 < txns)
		l->waiting_mask = 2 * l->waiting_mask + 1;
	l->waiting = calloc(l->waiting_mask + 1, sizeof(*l->waiting));
	if (!l->waiting)
		goto fail_merged;
	if (hash_init(&l->second, 1, random_u64(l->random, RANDOM_TABLES)) != 0)
		goto fail_waiting;
	storage = malloc(2 * SIP_MSG_MAX);
	if (!storage)
		goto fail_second;
	buf_init_fixed(&l->out, storage, SIP_MSG_MAX);
	l->scratch = storage + SIP_MSG_MAX;
	return 0;

fail_second:
	hash_fini(&l->second);
fail_waiting:
	free(l->waiting);
fail_merged:
	hash_fini(&l->merged);
fail_clients:
	hash_fini(&l->clients);
fail_servers:
	hash_fini(&l->servers);
fail_store:
	msg_store_fini(&l->store);
fail_txns:
	pool_fini(&l->txns);
fail_timers:
	timers_fini(&l->timers);
fail_random:
	random_free(l->random);
fail:
	return -ENOMEM;
}

void txn_layer_fini(struct txn_layer *l)
{
	free(l->out.data);
	hash_fini(&l->second);
	free(l->waiting);
	hash_fini(&l->merged);
	hash_fini(&l->clients);
	hash_fini(&l->servers);
	msg_store_fini(&l->store);
	pool_fini(&l->txns);
	timers_fini(&l->timers);
	random_free(l->random);
}

uint64_t txn_layer_id(struct txn_layer *l, enum random_stream what)
{
	return random_u64(l->random, what);
}

struct str txn_layer_agent(const struct txn_layer *l, const struct td_flow *flow)
{
	const struct sip_transport_ops *ops = &l->transport->ops;

	return ops->named && !ops->named(ops->ctx, flow) ? STR("") : str_of(l->agent);
}

bool txn_layer_send(struct txn_layer *l, struct td_flow *flow)
{
	return transport_send(l->transport, flow, (struct str){l->out.data, l->out.len}, false);
}

void txn_join(struct sip_txn *t, struct sip_tu *tu)
{
	t->tu = tu;
	tu->invite = t;
}

void txn_part(struct sip_txn *t)
{
	if (t->tu)
		t->tu->invite = NULL;
	t->tu = NULL;
}

static struct txn_wait_list *chain(const struct txn_layer *l, struct str key)
{
	return &l->waiting[hash_bytes(&l->second, key) & l->waiting_mask];
}

/* Of a connection, or of an agent. */
static struct txn_wait_list *number_chain(const struct txn_layer *l, uint32_t number)
{
	return chain(l, (struct str){(const char *)&number, sizeof(number)});
}

/* By the connection where there is one, else by the peer's address. */
static struct txn_wait_list *wait_chain(
	const struct txn_layer *l, uint32_t connection, const struct td_addr *remote)
{
	return connection ? number_chain(l, connection)
			  : chain(l, (struct str){(const char *)remote, sizeof(*remote)});
}

void txn_wait(struct sip_txn *t)
{
	t->waiting = true;
	LIST_INSERT_HEAD(wait_chain(t->layer, t->flow.connection, &t->flow.remote), t, wait);
}

void txn_wait_end(struct sip_txn *t)
{
	if (t->waiting)
		LIST_REMOVE(t, wait);
	t->waiting = t->stranded = false;
}

void txn_strand(struct sip_txn *t)
{
	t->waiting = t->stranded = true;
	LIST_INSERT_HEAD(number_chain(t->layer, t->flow.agent), t, wait);
}

bool txn_layer_reach(struct txn_layer *l, const struct td_flow *flow, struct td_flow *to)
{
	return l->ops->reach && flow->agent && flow_is_reliable(flow) && l->ops->reach(l, flow, to);
}

void txn_break(struct sip_txn *t)
{
	t->broken = true;
	timer_cancel(&t->layer->timers, &t->resend);
	txn_timer(t, &t->expire, 0);
}

void txn_layer_flow_failed(struct txn_layer *l, const struct td_flow *flow)
{
	/* Those of its connection, and those that wanted a new one to its address. */
	for (unsigned i = 0; i < (flow->connection ? 2 : 1); i++) {
		struct sip_txn *t;

		LIST_FOREACH (t, wait_chain(l, i ? 0 : flow->connection, &flow->remote), wait)
			if (!t->stranded && flow_equal(&t->flow, flow))
				t->way->broken(t);
	}
}

/* One that waits for this agent's next flow, or has `left`. */
static struct sip_txn *waiting(
	struct txn_layer *l, const struct td_flow *left, const struct td_flow *flow)
{
	struct sip_txn *t;

	LIST_FOREACH (t, number_chain(l, left ? left->connection : flow->agent), wait)
		if (t->flow.agent == flow->agent && t->stranded == !left &&
			(!left || t->flow.connection == left->connection))
			return t;
	return NULL;
}

void txn_layer_flow_anew(
	struct txn_layer *l, const struct td_flow *left, const struct td_flow *flow)
{
	struct sip_txn *t;

	while ((t = waiting(l, NULL, flow)) != NULL)
		t->way->anew(t, flow);
	while (left && (t = waiting(l, left, flow)) != NULL)
		t->way->moved(t, flow);
}

void txn_free(struct sip_txn *t)
{
	struct txn_layer *l = t->layer;
	bool client = t->kind == TXN_CLIENT_INVITE || t->kind == TXN_CLIENT;

	txn_part(t);
	timer_cancel(&l->timers, &t->resend);
	timer_cancel(&l->timers, &t->expire);
	timer_cancel(&l->timers, &t->over);
	if (t->lingering)
		TAILQ_REMOVE(&l->lingering, t, linger);
	if (t->merging)
		hash_del(&l->merged, &t->merge);
	txn_wait_end(t);
	hash_del(client ? &l->clients : &l->servers, &t->node);
	msg_store_del(&l->store, &t->sent);
	msg_store_del(&l->store, &t->head);
	pool_free(&l->txns, t);
}

struct sip_tu *txn_expire(struct sip_txn *t)
{
	struct sip_tu *tu = t->tu;

	if (!t->lingering && !t->broken)
		t->layer->stats->timeouts++;
	txn_free(t);
	return tu;
}

/* The transaction that finished first: it is the least likely to see a retransmission. */
static bool evict(struct txn_layer *l, const struct sip_txn *except)
{
	struct sip_txn *t = TAILQ_FIRST(&l->lingering);

	if (t && t == except)
		t = TAILQ_NEXT(t, linger);
	if (!t)
		return false;
	l->stats->evicted++;
	txn_free(t);
	return true;
}

struct sip_txn *txn_alloc(
	struct txn_layer *l, enum txn_kind kind, enum sip_method method, const struct td_flow *flow)
{
	struct sip_txn *t = pool_alloc(&l->txns);

	if (!t && evict(l, NULL))
		t = pool_alloc(&l->txns);
	if (!t)
		return NULL;
	t->layer = l;
	t->kind = kind;
	t->method = method;
	t->flow = *flow;
	t->interval = SIP_T1;
	return t;
}

bool txn_keep(struct sip_txn *t, struct stored_msg *b, struct str data)
{
	while (!msg_store_set(&t->layer->store, b, data))
		if (!evict(t->layer, t))
			return false;
	return true;
}

bool txn_send(struct sip_txn *t)
{
	struct txn_layer *l = t->layer;

	/* when the response cannot be kept it is sent once, and the peer asks again */
	txn_keep(t, &t->sent, (struct str){l->out.data, l->out.len});
	return txn_layer_send(l, &t->flow);
}

bool txn_resend(struct sip_txn *t)
{
	struct txn_layer *l = t->layer;

	return t->sent.len == 0 || transport_send(l->transport, &t->flow,
					   msg_store_get(&l->store, &t->sent, l->scratch), true);
}

void txn_timer(struct sip_txn *t, struct timer *timer, uint64_t after)
{
	timer_set(&t->layer->timers, timer, t->layer->now + after);
}

void txn_backoff(struct sip_txn *t, uint64_t max)
{
	txn_timer(t, &t->resend, t->interval);
	t->interval = t->interval * 2 < max ? t->interval * 2 : max;
}

void txn_linger(struct sip_txn *t, enum txn_state state, uint64_t time)
{
	t->state = state;
	txn_wait_end(t);
	timer_cancel(&t->layer->timers, &t->resend);
	txn_timer(t, &t->expire, time);
	if (!t->lingering)
		TAILQ_INSERT_TAIL(&t->layer->lingering, t, linger);
	t->lingering = true;
}
