/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A change of configuration has two steps. First it takes all memory that the new configuration
 * needs (the list of sources, ports at the first time, names). This step may fail, and then leaves
 * nothing behind. Then comes the change itself, object by object, which cannot fail.
 *
 * Ports, the RTP range and workers are taken from the first configuration that has ports: the
 * dataplane opens them once, and a change of theirs takes effect at the next start.
 */
#include <engine/call/site/agents.h>
#include <engine/call/config.h>
#include <engine/conf/schema.h>
#include <engine/call/media/life.h>
#include <engine/call/media/marking.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/distribute.h>
#include <engine/call/frame.h>
#include <engine/call/events/queuelog.h>
#include <engine/call/restart/lost.h>
#include <engine/call/restart/restore.h>
#include <engine/call/site/reserve.h>
#include <engine/call/site/resolve.h>
#include <engine/call/site/trunk.h>
#include <engine/call/site/unattended.h>
#include <errno.h>
#include <stdlib.h>

static int say(struct td_text *err, int rc, const char *text)
{
	td_text_set(err, "%s", text);
	return rc;
}

static const char *name_at(const struct td_conf *c, enum td_kind kind, uint32_t i)
{
	switch (kind) {
	case TD_KIND_GROUP:
		return c->of[kind].group[i].name;
	case TD_KIND_LINK:
		return c->of[kind].link[i].name;
	case TD_KIND_AGENT:
		return c->of[kind].agent[i].name;
	case TD_KIND_QUEUE:
		return c->of[kind].queue[i].name;
	default:
		return c->of[TD_KIND_TRUNK].trunk[i].name;
	}
}

/* The kinds whose names have numbers. */
struct named {
	enum td_kind kind;
	struct objects *objects;
	uint32_t max; /* the table's size since the start, whatever the site says now */
};
#define NAMED_KINDS 5

static void named_kinds(struct td_engine *e, struct named out[static NAMED_KINDS])
{
	const struct td_limits *max = &e->params.max;
	const struct named all[] = {
		{TD_KIND_GROUP, &e->groups, max->groups},
		{TD_KIND_LINK, &e->links, max->links},
		{TD_KIND_AGENT, &e->agents, max->agents},
		{TD_KIND_QUEUE, &e->queues, max->queues},
		{TD_KIND_TRUNK, &e->trunks, UINT32_MAX},
	};

	_Static_assert(sizeof(all) / sizeof(*all) == NAMED_KINDS, "each kind has a place");
	memcpy(out, all, sizeof(all));
}

static uint32_t names_after(const struct named *n, const struct td_conf *c)
{
	uint32_t count = n->objects->count;

	for (uint32_t i = 0; i < c->of[n->kind].count; i++)
		count += !objects_lookup(n->objects, name_at(c, n->kind, i));
	return count;
}

static int names_add(const struct named *n, const struct td_conf *c)
{
	int rc = 0;

	for (uint32_t i = 0; i < c->of[n->kind].count && rc == 0; i++)
		rc = objects_add(n->objects, name_at(c, n->kind, i));
	objects_sort(n->objects);
	return rc;
}

static int names_fit(struct td_engine *e, const struct td_conf *c, struct td_text *err)
{
	struct named all[NAMED_KINDS];

	named_kinds(e, all);
	for (unsigned i = 0; i < NAMED_KINDS; i++) {
		const char *section = td_kinds[all[i].kind].section;
		uint32_t names = names_after(&all[i], c);

		if (names <= all[i].max)
			continue;
		td_text_set(err,
			"there are %u %s, those deleted since the start included, and max_%s was "
			"%u at the start; set max_%s, restart the engine, then apply these",
			names, section, section, all[i].max, section);
		return -EINVAL;
	}
	return 0;
}

static int ports_reserve(struct td_engine *e, const struct td_conf *c)
{
	const struct conf_list *ports = &c->of[TD_KIND_PORT];
	const struct td_conf_site *site = conf_site(c);
	uint32_t workers = site->worker_count ? site->worker_count : 1, n = 0;
	struct td_addr *address;
	uint8_t *device;
	int rc = -ENOMEM;

	if (e->ports.addresses || !ports->count)
		return 0;
	for (uint32_t i = 0; i < ports->count; i++)
		n += ports->port[i].address_count;
	if (!n)
		return 0;
	address = calloc(n, sizeof(*address));
	device = calloc(n, sizeof(*device));
	if (!address || !device)
		goto out;
	n = 0;
	for (uint32_t i = 0; i < ports->count; i++)
		for (uint8_t k = 0; k < ports->port[i].address_count; k++) {
			device[n] = (uint8_t)i;
			address[n++] = ports->port[i].address[k].addr;
		}
	rc = ports_init(
		&e->ports, address, device, n, site->rtp_port_min, site->rtp_port_max, workers);
out:
	free(device);
	free(address);
	return rc;
}

