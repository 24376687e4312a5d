/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/api/contacts.h>
#include <engine/host/api/job.h>
#include <system/body.h>
#include <errno.h>
#include <string.h>

#define KEYS " do contact agent queue channel customer tenant data"

struct contact_job {
	struct job job;                                 /* first */
	struct td_contact_pair data[TD_API_VALUES_MAX]; /* of job.body */
};

static void contact_done(struct request *r)
{
	struct contact_job *j = (struct contact_job *)r;
	struct td_buf out;

	if (r->rc) {
		job_fail(&j->job, r->rc, r->err.s);
		return;
	}
	buf_init(&out);
	json_object_start(&out, NULL);
	json_str(&out, "contact", str_of(r->name));
	json_object_end(&out);
	api_reply_buf(j->job.client, j->job.op, j->job.id, &out);
	buf_free(&out);
	job_free(&j->job);
}

static bool read_data(
	struct api_client *c, const struct td_api_msg *m, json_t *body, struct contact_job *j)
{
	struct td_contact_request *r = &j->job.r.contact;
	json_t *data = json_object_get(body, "data"), *value;
	const char *key;

	r->data = j->data;
	if (data && !json_is_object(data)) {
		api_error(c, m->op, m->id, -EINVAL, "\"data\" is no object of keys and texts");
		return false;
	}
	json_object_foreach(data, key, value)
	{
		if (!json_is_string(value)) {
			api_error(
				c, m->op, m->id, -EINVAL, "\"%.40s\" of \"data\" is no text", key);
			return false;
		}
		/* TD_API_VALUES_MAX bounds the body's values */
		j->data[r->count++] = (struct td_contact_pair){key, json_string_value(value)};
	}
	return true;
}

static bool read_names(struct api_client *c, const struct td_api_msg *m, json_t *body,
	struct td_contact_request *r)
{
	return body_copy(c, m, body, "contact", r->contact, sizeof(r->contact)) &&
	       body_copy(c, m, body, "agent", r->agent, sizeof(r->agent)) &&
	       body_copy(c, m, body, "queue", r->queue, sizeof(r->queue)) &&
	       body_copy(c, m, body, "customer", r->customer, sizeof(r->customer)) &&
	       body_copy(c, m, body, "tenant", r->tenant, sizeof(r->tenant));
}

void op_contact(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	static const char *const actions[] = {TD_CONTACT_ACTIONS(TD_WORD) NULL};
	static const char *const channels[] = {TD_CHANNELS(TD_WORD) NULL};
	const char *word = body_text(body, "channel");
	int channel = TD_CHANNEL_MESSAGE, action;
	struct contact_job *j;

	if (!body_known(c, m, body, KEYS) || !body_is_text(c, m, body, "channel"))
		return;
	action = job_word(c, m, body, "do", actions, TD_CONTACT_ACTIONS(TD_SPACED));
	if (action >= 0 && word[0])
		channel = job_word(
			c, m, body, "channel", channels, TD_CHANNELS(TD_CHANNEL_MEDIALESS_WORD));
	if (action < 0 || channel < 0)
		return;
	j = job_alloc(o, c, m, REQUEST_CONTACT, sizeof(*j));
	if (!j)
		return;
	j->job.r.contact.action = (enum td_contact_action)action;
	j->job.r.contact.channel = (enum td_channel)channel;
	if (!read_names(c, m, body, &j->job.r.contact) || !read_data(c, m, body, j)) {
		job_free(&j->job);
		return;
	}
	j->job.body = json_incref(body);
	j->job.r.done = contact_done;
	job_send(&j->job);
}
