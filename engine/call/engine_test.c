/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <engine/call/state/state.h>
#include <engine/base/buf.h>
#include <tandem/engine.h>
#include <tests/unit/unit.h>

#define NOW 1000000000ull

#define HA1 "00112233445566778899aabbccddeeff"
static const char site[] = "set site site domain=tandem.example rtp_ports=20000-20019 max_calls=2\n"
			   "set port carrier device=eth1 address=10.20.0.1/24\n"
			   "set link dsl limit=200000\n"
			   "set link branch calls=3\n"
			   "set trunk acme address=10.20.0.10 proof=none limit=100000 link=dsl\n"
			   "set group sales link=branch\n"
			   "set agent alice groups=sales contact=10.30.0.11:5060 ha1=" HA1 "\n"
			   "set queue sales groups=sales\n"
			   "set route 4989100 queue=sales\n";

#define THEIR_KEY "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR" /* of RFC 4568 section 9.1 */
#define OUR_KEY   "BwcHBwcH"                                 /* on_random() */

static unsigned events, sent, sent_keys, secrets;

/* As text, or the first octets of it. */
static bool has_key(const void *data, size_t len)
{
	return memmem(data, len, "PS1uQCVe", 8) || memmem(data, len, "=-n@%^x!", 8) ||
	       memmem(data, len, OUR_KEY, 8) || memmem(data, len, "\7\7\7\7\7\7\7\7", 8);
}

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	sent++;
	sent_keys += has_key(data, len);
	return 0;
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
}

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	events++;
	secrets += has_key(payload, len);
}

static int on_record(void *ctx, uint32_t recording, const char *call, enum td_codec codec)
{
	return 0;
}

static unsigned traced;
static char traced_call[TD_CALL_ID_BYTES];

static void on_trace(void *ctx, const char *call, bool in, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
	secrets += has_key(data, len);
	if (traced++ == 0)
		strcpy(traced_call, call);
	assert_string_equal(call, traced_call);
}

static uint32_t asked; /* the resolver's last question */

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
	asked = request;
}

static void on_random(void *ctx, uint8_t *out, size_t n)
{
	memset(out, 7, n);
}

static const struct td_engine_io io = {.sip = on_sip,
	.media = on_media,
	.event = on_event,
	.record = on_record,
	.trace = on_trace,
	.random = on_random,
	.resolve = on_resolve};
static const struct td_engine_params params = {.max_calls = 2,
	.max = {.agents = 4, .groups = 4, .queues = 4, .links = 4, .bandwidth_rows = 16}};

static int build(void)
{
	struct td_engine *e = td_engine_alloc(&params, &io);
	struct td_text err;
	int rc;

	if (!e)
		return -errno;
	rc = td_engine_config(e, NOW, site, sizeof(site) - 1, &err);
	td_engine_free(e);
	return rc;
}

static void alloc_and_config_survive_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static struct td_engine *change_engine;

static int apply(const char *lines)
{
	struct td_text err;

	return td_engine_config(change_engine, NOW, lines, strlen(lines), &err);
}

static int change(void)
{
	int rc = apply("set link line limit=1000000\n"
		       "set agent bob groups=sales contact=10.30.0.12:5060 link=line\n");

	if (rc < 0)
		return rc;
	rc = apply("del agent bob\ndel link line\n");
	if (rc < 0) /* memory is there again */
		assert_int_equal(apply("del agent bob\ndel link line\n"), 0);
	return rc;
}

/* A change that fails for want of memory leaves the configuration in force as it was. */
static void failed_change_changes_nothing(void **state)
{
	static const char bad[] = "set agent bob groups=sales contact=10.30.0.12:5060\n"
				  "set route 1 queue=nowhere\n";
	struct td_buf before, after;
	struct td_text err = {""};

	change_engine = td_engine_alloc(&params, &io);
	assert_non_null(change_engine);
	assert_int_equal(td_engine_config(change_engine, NOW, site, sizeof(site) - 1, &err), 0);
	assert_int_equal(change(), 0); /* a name that was there once stays: no leak below */
	oom_each(change, -ENOMEM);
	buf_init(&before);
	buf_init(&after);
	assert_int_equal(td_engine_config_text(change_engine, &before), 0);
	events = 0;
	assert_int_equal(td_engine_config(change_engine, NOW, bad, sizeof(bad) - 1, &err), -EINVAL);
	assert_non_null(strstr(err.s, "nowhere"));
	assert_int_equal(events, 0);
	assert_int_equal(td_engine_config_text(change_engine, &after), 0);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	buf_free(&before);
	buf_free(&after);
	td_engine_free(change_engine);
}