/* Each trunk and each agent has one more than what the calls have. */
static int timers_of(struct td_engine *e)
{
	return timers_reserve(&e->timers, CALL_TIMERS * e->calls.capacity + SILENCE_TIMERS +
						  RESTART_TIMERS + e->trunks.count +
						  e->agents.count);
}

/* Names, their timers and the first ports: all of them, or what was there before. */
static int tables_reserve(struct td_engine *e, const struct td_conf *c)
{
	struct named all[NAMED_KINDS];
	uint32_t before[NAMED_KINDS];
	int rc = 0;

	named_kinds(e, all);
	for (unsigned i = 0; i < NAMED_KINDS; i++)
		before[i] = all[i].objects->count;
	for (unsigned i = 0; i < NAMED_KINDS && rc == 0; i++)
		rc = names_add(&all[i], c);
	if (rc == 0)
		rc = timers_of(e);
	if (rc == 0)
		rc = ports_reserve(e, c);
	for (unsigned i = 0; i < NAMED_KINDS && rc < 0; i++)
		objects_cut(all[i].objects, before[i]);
	return rc;
}

static void groups_apply(struct td_engine *e, const struct td_conf *c)
{
	for (uint32_t n = 1; n <= e->groups.count; n++) {
		struct group *g = objects_get(&e->groups, n);

		g->object.configured = conf_lookup(c, TD_KIND_GROUP, str_of(g->object.name));
	}
}

static void budget_set(struct budget *b, enum td_kind kind, const char *name, uint64_t bps,
	uint32_t calls, uint8_t layer)
{
	b->kind = kind;
	b->name = name;
	b->limit_bps = bps;
	b->limit_calls = calls;
	b->layer = layer;
}

static void links_apply(struct td_engine *e, const struct td_conf *c)
{
	for (uint32_t n = 1; n <= e->links.count; n++) {
		struct link *k = objects_get(&e->links, n);
		const struct td_conf_link *conf =
			conf_lookup(c, TD_KIND_LINK, str_of(k->object.name));

		if (!k->budget.name)
			k->told = TD_ACD_ROOM; /* what the distributor takes a new one for */
		k->object.configured = conf;
		if (conf)
			budget_set(&k->budget, TD_KIND_LINK, k->object.name, conf->limit_bps,
				conf->max_calls, conf->layer);
	}
}

/* NULL for none. */
static struct link *link_named(const struct td_engine *e, const char *name)
{
	return name[0] ? objects_lookup(&e->links, name) : NULL;
}

/* The agent's own link, or that of its groups: conf_check() has made sure that these agree. */
static struct link *agent_link(
	const struct td_engine *e, const struct td_conf *c, const struct td_conf_agent *a)
{
	struct link *k = link_named(e, a->link);

	for (uint8_t i = 0; !k && i < a->group_count; i++) {
		const struct td_conf_group *g = conf_lookup(c, TD_KIND_GROUP, str_of(a->groups[i]));

		k = g ? link_named(e, g->link) : NULL;
	}
	return k;
}

/* Before the agents themselves, so that an agent who is called meanwhile is called within the
 * limits. */
static void agent_links_apply(struct td_engine *e, const struct td_conf *c)
{
	for (uint32_t n = 1; n <= e->agents.count; n++) {
		struct agent *a = objects_get(&e->agents, n);
		const struct td_conf_agent *conf =
			conf_lookup(c, TD_KIND_AGENT, str_of(a->object.name));

		a->link = conf ? agent_link(e, c, conf) : NULL;
	}
}

static void trunks_apply(struct td_engine *e, const struct td_conf *c)
{
	for (uint32_t n = 1; n <= e->trunks.count; n++) {
		struct trunk *t = objects_get(&e->trunks, n);
		const struct td_conf_trunk *conf =
			conf_lookup(c, TD_KIND_TRUNK, str_of(t->object.name));

		if (t->object.configured != (conf != NULL))
			trunk_tell(e, t, conf != NULL);
		t->object.configured = conf;
		if (conf)
			t->conf = *conf; /* else its live calls go on by what was */
		resolve_apply(e, t);
		if (!conf)
			continue;
		t->link = link_named(e, conf->link);
		budget_set(&t->budget, TD_KIND_TRUNK, t->object.name, conf->limit_bps,
			conf->max_calls, conf->layer);
	}
}

