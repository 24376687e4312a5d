/* SPDX-License-Identifier: BSD-3-Clause */
/* Over the loopback interface: what comes and goes, what is refused, and how connections end. */
#include <engine/base/addr.h>
#include <engine/host/clock.h>
#include <engine/host/net/sockaddr.h>
#include <engine/host/test/tcp_rig.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define LONG  60000
#define FLOOD 100 /* times LONG: more than the ring holds */
#define SHARE 32  /* CONN_SHARE */
#define PINGS (4u << 20)

static void messages_come_in_pieces_and_are_answered(void **state)
{
	const char *text = MESSAGE("1");
	struct td_flow flow;
	int fd = peer_connect();

	for (size_t i = 0; text[i]; i++)
		assert_int_equal(send(fd, &text[i], 1, 0), 1);
	peer_says(fd, MESSAGE("2") "\r\n\r\n" MESSAGE("3"));
	flow = news(text);
	assert_true(addr_equal(&flow.local, &rig.ours));
	assert_true(addr_equal_ip(&flow.remote, &rig.peer));
	assert_int_equal(flow.transport, TD_TRANSPORT_TCP);
	assert_int_equal(flow.connection % 2, 0);
	assert_int_not_equal(flow.connection, 0);
	assert_int_equal(news(MESSAGE("2")).connection, flow.connection);
	assert_int_equal(news(MESSAGE("3")).connection, flow.connection);
	peer_hears(fd, "\r\n");
	we_say(&flow, MESSAGE("4"));
	peer_hears(fd, MESSAGE("4"));
	assert_int_equal(rig_stats().pings, 1);
	assert_int_equal(rig_stats().in, 3);
	assert_int_equal(rig_stats().out, 1);
	close(fd);
	assert_int_equal(news(NULL).connection, flow.connection);
	WAIT_FOR(ended_by_peer, 1);
	WAIT_FOR(open, 0);
}

static void we_connect_once_and_again_after_the_end(void **state)
{
	struct td_flow one = flow_out(), two = flow_out(), three;
	int fd;

	we_say(&one, MESSAGE("1"));
	we_say(&two, MESSAGE("2"));
	assert_int_equal(one.connection % 2, 1);
	assert_int_equal(two.connection, one.connection);
	fd = peer_accept();
	peer_hears(fd, MESSAGE("1") MESSAGE("2"));
	peer_says(fd, MESSAGE("3"));
	three = news(MESSAGE("3"));
	assert_true(addr_equal(&three.remote, &rig.peer));
	assert_int_equal(three.connection, one.connection);
	close(fd);
	assert_int_equal(news(NULL).connection, one.connection);
	we_say(&two, MESSAGE("4")); /* two has the old number */
	assert_int_not_equal(two.connection, one.connection);
	fd = peer_accept();
	peer_hears(fd, MESSAGE("4"));
	close(fd);
	assert_int_equal(rig_stats().made, 2);
}

static void what_cannot_be_made_is_told(void **state)
{
	struct td_flow flow = flow_out(), strange = flow_out();

	close(rig.listener);
	rig.listener = -1;
	we_say(&flow, MESSAGE("1"));
	assert_int_equal(news(NULL).connection, flow.connection);
	assert_int_equal(rig_stats().not_made, 1);
	assert_int_equal(rig_stats().open, 0);
	assert_int_equal(addr_decode(&strange.local, STR("127.0.0.77:5060")), 0);
	assert_int_equal(tcp_send(rig.t, &strange, 0, "x", 1), -EADDRNOTAVAIL);
}

/* One more would be let in by nobody: its SYN is dropped. */
static void listener_fill(int fd[static 2])
{
	union any_sockaddr a;
	socklen_t len = sockaddr_encode(&rig.peer, &a);

	assert_int_equal(listen(rig.listener, 0), 0);
	for (unsigned i = 0; i < 2; i++) {
		fd[i] = socket(a.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fd[i], &a.sa, len);
	}
}

