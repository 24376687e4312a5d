/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/loop.h>
#include <tests/unit/unit.h>
#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MS TD_NSEC_PER_MSEC

static uint64_t fake_now;

static uint64_t fake_clock(void)
{
	return fake_now;
}

static int setup(void **state)
{
	fake_now = TD_NSEC_PER_SEC;
	*state = loop_alloc(fake_clock);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	loop_free(*state);
	return 0;
}

struct end {
	struct loop_fd watch;
	int fd;
	unsigned told;
	struct end *other; /* removed and closed by the first that is told */
};

static void end_open(struct loop *l, struct end *e, void (*ready)(void *ctx, uint32_t events))
{
	*e = (struct end){.fd = eventfd(1, EFD_NONBLOCK)};
	assert_int_equal(loop_fd_add(l, &e->watch, e->fd, LOOP_READ, ready, e), 0);
}

static void end_close(struct end *e)
{
	loop_fd_del(&e->watch);
	close(e->fd);
	e->fd = -1;
}

static void end_count(void *ctx, uint32_t events)
{
	struct end *e = ctx;

	assert_true(events & LOOP_READ);
	e->told++;
}

static void a_descriptor_is_told_while_it_is_ready(void **state)
{
	struct loop *l = *state;
	struct end e;
	eventfd_t n;

	end_open(l, &e, end_count);
	loop_turn(l, 0);
	loop_turn(l, 0);
	assert_int_equal(e.told, 2);
	eventfd_read(e.fd, &n);
	loop_turn(l, 0);
	assert_int_equal(e.told, 2);
	eventfd_write(e.fd, 1);
	loop_fd_set(&e.watch, 0);
	loop_turn(l, 0);
	assert_int_equal(e.told, 2);
	loop_fd_set(&e.watch, LOOP_READ);
	loop_turn(l, 0);
	assert_int_equal(e.told, 3);
	end_close(&e);
	loop_fd_del(&e.watch);
	loop_turn(l, 0);
	assert_int_equal(e.told, 3);
}

static void end_remove_both(void *ctx, uint32_t events)
{
	struct end *e = ctx;

	e->told++;
	end_close(e->other);
	end_close(e);
}

/* Both are ready in one turn: whichever comes first takes the other away. */
static void what_is_removed_is_told_no_more(void **state)
{
	struct loop *l = *state;
	struct end a, b;

	end_open(l, &a, end_remove_both);
	end_open(l, &b, end_remove_both);
	a.other = &b;
	b.other = &a;
	loop_turn(l, 0);
	loop_turn(l, 0);
	assert_int_equal(a.told + b.told, 1);
}

static void end_again(void *ctx, uint32_t events)
{
	struct end *e = ctx;
	struct loop *l = e->watch.loop;

	e->told++;
	end_close(e);
	e->fd = eventfd(1, EFD_NONBLOCK); /* the same number */
	assert_int_equal(loop_fd_add(l, &e->watch, e->fd, LOOP_READ, end_count, e), 0);
}

static void a_number_that_is_used_again_is_a_new_descriptor(void **state)
{
	struct loop *l = *state;
	struct end e;
	int number;

	end_open(l, &e, end_again);
	number = e.fd;
	loop_turn(l, 0);
	assert_int_equal(e.fd, number);
	assert_int_equal(e.told, 1);
	loop_turn(l, 0);
	assert_int_equal(e.told, 2);
	end_close(&e);
}

static void a_change_that_fails_is_not_remembered(void **state)
{
	struct loop *l = *state;
	struct end e;

	end_open(l, &e, end_count);
	close(e.fd);
	loop_fd_set(&e.watch, 0);
	assert_int_equal(e.watch.events, LOOP_READ);
	loop_fd_del(&e.watch);
}

static void remember(void *ctx, uint32_t events)
{
	*(uint32_t *)ctx |= events;
}

static void a_pipe_that_breaks_is_told(void **state)
{
	struct loop *l = *state;
	struct loop_fd watch = {0};
	uint32_t seen = 0;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(loop_fd_add(l, &watch, fds[0], LOOP_READ, remember, &seen), 0);
	close(fds[1]);
	loop_turn(l, 0);
	assert_true(seen & LOOP_BROKEN);
	loop_fd_del(&watch);
	close(fds[0]);
	assert_int_equal(loop_fd_add(l, &watch, fds[0], LOOP_READ, remember, &seen), -EBADF);
}

struct ticks {
	struct loop_timer timer, *also;
	unsigned fired;
	uint64_t at, again; /* again: from now on, ns; TD_NEVER: not */
};