static void group_numbers(const struct td_engine *e, uint32_t out[static TD_ACD_GROUPS],
	const char (*name)[TD_NAME_BYTES], uint8_t count)
{
	for (uint8_t i = 0; i < count && i < TD_ACD_GROUPS; i++) {
		const struct group *g = objects_lookup(&e->groups, name[i]);

		out[i] = g ? g->object.number : 0;
	}
}

static void agent_apply(struct td_engine *e, struct agent *a, const struct td_conf_agent *conf)
{
	struct td_acd_in in;
	bool fresh = !a->object.configured;

	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_AGENT_SET;
	in.agent = a->object.number;
	memcpy(in.agent_set.name, a->object.name, sizeof(in.agent_set.name));
	group_numbers(e, in.agent_set.groups, (const char(*)[TD_NAME_BYTES])conf->groups,
		conf->group_count);
	agents_init(e, a);
	a->object.configured = true;
	a->conf = *conf;
	in.agent_set.link = reserve_link(a->link);
	in.agent_set.channels = conf->channels;
	if (fresh || memcmp(&in.agent_set, &a->acd, sizeof(a->acd)) != 0) {
		unattended_leave(e, a);
		a->acd = in.agent_set;
		unattended_count(e, a);
		distribute(e, &in);
	}
	if (fresh && a->own)
		distribute_event(e, TD_ACD_IN_ENGAGED, a, 0, 1);
	if (!a->since) /* an agent who comes back has stayed logged out */
		a->since = a->from = e->now;
	if (!a->returns)
		agents_reachable(e, a,
			conf->contact.family ||
				registrar_lookup(e->registrar, str_of(a->object.name)) != NULL);
	engine_drain(e);
}

static void agent_end(struct td_engine *e, struct agent *a)
{
	a->object.configured = false;
	agents_by_hand(a, false);
	registrar_del(e->registrar, str_of(a->object.name));
	agents_reachable(e, a, false); /* an agent who talks stays with the distributor, and may
					  come back before the end of the talk */
	distribute_event(e, TD_ACD_IN_AGENT_DEL, a, 0, 0);
	engine_drain(e);
}

static void agents_apply(struct td_engine *e, const struct td_conf *c)
{
	for (uint32_t n = 1; n <= e->agents.count; n++) {
		struct agent *a = objects_get(&e->agents, n);
		const struct td_conf_agent *conf =
			conf_lookup(c, TD_KIND_AGENT, str_of(a->object.name));

		if (conf)
			agent_apply(e, a, conf);
		else if (a->object.configured)
			agent_end(e, a);
	}
}

static void queue_apply(struct td_engine *e, struct queue *q, const struct td_conf_queue *conf)
{
	struct td_acd_in in;
	bool fresh = !q->object.configured;

	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_QUEUE_SET;
	in.queue = q->object.number;
	memcpy(in.queue_set.name, q->object.name, sizeof(in.queue_set.name));
	group_numbers(e, in.queue_set.groups, (const char(*)[TD_NAME_BYTES])conf->groups,
		conf->group_count);
	in.queue_set.wrap_up_ms = conf->wrap_up_ms;
	in.queue_set.ring_ms = conf->ring_ms;
	in.queue_set.timeout_ms = conf->timeout_ms;
	in.queue_set.max_length = conf->max_length;
	in.queue_set.busy_backoff_ms = conf->busy_backoff_ms;
	in.queue_set.service_level_ms = conf->service_level_ms;
	q->object.configured = true;
	q->conf = *conf;
	if (!fresh && memcmp(&in.queue_set, &q->acd, sizeof(q->acd)) == 0)
		return;
	q->acd = in.queue_set;
	distribute(e, &in);
	engine_drain(e);
}

/* It goes: nobody is rung for it any more. */
static void queue_close(struct td_engine *e, struct queue *q)
{
	struct td_acd_in in;

	q->object.configured = false;
	memset(q->acd.groups, 0, sizeof(q->acd.groups));
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_QUEUE_SET;
	in.queue = q->object.number;
	in.queue_set = q->acd;
	distribute(e, &in);
	engine_drain(e);
}

static void queues_apply(struct td_engine *e, const struct td_conf *c)
{
	for (uint32_t n = 1; n <= e->queues.count; n++) {
		struct queue *q = objects_get(&e->queues, n);
		const struct td_conf_queue *conf =
			conf_lookup(c, TD_KIND_QUEUE, str_of(q->object.name));

		if (conf)
			queue_apply(e, q, conf);
	}
	for (uint32_t n = 1; n <= e->queues.count; n++) {
		struct queue *q = objects_get(&e->queues, n);

		if (q->object.configured && !conf_lookup(c, TD_KIND_QUEUE, str_of(q->object.name)))
			queue_close(e, q);
	}
}

