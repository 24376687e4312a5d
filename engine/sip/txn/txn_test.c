/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transaction layer alone, with a transaction user of the test's own. What transactions do in
 * dialogs is tested there.
 */
#include <errno.h>
#include <stdio.h>
#include <engine/sip/txn/ctrans.h>
#include <engine/sip/txn/strans.h>
#include <tests/unit/unit.h>

static struct {
	struct sip_transport transport;
	struct txn_layer l;
	struct sip_tu tu;
	char log[256];
	char out[SIP_MSG_MAX + 1];
	size_t out_len;
	struct sip_msg m;
	int send_result;
	uint32_t made;   /* the connection that the host makes next */
	int failed_with; /* 408 or 503 of a transaction that had no answer */
} w;

static struct td_flow flow = {.local = {.family = 4, .ip4 = 0x0100000a, .port = 5060},
	.remote = {.family = 4, .ip4 = 0x0200000a, .port = 5080}};

static void note(const char *text)
{
	strncat(w.log, w.log[0] ? " " : "", sizeof(w.log) - strlen(w.log) - 1);
	strncat(w.log, text, sizeof(w.log) - strlen(w.log) - 1);
}

static void expect(const char *log)
{
	assert_string_equal(w.log, log);
	w.log[0] = '\0';
}

static int on_send(void *ctx, struct td_flow *by, const uint8_t *data, size_t len)
{
	memcpy(w.out, data, len);
	w.out_len = len;
	w.out[len] = '\0';
	if (by->transport != TD_TRANSPORT_UDP && !by->connection)
		by->connection = w.made;
	note(w.send_result ? "not-sent" : "sent");
	return w.send_result;
}

static void on_provisional(struct sip_tu *tu, const struct sip_msg *m, const struct td_flow *by)
{
	assert_ptr_equal(tu, &w.tu);
	note("provisional");
}

static void on_accepted(
	struct sip_tu *tu, struct sip_txn *t, const struct sip_msg *m, const struct td_flow *by)
{
	assert_ptr_equal(tu, &w.tu);
	assert_null(tu->invite);
	note("accepted");
}

static void on_fork(struct txn_layer *l, struct sip_txn *t, const struct sip_msg *m,
	const struct td_flow *by, bool bye)
{
	note(bye ? "fork" : "again");
}

static void on_expired(struct sip_tu *tu)
{
	note("expired");
}

static void on_failed(struct sip_tu *tu, int code, const struct sip_msg *m)
{
	assert_ptr_equal(tu, &w.tu);
	assert_null(tu->invite);
	if (!m)
		w.failed_with = code;
	assert_true(m ? code == m->code : code == 408 || code == 503);
	note("failed");
}

static void on_no_ack(struct sip_tu *tu)
{
	assert_ptr_equal(tu, &w.tu);
	assert_null(tu->invite);
	note("no_ack");
}

static void on_lost(struct sip_tu *tu)
{
	assert_ptr_equal(tu, &w.tu);
	assert_null(tu->invite);
	note("lost");
}

static const struct txn_ops ops = {.provisional = on_provisional,
	.accepted = on_accepted,
	.fork = on_fork,
	.expired = on_expired,
	.failed = on_failed,
	.no_ack = on_no_ack,
	.lost = on_lost};

static int layer_init(void)
{
	static const uint8_t key[RANDOM_KEY_BYTES] = {1};
	const struct txn_layer_params p = {.ops = &ops,
		.transport = &w.transport,
		.key = key,
		.users = 1,
		.user_agent = STR("test")};

	return txn_layer_init(&w.l, &p);
}

static int setup(void **state)
{
	memset(&w, 0, sizeof(w));
	flow.transport = TD_TRANSPORT_UDP;
	flow.connection = 0;
	w.transport.ops.send = on_send;
	return layer_init();
}

static int teardown(void **state)
{
	txn_layer_fini(&w.l);
	return 0;
}

