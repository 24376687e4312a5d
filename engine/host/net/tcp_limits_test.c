/* SPDX-License-Identifier: BSD-3-Clause */
/* Over the loopback interface: how many connections there are, how long, and who makes room. */
#include <engine/host/clock.h>
#include <engine/host/test/tcp_rig.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <tests/unit/unit.h>
#include <unistd.h>

static void start_with_source_connections(unsigned n)
{
	tcp_stop(rig.t);
	rig.site.source_connections = n;
	rig_start();
}

static struct td_flow known_flow; /* of the last known_connect() */

/* Of a telephone that registers by it, or of a trunk. */
static int known_connect(bool agent)
{
	int fd = peer_connect();
	struct td_flow flow;

	peer_says(fd, MESSAGE("1"));
	flow = news(MESSAGE("1"));
	flow.trunk = !agent;
	flow.agent = agent;
	if (agent)
		tcp_hold(rig.t, &flow, true);
	we_say(&flow, RESPONSE);
	peer_hears(fd, RESPONSE);
	known_flow = flow;
	return fd;
}

/* The first of two has closed its side: the second takes its place. */
static void the_second_takes_the_place(bool known)
{
	struct td_flow flow;
	int first = peer_connect(), second;

	peer_says(first, MESSAGE("1"));
	flow = news(MESSAGE("1"));
	flow.trunk = known;
	we_say(&flow, RESPONSE);
	peer_hears(first, RESPONSE);
	assert_int_equal(shutdown(first, SHUT_WR), 0);
	assert_int_equal(news(NULL).connection, flow.connection);
	second = peer_connect();
	peer_says(second, MESSAGE("2"));
	news(MESSAGE("2"));
	assert_int_equal(rig_stats().open, 1);
	peer_hears_the_end(first);
	assert_int_equal(rig_stats().ended_by_peer, 1);
	assert_int_equal(rig_stats().ended_stranger, 0);
	close(second);
}

static void who_closes_its_side_is_in_nobodys_way(void **state)
{
	for (unsigned known = 0; known < 2; known++) {
		tcp_stop(rig.t);
		rig.site.source_connections = 1;
		rig_start();
		the_second_takes_the_place(known);
		tcp_stop(rig.t);
		rig.site.source_connections = 1024;
		rig.site.max_connections = 1;
		rig_start();
		the_second_takes_the_place(known);
		rig.site.max_connections = 4096;
	}
}

static void idle_connections_are_closed(void **state)
{
	int fd;

	tcp_stop(rig.t);
	rig.site.connection_idle_s = 1;
	rig_start();
	fd = peer_connect();
	peer_says(fd, MESSAGE("1"));
	news(MESSAGE("1"));
	peer_hears_the_end(fd);
	news(NULL);
	assert_int_equal(rig_stats().ended_idle, 1);
}

static void connections_have_limits(void **state)
{
	struct td_flow ours = flow_out(), known;
	int first, second;

	tcp_stop(rig.t);
	rig.site.max_connections = 2;
	rig.site.source_connections = 2;
	rig_start();
	first = peer_connect();
	peer_says(first, MESSAGE("1"));
	known = news(MESSAGE("1"));
	known.agent = 1;
	tcp_hold(rig.t, &known, true);
	we_say(&known, MESSAGE("2"));
	peer_hears(first, MESSAGE("2"));
	we_say(&ours, MESSAGE("3"));
	second = peer_accept();
	peer_hears_the_end(peer_connect());
	WAIT_FOR(refused_full, 1);
	WAIT_FOR(full, 1);
	close(second);
	news(NULL);
	second = known_connect(true);
	peer_hears_the_end(peer_connect());
	WAIT_FOR(refused_source, 1);
	close(first);
	close(second);
}

/* Strangers have half of the places, and the oldest makes room; who is known stays. */
static void strangers_make_room(void **state)
{
	struct td_flow known, ours = flow_out();
	int fd[4], made;

	tcp_stop(rig.t);
	rig.site.max_connections = 4;
	rig_start();
	fd[0] = peer_connect();
	peer_says(fd[0], MESSAGE("1"));
	known = news(MESSAGE("1"));
	known.trunk = 1;
	we_say(&known, MESSAGE("2"));
	peer_hears(fd[0], MESSAGE("2"));
	for (unsigned i = 1; i < 3; i++) {
		fd[i] = peer_connect();
		peer_says(fd[i], MESSAGE("3"));
		news(MESSAGE("3"));
	}
	fd[3] = peer_connect();
	peer_hears_the_end(fd[1]);
	news(NULL);
	assert_int_equal(rig_stats().ended_stranger, 1);
	assert_int_equal(rig_stats().open, 3);
	we_say(&ours, MESSAGE("4"));
	made = peer_accept();
	peer_hears(made, MESSAGE("4"));
	close(made);
	news(NULL);
	we_say(&known, MESSAGE("5"));
	peer_hears(fd[0], MESSAGE("5"));
	for (unsigned i = 0; i < 4; i++)
		if (i != 1)
			close(fd[i]);
}

