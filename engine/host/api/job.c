/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/api/job.h>
#include <system/body.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void job_free(struct job *j)
{
	if (j->client)
		api_client_put(j->client);
	json_decref(j->body);
	buf_free(&j->r.rows);
	free(j);
}

void *job_alloc(struct ops *o, struct api_client *c, const struct td_api_msg *m, enum request_op op,
	size_t size)
{
	struct job *j = calloc(1, size);

	if (!j) {
		api_error(c, m->op, m->id, -ENOMEM, "tandem-engine: no memory");
		return NULL;
	}
	j->ops = o;
	j->client = c;
	j->op = m->op;
	j->id = m->id;
	j->r.op = op;
	buf_init(&j->r.rows);
	api_client_get(c);
	return j;
}

void job_fail(struct job *j, int rc, const char *why)
{
	api_error(j->client, j->op, j->id, rc, "%s", why[0] ? why : strerror(-rc));
	job_free(j);
}

int job_try(struct job *j)
{
	int rc = turn_request(j->ops->turn, &j->r);

	if (rc)
		job_fail(j, rc, "too many requests under way; try again");
	return rc;
}

void job_send(struct job *j)
{
	job_try(j);
}

void job_rows(struct api_client *c, uint16_t op, uint32_t id, const struct td_buf *rows)
{
	struct td_buf body;

	buf_init(&body);
	buf_str(&body, STR("{\"rows\":["));
	buf_put(&body, rows->data, rows->len);
	buf_str(&body, STR("]}"));
	api_reply_buf(c, op, id, &body);
	buf_free(&body);
}

void job_more(struct job *j, bool more)
{
	if (!more || api_client_gone(j->client)) {
		api_reply(j->client, j->op, j->id, NULL, 0);
		job_free(j);
	} else if (api_client_full(j->client)) {
		TAILQ_INSERT_TAIL(&j->ops->parked, j, link);
	} else {
		j->next(j);
	}
}

void job_plain_done(struct request *r)
{
	struct job *j = (struct job *)r;

	if (r->rc) {
		job_fail(j, r->rc, r->err.s);
		return;
	}
	api_reply(j->client, j->op, j->id, "{}", 2);
	job_free(j);
}

int job_word(struct api_client *c, const struct td_api_msg *m, json_t *body, const char *key,
	const char *const *words, const char *list)
{
	const char *word = body_text(body, key);

	if (!body_is_text(c, m, body, key))
		return -1;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	api_error(c, m->op, m->id, -EINVAL, "\"%s\" is \"%.40s\"; it is one of%s", key, word, list);
	return -1;
}