static int build(void)
{
	int rc = layer_init();

	if (rc == 0)
		txn_layer_fini(&w.l);
	return rc;
}

static void init_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

static void advance(uint64_t ms)
{
	w.l.now += ms * TD_NSEC_PER_MSEC;
	timers_advance(&w.l.timers, w.l.now);
}

/* An INVITE of ours, with the branch that an answer must name. */
static uint64_t invite(void)
{
	uint64_t branch = txn_layer_id(&w.l, RANDOM_BRANCH);
	struct td_buf *b = &w.l.out;

	buf_reset(b);
	request_line_encode(b, SIP_INVITE, STR("sip:b@10.0.0.2"));
	via_encode(b, flow_via_name(&flow), &flow.local, branch);
	max_forwards_encode(b, SIP_MAX_FORWARDS);
	header_encode(b, SIP_HDR_FROM, STR("<sip:a@10.0.0.1>;tag=1"));
	header_encode(b, SIP_HDR_TO, STR("<sip:b@10.0.0.2>"));
	header_encode(b, SIP_HDR_CALL_ID, STR("c1"));
	cseq_encode(b, 1, SIP_INVITE);
	assert_true(body_encode(b, STR("")));
	struct sip_txn *t = ctrans_start(&w.l, SIP_INVITE, branch, 1, &flow, 0);

	assert_non_null(t);
	txn_join(t, &w.tu);
	return branch;
}

static void respond(uint64_t branch, const char *line, const char *tag)
{
	char text[512], id[SIP_ID_HEX + 1];

	id_encode(branch, id);
	snprintf(text, sizeof(text),
		"SIP/2.0 %s\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=" SIP_BRANCH "%s\r\n"
		"From: <sip:a@10.0.0.1>;tag=1\r\nTo: <sip:b@10.0.0.2>;tag=%s\r\nCall-ID: c1\r\n"
		"CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n",
		line, id, tag);
	assert_int_equal(sip_msg_decode(&w.m, (const uint8_t *)text, strlen(text)), 0);
	ctrans_response(&w.l, &w.m, &flow);
}

static void client_is_accepted_and_forked(void **state)
{
	uint64_t branch = invite();

	advance(500);
	expect("sent sent");
	respond(branch, "180 Ringing", "x");
	advance(60000); /* no retransmission and no time-out after a 1xx */
	expect("provisional");
	respond(branch, "200 OK", "x");
	respond(branch, "200 OK", "y");
	expect("accepted fork");
	respond(branch, "200 OK",
		"x"); /* the user has not given its ACK here: the INVITE is none */
	respond(branch, "200 OK", "x");
	respond(branch, "200 OK", "y");
	expect("fork again again");
	advance(32000);
	respond(branch, "200 OK", "x");
	assert_int_equal(w.transport.stats.no_transaction, 1);
	expect("");
}

static void client_fails_and_times_out(void **state)
{
	uint64_t branch = invite();

	respond(branch, "486 Busy Here", "x");
	expect("sent sent failed");
	assert_non_null(strstr(w.out, "ACK sip:b@10.0.0.2 SIP/2.0"));
	respond(branch, "486 Busy Here", "x");
	expect("sent");
	invite();
	for (int i = 0; i < 64; i++)
		advance(500);
	expect("sent sent sent sent sent sent sent failed");
	assert_int_equal(w.transport.stats.timeouts, 1);
}

static void client_waits_with_cancel_for_a_provisional(void **state)
{
	uint64_t branch = invite();

	ctrans_cancel(w.tu.invite, SIP_CAUSE_NONE);
	expect("sent");
	respond(branch, "100 Trying", "x");
	ctrans_cancel(w.tu.invite, SIP_CAUSE_NONE);
	ctrans_cancel(w.tu.invite, SIP_CAUSE_NONE);
	expect("provisional sent");
	assert_non_null(strstr(w.out, "CANCEL sip:b@10.0.0.2 SIP/2.0"));
	ctrans_orphan(w.tu.invite);
	assert_null(w.tu.invite);
	respond(branch, "487 Request Terminated", "x");
	expect("sent"); /* acknowledged, and nobody is told */
}