/* All who wait for it fail with it, and soon: each has another address to try. */
static void what_nobody_answers_is_not_made_for_long(void **state)
{
	struct td_flow one = flow_out(), two = flow_out();
	int fd[2];

	tcp_stop(rig.t);
	rig.connect_ns = PATIENCE_NS;
	rig_start();
	listener_fill(fd);
	we_say(&one, MESSAGE("1"));
	we_say(&two, MESSAGE("2"));
	assert_int_equal(two.connection, one.connection);
	assert_int_equal(news(NULL).connection, one.connection);
	assert_int_equal(rig_stats().not_made, 1);
	assert_int_equal(rig_stats().open, 0);
	close(fd[0]);
	close(fd[1]);
}

static void what_is_not_sip_ends_the_connection(void **state)
{
	int fd = peer_connect();

	peer_says(fd, "\x16\x03\x01\x02");
	peer_hears_the_end(fd);
	fd = peer_connect();
	peer_says(fd, "OPTIONS sip:a@b SIP/2.0\r\n\r\n");
	peer_hears_the_end(fd);
	fd = peer_connect();
	peer_says(fd, "OPTIONS sip:a@b SIP/2.0\r\nl: x\r\n\r\n");
	peer_hears_the_end(fd);
	fd = peer_connect();
	peer_says(fd, "OPTIONS sip:a@b SIP/2.0\r\nl: 99999\r\n\r\n");
	peer_hears_the_end(fd);
	assert_int_equal(rig_stats().not_sip, 1);
	assert_int_equal(rig_stats().no_length, 1);
	assert_int_equal(rig_stats().bad_length, 1);
	assert_int_equal(rig_stats().too_long, 1);
	assert_null(tcp_peek(rig.t)); /* signalling has never heard of them */
}

static void half_a_message_has_little_time(void **state)
{
	int fd = peer_connect(), silent = peer_connect(), good = peer_connect();

	peer_says(good, MESSAGE("1"));
	peer_says(fd, MESSAGE("2") "OPTIONS");
	peer_hears_the_end(silent);
	peer_hears_the_end(fd);
	assert_int_equal(rig_stats().ended_slow, 2);
	assert_int_equal(rig_stats().open, 1); /* who has said something may be silent for longer */
	close(good);
}

/* However many come, they are no message, and nobody waits for ever for one. */
static void line_ends_alone_are_not_sip(void **state)
{
	uint64_t until = clock_monotonic() + WAIT_NS;
	int lone = peer_connect(), fd = peer_connect();

	peer_says(lone, "\r\n");
	while (rig_stats().not_sip < 2 && clock_monotonic() < until) {
		send(fd, "\r\n\r\n", 4, MSG_NOSIGNAL);
		clock_nap(PATIENCE_NS / 4);
	}
	assert_int_equal(rig_stats().not_sip, 2);
	assert_true(rig_stats().pings > 0);
	assert_int_equal(rig_stats().ended_slow, 0);
	peer_hears_the_end(lone);
	close(fd);
}

/* A lone line end is no ping, and does not wait to become one (RFC 5626 section 4.4.1). */
static void line_ends_far_apart_are_no_ping(void **state)
{
	int fd = peer_connect();

	peer_says(fd, MESSAGE("1") "\r\n");
	news(MESSAGE("1"));
	clock_nap(1500 * TD_NSEC_PER_MSEC);
	peer_says(fd, "\r\n" MESSAGE("2"));
	news(MESSAGE("2"));
	assert_int_equal(rig_stats().pings, 0);
	close(fd);
}

static void the_end_in_the_middle_of_a_message_is_told(void **state)
{
	int fd = peer_connect();
	struct td_flow flow;

	peer_says(fd, MESSAGE("1") "INVITE sip:");
	flow = news(MESSAGE("1"));
	close(fd);
	assert_int_equal(news(NULL).connection, flow.connection);
	assert_int_equal(rig_stats().in, 1);
}

#define ACK "ACK sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"
#define BYE "BYE sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"

