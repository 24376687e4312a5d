/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/parties.h>
#include <engine/call/site/resolve.h>
#include <engine/call/site/stay.h>
#include <engine/call/media/party.h>
#include <engine/call/transition/end.h>
#include <engine/call/transition/step.h>
#include <engine/call/config.h>
#include <engine/call/events/trace.h>
#include <engine/call/restart/lost.h>
#include <engine/call/restart/tell.h>
#include <engine/call/site/distribute.h>
#include <engine/call/frame.h>
#include <engine/call/uaglue.h>
#include <engine/call/media/silence.h>
#include <engine/call/site/full.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define USER_AGENT "tandem/" TD_VERSION
/* Calls that have ended wait for LEG_GONE, and cancelled offers for their 487: room for those. */
#define SPARE(n)  ((n) + (n) / 4 + 16)
#define CALLS_MAX 1000000u

/* The host's entropy is the key of every number that we choose. It is kept nowhere else. */
static int random_init(struct td_engine *e)
{
	uint8_t key[RANDOM_KEY_BYTES];

	e->io.random(e->io.ctx, key, sizeof(key));
	e->random = random_alloc(key);
	explicit_bzero(key, sizeof(key));
	return e->random ? 0 : -errno;
}

static int sip_init(struct td_engine *e)
{
	struct sip_ua_params ua = {
		.max_sessions = 2 * SPARE(e->params.max_calls),
		.user_agent = USER_AGENT,
	};
	struct sip_ua_ops ops = uaglue_ops;
	struct registrar_ops registrar_ops = uaglue_registrar_ops;
	struct registrar_params registrar;

	random_bytes(e->random, RANDOM_SIP, ua.key, sizeof(ua.key));
	ops.ctx = e;
	e->ua = sip_ua_alloc(&ua, &ops);
	explicit_bzero(ua.key, sizeof(ua.key));
	if (!e->ua)
		return -ENOMEM;
	config_registrar(e, NULL, &registrar);
	registrar.seed = random_u64(e->random, RANDOM_TABLES);
	random_bytes(e->random, RANDOM_NONCES, registrar.secret, sizeof(registrar.secret));
	registrar_ops.ctx = e;
	e->registrar = registrar_alloc(&registrar, &registrar_ops);
	explicit_bzero(registrar.secret, sizeof(registrar.secret));
	return e->registrar ? 0 : -ENOMEM;
}

/* What holds calls and parties: sized by max_calls. There may be as many contacts without media
 * beside them, so that neither takes the other's place. */
static int tables_init(struct td_engine *e)
{
	uint32_t calls = SPARE(e->params.max_calls), parties = 2 * calls;
	int rc = acct_init(&e->acct, e->params.max.bandwidth_rows);

	if (!rc)
		rc = pool_init(&e->contacts, calls + e->params.max_calls, sizeof(struct contact));
	if (!rc)
		rc = pool_init(&e->calls, calls, sizeof(struct call));
	if (!rc)
		rc = pool_init(&e->parties, parties, sizeof(struct party));
	if (!rc)
		rc = timers_init(&e->timers, CALL_TIMERS * calls + SILENCE_TIMERS + RESTART_TIMERS);
	if (!rc)
		rc = hash_init(&e->by_number, 2 * e->params.max_calls,
			random_u64(e->random, RANDOM_TABLES));
	if (!rc)
		rc = hash_init(
			&e->by_id, 2 * e->params.max_calls, random_u64(e->random, RANDOM_TABLES));
	if (!rc)
		rc = traces_init(&e->traces, parties, random_u64(e->random, RANDOM_TABLES));
	return rc;
}

static int checkpoint_init(struct td_engine *e)
{
	const uint32_t counts[TD_CHECKPOINT_END] = {
		[TD_CHECKPOINT_AGENT] = e->params.max.agents,
		[TD_CHECKPOINT_BINDING] = e->params.max.agents * TD_CHECKPOINT_BINDINGS,
		[TD_CHECKPOINT_BLOCK] = GUARD_PLACES,
		[TD_CHECKPOINT_CONTACT] = e->contacts.capacity,
		[TD_CHECKPOINT_PARTY] = e->parties.capacity,
		[TD_CHECKPOINT_RUN] = 1,
	};

	e->marks.seed[0] = random_u64(e->random, RANDOM_TABLES);
	e->marks.seed[1] = random_u64(e->random, RANDOM_TABLES);
	return marks_init(&e->marks, counts);
}

static bool in_range(uint32_t n, uint32_t max)
{
	return n > 0 && n <= max;
}

