/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/loop.h>
#include <engine/base/container.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH 16 /* descriptors told in one turn; epoll tells the others first the next time */
#define INFOS 8

struct loop {
	int epoll, wake, signals; /* wake: written when work is posted; signals: -1 until asked */
	struct loop_fd wake_fd, signals_fd;
	void (*signal)(void *ctx, int number);
	void *signal_ctx;
	struct timers timers;
	uint32_t timer_count;               /* added */
	struct epoll_event batch[BATCH];    /* of this turn: */
	int batch_at, batch_count;          /* from batch_at on they are not told yet */
	_Atomic(struct loop_work *) posted; /* the newest first */
	uint64_t (*clock)(void);
	uint64_t now;
	bool firing; /* timers */
	bool stop;
};

static uint64_t clock_monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * TD_NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

static void work_run(void *ctx, uint32_t events)
{
	struct loop *l = ctx;
	struct loop_work *w, *next, *first = NULL;
	eventfd_t wakes;

	/* Read before the list is taken: who posts after that writes it again. */
	(void)eventfd_read(l->wake, &wakes);
	for (w = atomic_exchange(&l->posted, NULL); w; w = next) {
		next = w->next;
		w->next = first;
		first = w;
	}
	for (w = first; w; w = next) {
		next = w->next;
		/* From here on it may be posted again, and its owner may free it when it has run.
		 */
		atomic_store(&w->posted, false);
		w->run(w->ctx);
	}
}

void loop_post(struct loop *l, struct loop_work *w)
{
	struct loop_work *head;

	if (atomic_exchange(&w->posted, true))
		return;
	head = atomic_load(&l->posted);
	do
		w->next = head;
	while (!atomic_compare_exchange_weak(&l->posted, &head, w));
	/* Whoever finds the list empty wakes the loop; it takes all that is there by then. */
	if (!head)
		(void)eventfd_write(l->wake, 1);
}

struct loop *loop_alloc(uint64_t (*clock)(void))
{
	struct loop *l = calloc(1, sizeof(*l));
	int rc = -ENOMEM;

	if (!l)
		goto fail;
	l->clock = clock ? clock : clock_monotonic;
	l->now = l->clock();
	l->signals = -1;
	rc = timers_init(&l->timers, 0);
	if (rc)
		goto free_l;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		rc = -errno;
		goto fini_timers;
	}
	l->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (l->wake < 0) {
		rc = -errno;
		goto close_epoll;
	}
	rc = loop_fd_add(l, &l->wake_fd, l->wake, LOOP_READ, work_run, l);
	if (rc)
		goto close_wake;
	return l;
close_wake:
	close(l->wake);
close_epoll:
	close(l->epoll);
fini_timers:
	timers_fini(&l->timers);
free_l:
	free(l);
fail:
	errno = -rc;
	return NULL;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	assert(l->timer_count == 0);
	if (l->signals >= 0)
		close(l->signals);
	close(l->wake);
	close(l->epoll);
	timers_fini(&l->timers);
	free(l);
}

int loop_fd_add(struct loop *l, struct loop_fd *f, int fd, uint32_t events,
	void (*ready)(void *ctx, uint32_t events), void *ctx)
{
	struct epoll_event ev = {.events = events, .data.ptr = f};

	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
		return -errno;
	*f = (struct loop_fd){.loop = l, .fd = fd, .events = events, .ready = ready, .ctx = ctx};
	return 0;
}

void loop_fd_set(struct loop_fd *f, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = f};

	if (f->events == events)
		return;
	if (epoll_ctl(f->loop->epoll, EPOLL_CTL_MOD, f->fd, &ev) == 0)
		f->events = events;
}

void loop_fd_del(struct loop_fd *f)
{
	struct loop *l = f->loop;

	if (!l)
		return;
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, f->fd, NULL);
	/* What this turn has still to tell it is for no one: f may be freed, the number reused. */
	for (int i = l->batch_at; i < l->batch_count; i++)
		if (l->batch[i].data.ptr == f)
			l->batch[i].data.ptr = NULL;
	f->loop = NULL;
}