static void request(const char *method, const char *branch)
{
	static char text[512];

	snprintf(text, sizeof(text),
		"%s sip:a@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5080;branch=" SIP_BRANCH
		"%s\r\nFrom: <sip:b@10.0.0.2>;tag=1\r\nTo: <sip:a@10.0.0.1>\r\nCall-ID: c2\r\n"
		"CSeq: 1 %s\r\nContent-Length: 0\r\n\r\n",
		method, branch, method);
	assert_int_equal(sip_msg_decode(&w.m, (const uint8_t *)text, strlen(text)), 0);
}

static void server_answers_until_it_is_acknowledged(void **state)
{
	request("INVITE", "s1");
	assert_false(strans_merged(&w.l, &w.m));
	struct sip_txn *t = strans_alloc(&w.l, &w.m, &flow);

	assert_non_null(t);
	txn_join(t, &w.tu);
	advance(200);
	expect("sent"); /* 100 Trying */
	assert_ptr_equal(strans_lookup(&w.l, &w.m, SIP_INVITE), t);
	strans_retransmission(t);
	expect("sent");
	strans_respond(t, 200, STR("Contact: <sip:a@10.0.0.1>\r\n"), STR("v=0\r\n"));
	assert_non_null(strstr(w.out, "\r\nContact: <sip:a@10.0.0.1>\r\n"));
	advance(500);
	strans_retransmission(t); /* a 2xx goes again by its timer alone */
	expect("sent sent");
	for (int i = 0; i < 64; i++)
		advance(500);
	assert_non_null(strstr(w.log, "no_ack"));
	assert_null(strans_lookup(&w.l, &w.m, SIP_INVITE));
}

static void server_knows_the_same_invite_by_two_ways(void **state)
{
	request("INVITE", "s1");
	struct sip_txn *t = strans_alloc(&w.l, &w.m, &flow);

	request("INVITE", "s2");
	assert_null(strans_lookup(&w.l, &w.m, SIP_INVITE));
	assert_true(strans_merged(&w.l, &w.m));
	strans_respond(t, 486, STR(""), STR(""));
	assert_true(strans_merged(&w.l, &w.m)); /* the refusal may not have got there */
	/* It is over with the ACK. What comes then is no twin that was slower: a proxy tries us by
	 * another way, after what it was answered. */
	strans_ack(t);
	assert_false(strans_merged(&w.l, &w.m));
	assert_ptr_equal(t, TAILQ_FIRST(&w.l.lingering));

	/* a twin of an INVITE that was answered stays one: the call is on */
	request("INVITE", "s3");
	t = strans_alloc(&w.l, &w.m, &flow);
	strans_respond(t, 200, STR(""), STR(""));
	strans_ack(t);
	request("INVITE", "s4");
	assert_true(strans_merged(&w.l, &w.m));
}

static void server_answers_without_memory(void **state)
{
	char first[512];

	request("OPTIONS", "s1");
	strans_reply(&w.l, &w.m, &flow, 403, STR(""), STR(""), true);
	strcpy(first, w.out);
	assert_null(strans_lookup(&w.l, &w.m, SIP_OPTIONS));
	strans_reply(&w.l, &w.m, &flow, 403, STR(""), STR(""), true);
	assert_string_equal(first, w.out);
	strans_reply(&w.l, &w.m, &flow, 200, STR(""), STR(""), false);
	assert_non_null(strans_lookup(&w.l, &w.m, SIP_OPTIONS));
}

static void by_stream(uint32_t connection)
{
	flow.transport = TD_TRANSPORT_TCP;
	flow.connection = connection;
}