static void operators_get_a_line(void **state)
{
	struct td_engine *e = td_engine_alloc(&params, &io);
	struct td_text err = {""};
	struct td_buf b;
	uint32_t cursor = 0;
	int more;

	assert_non_null(e);
	assert_int_equal(td_engine_config(e, NOW, site, sizeof(site) - 1, &err), 0);
	assert_int_equal(td_engine_agent(e, NOW, "eve", TD_AGENT_LOGIN, "", &err), -ENOENT);
	assert_non_null(strstr(err.s, "eve"));
	assert_int_equal(td_engine_agent(e, NOW, "alice", TD_AGENT_READY, "", &err), -EINVAL);
	assert_int_equal(td_engine_agent(e, NOW, "alice", TD_AGENT_PAUSE, "lunch", &err), 0);
	assert_int_equal(td_engine_hangup(e, NOW, "1.1", &err), -ENOENT);
	buf_init(&b);
	assert_int_equal(td_engine_show(e, NOW, "agents", &cursor, 10, &b), 0);
	buf_put(&b, "", 1);
	assert_non_null(strstr(b.data, "\"paused\""));
	assert_non_null(strstr(b.data, "\"lunch\""));
	cursor = 0;
	more = 0;
	do
		buf_reset(&b);
	while (td_engine_show(e, NOW, "sip", &cursor, 3, &b) == 1 && b.len > 0 && ++more < 100);
	assert_in_range(more, 5, 99);
	cursor = 0;
	assert_int_equal(td_engine_show(e, NOW, "weather", &cursor, 3, &b), -EINVAL);
	buf_free(&b);
	td_engine_free(e);
}

static const struct td_flow flow = {.local = {.family = 4, .port = 5060, .ip4 = 0x0100140a},
	.remote = {.family = 4, .port = 5060, .ip4 = 0x0a00140a}};
static const char invite[] =
	"INVITE sip:4989100@10.20.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.20.0.10;branch=z9hG4bKa\r\n"
	"From: <sip:1@x>;tag=a\r\nTo: <sip:4989100@x>\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n"
	"Max-Forwards: 70\r\nContact: <sip:1@10.20.0.10>\r\n"
	"Content-Type: application/sdp\r\nContent-Length: 89\r\n\r\n"
	"v=0\r\no=- 1 1 IN IP4 10.20.0.10\r\ns=-\r\nc=IN IP4 10.20.0.10\r\nt=0 0\r\n"
	"m=audio 4000 RTP/AVP 8\r\n";

/* By what the host knows of the flow already, else by the address. */
static void peers_have_names(void **state)
{
	struct td_engine *e = td_engine_alloc(&params, &io);
	struct td_peer peers[] = {{.flow = flow}, {.flow = flow}, {.flow = flow}, {.flow = flow}};
	struct td_text err;

	assert_non_null(e);
	assert_int_equal(td_engine_config(e, NOW, site, sizeof(site) - 1, &err), 0);
	peers[1].flow.remote.ip4 = 0x4200140a; /* 10.20.0.66 */
	peers[2].flow.remote.ip4 = 0x4200140a;
	peers[2].flow.agent = 1;
	peers[3].flow.trunk = 77; /* no number of ours */
	td_engine_peers(e, peers, 4);
	assert_string_equal(peers[0].trunk, "acme");
	assert_string_equal(peers[0].agent, "");
	assert_string_equal(peers[1].trunk, "");
	assert_string_equal(peers[1].agent, "");
	assert_string_equal(peers[2].trunk, "");
	assert_string_equal(peers[2].agent, "alice");
	assert_string_equal(peers[3].trunk, "");
	td_engine_free(e);
}

static struct td_engine *engine_with_call(uint64_t now)
{
	struct td_engine *e = td_engine_alloc(&params, &io);
	struct td_text err;

	assert_non_null(e);
	assert_int_equal(td_engine_config(e, now, site, sizeof(site) - 1, &err), 0);
	sent = traced = 0;
	td_engine_trace(e, true);
	td_engine_sip(e, now, &flow, (const uint8_t *)invite, sizeof(invite) - 1);
	return e;
}

