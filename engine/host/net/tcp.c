/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/base/addr.h>
#include <engine/host/net/sockaddr.h>
#include <engine/host/net/tcp.h>
#include <engine/host/net/tcp_letter.h>
#include <engine/host/net/tcp_open.h>
#include <engine/host/net/tcp_table.h>
#include <engine/host/spsc.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <system/log.h>
#include <unistd.h>

#define RING_BYTES (4u << 20)
#define ANSWERS_ROOM                                                                \
	(RING_BYTES / 2) /* without it no message is taken: the rest is for our own \
			  */
#define WARN_NS      (10 * TD_NSEC_PER_SEC)
#define BACKLOG      1024
#define ACCEPT_BATCH 16
#define SEND_BATCH   64
#define FULL_NS      TD_NSEC_PER_SEC /* no descriptor is left: wait for so long */
#define FILES_BESIDE 512             /* descriptors of the engine's that are no connections */

struct listener {
	struct tcp *tcp;
	struct td_addr local;
	struct loop_fd fd;
};

struct tcp {
	struct conns conns; /* the thread's */
	struct spsc *out;
	struct loop_work letters, quit;
	struct tcp_pages pages;
	struct loop_timer again; /* listeners, once a descriptor may be free */
	struct listener *listeners;
	unsigned listener_count;
	pthread_t thread;
	struct tcp_table table;           /* signalling's */
	_Atomic uint64_t taken;           /* messages that signalling has taken */
	_Atomic uint64_t lost;            /* messages for which the ring had no room */
	_Atomic uint64_t unsent_stranger; /* by signalling; conns.stats has the thread's */
	_Atomic bool held;                /* signalling takes none until letters have gone */
	uint64_t lost_warned, warn_at;
};

static void listeners_watch(struct tcp *t, uint32_t events)
{
	for (unsigned i = 0; i < t->listener_count; i++)
		loop_fd_set(&t->listeners[i].fd, events);
}

static void again(void *ctx, uint64_t now)
{
	listeners_watch(ctx, LOOP_READ);
}

static void connections_come(void *ctx, uint32_t events)
{
	struct listener *l = ctx;
	struct tcp *t = l->tcp;

	for (unsigned i = 0; i < ACCEPT_BATCH; i++) {
		union any_sockaddr from;
		socklen_t len = sizeof(from);
		int fd = accept4(l->fd.fd, &from.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct td_addr remote;

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			t->conns.stats.refused_full++;
			t->conns.stats.full++;
			log_line(LOG_WARNING, "SIP connections wait", "reason=\"%s\"",
				strerror(errno));
			listeners_watch(t, 0);
			loop_timer_set(&t->again, loop_now(t->conns.loop) + FULL_NS);
		}
		if (fd < 0)
			return;
		remote = sockaddr_decode(&from);
		conn_accept(&t->conns, fd, &l->local, &remote);
	}
}

/* True: there may be more. */
static bool letters_send(struct tcp *t)
{
	const struct letter *m;
	size_t size;
	unsigned n = 0;

	for (; n < SEND_BATCH && (m = spsc_peek(t->out, &size)); n++) {
		letter_take(&t->conns, m);
		spsc_consume(t->out);
	}
	return n == SEND_BATCH;
}

/* At most one line in WARN_NS, whatever comes. */
static void lost_warn(struct tcp *t)
{
	uint64_t lost = atomic_load_explicit(&t->lost, memory_order_relaxed);
	uint64_t now = loop_now(t->conns.loop);

	if (lost == t->lost_warned || now < t->warn_at)
		return;
	log_line(LOG_WARNING, "SIP messages for connections are lost",
		"lost=%" PRIu64 " reason=\"the ring to the thread of TCP is full\"",
		lost - t->lost_warned);
	t->lost_warned = lost;
	t->warn_at = now + WARN_NS;
}

/* Answers go before more is taken: so those that wait have their turn only now. */
static void letters_come(void *ctx)
{
	struct tcp *t = ctx;
	bool more = letters_send(t);

	atomic_thread_fence(memory_order_seq_cst); /* pairs with tcp_peek()'s */
	if (atomic_exchange(&t->held, false))
		dp_signal_wake(t->conns.dp);
	if (more) /* the sockets are served between */
		loop_post(t->conns.loop, &t->letters);
	else
		conns_retry(&t->conns);
	lost_warn(t);
}

static void quit(void *ctx)
{
	struct tcp *t = ctx;

	loop_stop(t->conns.loop);
}

static void *run(void *arg)
{
	struct tcp *t = arg;
	int rc = loop_run(t->conns.loop);

	if (rc)
		log_line(LOG_ERR, "SIP over TCP has stopped", "reason=\"%s\"", strerror(-rc));
	return NULL;
}

