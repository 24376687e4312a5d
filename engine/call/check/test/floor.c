/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/check/test/floor.h>
#include <engine/call/state/calls.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/alarm.h>
#include <tests/unit/unit.h>

#define START TD_NSEC_PER_SEC

static const char site[] = "set site site domain=tandem.example rtp_ports=20000-20099 max_calls=20 "
			   "worker_cores=0,1\n"
			   "set port carrier device=a address=10.20.0.1/24\n"
			   "set port floor device=b address=10.30.0.1/24\n"
			   "set link branch limit=10000000\n"
			   "set trunk acme address=10.20.0.10 limit=10000000\n"
			   "set trunk far address=10.20.0.11\n"
			   "set group sales\nset group backup\nset group mail\n"
			   "set queue sales groups=sales record=true\n"
			   "set queue spare groups=backup\n"
			   "set queue mail groups=mail\n"
			   "set route 4989100 queue=sales\n"
			   "set route 0* trunks=far from=agents,trunks\n"
			   "set agent alice groups=sales contact=10.30.0.11:5060 link=branch\n"
			   "set agent bob groups=sales contact=10.30.0.12:5060\n"
			   "set agent carol contact=10.30.0.13:5060\n"
			   "set agent dave contact=10.30.0.14:5060\n"
			   "set agent erin groups=mail contact=10.30.0.15:5060 "
			   "channels=message\n"
			   "set agent frank groups=mail contact=10.30.0.16:5060 "
			   "channels=message\n";

static const char offer[] = "v=0\r\no=- 1 1 IN IP4 10.20.0.10\r\ns=-\r\nc=IN IP4 10.20.0.10\r\n"
			    "t=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";

static struct td_addr host(uint32_t net, uint32_t last)
{
	return (struct td_addr){
		.family = 4, .port = 5060, .ip4 = __builtin_bswap32(10u << 24 | net << 16 | last)};
}

static int send(struct floor *f, bool to_engine, const struct td_flow *flow, const uint8_t *data,
	size_t len)
{
	struct floor_message *m = &f->message[(f->head + f->count) % FLOOR_MESSAGES];

	assert_true(f->count < FLOOR_MESSAGES && len <= sizeof(m->data));
	f->count++;
	m->flow = (struct td_flow){flow->remote, flow->local, flow->transport, 0};
	m->to_engine = to_engine;
	m->len = len;
	memcpy(m->data, data, len);
	return 0;
}

/* What the engine says. */

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	return send(ctx, false, flow, data, len);
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
}

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	const struct td_ev_alarm *ev = payload;
	struct floor *f = ctx;

	if (type != TD_EV_ALARM || strcmp(ev->name, "check-failed") != 0)
		return;
	f->raised += ev->raised;
	f->cleared += !ev->raised;
	snprintf(f->text, sizeof(f->text), "%s", ev->text);
}

static int on_record(void *ctx, uint32_t recording, const char *call, enum td_codec codec)
{
	return 0;
}

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
}

static void on_random(void *ctx, uint8_t *out, size_t n)
{
	memset(out, 7, n);
}

/* What the peers hear. */

static int peer_send(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len)
{
	return send(ctx, true, flow, data, len);
}

static int peer_admit(
	void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	return 0;
}

static void peer_invite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	struct floor *f = ctx;

	sip_session_progress(s, f->now, 180, (struct str){0});
	if (str_eq(m->uri.user, STR("alice")))
		sip_session_answer(s, f->now, STR(offer));
}

static void peer_session(void *ctx, struct sip_session *s)
{
}

static void peer_sdp(void *ctx, struct sip_session *s, struct str sdp)
{
}

static void peer_code(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
}

static void peer_message(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
}

static void peer_ended(void *ctx, struct sip_session *s, int code)
{
}

static void peer_request(
	void *ctx, struct sip_request *r, const struct sip_msg *m, const struct td_flow *flow)
{
}

