/* SPDX-License-Identifier: BSD-3-Clause */
#include <ares.h>
#include <engine/host/net/resolver.h>
#include <engine/host/net/sockaddr.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <system/loop.h>

/* Each name server is asked twice, and has 2 s and then 4 s: with two of them, 12 s. The engine
 * says after 10 s that there is no answer, and takes one that comes later. */
#define TRY_MS        2000
#define TRIES         2
#define QUESTIONS_MAX 256  /* at once: each has sockets of its own */
#define WAITING_MAX   4096 /* beyond those; of more, the engine asks again */
#define SOCKETS       8    /* of a question: UDP and TCP to each name server */

/* Each question has a channel of its own, which reads the system's files when it is made. */
struct question {
	LIST_ENTRY(question) link;
	struct resolver *resolver;
	ares_channel channel;
	struct loop_fd fd[SOCKETS];
	struct loop_timer timer;
	uint32_t request;
	bool done;
};

/* A name that is asked for when another question is over. */
struct waiting {
	TAILQ_ENTRY(waiting) link;
	uint32_t request;
	char name[];
};

struct resolver {
	struct loop *loop;
	const char *servers;
	void (*answer)(void *ctx, const struct td_resolved *r);
	void *ctx;
	LIST_HEAD(question_list, question) open;
	unsigned count;
	TAILQ_HEAD(waiting_list, waiting) waiting; /* the oldest first */
	unsigned waiting_count;
};

static void waiting_serve(struct resolver *r);

static void question_free(struct question *q)
{
	ares_destroy(q->channel); /* closes its sockets; calls back where it is not done */
	loop_timer_del(&q->timer);
	LIST_REMOVE(q, link);
	q->resolver->count--;
	free(q);
}

/* After c-ares has run: the answer, or when it wants to run again. */
static void question_settle(struct question *q)
{
	struct timeval tv;

	if (q->done)
		question_free(q);
	else if (ares_timeout(q->channel, NULL, &tv))
		loop_timer_set(&q->timer, loop_now(q->resolver->loop) +
						  (uint64_t)tv.tv_sec * TD_NSEC_PER_SEC +
						  (uint64_t)tv.tv_usec * 1000 + TD_NSEC_PER_MSEC);
}

static void question_step(struct question *q)
{
	struct resolver *r = q->resolver;

	question_settle(q);
	waiting_serve(r);
}

static void due(void *ctx, uint64_t now)
{
	struct question *q = ctx;

	ares_process_fd(q->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	question_step(q);
}

static void fd_ready(void *ctx, uint32_t events)
{
	struct question *q = ctx;

	/* Which of its few sockets is ready, c-ares finds out: none blocks. */
	for (unsigned i = 0; i < SOCKETS; i++)
		if (q->fd[i].loop)
			ares_process_fd(q->channel, q->fd[i].fd,
				q->fd[i].events & LOOP_WRITE ? q->fd[i].fd : ARES_SOCKET_BAD);
	question_step(q);
}

/* c-ares wants to know when a socket is ready; neither: it is about to close the socket. */
static void socket_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct question *q = ctx;
	uint32_t events = (readable ? LOOP_READ : 0) | (writable ? LOOP_WRITE : 0);
	struct loop_fd *place = NULL;

	for (unsigned i = 0; i < SOCKETS && (!place || place->fd != fd); i++)
		if ((q->fd[i].loop && q->fd[i].fd == fd) || (!place && !q->fd[i].loop))
			place = &q->fd[i];
	if (!place)
		return; /* unheard: the try ends by its time-out */
	if (!events)
		loop_fd_del(place);
	else if (place->loop)
		loop_fd_set(place, events);
	else
		loop_fd_add(q->resolver->loop, place, fd, events, fd_ready, q);
}

static bool addr_of(const struct ares_addrinfo_node *n, struct td_addr *out)
{
	union any_sockaddr a = {0};

	if (n->ai_family != AF_INET && n->ai_family != AF_INET6)
		return false;
	memcpy(&a, n->ai_addr, n->ai_family == AF_INET ? sizeof(a.in) : sizeof(a.in6));
	*out = sockaddr_decode(&a);
	return true;
}

static uint32_t shorter(uint32_t ttl, int other)
{
	return other >= 0 && (uint32_t)other < ttl ? (uint32_t)other : ttl;
}

