/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/acd/replay.h>
#include <engine/call/check/check.h>
#include <engine/call/state/calls.h>
#include <engine/call/state/state.h>
#include <engine/conf/schema.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/world.h>

#define MAX_OBJECTS    32
#define GONE_NS        TD_NSEC_PER_MSEC
#define PACKETS_SECOND 50
#define RING_NS        (10 * TD_NSEC_PER_MSEC)

struct acd_rec {
	uint32_t type; /* TD_EV_ACD_IN, TD_EV_ACD_OUT */
	uint32_t len;
};

static void look(struct world *w)
{
	struct td_text fault;

	if (w->fault[0])
		return;
	if (!engine_check(w->engine, &fault))
		snprintf(w->fault, sizeof(w->fault), "%s", fault.s);
	else if (w->engine->unexpected)
		snprintf(
			w->fault, sizeof(w->fault), "an event that the table of transitions lacks");
	else if (budgets_check(&w->budgets, w->engine))
		snprintf(w->fault, sizeof(w->fault), "%s", budgets_check(&w->budgets, w->engine));
}

/* After each input, and again when all that is due has been done. */
static void advance(struct world *w)
{
	look(w);
	w->next = td_engine_advance(w->engine, w->now);
	look(w);
}

static void say(struct world *w, char what, const void *data, size_t len)
{
	buf_put(&w->transcript, &what, 1);
	buf_put(&w->transcript, &w->now, sizeof(w->now));
	buf_put(&w->transcript, data, len);
}

static bool same_worker(const struct world *w, uint32_t a, uint32_t b)
{
	return ports_worker_of(&w->engine->ports, a) == ports_worker_of(&w->engine->ports, b);
}

/* Somebody is being rung: by the caller's worker while that has room, as such calls take the fast
 * lane. */
static void placed(struct world *w, const struct call *c)
{
	const struct ports *ports = &w->engine->ports;
	uint32_t rung = c->party[c->parties - 1]->leg, caller = c->caller->leg;

	w->parties_apart +=
		!same_worker(w, rung, caller) &&
		ports_room(ports, rung / ports->per_address, ports_worker_of(ports, caller));
}

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	struct world *w = ctx;

	if (w->engine->inviting)
		placed(w, call_by_id(w->engine, w->engine->inviting));
	say(w, 'S', data, len);
	say(w, 'D', &dscp, sizeof(dscp));
	return w->hooks.sip ? w->hooks.sip(w->hooks.ctx, flow, dscp, data, len) : 0;
}

/* Both legs are there, and named as they were added: another worker knows a leg by its cookie. */
static bool can_bridge(const struct world *w, const struct td_media_cmd *cmd)
{
	const struct world_leg *a = &w->leg[cmd->leg], *b = &w->leg[cmd->other];

	return a->added && !a->gone_at && b->added && !b->gone_at && cmd->cookie == a->cookie &&
	       cmd->other_cookie == b->cookie;
}

/* A worker's rules: what it is told must make sense, and its ring must not fill. */
static void leg_rules(struct world *w, const struct td_media_cmd *cmd)
{
	struct world_leg *l = &w->leg[cmd->leg];

	if (w->now - l->window >= RING_NS) {
		l->window = w->now;
		l->commands = 0;
	}
	if (++l->commands > TD_LEG_CREDITS)
		w->credit_violations++;
	switch (cmd->op) {
	case TD_MEDIA_LEG_ADD:
		w->bad_commands += l->added != 0;
		l->added = w->now;
		l->cookie = cmd->leg_params.cookie;
		w->legs_added++;
		break;
	case TD_MEDIA_LEG_DEL:
		w->bad_commands += !l->added || l->gone_at;
		l->gone_at = w->now + GONE_NS;
		w->legs_going++;
		break;
	case TD_MEDIA_BRIDGE:
		w->bad_commands += !can_bridge(w, cmd);
		w->bridges_apart += !same_worker(w, cmd->leg, cmd->other);
		break;
	case TD_MEDIA_UNBRIDGE:
		w->bad_commands += !can_bridge(w, cmd);
		break;
	default:
		w->bad_commands += !l->added || l->gone_at;
	}
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
	struct world *w = ctx;

	say(w, 'M', cmd, sizeof(*cmd));
	if (cmd->leg < w->legs)
		leg_rules(w, cmd);
	else
		w->bad_commands++;
	if (w->hooks.media)
		w->hooks.media(w->hooks.ctx, cmd);
}

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	struct world *w = ctx;

	say(w, 'E', payload, len);
	if (type == TD_EV_ACD_IN || type == TD_EV_ACD_OUT) {
		struct acd_rec rec = {.type = type, .len = len};

		buf_put(&w->acd, &rec, sizeof(rec));
		buf_put(&w->acd, payload, len);
	}
	if (w->hooks.event)
		w->hooks.event(w->hooks.ctx, type, payload, len);
}