static int listen_at(struct tcp *t, const struct td_addr *local)
{
	struct listener *l = &t->listeners[t->listener_count];
	int fd = socket_bound(local, SOCK_STREAM), rc = fd;

	if (fd < 0)
		return rc;
	rc = listen(fd, BACKLOG) < 0 ? -errno : 0;
	if (!rc)
		rc = loop_fd_add(t->conns.loop, &l->fd, fd, LOOP_READ, connections_come, l);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	l->tcp = t;
	l->local = *local;
	t->listener_count++;
	return 0;
}

/* On each address of the ports that the kernel owns too. */
static int listeners_start(struct tcp *t, const struct tcp_params *p, struct td_text *err)
{
	for (unsigned i = 0; i < p->port_count; i++) {
		const struct td_conf_port *port = &p->ports[i];

		for (unsigned a = 0; td_port_kernel(port) && a < port->address_count; a++) {
			struct td_addr local = port->address[a].addr;
			char text[ADDR_TEXT];
			int rc;

			local.port = p->site->sip_port;
			rc = listen_at(t, &local);
			if (!rc)
				continue;
			td_text_set(err, "port %s: TCP socket on %s: %s; stop what uses it",
				port->name, addr_encode(&local, text), strerror(-rc));
			return rc;
		}
	}
	return 0;
}

static void listeners_stop(struct tcp *t)
{
	for (unsigned i = 0; i < t->listener_count; i++) {
		loop_fd_del(&t->listeners[i].fd);
		close(t->listeners[i].fd.fd);
	}
}

static void files_check(uint32_t connections)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 &&
		files.rlim_cur < (rlim_t)connections + FILES_BESIDE)
		log_line(LOG_WARNING, "fewer SIP connections than max_connections are possible",
			"max_connections=%u open_files=%lu advice=\"raise LimitNOFILE of the "
			"unit\"",
			connections, (unsigned long)files.rlim_cur);
}

static void tcp_free(struct tcp *t)
{
	free(t->listeners);
	tcp_pages_fini(&t->pages);
	tcp_table_fini(&t->table);
	spsc_free(t->out);
	spsc_free(t->conns.in);
	loop_free(t->conns.loop);
	free(t);
}

/* All memory that it has while no connection is there. NULL: none is left. */
static struct tcp *tcp_alloc(const struct tcp_params *p, uint64_t seed)
{
	struct tcp *t = calloc(1, sizeof(*t));
	unsigned most = 0;

	if (!t)
		return NULL;
	for (unsigned i = 0; i < p->port_count; i++)
		most += p->ports[i].address_count;
	t->conns.dp = p->dp;
	t->conns.places.max = p->site->max_connections;
	t->conns.places.max_source = p->site->source_connections;
	t->conns.idle_ns = p->site->connection_idle_s * TD_NSEC_PER_SEC;
	t->conns.places.stale_ns = p->stale_ns;
	t->conns.connect_ns = p->connect_ns;
	t->conns.patience_ns = p->patience_ns;
	t->conns.unread_ns = p->unread_ns;
	t->conns.held_max = p->held_max;
	t->conns.taken = &t->taken;
	t->conns.loop = loop_alloc(NULL);
	t->conns.in = spsc_alloc(RING_BYTES);
	t->out = spsc_alloc(RING_BYTES);
	t->listeners = calloc(most + 1, sizeof(*t->listeners));
	/* Some are not open yet, and of some the end has not been read yet. */
	if (!t->conns.loop || !t->conns.in || !t->out || !t->listeners ||
		tcp_pages_init(&t->pages, &t->conns, p->main, p->kick) < 0 ||
		tcp_table_init(&t->table, 2 * p->site->max_connections, seed) < 0) {
		tcp_free(t);
		return NULL;
	}
	t->letters = (struct loop_work){.run = letters_come, .ctx = t};
	t->quit = (struct loop_work){.run = quit, .ctx = t};
	return t;
}

struct tcp *tcp_start(const struct tcp_params *p, struct td_text *err)
{
	uint64_t seed = 0;
	struct tcp *t = NULL;
	int rc = -EIO;

	td_text_set(err, "SIP over TCP: no randomness");
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		goto fail;
	rc = -ENOMEM;
	td_text_set(err, "SIP over TCP: no memory; lower max_connections (%u)",
		p->site->max_connections);
	t = tcp_alloc(p, seed);
	if (!t)
		goto fail;
	if (conns_init(&t->conns, seed) < 0)
		goto free_all;
	if (loop_timer_add(t->conns.loop, &t->again, again, t) < 0)
		goto fini_conns;
	rc = listeners_start(t, p, err);
	if (rc < 0)
		goto stop_listeners;
	files_check(p->site->max_connections);
	rc = -pthread_create(&t->thread, NULL, run, t);
	if (rc < 0) {
		td_text_set(err, "SIP over TCP: no thread: %s", strerror(-rc));
		goto stop_listeners;
	}
	pthread_setname_np(t->thread, "sip-tcp");
	return t;
stop_listeners:
	listeners_stop(t);
	loop_timer_del(&t->again);
fini_conns:
	conns_fini(&t->conns);
free_all:
	tcp_free(t);
fail:
	errno = -rc;
	return NULL;
}

