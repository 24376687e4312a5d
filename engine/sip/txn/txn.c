/* SPDX-License-Identifier: BSD-3-Clause */
/* What client and server transactions have in common. */
#include <engine/sip/dialog/priv.h>

void txn_free(struct sip_txn *t)
{
	struct sip_ua *ua = t->ua;
	bool client = t->kind == TXN_CLIENT_INVITE || t->kind == TXN_CLIENT;

	if (t->session)
		t->session->invite = NULL;
	timer_cancel(&ua->timers, &t->resend);
	timer_cancel(&ua->timers, &t->expire);
	if (t->lingering)
		TAILQ_REMOVE(&ua->lingering, t, linger);
	if (t->merging)
		hash_del(&ua->merged, &t->merge);
	hash_del(client ? &ua->clients : &ua->servers, &t->node);
	msg_store_del(&ua->store, &t->sent);
	msg_store_del(&ua->store, &t->head);
	pool_free(&ua->txns, t);
}

/* The one that has been finished for longest: the least likely to see a retransmission. */
static bool evict(struct sip_ua *ua, const struct sip_txn *except)
{
	struct sip_txn *t = TAILQ_FIRST(&ua->lingering);

	if (t && t == except)
		t = TAILQ_NEXT(t, linger);
	if (!t)
		return false;
	ua->stats.evicted++;
	txn_free(t);
	return true;
}

struct sip_txn *txn_alloc(struct sip_ua *ua, enum txn_kind kind, enum sip_method method,
	const struct td_addr *local, const struct td_addr *remote)
{
	struct sip_txn *t = pool_alloc(&ua->txns);

	if (!t && evict(ua, NULL))
		t = pool_alloc(&ua->txns);
	if (!t)
		return NULL;
	t->ua = ua;
	t->kind = kind;
	t->method = method;
	t->local = *local;
	t->remote = *remote;
	t->interval = SIP_T1;
	return t;
}

bool txn_keep(struct sip_txn *t, struct stored_msg *b, struct str data)
{
	while (!msg_store_set(&t->ua->store, b, data))
		if (!evict(t->ua, t))
			return false;
	return true;
}

void txn_resend(struct sip_txn *t)
{
	struct sip_ua *ua = t->ua;

	if (t->sent.len > 0)
		ua_send(ua, &t->local, &t->remote, msg_store_get(&ua->store, &t->sent, ua->scratch),
			true);
}

void txn_timer(struct sip_txn *t, struct timer *timer, uint64_t after)
{
	timer_set(&t->ua->timers, timer, t->ua->now + after);
}

void txn_backoff(struct sip_txn *t, uint64_t max)
{
	txn_timer(t, &t->resend, t->interval);
	t->interval = t->interval * 2 < max ? t->interval * 2 : max;
}

void txn_linger(struct sip_txn *t, enum txn_state state, uint64_t time)
{
	t->state = state;
	timer_cancel(&t->ua->timers, &t->resend);
	txn_timer(t, &t->expire, time);
	if (!t->lingering)
		TAILQ_INSERT_TAIL(&t->ua->lingering, t, linger);
	t->lingering = true;
}
