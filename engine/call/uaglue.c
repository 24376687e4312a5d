/* SPDX-License-Identifier: BSD-3-Clause */
/* From the SIP user agent and the registrar to calls, offers and agents. */
#include <engine/base/addr.h>
#include <engine/call/events/alarm.h>
#include <engine/call/site/agents.h>
#include <engine/call/transition/call.h>
#include <engine/call/transition/step.h>
#include <engine/call/uaglue.h>
#include <engine/call/state/calls.h>
#include <engine/call/media/marking.h>
#include <engine/call/events/trace.h>
#include <engine/call/site/trunk.h>

#define INFO_DURATION_MS \
	160 /* what telephones from the time of RFC 2833 send when they name none */

static int on_send(void *ctx, struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct td_engine *e = ctx;
	struct td_flow known = *flow;
	int rc;

	trunk_know(e, &known); /* the host makes connections to those that we know */
	rc = e->io.sip(e->io.ctx, &known, marking_sip(e, &known), data, len);
	flow->connection = known.connection;
	return rc;
}

static struct agent *agent_by_user(const struct td_engine *e, struct str name)
{
	char z[TD_NAME_BYTES];

	return str_copy(z, sizeof(z), name) ? objects_configured(&e->agents, z) : NULL;
}

/* Several agents may be behind one proxy, and an INVITE without credentials may be of any of them.
 * So the strictest rule among them holds. */
static bool must_prove(
	const struct td_engine *e, const struct sip_msg *m, const struct td_flow *flow)
{
	const struct hash_node *next = NULL;
	struct str name;

	if (registrar_has_proof(e->registrar, m))
		return true;
	while (registrar_next_source(e->registrar, flow, &next, &name)) {
		const struct agent *a = agent_by_user(e, name);

		if (a && a->conf.auth == TD_CALL_PROOF_ALWAYS)
			return true;
	}
	return false;
}

/* Nobody there must prove more than that: then From says who calls. NULL: it names nobody there. */
static const struct agent *named_agent(
	const struct td_engine *e, const struct sip_msg *m, const struct td_flow *flow)
{
	const struct hash_node *next = NULL;
	char plain[TD_NAME_BYTES];
	struct str name;

	if (!sip_user_plain(m->from.uri.user, plain, sizeof(plain)))
		return NULL;
	while (registrar_next_source(e->registrar, flow, &next, &name))
		if (str_eq(name, str_of(plain)))
			return agent_by_user(e, name);
	return NULL;
}

/* Who shows a password is the agent who has it, whoever else is behind the same proxy. */
static int authenticate(
	struct td_engine *e, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	const struct agent *a;
	struct str name;
	int code;

	if (!trunk_agent_of(e, flow))
		return 0;
	if (!must_prove(e, m, flow)) {
		a = named_agent(e, m, flow);
		flow->agent = a ? a->object.number : flow->agent;
		return 0;
	}
	code = registrar_authenticate(e->registrar, e->now, m, flow, &name, extra);
	if (code)
		return code;
	a = agent_by_user(e, name);
	flow->agent = a ? a->object.number : 0;
	return a ? 0 : 403;
}

static int on_admit(void *ctx, const struct sip_msg *m, struct td_flow *flow, struct td_buf *extra)
{
	struct td_engine *e = ctx;

	e->last_call++; /* a refused call has a number too, which traces show */
	if (trunk_know(e, flow))
		return authenticate(e, m, flow, extra);
	e->refused.unknown_source++;
	return 403;
}

static void on_invite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	call_invite(ctx, s, m);
}

/* Below the calls, for what it is itself: it becomes none. */
static void on_refused(void *ctx, const struct sip_msg *m, const struct td_flow *flow)
{
	struct td_engine *e = ctx;
	struct td_flow known = *flow;
	struct trunk *t;

	trunk_know(e, &known);
	t = trunk_of(e, &known);
	if (!t)
		return;
	t->in.offered++;
	t->in.rejected++;
}