static void expect_idle(void)
{
	advance(0);
	assert_int_equal(w.l.txns.free_count, w.l.txns.capacity);
}

static void client_over_a_stream_sends_once(void **state)
{
	by_stream(7);
	uint64_t branch = invite();

	assert_non_null(strstr(w.out, "\r\nVia: SIP/2.0/TCP 10.0.0.1:5060;"));
	for (int i = 0; i < 62; i++)
		advance(500);
	expect("sent");
	respond(branch, "486 Busy Here", "x");
	expect("sent failed");
	expect_idle(); /* timer D is 0 */
	invite();
	for (int i = 0; i < 64; i++)
		advance(500);
	expect("sent failed");
	assert_int_equal(w.failed_with, 408);
}

static void client_fails_when_its_flow_cannot_carry_it(void **state)
{
	w.send_result = -EHOSTUNREACH;
	invite();
	expect("not-sent");
	assert_int_equal(w.transport.stats.not_sent, 1);
	expect_idle();
	expect("failed");
	assert_int_equal(w.failed_with, 503);
	assert_int_equal(w.transport.stats.timeouts, 0);

	/* for want of room now: the timer sends it again */
	w.send_result = -EAGAIN;
	uint64_t branch = invite();

	w.send_result = 0;
	advance(500);
	respond(branch, "486 Busy Here", "x");
	expect("not-sent sent sent failed");

	/* what comes later than the first sending */
	invite();
	w.send_result = -EHOSTUNREACH;
	advance(500);
	advance(0);
	expect("sent not-sent failed");
	assert_int_equal(w.failed_with, 503);
}

static void client_fails_with_its_connection(void **state)
{
	struct td_flow other;

	by_stream(7);
	invite();
	other = flow;
	other.connection = 8;
	txn_layer_flow_failed(&w.l, &other);
	advance(0);
	expect("sent");
	/* the peer was started again, and its old connection was there still: once more by a new
	 * one */
	w.made = 9;
	txn_layer_flow_failed(&w.l, &flow);
	advance(0);
	expect("sent");
	other.connection = 9;
	txn_layer_flow_failed(&w.l, &other);
	expect_idle();
	expect("failed");
	assert_int_equal(w.failed_with, 503);

	/* it wanted a new connection, which could not be made: the host has given it a number */
	by_stream(0);
	w.made = 11;
	invite();
	other.connection = 11;
	txn_layer_flow_failed(&w.l, &other);
	expect_idle();
	expect("sent failed");

	/* a telephone's connection is no place to connect to */
	by_stream(7);
	flow.agent = 3;
	invite();
	txn_layer_flow_failed(&w.l, &flow);
	expect_idle();
	expect("sent failed");
	flow.agent = 0;

	/* a telephone that rings gets CANCEL, and may answer by a connection of its own all the
	 * same: then its dialog is ended */
	by_stream(7);
	uint64_t branch = invite();

	respond(branch, "180 Ringing", "x");
	txn_layer_flow_failed(&w.l, &flow);
	advance(0);
	expect("sent provisional sent failed");
	by_stream(9);
	respond(branch, "200 OK", "x");
	respond(branch, "200 OK", "x");
	expect("fork again");
}

/* Nobody wants it any more: it is not sent by another connection. Who has it all the same is told
 * to stop once it says so. */
static void client_that_was_given_up_is_not_sent_anew(void **state)
{
	by_stream(7);
	uint64_t branch = invite();

	ctrans_cancel(w.tu.invite, SIP_CAUSE_CALLER);
	txn_layer_flow_failed(&w.l, &flow);
	advance(0);
	expect("sent failed");
	by_stream(9);
	respond(branch, "180 Ringing", "x");
	expect("sent");
	assert_non_null(strstr(w.out, "CANCEL sip:b@10.0.0.2 SIP/2.0"));
	respond(branch, "487 Request Terminated", "x");
	expect("sent");
	for (int i = 0; i < 64; i++)
		advance(500);
	expect_idle();

	/* nor after its user has gone */
	by_stream(11);
	invite();
	ctrans_orphan(w.tu.invite);
	txn_layer_flow_failed(&w.l, &flow);
	advance(0);
	for (int i = 0; i < 64; i++)
		advance(500);
	expect("sent");
	expect_idle();
}

