/* SPDX-License-Identifier: BSD-3-Clause */
/* SHOW of connections: pages of a thread of TCP that serves peers, while they come and go. */
#include <engine/host/clock.h>
#include <engine/host/test/api_rig.h>
#include <engine/host/test/tcp_rig.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define MANY (2 * TCP_ROWS + 5)

static int start(void **state)
{
	static void *four = (void *)4;

	return rig_setup(&four);
}

/* The thread of rig_setup() has no main to tell; this one has. */
static void with_tcp(struct api_rig *f)
{
	tcp_stop(rig.t);
	rig.main = f->loop;
	rig.kick = &f->kick;
	rig_start();
	f->ops.tcp = rig.t;
}

static int setup_both(void **state)
{
	start(state);
	setup_more = with_tcp;
	return setup(state);
}

static int teardown_both(void **state)
{
	close(rig.listener);
	return teardown(state);
}

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));

	if (!text)
		fail_msg("no text %s", key);
	return text;
}

static json_int_t count_of(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void a_connection_is_shown(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f), peer = peer_connect();
	struct td_flow flow;
	json_t *row;

	WAIT_FOR(open, 1);
	assert_int_equal(show(fd, "connections", &row), 1);
	assert_string_equal(text_of(row, "transport"), "tcp");
	assert_string_equal(text_of(row, "opened_by"), "peer");
	assert_string_equal(text_of(row, "state"), "stranger");
	assert_string_equal(text_of(row, "trunk"), "");
	assert_int_equal(count_of(row, "in"), 0);
	json_decref(row);

	peer_says(peer, MESSAGE("1"));
	flow = news(MESSAGE("1"));
	flow.trunk = 1;
	we_say(&flow, RESPONSE);
	peer_hears(peer, RESPONSE);
	assert_int_equal(show(fd, "connections", &row), 1);
	assert_string_equal(text_of(row, "state"), "open");
	assert_string_equal(text_of(row, "trunk"), "acme");
	assert_string_equal(text_of(row, "agent"), "");
	assert_int_equal(count_of(row, "in"), 1);
	assert_int_equal(count_of(row, "in_bytes"), strlen(MESSAGE("1")));
	assert_int_equal(count_of(row, "out"), 1);
	assert_int_equal(count_of(row, "out_bytes"), strlen(RESPONSE));
	assert_int_equal(count_of(row, "queued"), 0);
	assert_int_equal(count_of(row, "number"), flow.connection);
	json_decref(row);

	shutdown(peer, SHUT_WR);
	news(NULL);
	assert_int_equal(show(fd, "connections", &row), 1);
	assert_string_equal(text_of(row, "state"), "closing");
	json_decref(row);
	close(peer);
	WAIT_FOR(open, 0);
	assert_int_equal(show(fd, "connections", &row), 0);
	close(fd);
}

static void our_own_is_shown_with_what_waits(void **state)
{
	static const char head[] = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 60000\r\n\r\n";
	static char text[sizeof(head) + 60000];
	struct api_rig *f = *state;
	struct td_flow flow = flow_out();
	int fd = dial_hello(f), peer, size = 4096;
	json_int_t queued = 0;
	json_t *row;

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, head, sizeof(head) - 1);
	setsockopt(rig.listener, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	we_say(&flow, MESSAGE("1"));
	peer = peer_accept();
	peer_hears(peer, MESSAGE("1"));
	for (unsigned i = 0; i < 100 && !queued; i++) {
		we_say(&flow, text);
		clock_nap(TD_NSEC_PER_MSEC);
		assert_int_equal(show(fd, "connections", &row), 1);
		assert_string_equal(text_of(row, "opened_by"), "us");
		assert_string_equal(text_of(row, "trunk"), "acme");
		queued = count_of(row, "queued");
		json_decref(row);
	}
	assert_true(queued > 0);
	close(peer);
	news(NULL);
	close(fd);
}

/* Pages come in the order of connections, and none comes twice; what ends between two pages is no
 * harm. */
static void many_come_and_go(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f), peer[MANY];
	json_t *row;

	for (unsigned i = 0; i < MANY; i++)
		peer[i] = peer_connect();
	WAIT_FOR(open, MANY);
	assert_int_equal(show(fd, "connections", &row), MANY);
	json_decref(row);
	for (unsigned i = 0; i < MANY; i += 2)
		close(peer[i]);
	/* some of these are over at each page */
	assert_true(show(fd, "connections", &row) >= MANY / 2);
	json_decref(row);
	WAIT_FOR(open, MANY / 2);
	assert_int_equal(show(fd, "connections", &row), MANY / 2);
	json_decref(row);
	for (unsigned i = 1; i < MANY; i += 2)
		close(peer[i]);
	WAIT_FOR(open, 0);
	close(fd);
}

/* Clients ask and go, and the engine stops, while pages are on their way. */
static void nobody_waits_for_the_answer(void **state)
{
	struct api_rig *f = *state;
	int peer[MANY], fd;

	for (unsigned i = 0; i < MANY; i++)
		peer[i] = peer_connect();
	WAIT_FOR(open, MANY);
	for (unsigned i = 0; i < 20; i++) {
		fd = dial_hello(f);
		say(fd, TD_API_SHOW, 5, "{\"what\":\"connections\"}");
		close(fd);
	}
	f->left = dial_hello(f);
	for (unsigned i = 0; i < 2 * TCP_FLIGHT; i++)
		say(f->left, TD_API_SHOW, 5, "{\"what\":\"connections\"}");
	for (unsigned i = 0; i < MANY; i++)
		close(peer[i]);
}

#define BOTH(name) cmocka_unit_test_setup_teardown(name, setup_both, teardown_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(a_connection_is_shown),
		BOTH(our_own_is_shown_with_what_waits),
		BOTH(many_come_and_go),
		BOTH(nobody_waits_for_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
