/* SPDX-License-Identifier: BSD-3-Clause */
/* The user agent's memory, and the way of a message into it. */
#include <errno.h>
#include <stdlib.h>
#include <engine/sip/dialog/incoming.h>
#include <engine/sip/dialog/request.h>
#include <engine/sip/dialog/uac.h>
#include <engine/sip/dialog/uas.h>
#include <engine/sip/txn/ctrans.h>
#include <engine/sip/txn/strans.h>

static bool reach(struct txn_layer *l, const struct td_flow *flow, struct td_flow *to)
{
	const struct sip_ua_ops *ops = &container_of(l, struct sip_ua, txns)->ops;

	return ops->reach && ops->reach(ops->ctx, flow, to);
}

static const struct txn_ops txn_ops = {
	.provisional = uac_provisional,
	.accepted = uac_accepted,
	.fork = uac_fork,
	.failed = uac_failed,
	.expired = uas_expired,
	.no_ack = uas_no_ack,
	.lost = uas_lost,
	.reach = reach,
};

struct sip_ua *sip_ua_alloc(const struct sip_ua_params *p, const struct sip_ua_ops *ops)
{
	uint32_t sessions = p->max_sessions ? p->max_sessions : 1;
	struct sip_ua *ua = calloc(1, sizeof(*ua));

	if (!ua)
		goto fail;
	ua->ops = *ops;
	ua->transport.ops = (struct sip_transport_ops){
		.ctx = ops->ctx, .send = ops->send, .trace = ops->trace, .named = ops->named};
	const struct txn_layer_params txns = {.ops = &txn_ops,
		.transport = &ua->transport,
		.key = p->key,
		.users = sessions,
		.user_agent = str_of(p->user_agent ? p->user_agent : "Tandem")};

	if (txn_layer_init(&ua->txns, &txns) != 0)
		goto fail_ua;
	if (pool_init(&ua->sessions, sessions, sizeof(struct sip_session)) != 0)
		goto fail_txns;
	if (hash_init(&ua->sessions_by_tag, sessions, random_u64(ua->txns.random, RANDOM_TABLES)) !=
		0)
		goto fail_sessions;
	if (hash_init(&ua->sessions_by_connection, sessions,
		    random_u64(ua->txns.random, RANDOM_TABLES)) != 0)
		goto fail_tags;
	return ua;

fail_tags:
	hash_fini(&ua->sessions_by_tag);
fail_sessions:
	pool_fini(&ua->sessions);
fail_txns:
	txn_layer_fini(&ua->txns);
fail_ua:
	free(ua);
fail:
	errno = ENOMEM;
	return NULL;
}

void sip_ua_free(struct sip_ua *ua)
{
	if (!ua)
		return;
	hash_fini(&ua->sessions_by_connection);
	hash_fini(&ua->sessions_by_tag);
	pool_fini(&ua->sessions);
	txn_layer_fini(&ua->txns);
	free(ua);
}

/*
 * A malformed message. A request that says where its answer goes gets one, except an ACK. A
 * response counts as lost (section 18.1.2).
 */
static void malformed(struct sip_ua *ua, const struct sip_msg *m, const struct td_flow *flow)
{
	struct td_flow by = *flow;
	const struct incoming in = {ua, m, &by};

	if (!m->request || m->method == SIP_ACK || !m->via.text.p)
		return;
	incoming_reply(&in, m->fault == SIP_FAULT_VERSION ? 505 : 400, STR(""), true);
}

void sip_ua_recv(struct sip_ua *ua, uint64_t now, const struct td_flow *flow, const uint8_t *data,
	size_t len)
{
	const struct sip_msg *m = &ua->transport.msg;

	ua->txns.now = now;
	switch (transport_recv(&ua->transport, flow, data, len)) {
	case TRANSPORT_NOTHING:
		break;
	case TRANSPORT_MALFORMED:
		malformed(ua, m, flow);
		break;
	case TRANSPORT_MESSAGE:
		if (m->request)
			uas_request(ua, m, flow);
		else
			ctrans_response(&ua->txns, m, flow);
		break;
	}
}

void sip_ua_flow_failed(struct sip_ua *ua, uint64_t now, const struct td_flow *flow)
{
	ua->txns.now = now;
	session_flow_failed(ua, flow);
	txn_layer_flow_failed(&ua->txns, flow);
}

void sip_ua_flow_anew(
	struct sip_ua *ua, uint64_t now, const struct td_flow *left, const struct td_flow *flow)
{
	ua->txns.now = now;
	if (left)
		session_flow_moved(ua, left, flow);
	txn_layer_flow_anew(&ua->txns, left, flow);
}

uint64_t sip_ua_advance(struct sip_ua *ua, uint64_t now)
{
	ua->txns.now = now;
	timers_advance(&ua->txns.timers, now);
	return timers_next(&ua->txns.timers);
}

void sip_session_bye(struct sip_session *s, uint64_t now)
{
	s->ua->txns.now = now;
	switch (s->state) {
	case SESSION_INCOMING:
		sip_session_reject(s, now, 480, STR(""));
		return;
	case SESSION_CALLING:
		s->silent = true;
		sip_session_cancel(s, now);
		return;
	case SESSION_ANSWERED:
		/* section 15: not before the ACK, or its time-out */
		s->silent = true;
		return;
	case SESSION_CONFIRMED:
		break;
	case SESSION_OVER:
		return;
	}
	struct sip_txn *t = s->tu.invite;

	if (t && t->kind == TXN_SERVER_INVITE && t->state == TXN_PROCEEDING)
		session_respond(s, 487, STR(""), STR(""));
	session_bye(s);
	session_free(s);
}

const struct sip_stats *sip_ua_stats(const struct sip_ua *ua)
{
	return &ua->transport.stats;
}

static uint32_t pool_used(const struct pool *p)
{
	return p->capacity - p->free_count;
}

uint32_t sip_ua_sessions(const struct sip_ua *ua)
{
	return pool_used(&ua->sessions);
}

uint32_t sip_ua_transactions(const struct sip_ua *ua)
{
	return pool_used(&ua->txns.txns);
}