/* The INVITE itself, our answers and the agent's INVITE all name the call. */
static void trace_names_the_call(void **state)
{
	struct td_engine *e = engine_with_call(NOW);
	struct td_buf b;
	uint32_t cursor = 0;

	assert_int_equal(td_engine_calls(e), 1);
	assert_true(traced >= 4);
	assert_string_equal(traced_call, "1.1");
	buf_init(&b);
	assert_int_equal(td_engine_show(e, NOW, "calls", &cursor, 100, &b), 0);
	buf_put(&b, "", 1);
	assert_non_null(strstr(b.data, "\"1.1\""));
	assert_non_null(strstr(b.data, "\"ringing\""));
	assert_non_null(strstr(b.data, "\"alice\""));
	buf_reset(&b);
	cursor = 0;
	assert_int_equal(td_engine_show(e, NOW, "acct", &cursor, 100, &b), 0);
	buf_put(&b, "", 1);
	assert_non_null(strstr(b.data, "\"acme\""));
	buf_free(&b);
	td_engine_free(e);
}

/* Keys go to the peers and the workers, and nowhere else. */
static void keys_stay_secret(void **state)
{
	static const char encrypted[] = "set trunk acme address=10.20.0.10 srtp=required\n"
					"set agent alice groups=sales "
					"contact=10.30.0.11:5060 srtp=required ha1=" HA1 "\n";
	struct td_engine *e = td_engine_alloc(&params, &io);
	char text[2048], *body;
	struct td_text err;
	uint32_t cursor = 0;
	uint64_t now = NOW;
	struct td_buf b;
	int n;

	assert_non_null(e);
	assert_int_equal(td_engine_config(e, now, site, sizeof(site) - 1, &err), 0);
	assert_int_equal(td_engine_config(e, now, encrypted, sizeof(encrypted) - 1, &err), 0);
	sent = sent_keys = secrets = traced = 0;
	td_engine_trace(e, true);
	n = snprintf(text, sizeof(text),
		"%sa=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" THEIR_KEY "\r\n", invite);
	memcpy(strstr(text, "Content-Length: 89"), "Content-Length:174", 18);
	body = strstr(text, "RTP/AVP 8");
	memmove(body + 5, body + 4, strlen(body + 4) + 1);
	body[4] = 'S';
	n++;
	assert_int_equal(strlen(strstr(text, "v=0")), 174);
	td_engine_sip(e, now, &flow, (const uint8_t *)text, (size_t)n);
	assert_int_equal(td_engine_calls(e), 1);
	for (int i = 0; i < 5; i++)
		now = td_engine_advance(e, now);
	assert_true(sent_keys >= 2); /* to the caller and to the agent */
	assert_true(traced >= 4);
	buf_init(&b);
	assert_int_equal(td_engine_show(e, now, "calls", &cursor, 100, &b), 0);
	assert_int_equal(td_engine_config_text(e, &b), 0);
	secrets += has_key(b.data, b.len);
	buf_put(&b, "", 1);
	secrets += strstr(b.data, HA1) != NULL;
	assert_non_null(strstr(b.data, " ha1=00000000000000000000000000000000"));
	buf_free(&b);
	td_engine_stop(e, now);
	assert_int_equal(secrets, 0);
	td_engine_free(e);
}

/* On the way of a call nothing is allocated. */
static void calls_allocate_nothing(void **state)
{
	uint64_t now = NOW;
	struct td_engine *e = engine_with_call(now);
	long before = oom_made();

	td_engine_trace(e, false);
	for (size_t cut = sizeof(invite) - 1; cut > 0; cut -= cut > 100 ? 100 : cut)
		td_engine_sip(e, now, &flow, (const uint8_t *)invite, cut);
	for (int i = 0; i < 200 && now != TD_NEVER; i++)
		now = td_engine_advance(e, now);
	assert_true(sent > 3);
	assert_int_equal(oom_made(), before);
	td_engine_free(e);
}