static void server_over_a_stream_answers_once(void **state)
{
	by_stream(7);
	request("INVITE", "s1");
	struct sip_txn *t = strans_alloc(&w.l, &w.m, &flow);

	strans_respond(t, 486, STR(""), STR(""));
	for (int i = 0; i < 60; i++)
		advance(500);
	expect("sent");
	strans_ack(t);
	expect_idle(); /* timer I is 0 */
	request("OPTIONS", "s2");
	strans_reply(&w.l, &w.m, &flow, 200, STR(""), STR(""), false);
	expect("sent");
	expect_idle(); /* timer J is 0 */

	/* a 2xx goes again: beyond the next proxy there may be UDP */
	request("INVITE", "s3");
	t = strans_alloc(&w.l, &w.m, &flow);
	strans_respond(t, 200, STR(""), STR(""));
	advance(500);
	expect("sent sent");
}

/* The dialog's INVITE, which the user answers with `code`; 0: not yet. */
static struct sip_txn *served(const char *branch, int code)
{
	request("INVITE", branch);
	struct sip_txn *t = strans_alloc(&w.l, &w.m, &flow);

	txn_join(t, &w.tu);
	if (code)
		strans_respond(t, code, STR(""), STR(""));
	w.log[0] = '\0';
	return t;
}

static void fail_flow(uint32_t connection)
{
	struct td_flow failed = flow;

	failed.connection = connection;
	txn_layer_flow_failed(&w.l, &failed);
	advance(0);
}

/* section 17.2.4: the user is told when neither the connection nor a new one carries responses */
static void server_is_lost_with_its_connection(void **state)
{
	by_stream(7);
	w.made = 9;
	served("l1", 180);
	fail_flow(8);
	expect("");
	fail_flow(7);
	expect("sent"); /* 180 once more, by a new connection */
	fail_flow(7);
	expect("");
	fail_flow(9);
	expect("lost");
	assert_int_equal(w.l.stats->callers_lost, 1);
	assert_int_equal(w.l.stats->timeouts, 0);
	expect_idle();

	/* nothing has been said yet: 100 asks for the new connection */
	served("l2", 0);
	fail_flow(7);
	expect("sent");
	assert_memory_equal(w.out, "SIP/2.0 100", 11);
	struct sip_txn *t = w.tu.invite;

	strans_respond(t, 180, STR(""), STR("")); /* what is said anew may be tried anew */
	fail_flow(9);
	expect("sent sent");
	w.send_result = -ECONNREFUSED;
	fail_flow(9);
	expect("lost");
	expect_idle();

	/* a refusal leaves nobody to tell */
	w.send_result = 0;
	t = served("l3", 180);
	strans_respond(t, 486, STR(""), STR(""));
	txn_part(t);
	w.log[0] = '\0';
	fail_flow(7);
	advance(32000);
	expect("");
	expect_idle();
}

/* The peer may have our 2xx, and say ACK by a connection of its own. */
static void server_that_has_accepted_waits_a_little(void **state)
{
	by_stream(7);
	w.made = 9;
	served("a1", 200);
	fail_flow(7);
	advance(499);
	expect("");
	advance(1);
	expect("sent");
	advance(1000);
	expect("sent"); /* it may be there now: 2xx goes on */
	fail_flow(9);
	expect("lost");
	expect_idle();

	struct sip_txn *t = served("a2", 200);

	fail_flow(7);
	strans_ack(t);
	txn_part(t);
	advance(500);
	fail_flow(7);
	advance(32000);
	expect("");
	expect_idle();

	/* sent in vain, and never heard of */
	w.send_result = -ECONNREFUSED;
	t = served("a3", 180);
	advance(0);
	expect("not-sent lost");
}