/* Old queues go when new ones and their agents are there: whoever overflows out of an old queue
 * finds them. */
static void queues_end(struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->queues.count; n++) {
		const struct queue *q = objects_get(&e->queues, n);
		struct acd_queue_info info;
		struct td_acd_in in;

		if (q->object.configured || acd_queue_get(e->acd, n, &info) < 0)
			continue;
		memset(&in, 0, sizeof(in));
		in.type = TD_ACD_IN_QUEUE_DEL;
		in.queue = n;
		distribute(e, &in);
		engine_drain(e);
	}
}

static void distribution_apply(struct td_engine *e, const struct td_conf *c)
{
	queues_apply(e, c);
	restore_registrar(e);
	agents_apply(e, c);
	restore_agents(e);
	lost_alarm(e);
	engine_drain(e);
	queues_end(e);
	unattended_look_all(e);
}

void config_registrar(
	const struct td_engine *e, const struct td_conf *c, struct registrar_params *p)
{
	const struct td_conf_site *site = c ? conf_site(c) : NULL;

	*p = (struct registrar_params){
		.max_users = e->params.max.agents,
		.nonce_life_ns = 60 * TD_NSEC_PER_SEC,
		.expires_min_s = 30,
		.expires_max_s = 3600,
		.realm = STR("tandem"),
		.guard = {.failures = 10, .block_ns = 300 * TD_NSEC_PER_SEC},
	};
	if (!site)
		return;
	p->nonce_life_ns = site->nonce_ms * TD_NSEC_PER_MSEC;
	p->expires_min_s = site->register_min_s;
	p->expires_max_s = site->register_max_s;
	p->realm = str_of(site->domain);
	p->guard = (struct guard_limits){
		.failures = site->auth_failures, .block_ns = site->auth_block_s * TD_NSEC_PER_SEC};
	for (uint32_t i = 0; i < c->of[TD_KIND_AGENT].count; i++) {
		const struct td_conf_agent *a = &c->of[TD_KIND_AGENT].agent[i];

		p->users[a->algorithm] += a->ha1[0] != '\0';
	}
}

static void start(struct td_engine *e)
{
	if (e->started)
		return;
	/* Before the lines of those whom the start logs in. */
	queuelog_system(e, TD_QUEUE_LOG_QUEUESTART);
	distribute_start(e);
}

int td_engine_config(
	struct td_engine *e, uint64_t now, const char *text, size_t len, struct td_text *err)
{
	struct td_conf *next = NULL, *old = e->conf;
	struct trunk_source *sources = NULL;
	struct marked *marked = NULL;
	uint32_t marked_count = 0;
	struct registrar_params registrar;
	int rc;

	rc = conf_apply(&next, old, text, len, err);
	if (rc < 0)
		goto out;
	rc = names_fit(e, next, err);
	if (rc < 0)
		goto out;
	sources = calloc(next->of[TD_KIND_TRUNK].count * TD_CONF_LIST + 1, sizeof(*sources));
	marked = marking_telephones(next, &marked_count);
	if (!sources || !marked || restore_prepare(e) < 0 || tables_reserve(e, next) < 0) {
		rc = say(err, -ENOMEM, "out of memory");
		goto out;
	}

	restore_begin(e);
	engine_enter(e, now);
	start(e);
	e->conf = next;
	next = NULL;
	free(e->sources);
	e->sources = sources;
	sources = NULL;
	free(e->marked);
	e->marked = marked;
	e->marked_count = marked_count;
	marked = NULL;
	config_registrar(e, e->conf, &registrar);
	registrar_set(e->registrar, &registrar);
	groups_apply(e, e->conf);
	links_apply(e, e->conf);
	trunks_apply(e, e->conf);
	e->source_count = trunk_sources(e, e->conf, e->sources);
	agent_links_apply(e, e->conf);
	reserve_config(e);
	engine_drain(e);
	distribution_apply(e, e->conf);
	life_config(e);
	if (e->started)
		queuelog_system(e, TD_QUEUE_LOG_CONFIGRELOAD);
	e->started = true;
	conf_free(old);
	engine_leave(e);
out:
	restore_done(e);
	free(marked);
	free(sources);
	conf_free(next);
	return rc;
}

int td_engine_config_text(const struct td_engine *e, struct td_buf *out)
{
	if (e->conf)
		conf_encode_public(e->conf, out);
	return out->error;
}