static int on_record(void *ctx, uint32_t recording, const char *call, enum td_codec codec)
{
	struct world *w = ctx;

	if (call && w->recorder_full)
		return -ENOSPC;
	say(w, 'R', &recording, sizeof(recording));
	if (w->hooks.record)
		w->hooks.record(w->hooks.ctx, recording, call);
	return 0;
}

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
	struct world *w = ctx;

	say(w, 'N', name, strlen(name));
	if (w->hooks.resolve)
		w->hooks.resolve(w->hooks.ctx, request, name);
}

static void on_hold(void *ctx, const struct td_flow *flow, bool held)
{
	struct world *w = ctx;

	say(w, held ? 'H' : 'h', &flow->connection, sizeof(flow->connection));
	if (w->hooks.hold)
		w->hooks.hold(w->hooks.ctx, flow, held);
}

/* Keys do not come from the seed: nobody may learn a key from what a seed decides. */
static void on_random(void *ctx, uint8_t *out, size_t n)
{
	struct world *w = ctx;

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(w->keys++ * 0x9d);
}

static struct td_checkpoint *kept_find(
	struct world_kept *k, enum td_checkpoint_kind kind, uint32_t number)
{
	for (uint32_t i = 0; i < k->count; i++)
		if (k->at[i].kind == kind && k->at[i].number == number)
			return &k->at[i];
	return NULL;
}

static struct td_checkpoint *kept_free(struct world_kept *k)
{
	for (uint32_t i = 0; i < k->count; i++)
		if (!k->at[i].kind)
			return &k->at[i];
	return NULL;
}

static uint16_t kept_version(enum td_checkpoint_kind kind)
{
	static const uint16_t versions[TD_CHECKPOINT_END] = {
#define VERSION(number, id, name, version, ...) [number] = (version),
		TD_CHECKPOINTS(VERSION)
#undef VERSION
	};

	return versions[kind];
}

static void on_checkpoint(
	void *ctx, enum td_checkpoint_kind kind, uint32_t number, const void *record, uint16_t len)
{
	struct world *w = ctx;
	struct world_kept *k = &w->kept;
	struct td_checkpoint *c = kept_find(k, kind, number);

	say(w, 'C', record, len);
	if (!record) {
		if (c)
			c->kind = 0;
		return;
	}
	if (!c)
		c = kept_free(k);
	if (!c && k->count < WORLD_KEPT)
		c = &k->at[k->count++];
	if (!c) {
		snprintf(w->fault, sizeof(w->fault), "no room for a record of the checkpoint");
		return;
	}
	*c = (struct td_checkpoint){.kind = (uint16_t)kind,
		.version = kept_version(kind),
		.number = number,
		.len = len,
		.record = &k->record[c - k->at]};
	memcpy(&k->record[c - k->at], record, len);
}

static int configure_again(struct world *w, const struct td_conf *c, struct td_text *err)
{
	struct td_buf all;
	int rc;

	buf_init(&all);
	conf_diff(NULL, c, &all);
	rc = all.error ? all.error : td_engine_config(w->engine, w->now, all.data, all.len, err);
	buf_free(&all);
	return rc;
}

