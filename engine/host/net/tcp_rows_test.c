/* SPDX-License-Identifier: BSD-3-Clause */
/* Pages of connections, while these come and go between two pages. */
#include <engine/host/clock.h>
#include <engine/host/test/tcp_rig.h>
#include <errno.h>
#include <string.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define MANY (TCP_ROWS + 6)

static unsigned answered;

static void done(struct tcp_page *page)
{
	answered++;
}

static void next(struct tcp_page *page)
{
	unsigned before = answered;

	page->done = done;
	assert_int_equal(tcp_ask(rig.t, page), 0);
	while (answered == before) {
		clock_nap(TD_NSEC_PER_MSEC / 5);
		tcp_answers(rig.t);
	}
	assert_int_equal(page->rc, 0);
}

static void connect_all(int peer[static MANY])
{
	for (unsigned i = 0; i < MANY; i++)
		peer[i] = peer_connect();
	WAIT_FOR(open, MANY);
}

static void nothing_is_one_empty_page(void **state)
{
	struct tcp_page page = {0};

	next(&page);
	assert_int_equal(page.count, 0);
	assert_false(page.more);
}

static void pages_follow_each_other(void **state)
{
	struct tcp_page page = {0};
	uint32_t number;
	int peer[MANY];

	connect_all(peer);
	next(&page);
	assert_int_equal(page.count, TCP_ROWS);
	assert_true(page.more);
	number = page.row[TCP_ROWS - 1].flow.connection;
	assert_true(page.row[0].flow.connection < number);
	next(&page);
	assert_int_equal(page.count, MANY - TCP_ROWS);
	assert_false(page.more);
	assert_true(page.row[0].flow.connection > number);
	for (unsigned i = 0; i < MANY; i++)
		close(peer[i]);
}

/* The last one of the first page has gone, and the one that would be next; others have come. */
static void the_place_between_two_pages_goes(void **state)
{
	struct tcp_page page = {0};
	uint32_t number;
	int peer[MANY], more[2];

	connect_all(peer);
	next(&page);
	number = page.row[TCP_ROWS - 1].flow.connection;
	close(peer[TCP_ROWS - 1]);
	close(peer[TCP_ROWS]);
	WAIT_FOR(open, MANY - 2);
	for (unsigned i = 0; i < 2; i++)
		more[i] = peer_connect();
	WAIT_FOR(open, MANY);
	next(&page);
	assert_int_equal(page.count, MANY - TCP_ROWS - 1);
	assert_false(page.more);
	assert_true(page.row[0].flow.connection > number);
	for (unsigned i = 0; i < MANY; i++)
		if (i != TCP_ROWS - 1 && i != TCP_ROWS)
			close(peer[i]);
	close(more[0]);
	close(more[1]);
}

/* One that is being made, and its end, of which signalling has not heard. */
static void ours_is_shown_until_it_ends(void **state)
{
	struct td_flow flow = flow_out();
	struct tcp_page page = {0};
	int peer;

	we_say(&flow, MESSAGE("1"));
	peer = peer_accept();
	peer_hears(peer, MESSAGE("1"));
	next(&page);
	assert_int_equal(page.count, 1);
	assert_true(page.row[0].made);
	assert_int_equal(page.row[0].state, TD_CONNECTION_OPEN);
	assert_int_equal(page.row[0].flow.connection, flow.connection);
	assert_int_equal(page.row[0].flow.trunk, 1);
	assert_int_equal(page.row[0].out, 1);
	assert_int_equal(page.row[0].out_bytes, strlen(MESSAGE("1")));
	peer_says(peer, MESSAGE("2") MESSAGE("3"));
	news(MESSAGE("2"));
	news(MESSAGE("3"));
	page = (struct tcp_page){0};
	next(&page);
	assert_int_equal(page.row[0].in, 2);
	assert_int_equal(page.row[0].in_bytes, 2 * strlen(MESSAGE("2")));
	close(peer);
	WAIT_FOR(ended_by_peer, 1);
	WAIT_FOR(open, 0);
	page = (struct tcp_page){0};
	next(&page);
	assert_int_equal(page.count, 0);
	news(NULL);
}

static void there_is_an_end_to_asking(void **state)
{
	static struct tcp_page page[TCP_FLIGHT + 1];

	answered = 0;
	memset(page, 0, sizeof(page));
	for (unsigned i = 0; i <= TCP_FLIGHT; i++) {
		page[i].done = done;
		assert_int_equal(tcp_ask(rig.t, &page[i]), i < TCP_FLIGHT ? 0 : -EBUSY);
	}
	/* the thread ends with pages on their way: each is done once, sooner or later */
	tcp_stop(rig.t);
	assert_int_equal(answered, TCP_FLIGHT);
	rig_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_one_empty_page, 4),
		TEST(pages_follow_each_other, 4),
		TEST(pages_follow_each_other, 6),
		TEST(the_place_between_two_pages_goes, 4),
		TEST(ours_is_shown_until_it_ends, 4),
		TEST(there_is_an_end_to_asking, 4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