/* The place is that of the only other connection of the same address. */
static void a_stranger_takes_the_place_of_its_own(void **state)
{
	int fd[2];

	tcp_stop(rig.t);
	rig.site.max_connections = 2;
	rig_start();
	fd[0] = peer_connect();
	WAIT_FOR(accepted, 1);
	fd[1] = peer_connect();
	peer_hears_the_end(fd[0]);
	peer_says(fd[1], MESSAGE("1"));
	news(MESSAGE("1"));
	close(fd[1]);
	news(NULL);
	WAIT_FOR(open, 0);
}

/* Its connection is no more, and signalling does not know it yet. The answer goes to the listener.
 */
static struct td_flow who_has_gone(void)
{
	struct td_flow flow;
	int fd = peer_connect();

	peer_says(fd, MESSAGE("1"));
	flow = news(MESSAGE("1"));
	close(fd);
	WAIT_FOR(open, 0);
	flow.remote = rig.peer;
	return flow;
}

/* Else one address opens as many connections as we have answers for it, and no limit counts them.
 */
static void no_connection_is_made_to_a_stranger(void **state)
{
	struct td_flow flow = who_has_gone(), late = flow;

	we_say(&late, RESPONSE);
	we_say(&late, RESPONSE);
	WAIT_FOR(unsent_stranger, 2);
	news(NULL);
	late = flow;
	assert_int_equal(tcp_send(rig.t, &late, DSCP, RESPONSE, strlen(RESPONSE)), -EHOSTUNREACH);
	assert_int_equal(rig_stats().unsent_stranger, 3);
	assert_int_equal(rig_stats().made, 0);
	assert_int_equal(rig_stats().open, 0);
}

/* However many answers are late: one for each connection would be no limit either. */
static void late_answers_share_a_connection(void **state)
{
	struct td_flow flow = who_has_gone();
	int fd;

	flow.trunk = 1;
	we_say(&flow, RESPONSE);
	we_say(&flow, RESPONSE);
	fd = peer_accept();
	peer_hears(fd, RESPONSE RESPONSE);
	assert_int_equal(rig_stats().anew, 2);
	assert_int_equal(rig_stats().made, 1);
	close(fd);
	WAIT_FOR(open, 0);
	we_say(&flow, RESPONSE);
	fd = peer_accept();
	peer_hears(fd, RESPONSE);
	assert_int_equal(rig_stats().made, 2);
	close(fd);
}

/* The peer has had them made: it chooses the ports that they go to. */
static void connections_for_late_answers_count_for_their_peer(void **state)
{
	struct td_flow flow, other;
	int fd;

	start_with_source_connections(1);
	flow = who_has_gone();
	flow.trunk = 1;
	other = flow;
	other.remote.port++;
	we_say(&flow, RESPONSE);
	fd = peer_accept();
	peer_hears(fd, RESPONSE);
	we_say(&other, RESPONSE);
	WAIT_FOR(refused_source, 1);
	peer_hears_the_end(peer_connect());
	WAIT_FOR(refused_source, 2);
	assert_int_equal(rig_stats().made, 1);
	close(fd);
}

/* Of one address, whose place is full: the next one is heard, in the place of `first`. */
static void the_next_one_takes_the_place_of(int first)
{
	int next = peer_connect();

	peer_says(next, MESSAGE("9"));
	news(NULL);
	news(MESSAGE("9"));
	peer_hears_the_end(first);
	assert_int_equal(rig_stats().open, rig.site.source_connections);
	assert_int_equal(rig_stats().refused_source, 0);
	close(next);
}

/* Behind one address are many: whoever fills it shuts out nobody. */
static void a_stranger_takes_the_place_of_the_oldest_of_its_address(void **state)
{
	int fd[2];

	start_with_source_connections(2);
	for (unsigned i = 0; i < 2; i++) {
		fd[i] = peer_connect();
		peer_says(fd[i], MESSAGE("1"));
		news(MESSAGE("1"));
	}
	the_next_one_takes_the_place_of(fd[0]);
	assert_int_equal(rig_stats().ended_stranger, 1);
	close(fd[1]);
}

/* Nobody waits for an answer by it any more. A telephone is reached by its connection alone. */
static void a_trunk_takes_the_place_of_its_longest_idle(void **state)
{
	int agent, first, second;

	rig.stale_ns = PATIENCE_NS;
	start_with_source_connections(3);
	agent = known_connect(true);
	first = known_connect(false);
	clock_nap(TD_NSEC_PER_MSEC);
	second = known_connect(false);
	clock_nap(2 * PATIENCE_NS);
	peer_says(first, MESSAGE("2"));
	news(MESSAGE("2"));
	the_next_one_takes_the_place_of(second);
	assert_int_equal(rig_stats().ended_idle, 1);
	close(first);
	close(agent);
}

/* Or else one password fills the address, by a REGISTER on each of its connections. What the
 * telephone's calls say by the old connection does not keep it. */