static void tick(void *ctx, uint64_t now)
{
	struct ticks *t = ctx;

	t->fired++;
	t->at = now;
	if (t->again != TD_NEVER)
		loop_timer_set(&t->timer, now + t->again);
	if (t->also)
		loop_timer_stop(t->also);
}

static void timers_fire_in_order_when_their_time_has_come(void **state)
{
	struct loop *l = *state;
	struct ticks a = {.again = TD_NEVER}, b = {.again = TD_NEVER};

	assert_int_equal(loop_timer_add(l, &a.timer, tick, &a), 0);
	assert_int_equal(loop_timer_add(l, &b.timer, tick, &b), 0);
	loop_timer_set(&a.timer, fake_now + 5 * MS);
	loop_timer_set(&b.timer, fake_now + 3 * MS);
	loop_turn(l, 0);
	assert_int_equal(a.fired + b.fired, 0);
	fake_now += 3 * MS;
	loop_turn(l, 0);
	assert_int_equal(b.fired, 1);
	assert_int_equal(b.at, fake_now);
	assert_int_equal(loop_now(l), fake_now);
	assert_int_equal(a.fired, 0);
	loop_timer_set(&a.timer, fake_now + 9 * MS); /* moved */
	fake_now += 8 * MS;
	loop_turn(l, 0);
	assert_int_equal(a.fired, 0);
	loop_timer_stop(&a.timer);
	fake_now += 8 * MS;
	loop_turn(l, 0);
	assert_int_equal(a.fired, 0);
	loop_timer_del(&a.timer);
	loop_timer_del(&a.timer);
	loop_timer_del(&b.timer);
}

static void a_timer_set_again_while_it_fires_waits_for_the_next_turn(void **state)
{
	struct loop *l = *state;
	struct ticks t = {.again = 0};

	assert_int_equal(loop_timer_add(l, &t.timer, tick, &t), 0);
	loop_timer_set(&t.timer, fake_now);
	for (unsigned turn = 1; turn <= 3; turn++) {
		loop_turn(l, 0);
		assert_int_equal(t.fired, turn);
		fake_now += MS;
	}
	t.again = 2 * MS;
	loop_turn(l, 0);
	fake_now += MS;
	loop_turn(l, 0);
	assert_int_equal(t.fired, 4);
	fake_now += MS;
	loop_turn(l, 0);
	assert_int_equal(t.fired, 5);
	loop_timer_del(&t.timer);
}

static void end_ticks(void *ctx, uint32_t events)
{
	struct ticks *t = ctx;

	loop_timer_set(&t->timer, fake_now);
}

static void a_timer_set_by_a_descriptor_fires_in_the_same_turn(void **state)
{
	struct loop *l = *state;
	struct ticks t = {.again = TD_NEVER};
	struct loop_fd watch = {0};
	int fd = eventfd(1, EFD_NONBLOCK);

	assert_int_equal(loop_timer_add(l, &t.timer, tick, &t), 0);
	assert_int_equal(loop_fd_add(l, &watch, fd, LOOP_READ, end_ticks, &t), 0);
	loop_turn(l, 0);
	assert_int_equal(t.fired, 1);
	loop_fd_del(&watch);
	loop_timer_del(&t.timer);
	close(fd);
}

static void a_timer_stops_another_that_is_due_too(void **state)
{
	struct loop *l = *state;
	struct ticks a = {.again = TD_NEVER}, b = {.again = TD_NEVER};

	assert_int_equal(loop_timer_add(l, &a.timer, tick, &a), 0);
	assert_int_equal(loop_timer_add(l, &b.timer, tick, &b), 0);
	a.also = &b.timer;
	loop_timer_set(&a.timer, fake_now);
	loop_timer_set(&b.timer, fake_now);
	loop_turn(l, 0);
	assert_int_equal(a.fired, 1);
	assert_int_equal(b.fired, 0);
	loop_timer_del(&a.timer);
	loop_timer_del(&b.timer);
}

struct post {
	struct loop *loop;
	struct loop_work work;
	unsigned ran;
	bool again;
};

static void post_run(void *ctx)
{
	struct post *p = ctx;

	p->ran++;
	if (p->again)
		loop_post(p->loop, &p->work);
}

static void work_posted_twice_runs_once_and_again_in_the_next_turn(void **state)
{
	struct loop *l = *state;
	struct post p = {.loop = l, .work = {.run = post_run, .ctx = &p}};

	loop_post(l, &p.work);
	loop_post(l, &p.work);
	loop_turn(l, 0);
	loop_turn(l, 0);
	assert_int_equal(p.ran, 1);
	p.again = true;
	loop_post(l, &p.work);
	loop_turn(l, 0);
	assert_int_equal(p.ran, 2);
	p.again = false;
	loop_turn(l, 0);
	loop_turn(l, 0);
	assert_int_equal(p.ran, 3);
}

