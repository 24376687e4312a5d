/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Waking a loop that sleeps, without a system call when it does not.
 *
 * Poster: publish work; wake_post().      Sleeper: wake_arm(); is there work? else wake_wait(), or
 * poll() on wake.fd and, when that is readable, wake_take(); wake_disarm().
 * Both sides store first and load then, with a full fence between: the poster's store of work and
 * load of `asleep`, the sleeper's store of `asleep` and load of work. One of them sees the other.
 */
#ifndef TANDEM_DATAPLANE_WORKER_WAKE_H
#define TANDEM_DATAPLANE_WORKER_WAKE_H

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct wake {
	int fd;
	_Atomic bool asleep;
};

static inline int wake_init(struct wake *w)
{
	w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return w->fd < 0 ? -errno : 0;
}

static inline void wake_fini(struct wake *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

static inline void wake_post(struct wake *w)
{
	atomic_thread_fence(memory_order_seq_cst);
	/* By the exchange, only one of many posters makes the system call. */
	if (atomic_load_explicit(&w->asleep, memory_order_relaxed) &&
		atomic_exchange(&w->asleep, false))
		(void)eventfd_write(w->fd, 1);
}

static inline void wake_arm(struct wake *w)
{
	atomic_store_explicit(&w->asleep, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

/*
 * Once poll() said that wake.fd is readable, and only by that: the flag does not tell it. A poster
 * takes the flag first and writes then; a sleeper whose time is up in between reads nothing yet.
 */
static inline void wake_take(struct wake *w)
{
	eventfd_t n;

	(void)eventfd_read(w->fd, &n);
}

/* Called when armed and without work: waits until someone posts, for timeout_ms at most (-1: for
 * ever). */
static inline void wake_wait(struct wake *w, int timeout_ms)
{
	struct pollfd fd = {.fd = w->fd, .events = POLLIN};

	if (poll(&fd, 1, timeout_ms) > 0)
		wake_take(w);
}

static inline void wake_disarm(struct wake *w)
{
	atomic_store_explicit(&w->asleep, false, memory_order_relaxed);
}

#endif