int world_restart(struct world *w, const char *lines, struct td_text *err)
{
	struct world_kept *kept = calloc(1, sizeof(*kept));
	struct td_engine *old = w->engine;
	struct td_conf *conf = NULL;
	struct td_restore r = {.ended = w->now, .wall_offset = w->params.wall_offset};
	struct acd_rec start = {.type = TD_EV_START, .len = sizeof(struct td_ev_start)};
	const struct td_ev_start ev = {0};
	int rc = kept ? conf_apply(&conf, old->conf, lines, strlen(lines), err) : -ENOMEM;

	if (rc < 0)
		goto out;
	*kept = w->kept;
	for (uint32_t i = 0; i < kept->count; i++) {
		struct td_checkpoint c = kept->at[i];

		c.record = &kept->record[i];
		if (c.kind)
			kept->at[r.count++] = c; /* its record stays where it is */
	}
	r.records = kept->at;
	w->kept.count = 0;
	w->legs_going = w->bridges_apart = 0;
	memset(w->leg, 0, w->legs * sizeof(*w->leg));
	buf_put(&w->acd, &start, sizeof(start));
	buf_put(&w->acd, &ev, sizeof(ev));
	w->engine = td_engine_alloc(&w->params, &w->io);
	if (!w->engine) {
		w->engine = old;
		rc = -ENOMEM;
		goto out;
	}
	td_engine_restore(w->engine, &r);
	rc = configure_again(w, conf, err);
	td_engine_free(old);
	advance(w);
out:
	conf_free(conf);
	free(kept);
	return rc;
}

struct world *world_alloc(
	uint64_t seed, uint32_t max_calls, uint32_t legs, const struct world_hooks *hooks)
{
	struct td_conf_site site;
	struct td_engine_params params = {.wall_offset = WORLD_WALL, .max_calls = max_calls};
	struct td_engine_io io = {.sip = on_sip,
		.media = on_media,
		.event = on_event,
		.record = on_record,
		.random = on_random,
		.resolve = on_resolve,
		.hold = on_hold,
		.checkpoint = on_checkpoint};
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	conf_object_init(TD_KIND_SITE, &site, STR(""));
	params.max = site.max;
	/* engine_check() looks at every place. */
	params.max.agents = params.max.groups = params.max.queues = params.max.links = MAX_OBJECTS;
	io.ctx = w;
	w->hooks = *hooks;
	w->keys = (uint32_t)seed;
	w->now = WORLD_START;
	w->next = TD_NEVER;
	w->legs = legs;
	buf_init(&w->transcript);
	buf_init(&w->acd);
	w->leg = calloc(legs, sizeof(*w->leg));
	w->params = params;
	w->io = io;
	w->engine = w->leg ? td_engine_alloc(&params, &io) : NULL;
	if (!w->engine) {
		world_free(w);
		errno = ENOMEM;
		return NULL;
	}
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	td_engine_free(w->engine);
	buf_free(&w->acd);
	buf_free(&w->transcript);
	free(w->leg);
	free(w);
}

int world_config(struct world *w, const char *lines, struct td_text *err)
{
	int rc = td_engine_config(w->engine, w->now, lines, strlen(lines), err);

	advance(w);
	return rc;
}

static uint64_t next_gone(const struct world *w, uint32_t *leg)
{
	uint64_t next = TD_NEVER;

	if (!w->legs_going)
		return next;
	for (uint32_t i = 0; i < w->legs; i++)
		if (w->leg[i].gone_at && w->leg[i].gone_at < next) {
			next = w->leg[i].gone_at;
			*leg = i;
		}
	return next;
}

static void leg_gone(struct world *w, uint32_t leg)
{
	struct world_leg *l = &w->leg[leg];
	uint64_t packets = (w->now - l->added) * PACKETS_SECOND / TD_NSEC_PER_SEC;
	struct td_media_event ev = {
		.type = TD_MEDIA_LEG_GONE,
		.leg = leg,
		.cookie = l->cookie,
		.stats = l->stats,
	};

	ev.stats.in_packets = packets;
	ev.stats.in_bytes = packets * 200;
	*l = (struct world_leg){0};
	w->legs_going--;
	td_engine_media(w->engine, w->now, &ev);
}

uint64_t world_next(const struct world *w)
{
	uint32_t leg;
	uint64_t gone = next_gone(w, &leg);

	return gone < w->next ? gone : w->next;
}

void world_run(struct world *w, uint64_t until)
{
	advance(w);
	for (;;) {
		uint32_t leg = 0;
		uint64_t gone = next_gone(w, &leg);
		uint64_t next = gone < w->next ? gone : w->next;

		if (next > until)
			break;
		if (next > w->now)
			w->now = next;
		if (gone <= w->now)
			leg_gone(w, leg);
		advance(w);
	}
	w->now = until;
}

void world_sip(struct world *w, const struct td_flow *flow, const void *data, size_t len)
{
	td_engine_sip(w->engine, w->now, flow, data, len);
	advance(w);
}

void world_flow_failed(struct world *w, const struct td_flow *flow)
{
	td_engine_flow_failed(w->engine, w->now, flow);
	advance(w);
}