static void on_cancelled(void *ctx, struct sip_session *s)
{
	struct call_input in = {CALL_EVENT_CANCELLED, sip_session_user(s)};

	if (in.party)
		party_step(ctx, &in);
}

static void on_confirmed(void *ctx, struct sip_session *s, struct str sdp)
{
	struct call_input in = {CALL_EVENT_CONFIRMED, sip_session_user(s), .sdp = sdp};

	if (in.party && (in.party->offering || call_unconfirmed(in.party)))
		party_step(ctx, &in); /* else it is the end of a 2xx, no more */
}

static void heard(struct td_engine *e, const struct party *p, bool answer)
{
	if (p && p->trunk)
		trunk_heard(e, p->trunk, &p->server, answer);
}

static void on_progress(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	struct call_input in = {CALL_EVENT_RINGS, sip_session_user(s), code, .m = m};

	heard(ctx, in.party, true);
	if (in.party)
		party_step(ctx, &in);
}

static void on_answered(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	struct call_input in = {CALL_EVENT_ANSWERED, sip_session_user(s), .m = m};

	heard(ctx, in.party, true);
	if (in.party)
		party_step(ctx, &in);
}

static void on_failed(void *ctx, struct sip_session *s, int code, const struct sip_msg *m)
{
	struct call_input in = {CALL_EVENT_FAILED, sip_session_user(s), code, m};

	if (m || code == 408 || code == 503)
		heard(ctx, in.party, m != NULL);
	if (in.party)
		party_step(ctx, &in);
}

static void on_reinvite(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	struct td_engine *e = ctx;
	struct call_input in = {CALL_EVENT_REINVITE, sip_session_user(s), .m = m, .s = s};

	if (in.party)
		party_step(e, &in);
	else
		sip_session_reinvite_answer(s, e->now, 481, (struct str){0});
}

/* "Signal=5\r\nDuration=160\r\n", as Cisco and those after it write it (application/dtmf-relay). */
static void on_info(void *ctx, struct sip_session *s, const struct sip_msg *m)
{
	struct call_input in = {CALL_EVENT_DIGIT, sip_session_user(s)};
	struct str rest = m->body;
	uint64_t duration = INFO_DURATION_MS;
	char digit = 0;

	if (!in.party || !in.party->call || !sip_msg_body_is(m, STR("application/dtmf-relay")))
		return;
	while (rest.n) {
		struct str value = str_cut(&rest, '\n');
		struct str name = str_trim(str_cut(&value, '='));

		value = str_trim(value);
		if (str_caseeq(name, STR("Signal")) && value.n == 1)
			digit = value.p[0];
		else if (str_caseeq(name, STR("Duration")))
			str_u64(value, UINT16_MAX, &duration);
	}
	if (digit >= 'a' && digit <= 'd')
		digit = (char)(digit - 'a' + 'A');
	if (!digit || !strchr("0123456789*#ABCD", digit))
		return;
	in.digit = digit;
	in.ms = (unsigned)duration;
	party_step(ctx, &in);
}

static void on_ended(void *ctx, struct sip_session *s, int code)
{
	struct call_input in = {CALL_EVENT_PARTY_LEFT, sip_session_user(s), code};

	if (!in.party)
		return;
	if (party_is_caller(in.party))
		in.event = CALL_EVENT_CALLER_LEFT;
	party_step(ctx, &in);
}

static void on_request(
	void *ctx, struct sip_request *r, const struct sip_msg *m, const struct td_flow *flow)
{
	struct td_engine *e = ctx;

	if (m->method == SIP_REGISTER)
		registrar_request(e->registrar, e->now, r, m, flow);
}

/* Whoever sees the trace must not be able to listen in: SRTP keys are left out. */
static const uint8_t *redact(struct td_engine *e, const uint8_t *data, size_t len)
{
	if (len > sizeof(e->redacted) || !memmem(data, len, "inline:", 7))
		return data;
	memcpy(e->redacted, data, len);
	sdp_crypto_redact(e->redacted, len);
	return (const uint8_t *)e->redacted;
}