/* It closes its side after the request, and is answered all the same. */
static void a_peer_that_only_reads_gets_its_answer(void **state)
{
	int fd = peer_connect();
	struct td_flow flow;

	peer_says(fd, MESSAGE("1"));
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	WAIT_FOR(ended_by_peer, 1);
	flow = news(MESSAGE("1"));
	we_say(&flow, RESPONSE); /* signalling has not heard of the end */
	peer_hears(fd, RESPONSE);
	assert_int_equal(news(NULL).connection, flow.connection);
	peer_hears_the_end(fd);
	WAIT_FOR(open, 0);
	assert_int_equal(rig_stats().ended_by_peer, 1);
	assert_int_equal(rig_stats().anew, 0);
	assert_null(tcp_peek(rig.t));
}

static void nothing_is_lost_in_silence_with_its_connection(void **state)
{
	struct td_flow flow = flow_out(), late;
	int fd;

	we_say(&flow, MESSAGE("1"));
	fd = peer_accept();
	peer_hears(fd, MESSAGE("1"));
	close(fd);
	WAIT_FOR(ended_by_peer, 1);
	late = flow;
	we_say(&late, ACK);
	fd = peer_accept();
	peer_hears(fd, ACK);
	close(fd);
	we_say(&late, BYE); /* its sender is about to be told */
	WAIT_FOR(unsent, 1);
	assert_int_equal(late.connection, flow.connection);
	assert_int_equal(rig_stats().anew, 1);
	assert_int_equal(news(NULL).connection, flow.connection);
}

static void a_peer_that_does_not_read_is_cut_off(void **state)
{
	struct td_flow flow = flow_out();
	static char text[LONG];
	int fd, sent = 0;

	memset(text, 'x', sizeof(text));
	while (!tcp_peek(rig.t) && sent < 1000) {
		if (tcp_send(rig.t, &flow, DSCP, text, sizeof(text)) == 0)
			sent++;
		clock_nap(TD_NSEC_PER_MSEC);
	}
	assert_int_equal(news(NULL).connection, flow.connection);
	assert_int_equal(rig_stats().ended_full, 1);
	fd = peer_accept();
	close(fd);
}

/* Signalling is behind, and its ring is full: nothing is lost, and the peer has to wait. */
static void what_signalling_has_no_room_for_waits(void **state)
{
	static char text[LONG + 1];
	pid_t child;
	int fd = peer_connect();

	memset(text, 'x', LONG);
	child = fork();
	if (child == 0) {
		for (unsigned i = 0; i < FLOOD; i++) {
			int n = snprintf(text, LONG,
				"OPTIONS sip:a@b SIP/2.0\r\nX: %03u\r\n"
				"Content-Length: %05d\r\n\r\n",
				i, LONG - 58);

			text[n] = 'x';
			for (size_t at = 0; at < LONG;) {
				ssize_t sent = send(fd, text + at, LONG - at, 0);

				if (sent < 0)
					_exit(1);
				at += (size_t)sent;
			}
		}
		_exit(0);
	}
	clock_nap(300 * TD_NSEC_PER_MSEC);
	assert_true(rig_stats().in < FLOOD);
	for (unsigned i = 0; i < FLOOD; i++) {
		uint64_t until = clock_monotonic() + WAIT_NS;
		const struct tcp_news *n = tcp_peek(rig.t);
		char place[16];

		for (; !n && clock_monotonic() < until; n = tcp_peek(rig.t))
			clock_nap(TD_NSEC_PER_MSEC / 10);
		assert_non_null(n);
		assert_false(n->ended);
		assert_int_equal(n->len, LONG);
		snprintf(place, sizeof(place), "X: %03u\r\n", i);
		assert_non_null(memmem(n + 1, 100, place, strlen(place)));
		tcp_consume(rig.t);
	}
	close(fd);
	news(NULL);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* One that reads nothing, and whose window and segments are small: what we send soon waits. */
static int deaf_connect(void)
{
	union any_sockaddr a;
	socklen_t len = sockaddr_encode(&rig.ours, &a);
	int fd = socket(a.sa.sa_family, SOCK_STREAM, 0);

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &(int){4096}, sizeof(int)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &(int){536}, sizeof(int)), 0);
	assert_int_equal(connect(fd, &a.sa, len), 0);
	return fd;
}