static void timer_fire(struct timer *timer, uint64_t now)
{
	struct loop_timer *t = container_of(timer, struct loop_timer, timer);

	t->due(t->ctx, now);
}

int loop_timer_add(
	struct loop *l, struct loop_timer *t, void (*due)(void *ctx, uint64_t now), void *ctx)
{
	int rc = timers_reserve(&l->timers, l->timer_count + 1);

	if (rc)
		return rc;
	l->timer_count++;
	*t = (struct loop_timer){.timer.fire = timer_fire, .loop = l, .due = due, .ctx = ctx};
	return 0;
}

void loop_timer_set(struct loop_timer *t, uint64_t at)
{
	struct loop *l = t->loop;

	/* A timer that sets itself to a time that has come fires in the next turn, not for ever. */
	if (l->firing && at <= l->now)
		at = l->now + 1;
	timer_set(&l->timers, &t->timer, at);
}

void loop_timer_stop(struct loop_timer *t)
{
	if (t->loop)
		timer_cancel(&t->loop->timers, &t->timer);
}

void loop_timer_del(struct loop_timer *t)
{
	if (!t->loop)
		return;
	loop_timer_stop(t);
	t->loop->timer_count--;
	t->loop = NULL;
}

static void signals_take(void *ctx, uint32_t events)
{
	struct loop *l = ctx;
	struct signalfd_siginfo info[INFOS];
	ssize_t n = read(l->signals, info, sizeof(info));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(info[0]); i++)
		l->signal(l->signal_ctx, (int)info[i].ssi_signo);
}

int loop_signals(
	struct loop *l, const sigset_t *set, void (*signal_)(void *ctx, int number), void *ctx)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	int rc = pthread_sigmask(SIG_BLOCK, set, NULL);

	if (rc)
		return -rc;
	(void)sigaction(SIGPIPE, &ignore, NULL);
	l->signals = signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (l->signals < 0)
		return -errno;
	l->signal = signal_;
	l->signal_ctx = ctx;
	rc = loop_fd_add(l, &l->signals_fd, l->signals, LOOP_READ, signals_take, l);
	if (rc) {
		close(l->signals);
		l->signals = -1;
	}
	return rc;
}

/* Rounded up: a timer is late by less than a millisecond, and never early. */
static int wait_ms(const struct loop *l, uint64_t most)
{
	uint64_t next = timers_next(&l->timers), now = l->clock(), ns = most;

	if (next != TD_NEVER) {
		uint64_t until = next > now ? next - now : 0;

		ns = until < most ? until : most;
	}
	if (ns == TD_NEVER)
		return -1;
	if (ns >= INT_MAX * TD_NSEC_PER_MSEC)
		return INT_MAX;
	return (int)((ns + TD_NSEC_PER_MSEC - 1) / TD_NSEC_PER_MSEC);
}

int loop_turn(struct loop *l, uint64_t most)
{
	int n = epoll_wait(l->epoll, l->batch, BATCH, wait_ms(l, most));

	if (n < 0 && errno != EINTR)
		return -errno;
	l->now = l->clock();
	l->batch_count = n < 0 ? 0 : n;
	for (l->batch_at = 0; l->batch_at < l->batch_count;) {
		const struct epoll_event *ev = &l->batch[l->batch_at++];
		struct loop_fd *f = ev->data.ptr;

		if (f)
			f->ready(f->ctx, ev->events);
	}
	l->firing = true;
	timers_advance(&l->timers, l->now);
	l->firing = false;
	return 0;
}

int loop_run(struct loop *l)
{
	int rc = 0;

	while (!l->stop && !rc)
		rc = loop_turn(l, TD_NEVER);
	l->stop = false;
	return rc;
}

void loop_stop(struct loop *l)
{
	l->stop = true;
}

uint64_t loop_now(const struct loop *l)
{
	return l->now;
}
