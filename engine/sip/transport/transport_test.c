/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <engine/sip/transport/transport.h>
#include <tests/unit/unit.h>

#define HEAD                                                                          \
	"Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n" \
	"To: <sip:c@d>\r\nCall-ID: abc\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

static struct {
	size_t sent, traced;
	bool in;
	int send_result;
	char call_id[32];
} seen;

static struct td_flow flow = {
	.local = {.family = 4, .port = 5060}, .remote = {.family = 4, .port = 5080}};

static int on_send(void *ctx, struct td_flow *by, const uint8_t *data, size_t len)
{
	assert_ptr_equal(by, &flow);
	seen.sent = len;
	return seen.send_result;
}

static void on_trace(void *ctx, struct str call_id, bool in, const struct td_flow *by,
	const uint8_t *data, size_t len)
{
	seen.traced = len;
	seen.in = in;
	str_copy(seen.call_id, sizeof(seen.call_id), call_id);
}

static enum transport_verdict recv_text(struct sip_transport *tp, const char *text)
{
	memset(&seen, 0, sizeof(seen));
	return transport_recv(tp, &flow, (const uint8_t *)text, strlen(text));
}

static void datagrams_are_sorted_and_counted(void **state)
{
	static struct sip_transport tp = {.ops = {.send = on_send, .trace = on_trace}};
	static const char nul[2] = "\r";
	static uint8_t huge[SIP_MSG_MAX + 1];

	assert_int_equal(recv_text(&tp, "OPTIONS sip:x@y SIP/2.0\r\n" HEAD), TRANSPORT_MESSAGE);
	assert_true(tp.msg.request);
	assert_string_equal(seen.call_id, "abc");
	assert_true(seen.in);
	assert_int_equal(recv_text(&tp, "SIP/2.0 200 OK\r\n" HEAD), TRANSPORT_MESSAGE);
	assert_int_equal(tp.msg.code, 200);
	assert_int_equal(recv_text(&tp, "OPTIONS sip:x@y SIP/3.0\r\n" HEAD), TRANSPORT_MALFORMED);
	assert_int_equal(tp.msg.fault, SIP_FAULT_VERSION);
	assert_string_equal(seen.call_id, "");
	assert_int_equal(recv_text(&tp, "\r\n\r\n"), TRANSPORT_NOTHING);
	assert_int_equal(seen.traced, 0);
	assert_int_equal(
		transport_recv(&tp, &flow, (const uint8_t *)nul, sizeof(nul)), TRANSPORT_NOTHING);
	memset(huge, 'x', sizeof(huge));
	assert_int_equal(transport_recv(&tp, &flow, huge, sizeof(huge)), TRANSPORT_NOTHING);
	assert_int_equal(seen.traced, sizeof(huge));
	assert_int_equal(tp.stats.rx, 6);
	assert_int_equal(tp.stats.rx_requests, 1);
	assert_int_equal(tp.stats.rx_responses, 1);
	assert_int_equal(tp.stats.bad_version, 1);
	assert_int_equal(tp.stats.keepalives, 2);
	assert_int_equal(tp.stats.truncated, 1);
}

static void what_is_sent_is_counted_and_traced(void **state)
{
	static struct sip_transport tp = {.ops = {.send = on_send, .trace = on_trace}};

	memset(&seen, 0, sizeof(seen));
	transport_send(&tp, &flow, STR("SIP/2.0 200 OK\r\n" HEAD), false);
	assert_int_equal(seen.sent, strlen("SIP/2.0 200 OK\r\n" HEAD));
	assert_int_equal(seen.traced, seen.sent);
	assert_string_equal(seen.call_id, "abc");
	assert_false(seen.in);
	tp.ops.trace = NULL;
	transport_send(&tp, &flow, STR("x"), true);
	assert_int_equal(seen.sent, 1);
	assert_int_equal(tp.stats.tx, 2);
	assert_int_equal(tp.stats.retransmitted, 1);
	seen.send_result = -EAGAIN; /* lost, as a network may lose it */
	assert_true(transport_send(&tp, &flow, STR("x"), true));
	flow.transport = TD_TRANSPORT_TCP; /* where nobody sends it again */
	assert_false(transport_send(&tp, &flow, STR("x"), true));
	flow.transport = TD_TRANSPORT_UDP;
	seen.send_result = -EHOSTUNREACH;
	assert_false(transport_send(&tp, &flow, STR("x"), true));
	assert_int_equal(tp.stats.not_sent, 3);
}

static void flows_are_told_apart(void **state)
{
	struct td_flow a = flow, b = flow;

	assert_true(flow_equal(&a, &b));
	assert_false(flow_is_reliable(&a));
	b.transport = TD_TRANSPORT_TLS;
	assert_false(flow_equal(&a, &b));
	assert_true(flow_is_reliable(&b));
	assert_true(str_eq(flow_via_name(&b), STR("TLS")));
	assert_true(str_eq(flow_uri_name(&b), STR("tls")));
	assert_int_equal(flow_default_port(&b), 5061);
	a = b;
	a.connection = 1;
	assert_true(flow_equal(&a, &b)); /* by the addresses: one has no connection yet */
	b.connection = 2;
	assert_false(flow_equal(&a, &b));
	b.connection = 1;
	b.remote.port++;
	assert_true(flow_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_sorted_and_counted),
		cmocka_unit_test(what_is_sent_is_counted_and_traced),
		cmocka_unit_test(flows_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
