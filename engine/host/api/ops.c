/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/acd/acd.h>
#include <engine/base/alarm.h>
#include <engine/host/api/apply.h>
#include <engine/host/api/contacts.h>
#include <engine/host/api/job.h>
#include <engine/host/api/ops.h>
#include <engine/host/api/pages.h>
#include <system/body.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void op_agent(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const char *word = body_text(body, "do");
	enum td_agent_action action = acd_action_lookup(word);
	struct job *j;

	if (!body_known(c, m, body, " agent do reason") || !body_is_text(c, m, body, "do"))
		return;
	if (action == TD_AGENT_ACTION_COUNT) {
		api_error(c, m->op, m->id, -EINVAL, "\"do\" is \"%.40s\"; it is one of%s", word,
			TD_AGENT_ACTIONS(TD_SPACED));
		return;
	}
	j = job_alloc(o, c, m, REQUEST_AGENT, sizeof(*j));
	if (!j)
		return;
	if (!body_copy(c, m, body, "agent", j->r.name, sizeof(j->r.name)) ||
		!body_copy(c, m, body, "reason", j->r.reason, sizeof(j->r.reason))) {
		job_free(j);
		return;
	}
	j->r.action = action;
	j->r.done = job_plain_done;
	job_send(j);
}

static void op_hangup(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct job *j = job_alloc(o, c, m, REQUEST_HANGUP, sizeof(*j));

	if (!j)
		return;
	if (!body_known(c, m, body, " call") ||
		!body_copy(c, m, body, "call", j->r.name, sizeof(j->r.name))) {
		job_free(j);
		return;
	}
	j->r.done = job_plain_done;
	job_send(j);
}

static void op_party(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	static const char *const actions[] = {TD_PARTY_ACTIONS(TD_WORD) NULL};
	static const char *const kinds[] = {TD_PARTY_KINDS(TD_WORD) NULL};
	bool known = body_known(c, m, body, " call do by name");
	int action = !known ? -1 : job_word(c, m, body, "do", actions, TD_PARTY_ACTIONS(TD_SPACED));
	int kind = action < 0 ? -1 : job_word(c, m, body, "by", kinds, TD_PARTY_KINDS(TD_SPACED));
	struct td_party_request *r;
	struct job *j;

	if (kind < 0)
		return;
	j = job_alloc(o, c, m, REQUEST_PARTY, sizeof(*j));
	if (!j)
		return;
	r = &j->r.party;
	r->action = (enum td_party_action)action;
	r->kind = (enum td_party_kind)kind;
	if (!body_copy(c, m, body, "call", r->call, sizeof(r->call)) ||
		!body_copy(c, m, body, "name", r->name, sizeof(r->name))) {
		job_free(j);
		return;
	}
	j->r.done = job_plain_done;
	job_send(j);
}

static void config_text_done(struct request *r)
{
	struct job *j = (struct job *)r;
	struct td_buf body;

	if (r->rc) {
		job_fail(j, r->rc, r->err.s);
		return;
	}
	buf_init(&body);
	json_object_start(&body, NULL);
	json_str(&body, "text", (struct str){r->rows.data, r->rows.len});
	json_object_end(&body);
	api_reply_buf(j->client, j->op, j->id, &body);
	buf_free(&body);
	job_free(j);
}

static void op_config_get(
	struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	struct job *j;

	if (!body_known(c, m, body, ""))
		return;
	j = job_alloc(o, c, m, REQUEST_CONFIG_TEXT, sizeof(*j));
	if (!j)
		return;
	j->r.done = config_text_done;
	job_send(j);
}

static void op_config_apply(
	struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	json_t *text = json_object_get(body, "text");

	if (!body_known(c, m, body, " text"))
		return;
	if (!json_is_string(text)) {
		api_error(c, m->op, m->id, -EINVAL, "\"text\" is missing: lines of set and del");
		return;
	}
	apply_start(o, c, m, json_string_value(text), json_string_length(text));
}

