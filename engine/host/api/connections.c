/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *   client ──► main ──► thread of TCP ──► main ──► signalling ──► main ──► client
 *                │         64 rows                  names           │
 *                └────────◄── the next page, once the client has ───┘
 *                             room
 */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/base/view.h>
#include <engine/host/api/connections.h>
#include <engine/host/api/job.h>
#include <engine/host/net/tcp.h>
#include <engine/sip/transport/flow.h>
#include <errno.h>

struct connections {
	struct job job; /* first */
	struct tcp_page page;
	struct td_peer peer[TCP_ROWS];
};

static void row(const struct tcp_row *r, const struct td_peer *who, struct td_buf *out)
{
	static const char *const states[] = {TD_CONNECTION_STATES(TD_WORD)};
	char local[ADDR_TEXT], remote[ADDR_TEXT], transport[8];

	str_copy(transport, sizeof(transport), flow_uri_name(&r->flow));
	VIEW_PUT(connections, out,
		{
			.number = r->flow.connection,
			.transport = transport,
			.local = addr_encode(&r->flow.local, local),
			.remote = addr_encode(&r->flow.remote, remote),
			.trunk = who->trunk,
			.agent = who->agent,
			.opened_by = r->made ? "us" : "peer",
			.state = states[r->state],
			.age = (double)r->age_ns / TD_NSEC_PER_SEC,
			.idle = (double)r->idle_ns / TD_NSEC_PER_SEC,
			.in = r->in,
			.in_bytes = r->in_bytes,
			.out = r->out,
			.out_bytes = r->out_bytes,
			.queued = r->queued,
		});
}

static void named(struct request *r)
{
	struct connections *s = (struct connections *)r;
	struct job *j = &s->job;
	struct td_buf rows;

	if (r->rc) {
		job_fail(j, r->rc, "");
		return;
	}
	buf_init(&rows);
	for (unsigned i = 0; i < s->page.count; i++)
		row(&s->page.row[i], &s->peer[i], &rows);
	if (s->page.count)
		job_rows(j->client, j->op, j->id, &rows);
	buf_free(&rows);
	job_more(j, s->page.more);
}

static void filled(struct tcp_page *page)
{
	struct connections *s = container_of(page, struct connections, page);
	struct job *j = &s->job;

	TAILQ_REMOVE(&j->ops->asked, j, link);
	if (!j->client) { /* connections_abort() */
		job_free(j);
		return;
	}
	if (page->rc) {
		job_fail(j, page->rc, "the engine stops");
		return;
	}
	for (unsigned i = 0; i < page->count; i++)
		s->peer[i].flow = page->row[i].flow;
	j->r.peer_count = page->count;
	job_send(j);
}

static void ask(struct job *j)
{
	struct connections *s = (struct connections *)j;
	int rc = tcp_ask(j->ops->tcp, &s->page);

	if (rc)
		job_fail(j, rc, "too many requests under way; try again");
	else
		TAILQ_INSERT_TAIL(&j->ops->asked, j, link);
}

void connections_show(struct ops *o, struct api_client *c, const struct td_api_msg *m)
{
	struct connections *s;

	if (!o->tcp) {
		api_reply(c, m->op, m->id, NULL, 0);
		return;
	}
	s = job_alloc(o, c, m, REQUEST_PEERS, sizeof(*s));
	if (!s)
		return;
	s->job.r.peers = s->peer;
	s->job.r.done = named;
	s->job.next = ask;
	s->page.done = filled;
	ask(&s->job);
}

void connections_abort(struct ops *o)
{
	for (struct job *j = TAILQ_FIRST(&o->asked); j; j = TAILQ_NEXT(j, link)) {
		api_error(j->client, j->op, j->id, -ESHUTDOWN, "the engine stops");
		api_client_put(j->client);
		j->client = NULL;
	}
}