static const struct sip_ua_ops peer_ops = {
	.send = peer_send,
	.admit = peer_admit,
	.invite = peer_invite,
	.cancelled = peer_session,
	.confirmed = peer_sdp,
	.progress = peer_code,
	.answered = peer_message,
	.failed = peer_code,
	.reinvite = peer_message,
	.info = peer_message,
	.ended = peer_ended,
	.request = peer_request,
};

static void deliver(struct floor *f)
{
	while (f->count) {
		struct floor_message m = f->message[f->head];

		f->head = (f->head + 1) % FLOOR_MESSAGES;
		f->count--;
		if (f->silent && memcmp(m.data, "ACK ", 4) == 0)
			continue;
		if (m.to_engine)
			td_engine_sip(f->engine, f->now, &m.flow, m.data, m.len);
		else
			sip_ua_recv(f->peers, f->now, &m.flow, m.data, m.len);
	}
}

void floor_run(struct floor *f, uint64_t ns)
{
	uint64_t until = f->now + ns;

	for (;;) {
		uint64_t next = td_engine_advance(f->engine, f->now);
		uint64_t peers = sip_ua_advance(f->peers, f->now);

		deliver(f);
		next = peers < next ? peers : next;
		if (next > until && !f->count)
			break;
		if (next > f->now)
			f->now = next;
	}
	f->now = until;
	td_engine_advance(f->engine, f->now);
	deliver(f);
}

void floor_open(struct floor *f)
{
	struct td_engine_params params = {.max_calls = 20,
		.max = {.agents = 8, .groups = 4, .queues = 4, .links = 4, .bandwidth_rows = 16}};
	struct td_engine_io io = {.ctx = f,
		.sip = on_sip,
		.media = on_media,
		.event = on_event,
		.record = on_record,
		.random = on_random,
		.resolve = on_resolve};
	struct sip_ua_params ua = {.key = {2}, .max_sessions = 64};
	struct sip_ua_ops ops = peer_ops;
	struct td_text err = {""};

	memset(f, 0, sizeof(*f));
	f->now = START;
	ops.ctx = f;
	f->engine = td_engine_alloc(&params, &io);
	f->peers = sip_ua_alloc(&ua, &ops);
	assert_true(f->engine && f->peers);
	if (td_engine_config(f->engine, f->now, site, sizeof(site) - 1, &err) < 0)
		fail_msg("%s", err.s);
}

void floor_close(struct floor *f)
{
	td_engine_free(f->engine);
	sip_ua_free(f->peers);
}

struct call *floor_call(struct floor *f, const char *number, bool sdp)
{
	char uri[64];
	struct sip_invite_params params = {
		.flow = {.local = host(20, 10), .remote = host(20, 1)},
		.from_user = STR("4930123"),
		.from_host = STR("10.20.0.10"),
		.max_forwards = SIP_MAX_FORWARDS,
	};
	struct td_engine *e = f->engine;

	snprintf(uri, sizeof(uri), "sip:%s@10.20.0.1", number);
	params.uri = params.to_uri = str_of(uri);
	if (sdp)
		params.sdp = STR(offer);
	assert_non_null(sip_session_invite(f->peers, f->now, &params, NULL));
	f->silent = !sdp; /* acme's answer to our offer does not come */
	floor_run(f, TD_NSEC_PER_MSEC);
	f->silent = false;
	for (uint32_t i = 0; i < e->calls.capacity; i++) {
		struct call *c = pool_at(&e->calls, i);

		if (c->state != CALL_FREE &&
			strtoull(strchr(c->contact->cdr.id, '.') + 1, NULL, 10) == e->last_call)
			return c;
	}
	fail_msg("acme's call to %s is no call", number);
	return NULL;
}

struct contact *floor_contact(struct floor *f)
{
	struct td_contact_request r = {.channel = TD_CHANNEL_MESSAGE, .queue = "mail"};
	char id[TD_CALL_ID_BYTES];
	struct td_text err;

	if (td_engine_contact(f->engine, f->now, &r, id, &err) < 0)
		fail_msg("%s", err.s);
	return contact_by_id(f->engine, id);
}

struct agent *floor_agent(const struct floor *f, const char *name)
{
	return objects_configured(&f->engine->agents, name);
}
