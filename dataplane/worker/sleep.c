/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How the loops rest. A loop that finds nothing sleeps until a port's descriptor is readable,
 * someone posts, or something is due. Beyond that, by site.latency:
 *
 *     low       while packets come it spins, until none came for SPIN
 *     balanced  where a port has no descriptor, naps, as long as the silence so far
 *     cpu       packets that come faster than the naps are gathered: after each burst a nap that
 *               no packet ends. A kernel's port then wakes no one, sends go out together, caches
 *               and branch predictors serve a burst instead of a packet.
 *
 * No nap is longer than the millisecond that waking may take.
 */
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <dataplane/worker/rxintr.h>
#include <dataplane/worker/sip.h>
#include <dataplane/worker/sleep.h>

#define IDLE_TURNS  16 /* a few microseconds: longer starves others on a small machine */
#define SPIN        (100 * TD_NSEC_PER_MSEC)
#define GATHER      (TD_NSEC_PER_MSEC / 2) /* longer saves little more: docs/performance.md */
#define NAP_MIN     (TD_NSEC_PER_MSEC / 20)
#define NAP_MAX     (TD_NSEC_PER_MSEC * 9 / 10)
#define NICE        (-10)  /* SCHED_FIFO would starve all others on two cores */
#define SLICE       100000 /* ns, the kernel's least */
#define TIMER_SLACK 10000  /* ns; the default of 50 us is 5 % of a nap */

struct loop_sched { /* struct sched_attr: Linux's header clashes with glibc's */
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

/*
 * A nice value and, from Linux 6.12 on, a short slice: a thread that asks for little time at once
 * may preempt others when it wakes. Older kernels ignore the slice. Without the privilege we run
 * like any other thread.
 */
void loop_prepare(void)
{
	struct loop_sched a = {
		.size = sizeof(a),
		.policy = SCHED_OTHER,
		.nice = NICE,
		.runtime = SLICE,
	};

	(void)syscall(SYS_sched_setattr, 0, &a, 0);
	(void)prctl(PR_SET_TIMERSLACK, TIMER_SLACK);
}

/* fds[0] is the wake's. */
static void loop_poll(struct wake *w, struct pollfd *fds, unsigned n, uint64_t now, uint64_t due)
{
	struct timespec t = {0};

	if (due > now && due != TD_NEVER) {
		t.tv_sec = (time_t)((due - now) / TD_NSEC_PER_SEC);
		t.tv_nsec = (long)((due - now) % TD_NSEC_PER_SEC);
	}
	if (ppoll(fds, n, due == TD_NEVER ? NULL : &t, NULL) > 0 && fds[0].revents)
		wake_take(w);
}

/* When its interface went down or away, a socket is readable for ever, with nothing to read. We
 * take the error away. Where it comes back at once, naps keep the loop from spinning. */
static void loop_check(struct pollfd *fds, unsigned n)
{
	const struct timespec nap = {.tv_nsec = NAP_MAX};
	socklen_t len = sizeof(int);
	bool broken = false;
	int error;

	for (unsigned i = 0; i < n; i++)
		if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL)) {
			(void)getsockopt(fds[i].fd, SOL_SOCKET, SO_ERROR, &error, &len);
			broken = true;
		}
	if (broken)
		(void)nanosleep(&nap, NULL);
}

bool signalling_has_work(struct workers *all)
{
	if (atomic_load_explicit(&all->signalling.pending, memory_order_relaxed))
		return true;
	for (unsigned i = 0; i < all->count; i++)
		if (!rte_ring_empty(all->worker[i].sip_in) ||
			!rte_ring_empty(all->worker[i].events))
			return true;
	return false;
}

static bool worker_is_given(const struct dp_worker *d)
{
	for (unsigned from = 0; from < d->all->count; from++) {
		const struct handover *h = workers_handover(d->all, from, d->worker.index);

		if (h && (!rte_ring_empty(h->received) || !rte_ring_empty(h->relayed) ||
				 !rte_ring_empty(h->frames)))
			return true;
	}
	return false;
}