static void on_trace(void *ctx, struct str call_id, bool in, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
	struct td_engine *e = ctx;
	char next[TD_CALL_ID_BYTES];
	const char *call;

	if (!e->trace)
		return;
	call = trace_call(&e->traces, call_id);
	if (!call[0] && in &&
		str_has_prefix((struct str){(const char *)data, len}, STR("INVITE "))) {
		call_id_format(e, e->last_call + 1, next); /* on_admit() is about to give it */
		call = next;
	} else if (!call[0] && !in && e->inviting) {
		call = e->inviting;
	}
	e->io.trace(e->io.ctx, call, in, flow, redact(e, data, len), len);
}

static bool on_reach(void *ctx, const struct td_flow *flow, struct td_flow *to)
{
	struct td_engine *e = ctx;
	const struct agent *a = objects_get(&e->agents, flow->agent);
	const struct registrar_binding *b =
		a ? registrar_lookup_other(e->registrar, str_of(a->object.name), flow) : NULL;

	if (!b)
		return false;
	*to = b->flow;
	to->agent = a->object.number;
	return true;
}

/* Agents' telephones may see our name, and trunks that the site trusts; strangers may not. */
static bool on_named(void *ctx, const struct td_flow *flow)
{
	const struct td_engine *e = ctx;
	const struct trunk *t;
	struct td_flow known = *flow;

	trunk_know(e, &known);
	t = trunk_of(e, &known);
	return t ? t->conf.reveal : known.agent != 0;
}

const struct sip_ua_ops uaglue_ops = {
	SIP_UA_OPS(on_),
	.reach = on_reach,
	.refused = on_refused,
	.trace = on_trace,
	.named = on_named,
};

static bool on_user(void *ctx, struct str name, struct registrar_user *out)
{
	const struct agent *a = agent_by_user(ctx, name);

	if (!a || !a->conf.ha1[0])
		return false;
	*out = (struct registrar_user){.algorithm = a->conf.algorithm, .ha1 = str_of(a->conf.ha1)};
	return true;
}

static void on_changed(void *ctx, struct str name, enum registrar_change what)
{
	struct agent *a = agent_by_user(ctx, name);

	if (a)
		agents_registered(ctx, a, what);
}

static void on_connected(
	void *ctx, struct str name, const struct td_flow *left, const struct td_flow *flow)
{
	struct td_engine *e = ctx;
	const struct agent *a = agent_by_user(e, name);
	struct td_flow by = *flow;

	if (!a)
		return;
	by.agent = a->object.number;
	sip_ua_flow_anew(e->ua, e->now, left, &by);
}

static void on_bound(void *ctx, struct str name)
{
	struct td_engine *e = ctx;
	char z[TD_NAME_BYTES];
	const struct agent *a = str_copy(z, sizeof(z), name) ? objects_lookup(&e->agents, z) : NULL;

	for (uint32_t i = 0; a && i < TD_CHECKPOINT_BINDINGS; i++)
		mark(e, TD_CHECKPOINT_BINDING, (a->object.number - 1) * TD_CHECKPOINT_BINDINGS + i);
}

static void on_blocked(void *ctx, uint32_t place)
{
	mark(ctx, TD_CHECKPOINT_BLOCK, place);
}

static void on_held(void *ctx, const struct td_flow *flow, bool held)
{
	struct td_engine *e = ctx;

	if (e->io.hold)
		e->io.hold(e->io.ctx, flow, held);
}

static void on_guessing(void *ctx, bool on, struct str name, const struct td_addr *source)
{
	char text[ADDR_TEXT];

	if (on)
		alarm_write(ctx, TD_ALARM_PASSWORD_GUESSING, NULL, true, "for agent '%.*s' from %s",
			STR_FMT(name), addr_encode_ip(source, text));
	else
		alarm_write(
			ctx, TD_ALARM_PASSWORD_GUESSING, NULL, false, "nobody is blocked any more");
}

const struct registrar_ops uaglue_registrar_ops = {
	.user = on_user,
	.connected = on_connected,
	.held = on_held,
	.changed = on_changed,
	.bound = on_bound,
	.guessing = on_guessing,
	.blocked = on_blocked,
};