struct td_engine *td_engine_alloc(
	const struct td_engine_params *params, const struct td_engine_io *io)
{
	struct td_engine *e;
	int rc;

	if (!in_range(params->max_calls, CALLS_MAX) ||
		!in_range(params->max.bandwidth_rows, UINT16_MAX) || !io->random || !io->resolve) {
		errno = EINVAL;
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->io = *io;
	e->params = *params;
	e->call_due = call_due;
	e->life_due = life_due;
	silence_init(e);
	lost_init(e);
	objects_init(&e->groups, sizeof(struct group));
	objects_init(&e->agents, sizeof(struct agent));
	objects_init(&e->queues, sizeof(struct queue));
	objects_init(&e->links, sizeof(struct link));
	objects_init(&e->trunks, sizeof(struct trunk));
	rc = random_init(e);
	if (!rc)
		rc = tables_init(e);
	if (!rc)
		rc = checkpoint_init(e);
	if (!rc)
		rc = distribute_init(e);
	if (!rc)
		rc = sip_init(e);
	if (rc) {
		td_engine_free(e);
		errno = -rc;
		return NULL;
	}
	return e;
}

void td_engine_free(struct td_engine *e)
{
	if (!e)
		return;
	registrar_free(e->registrar);
	sip_ua_free(e->ua);
	distribute_fini(e);
	conf_free(e->conf);
	hash_fini(&e->by_id);
	hash_fini(&e->by_number);
	timers_fini(&e->timers);
	pool_fini(&e->parties);
	pool_fini(&e->calls);
	pool_fini(&e->contacts);
	ports_fini(&e->ports);
	acct_fini(&e->acct);
	objects_fini(&e->trunks);
	objects_fini(&e->links);
	objects_fini(&e->queues);
	objects_fini(&e->agents);
	objects_fini(&e->groups);
	traces_fini(&e->traces);
	marks_fini(&e->marks);
	free(e->sources);
	free(e->marked);
	random_free(e->random);
	free(e);
}

void td_engine_sip(struct td_engine *e, uint64_t now, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
	engine_enter(e, now);
	sip_ua_recv(e->ua, e->now, flow, data, len);
	engine_leave(e);
}

void td_engine_flow_failed(struct td_engine *e, uint64_t now, const struct td_flow *flow)
{
	engine_enter(e, now);
	sip_ua_flow_failed(e->ua, e->now, flow);
	sip_ua_advance(e->ua, e->now); /* who rings there has failed before it is unreachable */
	registrar_flow_failed(e->registrar, flow);
	engine_leave(e);
}

void td_engine_resolved(struct td_engine *e, uint64_t now, const struct td_resolved *r)
{
	engine_enter(e, now);
	resolve_answer(e, r);
	engine_leave(e);
}

static void leg_gone(struct td_engine *e, struct party *p, const struct td_media_event *ev)
{
	struct call_input in = {CALL_EVENT_GONE, p, .media = ev};

	if (p->call)
		call_step(e, p->call, &in);
	else
		party_gone(e, p);
}

void td_engine_media(struct td_engine *e, uint64_t now, const struct td_media_event *ev)
{
	struct party *p = ports_owner(&e->ports, ev->leg);
	struct call_input in = {CALL_EVENT_MEDIA, .media = ev};

	if (!p || p->params.cookie != ev->cookie)
		return; /* of a leg that was here before */
	engine_enter(e, now);
	in.party = p = ports_owner(&e->ports, ev->leg); /* what was due may have ended it */
	if (p && p->params.cookie == ev->cookie) {
		if (ev->type == TD_MEDIA_LEG_GONE && p->media == PARTY_MEDIA_DELETING)
			leg_gone(e, p, ev);
		else if (p->call)
			call_step(e, p->call, &in);
	}
	engine_leave(e);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t td_engine_advance(struct td_engine *e, uint64_t now)
{
	uint64_t next, sip;

	engine_enter(e, now);
	/* Each part may give work to the others, so this goes on until nothing is due. SIP comes
	 * last, because the other parts set its timers. */
	do {
		next = registrar_advance(e->registrar, e->now);
		timers_advance(&e->timers, e->now);
		sip_ua_advance(e->ua, e->now);
		distribute_due(e);
		engine_drain(e);
		sip = sip_ua_advance(e->ua, e->now);
		next = earlier(next, earlier(timers_next(&e->timers), acd_next(e->acd)));
	} while (next <= e->now || e->out_count);
	full_look(e);
	tell_marked(e);
	return earlier(sip, next);
}

void td_engine_wall(struct td_engine *e, uint64_t now, uint64_t wall_offset)
{
	engine_enter(e, now);
	e->params.wall_offset = wall_offset;
	engine_leave(e);
}

void td_engine_stop(struct td_engine *e, uint64_t now)
{
	td_engine_hangup_all(e, now);
	for (uint32_t i = 0; i < e->calls.capacity; i++) {
		struct call *c = pool_at(&e->calls, i);

		if (c->state == CALL_ENDED)
			call_close(e, c);
	}
	parties_stop(e);
	full_look(e);
	silence_stop(e);
	lost_stop(e);
	stay_end_all(e);
	tell_marked(e);
}

void td_engine_drain(struct td_engine *e, uint64_t now, bool on)
{
	engine_enter(e, now);
	e->draining = on;
	engine_leave(e);
}

uint32_t td_engine_calls(const struct td_engine *e)
{
	return e->call_count + e->contact_count;
}

uint32_t td_engine_contacts(const struct td_engine *e)
{
	return e->contact_count;
}

void td_engine_trace(struct td_engine *e, bool on)
{
	e->trace = on;
}