#define POSTS 20000

struct poster {
	pthread_t thread;
	struct loop *loop;
	struct loop_work work;
	atomic_uint written; /* before it is posted */
	unsigned seen;       /* by the work */
};

static void poster_seen(void *ctx)
{
	struct poster *p = ctx;

	p->seen = atomic_load(&p->written);
}

static void *poster_run(void *ctx)
{
	struct poster *p = ctx;

	for (unsigned i = 0; i < POSTS; i++) {
		atomic_fetch_add(&p->written, 1);
		loop_post(p->loop, &p->work);
	}
	return NULL;
}

/* Nothing is lost: the work runs after the last post, whenever the others ran. */
static void two_threads_post_and_nothing_is_lost(void **state)
{
	struct loop *l = loop_alloc(NULL);
	struct poster p[2] = {0};

	for (unsigned i = 0; i < 2; i++) {
		p[i].loop = l;
		p[i].work = (struct loop_work){.run = poster_seen, .ctx = &p[i]};
		assert_int_equal(pthread_create(&p[i].thread, NULL, poster_run, &p[i]), 0);
	}
	while (p[0].seen < POSTS || p[1].seen < POSTS)
		assert_int_equal(loop_turn(l, 10 * TD_NSEC_PER_SEC), 0);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(p[i].thread, NULL);
	loop_free(l);
}

static unsigned hups, terms;

static void signalled(void *ctx, int number)
{
	hups += number == SIGHUP;
	terms += number == SIGTERM;
	if (number == SIGTERM)
		loop_stop(ctx);
}

static void signals_come_by_the_loop(void **state)
{
	struct loop *l = loop_alloc(NULL);
	sigset_t set, old;
	int fds[2];

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, NULL, &old);
	assert_int_equal(loop_signals(l, &set, signalled, l), 0);
	kill(getpid(), SIGHUP);
	assert_int_equal(loop_turn(l, TD_NSEC_PER_SEC), 0);
	assert_int_equal(hups, 1);
	kill(getpid(), SIGHUP);
	kill(getpid(), SIGTERM);
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(hups, 2);
	assert_int_equal(terms, 1);
	assert_int_equal(pipe(fds), 0);
	close(fds[0]);
	assert_int_equal(write(fds[1], "x", 1), -1); /* and no SIGPIPE */
	assert_int_equal(errno, EPIPE);
	close(fds[1]);
	loop_free(l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void stop(void *ctx, uint64_t now)
{
	loop_stop(ctx);
}

static void the_loop_sleeps_until_a_timer_is_due(void **state)
{
	struct loop *l = loop_alloc(NULL);
	struct loop_timer t = {0};
	uint64_t begun = loop_now(l);

	assert_int_equal(loop_timer_add(l, &t, stop, l), 0);
	loop_timer_set(&t, begun + 5 * MS + 1);
	assert_int_equal(loop_run(l), 0);
	assert_true(loop_now(l) > begun + 5 * MS);
	loop_timer_del(&t);
	loop_free(l);
}

static int build(void)
{
	struct loop *l = loop_alloc(NULL);
	struct loop_timer a = {0}, b = {0};
	int rc;

	if (!l)
		return -errno;
	rc = loop_timer_add(l, &a, stop, l);
	if (!rc)
		rc = loop_timer_add(l, &b, stop, l);
	loop_timer_del(&a);
	loop_timer_del(&b);
	loop_free(l);
	return rc;
}

static void it_survives_a_lack_of_memory(void **state)
{
	oom_each(build, -ENOMEM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_descriptor_is_told_while_it_is_ready),
		TEST(what_is_removed_is_told_no_more),
		TEST(a_number_that_is_used_again_is_a_new_descriptor),
		TEST(a_change_that_fails_is_not_remembered),
		TEST(a_pipe_that_breaks_is_told),
		TEST(timers_fire_in_order_when_their_time_has_come),
		TEST(a_timer_set_again_while_it_fires_waits_for_the_next_turn),
		TEST(a_timer_set_by_a_descriptor_fires_in_the_same_turn),
		TEST(a_timer_stops_another_that_is_due_too),
		TEST(work_posted_twice_runs_once_and_again_in_the_next_turn),
		cmocka_unit_test(two_threads_post_and_nothing_is_lost),
		cmocka_unit_test(signals_come_by_the_loop),
		cmocka_unit_test(the_loop_sleeps_until_a_timer_is_due),
		cmocka_unit_test(it_survives_a_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
