/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One thread's loop: descriptors, timers, signals, and work that other threads post. The thread
 * that runs it calls all of these but loop_post(), which any thread may call. Times are
 * nanoseconds of the monotonic clock. Errors are negative errno.
 *
 * A turn does a bounded amount of work: each descriptor that is ready is told once, each timer
 * that is due fires once, each work that is posted runs once. The descriptors come first, posted
 * work among them, then the timers. What becomes ready meanwhile, what work posts and what a timer
 * sets waits for the next turn. What a descriptor's callback posts, or sets to a time that has
 * come, may still run in this turn. A callback may add and remove anything, itself too.
 */
#ifndef TANDEM_SYSTEM_LOOP_H
#define TANDEM_SYSTEM_LOOP_H

#include <engine/base/timer.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>

struct loop;

enum {
	LOOP_READ = EPOLLIN,
	LOOP_WRITE = EPOLLOUT,
	LOOP_BROKEN = EPOLLHUP | EPOLLERR, /* told without being asked for */
};

/* These three belong to whoever adds them, zeroed before the first use, until they are removed. */
struct loop_fd {
	struct loop *loop; /* NULL: not added */
	int fd;
	uint32_t events;
	void (*ready)(void *ctx, uint32_t events);
	void *ctx;
};

struct loop_timer {
	struct timer timer;
	struct loop *loop; /* NULL: not added */
	void (*due)(void *ctx, uint64_t now);
	void *ctx;
};

struct loop_work {
	void (*run)(void *ctx);
	void *ctx;
	struct loop_work *next;
	atomic_bool posted;
};

/* clock NULL: the monotonic one. NULL with errno. */
struct loop *loop_alloc(uint64_t (*clock)(void));
void loop_free(struct loop *l); /* NULL is fine; all that was added must be removed */

/* Until loop_stop(), or a negative errno. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);
/* One turn, which sleeps for `most` at the longest while there is nothing to do. 0 or -errno. */
int loop_turn(struct loop *l, uint64_t most);
uint64_t loop_now(const struct loop *l); /* when this turn woke */

/* `ready` is called for as long as the descriptor is ready for `events`. 0 or -errno. */
int loop_fd_add(struct loop *l, struct loop_fd *f, int fd, uint32_t events,
	void (*ready)(void *ctx, uint32_t events), void *ctx);
/* A change that the kernel refuses is tried again by the next call. */
void loop_fd_set(struct loop_fd *f, uint32_t events);
void loop_fd_del(struct loop_fd *f); /* before close(); harmless when not added */

/* Reserves the memory that the timer will need, so that loop_timer_set() cannot fail. 0 or
 * -ENOMEM. */
int loop_timer_add(
	struct loop *l, struct loop_timer *t, void (*due)(void *ctx, uint64_t now), void *ctx);
void loop_timer_set(struct loop_timer *t, uint64_t at); /* fires once; moves it when set */
void loop_timer_stop(struct loop_timer *t);
void loop_timer_del(struct loop_timer *t); /* harmless when not added */

/*
 * Blocks the signals in this thread, and so in all that it makes afterwards, and calls `signal`
 * from the loop for each that comes. SIGPIPE is ignored: a write tells EPIPE. Once a loop.
 */
int loop_signals(
	struct loop *l, const sigset_t *set, void (*signal)(void *ctx, int number), void *ctx);

/*
 * Any thread: the loop runs the work soon, once however often it was posted before.
 * What the poster wrote before is seen by it. The work stays until it has run.
 */
void loop_post(struct loop *l, struct loop_work *w);

#endif