static struct td_flow deaf_flow(int fd)
{
	peer_says(fd, MESSAGE("1"));
	return news(MESSAGE("1"));
}

static void we_say_much(struct td_flow *flow, unsigned times)
{
	static char text[LONG];

	memset(text, 'x', sizeof(text));
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(tcp_send(rig.t, flow, DSCP, text, sizeof(text)), 0);
}

static void a_peer_that_takes_nothing_for_long_is_cut_off(void **state)
{
	struct td_flow flow;
	int fd;

	tcp_stop(rig.t);
	rig.unread_ns = PATIENCE_NS;
	rig_start();
	fd = deaf_connect();
	flow = deaf_flow(fd);
	we_say_much(&flow, 4); /* less than a connection may hold */
	assert_int_equal(news(NULL).connection, flow.connection);
	assert_int_equal(rig_stats().ended_full, 1);
	close(fd);
}

static void all_connections_together_hold_no_more(void **state)
{
	struct td_flow flow[2];
	int fd[2];

	tcp_stop(rig.t);
	rig.held_max = 4 * LONG;
	rig_start();
	for (unsigned i = 0; i < 2; i++) {
		fd[i] = deaf_connect();
		flow[i] = deaf_flow(fd[i]);
	}
	we_say_much(&flow[0], 2);
	we_say_much(&flow[1], 3);
	assert_int_equal(news(NULL).connection, flow[1].connection); /* it holds most */
	assert_int_equal(rig_stats().ended_full, 1);
	assert_int_equal(rig_stats().open, 1);
	close(fd[0]);
	close(fd[1]);
}

/* Nobody queues up behind all that another connection has sent at once. */
static void connections_are_served_in_turn(void **state)
{
	char text[200 * sizeof(MESSAGE("1"))] = "";
	int many = peer_connect(), one;
	uint32_t first;

	for (unsigned i = 0; i < 200; i++)
		memcpy(text + strlen(text), MESSAGE("1"), sizeof(MESSAGE("1")));
	peer_says(many, text);
	WAIT_FOR(in, SHARE);
	one = peer_connect();
	peer_says(one, MESSAGE("2"));
	WAIT_FOR(in, SHARE + 1);
	first = news(MESSAGE("1")).connection;
	for (unsigned i = 1; i < SHARE; i++)
		assert_int_equal(news(MESSAGE("1")).connection, first);
	assert_int_not_equal(news(MESSAGE("2")).connection, first);
	for (unsigned i = SHARE; i < 200; i++)
		assert_int_equal(news(MESSAGE("1")).connection, first);
	close(many);
	close(one);
}