static void a_telephone_that_has_left_makes_room(void **state)
{
	struct td_flow left;
	int first, second, stranger;

	start_with_source_connections(3);
	stranger = peer_connect();
	peer_says(stranger, MESSAGE("1"));
	news(MESSAGE("1"));
	first = known_connect(true);
	left = known_flow;
	second = known_connect(true);
	assert_int_equal(rig_stats().telephones, 2);
	assert_int_equal(rig_stats().strangers, 1);
	tcp_hold(rig.t, &left, false);
	we_say(&left, RESPONSE);
	peer_hears(first, RESPONSE);
	assert_int_equal(rig_stats().telephones, 1);
	assert_int_equal(rig_stats().strangers, 2);
	the_next_one_takes_the_place_of(first);
	assert_int_equal(rig_stats().ended_stranger, 1);
	close(stranger);
	close(second);
}

/* Registered again by the same connection, it stays. */
static void a_telephone_that_comes_back_stays(void **state)
{
	int first, second;

	start_with_source_connections(2);
	first = known_connect(true);
	tcp_hold(rig.t, &known_flow, false);
	tcp_hold(rig.t, &known_flow, true);
	second = known_connect(true);
	peer_hears_the_end(peer_connect());
	WAIT_FOR(refused_source, 1);
	close(first);
	close(second);
}

/* The telephone beyond their part is a stranger, and makes room for the trunk. */
static void telephones_leave_places_for_trunks(void **state)
{
	int telephone[4], trunk;

	tcp_stop(rig.t);
	rig.site.max_connections = 4;
	rig_start();
	assert_true(tcp_has_room(rig.t));
	for (unsigned i = 0; i < 4; i++)
		telephone[i] = known_connect(true);
	assert_int_equal(rig_stats().telephones, 3);
	assert_int_equal(rig_stats().strangers, 1);
	assert_int_equal(rig_stats().full, 1);
	assert_false(tcp_has_room(rig.t));
	trunk = peer_connect();
	peer_says(trunk, MESSAGE("2"));
	news(NULL);
	news(MESSAGE("2"));
	peer_hears_the_end(telephone[3]);
	close(telephone[0]);
	news(NULL);
	WAIT_FOR(open, 3);
	assert_true(tcp_has_room(rig.t));
	close(trunk);
	close(telephone[1]);
	close(telephone[2]);
}

/* Those that we have made too, once nobody waits for an answer by them. */
static void idle_connections_of_trunks_make_room(void **state)
{
	struct td_flow ours = flow_out();
	int made, first, second;

	tcp_stop(rig.t);
	rig.stale_ns = PATIENCE_NS;
	rig.site.max_connections = 2;
	rig_start();
	we_say(&ours, MESSAGE("1"));
	made = peer_accept();
	peer_hears(made, MESSAGE("1"));
	clock_nap(2 * PATIENCE_NS);
	first = known_connect(true);
	second = peer_connect();
	peer_says(second, MESSAGE("2"));
	news(NULL);
	news(MESSAGE("2"));
	peer_hears_the_end(made);
	assert_int_equal(rig_stats().ended_idle, 1);
	close(first);
	close(second);
}

/* Pings keep the connections of those that we know, and of nobody else. */
static void a_stranger_is_not_idle_for_long(void **state)
{
	uint64_t until = clock_monotonic() + WAIT_NS;
	int known, stranger;

	tcp_stop(rig.t);
	rig.stale_ns = PATIENCE_NS;
	rig_start();
	known = known_connect(true);
	stranger = peer_connect();
	peer_says(stranger, MESSAGE("2"));
	news(MESSAGE("2"));
	while (!rig_stats().ended_idle && clock_monotonic() < until) {
		send(stranger, "\r\n\r\n", 4, MSG_NOSIGNAL);
		clock_nap(PATIENCE_NS / 4);
	}
	news(NULL);
	assert_int_equal(rig_stats().ended_idle, 1);
	assert_int_equal(rig_stats().open, 1);
	close(known);
	close(stranger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_closes_its_side_is_in_nobodys_way, 4),
		TEST(who_closes_its_side_is_in_nobodys_way, 6),
		TEST(idle_connections_are_closed, 4),
		TEST(connections_have_limits, 4),
		TEST(strangers_make_room, 4),
		TEST(strangers_make_room, 6),
		TEST(a_stranger_takes_the_place_of_its_own, 4),
		TEST(a_stranger_takes_the_place_of_the_oldest_of_its_address, 4),
		TEST(a_stranger_takes_the_place_of_the_oldest_of_its_address, 6),
		TEST(a_trunk_takes_the_place_of_its_longest_idle, 4),
		TEST(a_telephone_that_has_left_makes_room, 4),
		TEST(a_telephone_that_has_left_makes_room, 6),
		TEST(a_telephone_that_comes_back_stays, 4),
		TEST(telephones_leave_places_for_trunks, 4),
		TEST(idle_connections_of_trunks_make_room, 4),
		TEST(a_stranger_is_not_idle_for_long, 4),
		TEST(no_connection_is_made_to_a_stranger, 4),
		TEST(late_answers_share_a_connection, 4),
		TEST(late_answers_share_a_connection, 6),
		TEST(connections_for_late_answers_count_for_their_peer, 4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
