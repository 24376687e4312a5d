/* SPDX-License-Identifier: BSD-3-Clause */
/* The user agent's memory, and the way of a datagram into it. */
#include <errno.h>
#include <stdlib.h>
#include <engine/sip/dialog/priv.h>

/*
 * A call leaves finished transactions behind that linger for 32 s. The pool has room for those of
 * an ordinary load; above that the oldest give way (txn.c), never those at work: a session has one
 * INVITE under way, and may leave a BYE or CANCEL.
 */
#define TXNS_PER_SESSION 8
#define TXNS_MORE        64 /* for requests outside dialogs */
#define CHUNKS_PER_TXN   2  /* of STORE_CHUNK_BYTES: an INVITE or its 2xx has about 900 bytes */
#define TIMERS_PER_TXN   2
#define CHUNKS_MESSAGE   (SIP_MSG_MAX / (STORE_CHUNK_BYTES - 4) + 1)

struct sip_ua *sip_ua_alloc(const struct sip_ua_params *p, const struct sip_ua_ops *ops)
{
	uint32_t sessions = p->max_sessions ? p->max_sessions : 1;
	uint32_t txns = TXNS_PER_SESSION * sessions + TXNS_MORE;
	struct sip_ua *ua = calloc(1, sizeof(*ua));

	if (!ua)
		goto fail;
	ua->ops = *ops;
	prng_init(&ua->rng, p->seed);
	str_copy(ua->agent, sizeof(ua->agent), str_of(p->user_agent ? p->user_agent : "Tandem"));
	TAILQ_INIT(&ua->lingering);
	if (timers_init(&ua->timers, TIMERS_PER_TXN * txns + sessions) != 0)
		goto fail_ua;
	if (pool_init(&ua->sessions, sessions, sizeof(struct sip_session)) != 0)
		goto fail_timers;
	if (pool_init(&ua->txns, txns, sizeof(struct sip_txn)) != 0)
		goto fail_sessions;
	if (msg_store_init(&ua->store, CHUNKS_PER_TXN * txns + 2 * CHUNKS_MESSAGE) != 0)
		goto fail_txns;
	if (hash_init(&ua->sessions_by_tag, sessions, prng_u64(&ua->rng)) != 0)
		goto fail_store;
	if (hash_init(&ua->servers, txns, prng_u64(&ua->rng)) != 0)
		goto fail_tags;
	if (hash_init(&ua->clients, txns, prng_u64(&ua->rng)) != 0)
		goto fail_servers;
	if (hash_init(&ua->merged, txns, prng_u64(&ua->rng)) != 0)
		goto fail_clients;
	if (hash_init(&ua->second, 1, prng_u64(&ua->rng)) != 0)
		goto fail_merged;
	ua->out_data = malloc(2 * SIP_MSG_MAX);
	if (!ua->out_data)
		goto fail_second;
	ua->scratch = ua->out_data + SIP_MSG_MAX;
	return ua;

fail_second:
	hash_fini(&ua->second);
fail_merged:
	hash_fini(&ua->merged);
fail_clients:
	hash_fini(&ua->clients);
fail_servers:
	hash_fini(&ua->servers);
fail_tags:
	hash_fini(&ua->sessions_by_tag);
fail_store:
	msg_store_fini(&ua->store);
fail_txns:
	pool_fini(&ua->txns);
fail_sessions:
	pool_fini(&ua->sessions);
fail_timers:
	timers_fini(&ua->timers);
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
	free(ua->out_data);
	hash_fini(&ua->second);
	hash_fini(&ua->merged);
	hash_fini(&ua->clients);
	hash_fini(&ua->servers);
	hash_fini(&ua->sessions_by_tag);
	msg_store_fini(&ua->store);
	pool_fini(&ua->txns);
	pool_fini(&ua->sessions);
	timers_fini(&ua->timers);
	free(ua);
}

/* Hashed, since a few numbers of the generator as they are would tell all that it ever gives. */
uint64_t ua_id(struct sip_ua *ua)
{
	uint64_t n = prng_u64(&ua->rng);

	return hash_bytes(&ua->second, (struct str){(const char *)&n, sizeof(n)});
}

void hex_encode(uint64_t n, char out[static SIP_TAG_HEX + 1])
{
	for (unsigned i = 0; i < SIP_TAG_HEX; i++)
		out[i] = "0123456789abcdef"[n >> (60 - 4 * i) & 15];
	out[SIP_TAG_HEX] = '\0';
}