void tcp_stop(struct tcp *t)
{
	if (!t)
		return;
	loop_post(t->conns.loop, &t->quit);
	pthread_join(t->thread, NULL);
	while (letters_send(t)) /* the last BYEs */
		;
	listeners_stop(t);
	loop_timer_del(&t->again);
	conns_fini(&t->conns);
	tcp_free(t);
}

static bool ours(const struct tcp *t, const struct td_addr *local)
{
	for (unsigned i = 0; i < t->listener_count; i++)
		if (addr_equal(&t->listeners[i].local, local))
			return true;
	return false;
}

int tcp_send(struct tcp *t, struct td_flow *flow, uint8_t dscp, const void *data, size_t len)
{
	struct letter *m;
	bool fresh = false;

	if (!ours(t, &flow->local))
		return -EADDRNOTAVAIL;
	m = spsc_reserve(t->out, sizeof(*m) + len);
	if (!m) {
		atomic_fetch_add_explicit(&t->lost, 1, memory_order_relaxed);
		loop_post(t->conns.loop, &t->letters);
		return -ENOBUFS;
	}
	if (!tcp_table_has(&t->table, flow->connection))
		flow->connection = tcp_table_made(&t->table, flow);
	if (!flow->connection && !tcp_letter_known(flow)) {
		atomic_fetch_add_explicit(&t->unsent_stranger, 1, memory_order_relaxed);
		return -EHOSTUNREACH;
	}
	if (!flow->connection) {
		flow->connection = tcp_table_make(&t->table, flow);
		fresh = true;
	}
	if (!flow->connection)
		return -ENOBUFS;
	*m = (struct letter){.flow = *flow, .len = (uint32_t)len, .dscp = dscp, .fresh = fresh};
	memcpy(m + 1, data, len);
	spsc_commit(t->out);
	loop_post(t->conns.loop, &t->letters);
	return 0;
}

void tcp_hold(struct tcp *t, const struct td_flow *flow, bool held)
{
	struct letter *m;

	if (!tcp_table_has(&t->table, flow->connection))
		return;
	m = spsc_reserve(t->out, sizeof(*m));
	if (!m) { /* told again with the next REGISTER */
		atomic_fetch_add_explicit(&t->lost, 1, memory_order_relaxed);
		loop_post(t->conns.loop, &t->letters);
		return;
	}
	*m = (struct letter){.flow = *flow, .kind = held ? LETTER_HOLD : LETTER_RELEASE};
	spsc_commit(t->out);
	loop_post(t->conns.loop, &t->letters);
}

/*
 * A stream's answer that is lost is sent by nobody again. So a message waits, and its peer with it,
 * until there is room for what the engine says to it.
 */
static bool answers_fit(struct tcp *t)
{
	if (spsc_room(t->out) >= ANSWERS_ROOM)
		return true;
	atomic_store(&t->held, true);
	atomic_thread_fence(memory_order_seq_cst); /* the thread looks at it after it has sent */
	return spsc_room(t->out) >= ANSWERS_ROOM;
}

const struct tcp_news *tcp_peek(struct tcp *t)
{
	size_t size;
	const struct tcp_news *news = spsc_peek(t->conns.in, &size);

	if (!news || !answers_fit(t))
		return NULL;
	if (news->ended) /* now, so that nothing is sent by it while the engine hears so */
		tcp_table_del(&t->table, news->flow.connection);
	else if (!tcp_table_has(&t->table, news->flow.connection))
		tcp_table_add(&t->table, &news->flow);
	return news;
}

void tcp_consume(struct tcp *t)
{
	size_t size;
	const struct tcp_news *news = spsc_peek(t->conns.in, &size);
	bool ended = news->ended;

	spsc_consume(t->conns.in);
	if (!ended)
		atomic_fetch_add_explicit(&t->taken, 1, memory_order_release);
}

int tcp_ask(struct tcp *t, struct tcp_page *page)
{
	return tcp_pages_ask(&t->pages, page);
}

void tcp_answers(struct tcp *t)
{
	tcp_pages_filled(&t->pages);
}

void tcp_stats(const struct tcp *t, struct td_section_tcp *out)
{
	*out = t->conns.stats;
	out->telephones = t->conns.places.count[PLACE_AGENT];
	out->strangers = places_loose(&t->conns.places);
	out->lost = atomic_load_explicit(&t->lost, memory_order_relaxed);
	out->unsent_stranger += atomic_load_explicit(&t->unsent_stranger, memory_order_relaxed);
}

bool tcp_has_room(const struct tcp *t)
{
	return places_free(&t->conns.places, t->conns.stats.open);
}