/* Looked at after wake_arm(): everything that a poster may have put. */
static bool worker_has_work(struct dp_worker *d)
{
	return atomic_load(&d->all->stop) || !rte_ring_empty(d->commands) ||
	       !rte_ring_empty(d->frames) || !rte_ring_empty(d->sip_out) ||
	       (d->all->inline_signalling && signalling_has_work(d->all)) || worker_is_given(d) ||
	       sip_held_ready(d) || atomic_load(&d->all->fib.generation) != d->generation;
}

/* A port without a descriptor: the longer it has been silent, the longer the nap before the next
 * look. */
static uint64_t nap_end(const struct dp_worker *d, uint64_t now)
{
	uint64_t nap = now - d->rest.last;

	if (d->all->latency == TD_LATENCY_CPU && nap < GATHER)
		nap = GATHER;
	return now + (nap < NAP_MIN ? NAP_MIN : nap < NAP_MAX ? nap : NAP_MAX);
}

/* Waits until `due` for a poster, and for the ports' descriptors where `ports`. */
static uint64_t worker_wait(struct dp_worker *d, uint64_t now, uint64_t due, bool ports)
{
	struct workers *all = d->all;
	struct pollfd fds[PORT_MAX + 1] = {{.fd = d->wake.fd, .events = POLLIN}};
	unsigned n = 1;
	uint64_t woken;

	for (unsigned i = 0; ports && i < d->worker.port_count; i++) {
		if (d->worker.port[i].via)
			continue;
		if (d->rest.fd[i] >= 0)
			fds[n++] = (struct pollfd){.fd = d->rest.fd[i], .events = POLLIN};
		else if (d->rest.armed && d->rest.intr[i] >= 0)
			fds[n++] = (struct pollfd){.fd = d->rest.intr[i], .events = POLLIN};
		else if (due > nap_end(d, now))
			due = nap_end(d, now);
	}
	rte_rcu_qsbr_thread_offline(all->qsbr, d->worker.index);
	wake_arm(&d->wake);
	if (!worker_has_work(d)) {
		loop_poll(&d->wake, fds, n, now, due);
		loop_check(fds, n);
		if (d->rest.armed)
			rx_intr_take(d, fds, n);
	}
	wake_disarm(&d->wake);
	if (d->rest.armed)
		rx_intr_disarm(d);
	rte_rcu_qsbr_thread_online(all->qsbr, d->worker.index);
	woken = dp_now();
	d->info.asleep_ns += woken - now;
	d->info.wakeups++;
	return woken;
}

bool worker_took(struct dp_worker *d, unsigned packets, uint64_t now)
{
	struct worker_rest *r = &d->rest;

	r->nap = false;
	if (!packets)
		return false;
	r->nap = now < r->last + 2 * GATHER && d->all->latency == TD_LATENCY_CPU;
	r->last = now;
	if (r->armed)
		rx_intr_disarm(d);
	return !r->nap || d->burst_full;
}

uint64_t worker_rest(struct dp_worker *d, uint64_t now, uint64_t due)
{
	struct worker_rest *r = &d->rest;

	if (due <= now) {
		r->turns = 0;
		return now;
	}
	if (r->nap) {
		r->nap = false;
		return worker_wait(d, now, due < now + GATHER ? due : now + GATHER, false);
	}
	if (++r->turns <= IDLE_TURNS)
		return now;
	if (d->all->latency == TD_LATENCY_LOW && now < r->last + SPIN) {
		rte_pause();
		return now;
	}
	if (r->interrupts && !r->armed) {
		rx_intr_arm(d);
		return now;
	}
	r->turns = 0;
	return worker_wait(d, now, due, true);
}

void signalling_sleep(struct workers *all, uint64_t now)
{
	struct wake *wake = all->signalling.wake;
	struct pollfd fd = {.fd = wake->fd, .events = POLLIN};

	rte_rcu_qsbr_thread_offline(all->qsbr, all->count);
	wake_arm(wake);
	if (!atomic_load(&all->stop) && !signalling_has_work(all))
		loop_poll(wake, &fd, 1, now, all->signalling.due);
	wake_disarm(wake);
	rte_rcu_qsbr_thread_online(all->qsbr, all->count);
}