void ua_send(struct sip_ua *ua, const struct td_addr *local, const struct td_addr *remote,
	struct str data, bool again)
{
	static const struct str name = {"\r\nCall-ID: ", 11}; /* as encode.c writes it */

	ua->stats.tx++;
	ua->stats.retransmitted += again;
	if (ua->ops.trace) {
		const char *at = memmem(data.p, data.n, name.p, name.n);
		struct str call_id = {0};

		if (at) {
			call_id.p = at + name.n;
			call_id.n = data.n - (size_t)(call_id.p - data.p);
			call_id = str_cut(&call_id, '\r');
		}
		ua->ops.trace(ua->ops.ctx, call_id, false, local, remote, (const uint8_t *)data.p,
			data.n);
	}
	ua->ops.send(ua->ops.ctx, local, remote, (const uint8_t *)data.p, data.n);
}

static void count_fault(struct sip_ua *ua, enum sip_fault fault)
{
	struct sip_ua_stats *st = &ua->stats;
	uint64_t *const counters[] = {
		[SIP_FAULT_START_LINE] = &st->bad_start_line,
		[SIP_FAULT_VERSION] = &st->bad_version,
		[SIP_FAULT_HEADER] = &st->bad_header,
		[SIP_FAULT_MISSING] = &st->missing_header,
		[SIP_FAULT_TRUNCATED] = &st->truncated,
		[SIP_FAULT_CONTENT_LENGTH] = &st->content_length,
	};

	(*counters[fault])++;
}

/* Line ends that keep a NAT's binding open; some send a NUL. */
static bool is_keepalive(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != '\r' && data[i] != '\n' && data[i] != '\0')
			return false;
	return true;
}

/*
 * Malformed: a request that says where its answer goes gets one, an ACK never; a response is as if
 * it had been lost (section 18.1.2).
 */
static void recv_malformed(
	struct sip_ua *ua, const struct td_addr *local, const struct td_addr *remote)
{
	const struct sip_msg *m = &ua->msg;

	count_fault(ua, m->fault);
	if (!m->request || m->method == SIP_ACK || !sip_msg_header(m, SIP_HDR_VIA).p)
		return;
	strans_reply(ua, m, local, remote, m->fault == SIP_FAULT_VERSION ? 505 : 400, STR(""),
		STR(""), true);
}

void sip_ua_recv(struct sip_ua *ua, uint64_t now, const struct td_addr *local,
	const struct td_addr *remote, const uint8_t *data, size_t len)
{
	struct sip_msg *m = &ua->msg;

	ua->now = now;
	ua->stats.rx++;
	if (is_keepalive(data, len)) {
		ua->stats.keepalives++;
		return;
	}
	int rc = len > SIP_MSG_MAX ? -EMSGSIZE : sip_msg_decode(m, data, len);

	if (ua->ops.trace)
		ua->ops.trace(ua->ops.ctx, rc == 0 ? m->call_id : STR(""), true, local, remote,
			data, len);
	if (rc == -EMSGSIZE) {
		ua->stats.truncated++;
	} else if (rc != 0) {
		recv_malformed(ua, local, remote);
	} else if (m->request) {
		ua->stats.rx_requests++;
		uas_request(ua, m, local, remote);
	} else {
		ua->stats.rx_responses++;
		ctrans_response(ua, m, local, remote);
	}
}

uint64_t sip_ua_advance(struct sip_ua *ua, uint64_t now)
{
	ua->now = now;
	timers_advance(&ua->timers, now);
	return timers_next(&ua->timers);
}

const struct sip_ua_stats *sip_ua_stats(const struct sip_ua *ua)
{
	return &ua->stats;
}

static uint32_t pool_used(const struct pool *p)
{
	return p->capacity - p->free_count;
}

uint32_t sip_ua_sessions(const struct sip_ua *ua)
{
	return pool_used(&ua->sessions);
}

void sip_ua_usage(const struct sip_ua *ua, struct sip_ua_usage *out)
{
	*out = (struct sip_ua_usage){
		.sessions = pool_used(&ua->sessions),
		.sessions_max = ua->sessions.capacity,
		.transactions = pool_used(&ua->txns),
		.transactions_max = ua->txns.capacity,
		.chunks = pool_used(&ua->store.chunks),
		.chunks_max = ua->store.chunks.capacity,
	};
}