void world_resolved(struct world *w, const struct td_resolved *r)
{
	td_engine_resolved(w->engine, w->now, r);
	advance(w);
}

void world_media(struct world *w, uint32_t leg, struct td_media_event *ev)
{
	ev->leg = leg;
	ev->cookie = w->leg[leg].cookie;
	if (ev->type == TD_MEDIA_LEG_STATS)
		w->leg[leg].stats = ev->stats;
	td_engine_media(w->engine, w->now, ev);
	advance(w);
}

void world_digit(struct world *w, uint32_t leg, char digit)
{
	struct td_media_event ev = {
		.type = TD_MEDIA_DTMF,
		.dtmf = {.digit = digit, .duration_ms = 100},
	};

	world_media(w, leg, &ev);
}

void world_stale(struct world *w, uint32_t leg)
{
	struct td_media_event ev = {
		.type = TD_MEDIA_DTMF,
		.leg = leg,
		.cookie = w->leg[leg].cookie + 1,
		.dtmf = {.digit = '0', .duration_ms = 100},
	};

	td_engine_media(w->engine, w->now, &ev);
	ev.type = TD_MEDIA_LEG_GONE;
	td_engine_media(w->engine, w->now, &ev);
	ev.leg = UINT32_MAX;
	td_engine_media(w->engine, w->now, &ev);
	advance(w);
}

const char *world_replay(const struct world *w)
{
	struct td_ev_start start = {0};
	struct acd_replay *r = acd_replay_alloc();
	const struct acd_replay_result *result;
	const char *fault = NULL;
	uint64_t seq = 1;
	int rc;

	if (!r || w->acd.error) {
		acd_replay_free(r);
		return "out of memory";
	}
	rc = acd_replay_record(r, seq, TD_EV_START, &start, sizeof(start));
	for (const char *at = w->acd.data; rc == 0 && at < w->acd.data + w->acd.len;) {
		struct acd_rec rec;

		memcpy(&rec, at, sizeof(rec));
		rc = acd_replay_record(r, ++seq, (uint16_t)rec.type, at + sizeof(rec), rec.len);
		at += sizeof(rec) + rec.len;
	}
	result = acd_replay_end(r);
	if (rc || result->differs)
		fault = "the journal, replayed, decides otherwise";
	else if (!result->inputs || result->skipped || result->cut)
		fault = "not all of the journal could be replayed";
	acd_replay_free(r);
	return fault;
}

const char *world_residue(const struct world *w)
{
	const struct td_engine *e = w->engine;

	if (w->fault[0])
		return w->fault;
	if (td_engine_calls(e) || e->calls_running)
		return "calls";
	if (e->contacts.free_count != e->contacts.capacity)
		return "contact records";
	if (e->calls.free_count != e->calls.capacity)
		return "call records";
	if (e->parties.free_count != e->parties.capacity)
		return "party records";
	if (sip_ua_sessions(e->ua))
		return "SIP sessions";
	if (ports_in_use(&e->ports))
		return "RTP ports";
	if (e->by_id.count)
		return "contacts by their id";
	if (e->by_number.count)
		return "contacts";
	if (e->out_count || e->outs_lost)
		return "outputs of the distributor";
	for (unsigned i = 0; i < CALL_SILENCE_COUNT; i++)
		if (e->silences[i].now)
			return "talks in which somebody is not heard";
	for (uint32_t n = 1; n <= e->queues.count; n++) {
		const struct queue *q = objects_get(&e->queues, n);

		for (unsigned ch = 0; ch < TD_CHANNEL_COUNT; ch++)
			if (q->waiting[ch] || q->talking)
				return "contacts counted in a queue";
	}
	for (uint32_t n = 1; n <= e->trunks.count; n++)
		if (((struct trunk *)objects_get(&e->trunks, n))->budget.calls)
			return "calls counted in a trunk";
	if (budgets_residue(e))
		return budgets_residue(e);
	for (uint32_t i = 0; i < w->legs; i++)
		if (w->leg[i].added)
			return "media legs";
	if (w->credit_violations)
		return "commands beyond the leg's credits";
	if (w->parties_apart)
		return "a call's legs are of two workers though one had room";
	if (w->bridges_apart != e->bridges_apart_total)
		return "bridges between two workers are not counted";
	if (w->bad_commands)
		return "media commands that make no sense";
	return NULL;
}