/* The peer asks faster than our answers go: it waits, and each answer finds room. */
static void no_answer_is_lost(void **state)
{
	static char text[LONG];
	pid_t child;
	int fd = peer_connect();

	memset(text, 'x', sizeof(text));
	child = fork();
	if (child == 0) {
		for (unsigned i = 0; i < FLOOD; i++)
			if (send(fd, MESSAGE("1"), strlen(MESSAGE("1")), 0) < 0)
				_exit(1);
		for (unsigned i = 0; i < FLOOD; i++)
			if (recv(fd, text, LONG, MSG_WAITALL) != LONG)
				_exit(2);
		_exit(0);
	}
	for (unsigned i = 0; i < FLOOD; i++) {
		struct td_flow flow = news(MESSAGE("1"));

		assert_int_equal(tcp_send(rig.t, &flow, DSCP, text, LONG), 0);
	}
	WAIT_FOR(out, FLOOD);
	assert_int_equal(rig_stats().lost, 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(fd);
}

/* Pongs that nobody reads: one waits at most, so the connection stays. */
static void one_pong_waits_at_most(void **state)
{
	static char pings[PINGS];
	int fd = deaf_connect();

	for (size_t i = 0; i < PINGS; i++)
		pings[i] = "\r\n"[i % 2];
	peer_says(fd, MESSAGE("1"));
	news(MESSAGE("1"));
	assert_int_equal(send(fd, pings, PINGS, MSG_NOSIGNAL), PINGS);
	WAIT_FOR(pings, PINGS / 4);
	peer_says(fd, MESSAGE("2"));
	news(MESSAGE("2"));
	peer_hears(fd, "\r\n");
	assert_int_equal(rig_stats().open, 1);
	assert_int_equal(rig_stats().ended_full, 0);
	close(fd);
}

#define TIMER_KEEPALIVE 2  /* proc(5): of a connection without anything under way */
#define KEEPALIVE_S     20 /* TCP_KEEPIDLE */

/* When the kernel sends next by the idle connection between these ports, in 1/100 s; -1: never. */
static long next_probe(unsigned from, unsigned to)
{
	FILE *table = fopen(rig.ours.family == 6 ? "/proc/net/tcp6" : "/proc/net/tcp", "r");
	unsigned local, remote, state, timer;
	unsigned long after;
	long when = -1;
	char line[512];

	assert_non_null(table);
	while (fgets(line, sizeof(line), table))
		if (sscanf(line, "%*d: %*[^:]:%X %*[^:]:%X %X %*X:%*X %X:%lX", &local, &remote,
			    &state, &timer, &after) == 5 &&
			(!from || local == from) && (!to || remote == to) &&
			state == TCP_ESTABLISHED && timer == TIMER_KEEPALIVE)
			when = (long)after;
	fclose(table);
	return when;
}

static void is_probed(unsigned from, unsigned to)
{
	uint64_t until = clock_monotonic() + WAIT_NS;

	while (next_probe(from, to) < 0 && clock_monotonic() < until)
		clock_nap(TD_NSEC_PER_MSEC);
	assert_in_range(next_probe(from, to), 0, KEEPALIVE_S * 100);
}

/* Else a firewall forgets it, and a peer that has lost its power is never missed. */
static void idle_connections_are_probed(void **state)
{
	struct td_flow flow = flow_out();
	int made, came = peer_connect();

	peer_says(came, MESSAGE("1"));
	news(MESSAGE("1"));
	we_say(&flow, MESSAGE("2"));
	made = peer_accept();
	peer_hears(made, MESSAGE("2"));
	is_probed(rig.ours.port, 0);
	is_probed(0, rig.peer.port);
	close(came);
	close(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_come_in_pieces_and_are_answered, 4),
		TEST(messages_come_in_pieces_and_are_answered, 6),
		TEST(we_connect_once_and_again_after_the_end, 4),
		TEST(we_connect_once_and_again_after_the_end, 6),
		TEST(what_cannot_be_made_is_told, 4),
		TEST(what_nobody_answers_is_not_made_for_long, 4),
		TEST(what_nobody_answers_is_not_made_for_long, 6),
		TEST(what_is_not_sip_ends_the_connection, 4),
		TEST(half_a_message_has_little_time, 4),
		TEST(line_ends_alone_are_not_sip, 4),
		TEST(line_ends_far_apart_are_no_ping, 4),
		TEST(the_end_in_the_middle_of_a_message_is_told, 4),
		TEST(a_peer_that_only_reads_gets_its_answer, 4),
		TEST(nothing_is_lost_in_silence_with_its_connection, 4),
		TEST(a_peer_that_does_not_read_is_cut_off, 4),
		TEST(what_signalling_has_no_room_for_waits, 4),
		TEST(a_peer_that_takes_nothing_for_long_is_cut_off, 4),
		TEST(all_connections_together_hold_no_more, 4),
		TEST(connections_are_served_in_turn, 4),
		TEST(connections_are_served_in_turn, 6),
		TEST(no_answer_is_lost, 4),
		TEST(one_pong_waits_at_most, 4),
		TEST(idle_connections_are_probed, 4),
		TEST(idle_connections_are_probed, 6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
