/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/net/tcp_conn.h>
#include <engine/host/net/tcp_rows.h>
#include <engine/host/spsc.h>
#include <errno.h>

#define RING (16 * 2 * TCP_FLIGHT) /* a pointer takes 16 bytes: it cannot fill */

static enum td_connection_state state(const struct conn *c)
{
	if (c->connecting)
		return TD_CONNECTION_CONNECTING;
	switch (c->place.kind) {
	case PLACE_STRANGER:
		return TD_CONNECTION_STRANGER;
	case PLACE_LEFT:
		return TD_CONNECTION_LEFT;
	case PLACE_HALF:
		return TD_CONNECTION_CLOSING;
	default:
		return TD_CONNECTION_OPEN;
	}
}

static void row_fill(const struct conn *c, uint64_t now, struct tcp_row *out)
{
	*out = (struct tcp_row){
		.flow = c->flow,
		.state = state(c),
		.made = c->made,
		.age_ns = now - c->opened,
		.idle_ns = now - c->place.active,
		.in = c->in_count,
		.in_bytes = c->in_bytes,
		.out = c->out_count,
		.out_bytes = c->out_bytes,
		.queued = c->out.len,
	};
	out->flow.trunk = c->trunk;
	out->flow.agent = c->agent;
}

/* The one behind the last of the page before. That one may have gone. */
static const struct conn *page_begin(const struct conns *s, const struct tcp_page *p)
{
	const struct conn *c = p->order ? conn_lookup(s, p->number) : NULL;

	if (c && c->order == p->order)
		return TAILQ_NEXT(c, link);
	for (c = TAILQ_FIRST(&s->all); c && c->order <= p->order;)
		c = TAILQ_NEXT(c, link);
	return c;
}

static void rows_fill(const struct conns *s, struct tcp_page *p)
{
	const struct conn *c = page_begin(s, p);

	if (!p->last)
		p->last = s->order;
	p->count = 0;
	for (; c && c->order <= p->last && p->count < TCP_ROWS; c = TAILQ_NEXT(c, link)) {
		p->number = c->flow.connection;
		p->order = c->order;
		if (!conn_ended(c)) /* else only signalling is to hear of it yet */
			row_fill(c, loop_now(s->loop), &p->row[p->count++]);
	}
	p->more = c && c->order <= p->last;
}

static struct tcp_page *take(struct spsc *ring)
{
	size_t n;
	struct tcp_page **place = spsc_peek(ring, &n), *page = place ? *place : NULL;

	if (place)
		spsc_consume(ring);
	return page;
}

static void fill(void *ctx)
{
	struct tcp_pages *p = ctx;
	struct tcp_page *page;

	while ((page = take(p->asked)) != NULL) {
		rows_fill(p->conns, page);
		spsc_put(p->filled, &page, sizeof(struct tcp_page *));
		if (p->main)
			loop_post(p->main, p->kick);
	}
}

int tcp_pages_init(
	struct tcp_pages *p, struct conns *conns, struct loop *main, struct loop_work *kick)
{
	*p = (struct tcp_pages){.conns = conns,
		.main = main,
		.kick = kick,
		.work = {.run = fill, .ctx = p},
		.asked = spsc_alloc(RING),
		.filled = spsc_alloc(RING)};
	return p->asked && p->filled ? 0 : -ENOMEM;
}

int tcp_pages_ask(struct tcp_pages *p, struct tcp_page *page)
{
	if (p->flight == TCP_FLIGHT || !spsc_put(p->asked, &page, sizeof(struct tcp_page *)))
		return -EBUSY;
	p->flight++;
	loop_post(p->conns->loop, &p->work);
	return 0;
}

static void page_done(struct tcp_pages *p, struct tcp_page *page, int rc)
{
	p->flight--;
	page->rc = rc;
	page->done(page);
}

void tcp_pages_filled(struct tcp_pages *p)
{
	struct tcp_page *page;

	while ((page = take(p->filled)) != NULL)
		page_done(p, page, 0);
}

void tcp_pages_fini(struct tcp_pages *p)
{
	struct tcp_page *page;

	while (p->asked && (page = take(p->asked)) != NULL)
		page_done(p, page, -ESHUTDOWN);
	while (p->filled && (page = take(p->filled)) != NULL)
		page_done(p, page, -ESHUTDOWN);
	spsc_free(p->asked);
	spsc_free(p->filled);
}