static void give(const struct question *q, const struct ares_addrinfo *info)
{
	struct td_addr addresses[RESOLVER_ADDRESSES];
	struct td_resolved r = {.request = q->request,
		.addresses = addresses,
		.ttl_s = UINT32_MAX,
		.error = "it has no address"};

	for (const struct ares_addrinfo_cname *c = info->cnames; c; c = c->next)
		r.ttl_s = shorter(r.ttl_s, c->ttl);
	for (const struct ares_addrinfo_node *n = info->nodes; n; n = n->ai_next)
		if (r.count < RESOLVER_ADDRESSES && addr_of(n, &addresses[r.count])) {
			r.ttl_s = shorter(r.ttl_s, n->ai_ttl);
			r.count++;
		}
	q->resolver->answer(q->resolver->ctx, &r);
}

static void refuse(const struct resolver *r, uint32_t request, const char *why)
{
	struct td_resolved none = {.request = request, .error = why};

	r->answer(r->ctx, &none);
}

static void answered(void *ctx, int status, int timeouts, struct ares_addrinfo *info)
{
	struct question *q = ctx;

	if (q->done)
		return;
	q->done = true;
	if (status == ARES_SUCCESS && info)
		give(q, info);
	else if (status != ARES_EDESTRUCTION)
		refuse(q->resolver, q->request, ares_strerror(status));
	ares_freeaddrinfo(info);
}

struct resolver *resolver_alloc(struct loop *loop, const char *servers,
	void (*answer)(void *ctx, const struct td_resolved *r), void *ctx)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->loop = loop;
	r->servers = servers;
	r->answer = answer;
	r->ctx = ctx;
	LIST_INIT(&r->open);
	TAILQ_INIT(&r->waiting);
	return r;
}

void resolver_free(struct resolver *r)
{
	struct question *q, *next;
	struct waiting *w;

	while (r && (w = TAILQ_FIRST(&r->waiting))) {
		TAILQ_REMOVE(&r->waiting, w, link);
		free(w);
	}
	for (q = r ? LIST_FIRST(&r->open) : NULL; q; q = next) {
		next = LIST_NEXT(q, link);
		question_free(q);
	}
	free(r);
}

/* NULL: *why says it. */
static struct question *question_alloc(struct resolver *r, uint32_t request, const char **why)
{
	/* Without domains none is added to a name: what a site names is a full name (RFC 1535). */
	struct ares_options options = {.timeout = TRY_MS, .tries = TRIES, .ndomains = 0};
	struct question *q = calloc(1, sizeof(*q));
	int rc;

	*why = "no memory";
	if (!q)
		return NULL;
	q->resolver = r;
	q->request = request;
	options.sock_state_cb = socket_state;
	options.sock_state_cb_data = q;
	if (loop_timer_add(r->loop, &q->timer, due, q) != 0)
		goto free_question;
	rc = ares_init_options(&q->channel, &options,
		ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB);
	if (rc != ARES_SUCCESS) {
		*why = ares_strerror(rc);
		goto del_timer;
	}
	if (r->servers)
		ares_set_servers_ports_csv(q->channel, r->servers);
	LIST_INSERT_HEAD(&r->open, q, link);
	r->count++;
	return q;
del_timer:
	loop_timer_del(&q->timer);
free_question:
	free(q);
	return NULL;
}

static void ask(struct resolver *r, uint32_t request, const char *name)
{
	/* Unsorted: sorting opens a socket to each address. The engine has an order of its own. */
	const struct ares_addrinfo_hints hints = {
		.ai_family = AF_UNSPEC, .ai_flags = ARES_AI_NOSORT, .ai_socktype = SOCK_DGRAM};
	const char *why;
	struct question *q = question_alloc(r, request, &why);

	if (!q) {
		refuse(r, request, why);
		return;
	}
	ares_getaddrinfo(q->channel, name, NULL, &hints, answered, q);
	question_settle(q);
}

static void waiting_serve(struct resolver *r)
{
	struct waiting *w;

	while (r->count < QUESTIONS_MAX && (w = TAILQ_FIRST(&r->waiting))) {
		TAILQ_REMOVE(&r->waiting, w, link);
		r->waiting_count--;
		ask(r, w->request, w->name);
		free(w);
	}
}

static bool wait_begin(struct resolver *r, uint32_t request, const char *name)
{
	size_t size = strlen(name) + 1;
	struct waiting *w = r->waiting_count < WAITING_MAX ? malloc(sizeof(*w) + size) : NULL;

	if (!w)
		return false;
	w->request = request;
	memcpy(w->name, name, size);
	TAILQ_INSERT_TAIL(&r->waiting, w, link);
	r->waiting_count++;
	return true;
}

void resolver_ask(struct resolver *r, uint32_t request, const char *name)
{
	if (r->count < QUESTIONS_MAX)
		ask(r, request, name);
	else if (!wait_begin(r, request, name))
		refuse(r, request, "too many names are asked for at once");
}
