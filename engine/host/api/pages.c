/* SPDX-License-Identifier: BSD-3-Clause */
/* SHOW: pages from signalling, one at a time; the next is asked for when the client has room. */
#include <engine/base/view.h>
#include <engine/host/api/connections.h>
#include <engine/host/api/job.h>
#include <engine/host/api/pages.h>
#include <engine/host/api/show.h>
#include <system/body.h>
#include <errno.h>

#define PAGE_BYTES (64u << 10)

/* Joins the dataplane's figures to the engine's rows. 0 or a negative errno. */
typedef int show_join(
	const struct bandwidth *b, struct dp *dp, const struct td_buf *rows, struct td_buf *out);

struct show {
	struct job job;  /* first */
	show_join *join; /* NULL: the rows are whole */
	char page[PAGE_BYTES];
};

static void show_done(struct request *r)
{
	struct show *s = (struct show *)r;
	struct job *j = &s->job;
	struct td_buf joined;

	if (r->rc < 0) {
		job_fail(j, r->rc, "");
		return;
	}
	if (s->join) {
		buf_init(&joined);
		int rc = s->join(&j->ops->bandwidth, j->ops->dp, &r->rows, &joined);
		if (!rc)
			job_rows(j->client, j->op, j->id, &joined);
		buf_free(&joined);
		if (rc) {
			job_fail(j, rc, "");
			return;
		}
	} else if (r->rows.len) {
		job_rows(j->client, j->op, j->id, &r->rows);
	}
	job_more(j, r->rc > 0);
}

/* Views of which signalling knows a part. */
static const struct join {
	enum td_view_id view, part;
	show_join *join;
} joins[] = {
	{TD_VIEW_ID_BANDWIDTH, TD_VIEW_ID_ACCT, bandwidth_rows},
	{TD_VIEW_ID_LINKS, TD_VIEW_ID_LINKS, bandwidth_links},
};

static void show_unknown(struct api_client *c, const struct td_api_msg *m, const char *what)
{
	struct td_buf names;
	char storage[512];

	buf_init_fixed(&names, storage, sizeof(storage));
	view_names(", ", &names);
	api_error(c, m->op, m->id, -EINVAL, "nothing called \"%.40s\" to show; there are %.*s",
		what, (int)names.len, names.data);
}

void op_show(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *what = body_text(body, "what");
	const struct td_view *v = view_lookup(what);
	struct td_buf rows;
	struct show *s;

	if (!body_known(c, m, body, " what") || !body_is_text(c, m, body, "what"))
		return;
	if (!v || !view_is_shown(v)) {
		show_unknown(c, m, what);
		return;
	}
	if (v == &td_views[TD_VIEW_ID_CONNECTIONS]) {
		connections_show(o, c, m);
		return;
	}
	buf_init(&rows);
	if (show_rows(o, what, &rows) == 0) {
		job_rows(c, m->op, m->id, &rows);
		api_reply(c, m->op, m->id, NULL, 0);
		buf_free(&rows);
		return;
	}
	buf_free(&rows);
	s = job_alloc(o, c, m, REQUEST_SHOW, sizeof(*s));
	if (!s)
		return;
	s->job.r.what = v->name;
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		if (v != &td_views[joins[i].view])
			continue;
		s->join = joins[i].join;
		s->job.r.what = td_views[joins[i].part].name;
	}
	s->job.r.done = show_done;
	s->job.next = job_send;
	buf_init_fixed(&s->job.r.rows, s->page, sizeof(s->page));
	job_send(&s->job);
}

/* Takes this client's answers out of those that wait for room to send, and gives each to `then`. */
static void unpark(struct ops *o, const struct api_client *c, void (*then)(struct job *j))
{
	struct job *j = TAILQ_FIRST(&o->parked), *next;

	for (; j; j = next) {
		next = TAILQ_NEXT(j, link);
		if (j->client != c)
			continue;
		TAILQ_REMOVE(&o->parked, j, link);
		then(j);
	}
}

static void go_on(struct job *j)
{
	j->next(j);
}

void pages_go_on(struct ops *o, const struct api_client *c)
{
	unpark(o, c, go_on);
}

void pages_forget(struct ops *o, const struct api_client *c)
{
	unpark(o, c, job_free);
}