static void op_journal_ack(
	struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	const json_t *number = json_object_get(body, "seq");
	json_int_t seq = json_integer_value(number);
	uint64_t last;

	if (!body_known(c, m, body, " seq"))
		return;
	/* What one store has, another one may lack. */
	if (o->store && o->store != c)
		api_error(c, m->op, m->id, -EBUSY,
			"another tandemd follows this journal; stop one of them");
	else if (!json_is_integer(number) || seq < 0)
		api_error(c, m->op, m->id, -EINVAL, "\"seq\" must be a number from 0 on");
	else if (journal_ack(o->journal, (uint64_t)seq, &last))
		api_error(c, m->op, m->id, -ERANGE,
			"\"seq\" is %lld, but the journal ends with %" PRIu64
			"; is the store another engine's?",
			(long long)seq, last);
	else {
		o->store = c;
		api_reply(c, m->op, m->id, "{}", 2);
	}
}

/* tandemd has no journal of its own. It tells its alarms again each time it comes. */
static void op_alarm(struct ops *o, struct api_client *c, const struct td_api_msg *m, json_t *body)
{
	static const enum td_alarm theirs[] = {TD_ALARM_SITE_NOT_APPLIED, TD_ALARM_SITE_WRONG};
	const char *name = body_text(body, "alarm"), *text = body_text(body, "text");
	enum td_alarm alarm = TD_ALARM_COUNT;
	bool raised = false;

	for (unsigned i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
		if (strcmp(name, alarm_name(theirs[i])) == 0)
			alarm = theirs[i];
	if (!body_known(c, m, body, " alarm raised text") ||
		!body_flag(c, m, body, "raised", &raised))
		return;
	if (alarm == TD_ALARM_COUNT) {
		api_error(c, m->op, m->id, -EINVAL, "\"alarm\" is none of tandemd's: %.40s", name);
		return;
	}
	if (raised != o->alarms[alarm])
		journal_alarm(o->journal, JOURNAL_MAIN, alarm, raised, "%s", text);
	o->alarms[alarm] = raised;
	api_reply(c, m->op, m->id, "{}", 2);
}

void ops_second(struct ops *o, uint64_t now)
{
	bandwidth_sample(&o->bandwidth, o->dp, now);
	journal_tell_losses(o->journal, JOURNAL_MAIN);
}

static void request(void *ctx, struct api_client *c, const struct td_api_msg *m, const char *text)
{
	static const struct {
		uint16_t op;
		void (*run)(struct ops *o, struct api_client *c, const struct td_api_msg *m,
			json_t *body);
	} table[] = {
#define OP(ID, number, name, right, request, answer) {TD_API_##ID, op_##name},
		TD_API_ENGINE_OPS(OP)
#undef OP
	};
	json_t *body = body_read(c, m, text);

	if (!body)
		return;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].op != m->op)
			continue;
		table[i].run(ctx, c, m, body);
		json_decref(body);
		return;
	}
	api_error(c, m->op, m->id, -EOPNOTSUPP,
		"tandem-engine has no operation %u; tandemd may have", m->op);
	json_decref(body);
}

static void closed(void *ctx, struct api_client *c)
{
	struct ops *o = ctx;

	pages_forget(ctx, c);
	waiters_forget(ctx, c);
	if (o->store == c)
		o->store = NULL;
}

static void drained(void *ctx, struct api_client *c)
{
	pages_go_on(ctx, c);
}

const struct api_handlers ops_handlers = {.request = request, .closed = closed, .drained = drained};

void ops_init(struct ops *o)
{
	TAILQ_INIT(&o->parked);
	TAILQ_INIT(&o->asked);
	TAILQ_INIT(&o->tracers);
	TAILQ_INIT(&o->drainers);
}

void ops_fini(struct ops *o)
{
	bandwidth_fini(&o->bandwidth);
	conf_free(o->conf);
	o->conf = NULL;
}
