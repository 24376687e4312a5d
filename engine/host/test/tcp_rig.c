/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/addr.h>
#include <engine/conf/schema.h>
#include <engine/host/clock.h>
#include <engine/host/net/sockaddr.h>
#include <engine/host/test/tcp_rig.h>
#include <errno.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define UNREAD_NS (20 * TD_NSEC_PER_SEC)
#define HELD_MAX  (64u << 20)

struct tcp_rig rig;

void rig_start(void)
{
	struct td_conf_port port = {
		.name = "floor", .type = TD_PORT_AF_PACKET, .device = "lo", .address_count = 1};
	const struct tcp_params p = {.site = &rig.site,
		.ports = &port,
		.port_count = 1,
		.connect_ns = rig.connect_ns,
		.stale_ns = rig.stale_ns,
		.patience_ns = PATIENCE_NS,
		.unread_ns = rig.unread_ns,
		.held_max = rig.held_max,
		.main = rig.main,
		.kick = rig.kick};
	struct td_text err;

	port.address[0].addr = rig.ours;
	port.address[0].addr.port = 0;
	rig.t = tcp_start(&p, &err);
	if (!rig.t)
		fail_msg("%s", err.s);
}

/* *state: the family. */
int rig_setup(void **state)
{
	bool six = (uintptr_t)*state == 6;
	union any_sockaddr a;
	socklen_t len;

	rig = (struct tcp_rig){.connect_ns = TCP_CONNECT_NS,
		.stale_ns = TCP_STALE_NS,
		.unread_ns = UNREAD_NS,
		.held_max = HELD_MAX};
	assert_int_equal(addr_decode(&rig.peer, six ? STR("::1") : STR("127.0.0.1")), 0);
	len = sockaddr_encode(&rig.peer, &a);
	rig.listener = socket(a.sa.sa_family, SOCK_STREAM, 0);
	assert_int_equal(bind(rig.listener, &a.sa, len), 0);
	assert_int_equal(listen(rig.listener, 10), 0);
	assert_int_equal(getsockname(rig.listener, &a.sa, &len), 0);
	rig.peer = sockaddr_decode(&a);
	/* IPv6 has no second loopback address: there the port is another */
	assert_int_equal(addr_decode(&rig.ours, six ? STR("::1") : STR("127.0.0.2")), 0);
	rig.ours.port = rig.peer.port ^ 1;
	conf_object_init(TD_KIND_SITE, &rig.site, STR(""));
	rig.site.sip_port = rig.ours.port;
	rig_start();
	return 0;
}

int rig_teardown(void **state)
{
	tcp_stop(rig.t);
	close(rig.listener);
	return 0;
}

struct td_section_tcp rig_stats(void)
{
	struct td_section_tcp s;

	tcp_stats(rig.t, &s);
	return s;
}

void rig_wait(const uint64_t *place, const struct td_section_tcp *s, uint64_t value)
{
	uint64_t until = clock_monotonic() + WAIT_NS;
	size_t at = (size_t)((const char *)place - (const char *)s);
	struct td_section_tcp now = rig_stats();

	while (*(uint64_t *)((char *)&now + at) != value && clock_monotonic() < until) {
		clock_nap(TD_NSEC_PER_MSEC);
		now = rig_stats();
	}
	assert_int_equal(*(uint64_t *)((char *)&now + at), value);
}

int peer_connect(void)
{
	union any_sockaddr a;
	socklen_t len = sockaddr_encode(&rig.ours, &a);
	struct timeval wait = {.tv_sec = 10};
	int fd = socket(a.sa.sa_family, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, &a.sa, len), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

int peer_accept(void)
{
	struct timeval wait = {.tv_sec = 10};
	int fd;

	setsockopt(rig.listener, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	fd = accept(rig.listener, NULL, NULL);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	return fd;
}

void peer_says(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

void peer_hears(int fd, const char *text)
{
	char got[512] = "";

	assert_int_equal(recv(fd, got, strlen(text), MSG_WAITALL), strlen(text));
	assert_string_equal(got, text);
}

/* Closed, or reset where octets of ours were under way. */
void peer_hears_the_end(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, 0);

	assert_true(n == 0 || (n < 0 && errno == ECONNRESET));
	close(fd);
}

/* The next news; its message must be this one, NULL: the end. */
struct td_flow news(const char *text)
{
	uint64_t until = clock_monotonic() + WAIT_NS;
	const struct tcp_news *n = tcp_peek(rig.t);
	struct td_flow flow = {0};

	for (; !n && clock_monotonic() < until; n = tcp_peek(rig.t))
		clock_nap(TD_NSEC_PER_MSEC);
	if (!n) {
		fail_msg("no news");
		return flow;
	}
	assert_int_equal(n->ended, text == NULL);
	if (text) {
		assert_int_equal(n->len, strlen(text));
		assert_memory_equal(n + 1, text, n->len);
	}
	flow = n->flow;
	tcp_consume(rig.t);
	return flow;
}

struct td_flow flow_out(void)
{
	return (struct td_flow){
		.local = rig.ours, .remote = rig.peer, .transport = TD_TRANSPORT_TCP, .trunk = 1};
}

void we_say(struct td_flow *flow, const char *text)
{
	assert_int_equal(tcp_send(rig.t, flow, DSCP, text, strlen(text)), 0);
}