static int ask(struct td_engine *e, enum td_contact_action action, const char *agent, char *id)
{
	static const struct td_contact_pair data[] = {{"account", "17"}, {"language", "de"}};
	struct td_contact_request r = {.action = action,
		.channel = TD_CHANNEL_MESSAGE,
		.queue = "sales",
		.customer = "anna",
		.data = data,
		.count = action == TD_CONTACT_CREATE ? 2 : 0};
	struct td_text err;

	memcpy(r.contact, id, sizeof(r.contact));
	snprintf(r.agent, sizeof(r.agent), "%s", agent);
	return td_engine_contact(e, NOW, &r, id, &err);
}

static void shown(struct td_engine *e, const char *view, const char *what)
{
	uint32_t cursor = 0;
	struct td_buf b;

	buf_init(&b);
	assert_int_equal(td_engine_show(e, NOW, view, &cursor, 100, &b), 0);
	buf_put(&b, "", 1);
	assert_non_null(strstr(b.data, what));
	buf_free(&b);
}

/* A message is made and led by requests alone, beside a call. Nothing is allocated for it. */
static void messages_are_shown_and_allocate_nothing(void **state)
{
	static const char slot[] = "set agent bob groups=sales contact=10.30.0.12:5060 "
				   "channels=message\n";
	static const struct td_party_request party = {
		.call = "1.2", .kind = TD_PARTY_BY_AGENT, .name = "bob"};
	struct td_engine *e = engine_with_call(NOW);
	char id[TD_CALL_ID_BYTES] = "";
	struct td_text err;
	long before;

	assert_int_equal(td_engine_config(e, NOW, slot, sizeof(slot) - 1, &err), 0);
	assert_int_equal(td_engine_agent(e, NOW, "bob", TD_AGENT_LOGIN, "", &err), 0);
	before = oom_made();
	assert_int_equal(ask(e, TD_CONTACT_CREATE, "", id), 0);
	assert_int_equal(oom_made(), before);
	assert_string_equal(id, "1.2");
	assert_int_equal(td_engine_calls(e), 2);
	shown(e, "contacts",
		"\"id\":\"1.1\",\"channel\":\"voice\",\"customer\":\"1\",\"queue\":\"sales\","
		"\"state\":\"ringing\",\"agent\":\"alice\"");
	shown(e, "contacts",
		"\"id\":\"1.2\",\"channel\":\"message\",\"customer\":\"anna\","
		"\"queue\":\"sales\",\"state\":\"offered\",\"agent\":\"bob\"");
	assert_int_equal(td_engine_party(e, NOW, &party, &err), -EINVAL);
	assert_string_equal(
		err.s, "1.2 is no call, but a message: nobody else can take part in it");
	shown(e, "contacts", "\"data\":{\"account\":\"17\",\"language\":\"de\"}");
	before = oom_made();
	assert_int_equal(ask(e, TD_CONTACT_CONCLUDE, "bob", id), -ESTALE);
	assert_int_equal(ask(e, TD_CONTACT_ACCEPT, "alice", id), -ESTALE);
	assert_int_equal(ask(e, TD_CONTACT_ACCEPT, "", id), -EINVAL);
	assert_int_equal(ask(e, TD_CONTACT_ACCEPT, "eve", id), -ENOENT);
	assert_int_equal(ask(e, TD_CONTACT_ACCEPT, "bob", id), 0);
	assert_int_equal(ask(e, TD_CONTACT_ACCEPT, "bob", id), -ESTALE);
	assert_int_equal(oom_made(), before);
	shown(e, "contacts", "\"state\":\"handled\"");
	before = oom_made();
	assert_int_equal(ask(e, TD_CONTACT_ACTION_COUNT, "bob", id), -EINVAL);
	assert_int_equal(ask(e, TD_CONTACT_CONCLUDE, "bob", id), 0);
	assert_int_equal(ask(e, TD_CONTACT_CONCLUDE, "bob", id), -ENOENT);
	assert_int_equal(oom_made(), before);
	assert_int_equal(td_engine_calls(e), 1);
	td_engine_free(e);
}

/* A caller waits; who is free takes messages only, and is not available. */
static void available_is_who_can_take_what_waits(void **state)
{
	static const char slot[] = "set agent bob groups=sales channels=message\n";
	struct td_engine *e = engine_with_call(NOW);
	struct td_text err;

	assert_int_equal(td_engine_config(e, NOW, slot, sizeof(slot) - 1, &err), 0);
	assert_int_equal(td_engine_agent(e, NOW, "bob", TD_AGENT_LOGIN, "", &err), 0);
	shown(e, "queues", "\"agents\":2,\"available\":1,\"paused\":0");
	assert_int_equal(td_engine_agent(e, NOW, "alice", TD_AGENT_PAUSE, "lunch", &err), 0);
	shown(e, "queues", "\"agents\":2,\"available\":0,\"paused\":1");
	td_engine_free(e);
}