static void server_takes_a_datagram_that_cannot_go_for_a_lost_one(void **state)
{
	by_stream(0);
	flow.transport = TD_TRANSPORT_UDP;
	w.send_result = -EHOSTUNREACH;
	served("a4", 180);
	advance(2000);
	expect("");
	strans_respond(w.tu.invite, 200, STR(""), STR(""));
	advance(500);
	expect("not-sent not-sent");
	w.send_result = 0;
	advance(1000);
	expect("sent");
	advance(32000);
	expect("sent no_ack");
	expect_idle();
}

/* A dialog goes on without a connection: its re-INVITEs have the time that they have. */
static void server_of_a_dialog_is_not_lost(void **state)
{
	by_stream(7);
	request("INVITE", "d1");
	w.m.to.tag = STR("ours");
	struct sip_txn *t = strans_alloc(&w.l, &w.m, &flow);

	txn_join(t, &w.tu);
	strans_respond(t, 200, STR(""), STR(""));
	w.send_result = -ECONNREFUSED;
	fail_flow(7);
	w.log[0] = '\0';
	advance(31999);
	w.log[0] = '\0';
	advance(1);
	expect("no_ack");
	expect_idle();

	/* nothing is left of another request */
	w.send_result = 0;
	request("INFO", "d2");
	strans_reply(&w.l, &w.m, &flow, 200, STR(""), STR(""), false);
	fail_flow(7);
	expect("sent");
	expect_idle();
}

/* A telephone cannot be connected to: it has 32 s to come by a connection of its own. */
static void server_waits_for_its_telephone(void **state)
{
	struct td_flow anew;

	by_stream(7);
	flow.agent = 3;
	w.made = 9;
	anew = flow;
	anew.connection = 11;
	served("t1", 180);
	fail_flow(7);
	advance(500);
	fail_flow(9);
	advance(500);
	expect("sent");
	advance(31999);
	txn_layer_flow_anew(&w.l, NULL, &anew);
	expect("sent");
	advance(60000);
	expect("");
	fail_flow(11);
	advance(500);
	fail_flow(9);
	advance(500);
	expect("sent");
	advance(31999);
	expect("");
	advance(1);
	expect("lost");
	expect_idle();

	/* it has left the old one, which seems to live */
	struct sip_txn *t = served("t2", 180);
	struct td_flow left = flow;

	txn_layer_flow_anew(&w.l, &left, &anew);
	fail_flow(7);
	expect("");
	strans_respond(t, 200, STR(""), STR(""));
	expect("sent");
	strans_ack(t);
	txn_part(t);
	advance(32000);
	expect_idle();
	flow.agent = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_survives_oom),
		cmocka_unit_test_setup_teardown(client_is_accepted_and_forked, setup, teardown),
		cmocka_unit_test_setup_teardown(client_fails_and_times_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			client_waits_with_cancel_for_a_provisional, setup, teardown),
		cmocka_unit_test_setup_teardown(client_over_a_stream_sends_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			client_fails_when_its_flow_cannot_carry_it, setup, teardown),
		cmocka_unit_test_setup_teardown(client_fails_with_its_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			client_that_was_given_up_is_not_sent_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(server_over_a_stream_answers_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			server_is_lost_with_its_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			server_that_has_accepted_waits_a_little, setup, teardown),
		cmocka_unit_test_setup_teardown(
			server_takes_a_datagram_that_cannot_go_for_a_lost_one, setup, teardown),
		cmocka_unit_test_setup_teardown(server_of_a_dialog_is_not_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(server_waits_for_its_telephone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			server_answers_until_it_is_acknowledged, setup, teardown),
		cmocka_unit_test_setup_teardown(
			server_knows_the_same_invite_by_two_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(server_answers_without_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