/* Nobody was judged by the level: 100 % would be a lie. So would be 0 s to an answer. */
static void a_queue_without_answers_has_no_level(void **state)
{
	struct td_engine *e = engine_with_call(NOW);
	struct td_text err;

	shown(e, "queues", "\"service_level\":null,\"asa\":null");
	assert_int_equal(td_engine_hangup(e, NOW, "1.1", &err), 0);
	shown(e, "queues", "\"service_level\":null,\"asa\":null");
	td_engine_free(e);
}

/* No address, no age: 0 s would be one that has just been found. */
static void a_name_without_an_address_has_no_age(void **state)
{
	static const char trunks[] = "set trunk named address=10.20.0.30 server=sip.example:5060\n";
	const struct td_addr found = {.family = 4, .ip4 = 0x1f00140a};
	struct td_engine *e = td_engine_alloc(&params, &io);
	struct td_text err;

	assert_non_null(e);
	assert_int_equal(td_engine_config(e, NOW, site, sizeof(site) - 1, &err), 0);
	assert_int_equal(td_engine_config(e, NOW, trunks, sizeof(trunks) - 1, &err), 0);
	shown(e, "trunks",
		"\"server\":\"10.20.0.10:5060\",\"server_name\":\"\",\"server_age\":null");
	shown(e, "trunks", "\"server\":\"\",\"server_name\":\"sip.example\",\"server_age\":null");
	td_engine_resolved(e, NOW,
		&(struct td_resolved){
			.request = asked, .addresses = &found, .count = 1, .ttl_s = 60});
	shown(e, "trunks",
		"\"server\":\"10.20.0.31:5060\",\"server_name\":\"sip.example\",\"server_age\":0");
	td_engine_free(e);
}

/* The trunk carries one call. The second costs what a transaction costs, and nothing that a call
 * has: whoever sends INVITEs into a full link takes no records from those who talk. */
static void refused_for_bandwidth_makes_no_call(void **state)
{
	struct td_engine *e = engine_with_call(NOW);
	uint32_t calls = e->calls.free_count, legs = e->parties.free_count;
	uint32_t ports = ports_in_use(&e->ports), sessions = sip_ua_sessions(e->ua);
	uint64_t reserved = ((struct trunk *)objects_get(&e->trunks, 1))->budget.reserved_bps;
	long before = oom_made();
	char other[sizeof(invite)];

	memcpy(other, invite, sizeof(invite));
	*strstr(strstr(other, "Call-ID: "), "a\r") = 'b';
	strstr(other, "z9hG4bKa")[strlen("z9hG4bK")] = 'b';
	td_engine_trace(e, false);
	assert_int_equal(reserved, 95536);
	sent = 0;
	td_engine_sip(e, NOW, &flow, (const uint8_t *)other, sizeof(other) - 1);
	assert_int_equal(sent, 1);
	assert_int_equal(e->refused.trunk_full, 1);
	assert_int_equal(e->calls.free_count, calls);
	assert_int_equal(e->parties.free_count, legs);
	assert_int_equal(ports_in_use(&e->ports), ports);
	assert_int_equal(sip_ua_sessions(e->ua), sessions);
	assert_int_equal(
		((struct trunk *)objects_get(&e->trunks, 1))->budget.reserved_bps, reserved);
	assert_int_equal(oom_made(), before);
	td_engine_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alloc_and_config_survive_oom),
		cmocka_unit_test(failed_change_changes_nothing),
		cmocka_unit_test(operators_get_a_line),
		cmocka_unit_test(peers_have_names),
		cmocka_unit_test(trace_names_the_call),
		cmocka_unit_test(keys_stay_secret),
		cmocka_unit_test(messages_are_shown_and_allocate_nothing),
		cmocka_unit_test(available_is_who_can_take_what_waits),
		cmocka_unit_test(a_queue_without_answers_has_no_level),
		cmocka_unit_test(a_name_without_an_address_has_no_age),
		cmocka_unit_test(calls_allocate_nothing),
		cmocka_unit_test(refused_for_bandwidth_makes_no_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
