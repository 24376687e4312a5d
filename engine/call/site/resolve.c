/* SPDX-License-Identifier: BSD-3-Clause */
/*
 *   asked ──answer──► known, for 3/4 of its time ──► asked again
 *     │ 10 s without an answer, or an error
 *     ▼
 *   failed, for 10 s ──► asked again; an answer that comes late is taken
 */
#include <engine/base/addr.h>
#include <engine/base/container.h>
#include <engine/call/events/alarm.h>
#include <engine/call/events/live.h>
#include <engine/call/site/agents.h>
#include <engine/call/site/resolve.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_NS (10 * TD_NSEC_PER_SEC) /* resolv.conf's own: two servers, 5 s each */
#define RETRY_NS  (10 * TD_NSEC_PER_SEC)
/* A time of 0 would have us ask all the time. After a carrier has moved, an hour is long enough. */
#define TTL_MIN_S 30
#define TTL_MAX_S 3600

static void alarm_set(struct td_engine *e, struct trunk *t, bool raised)
{
	struct resolution *r = &t->resolution;
	char age[64] = "; no call goes out by it";

	if (r->alarm == raised)
		return;
	r->alarm = raised;
	live_write(e, TD_OBJECT_TRUNK, TD_PHASE_CHANGE,
		&(struct live){
			.name = t->object.name, .state = raised ? "unresolved" : "resolved"});
	if (raised && r->count)
		snprintf(age, sizeof(age), "; addresses of %llu s ago stay in force",
			(unsigned long long)((e->now - r->since) / TD_NSEC_PER_SEC));
	alarm_write(e, TD_ALARM_TRUNK_UNRESOLVED, t->object.name, raised, "trunk %s: %s %s%s%s%s",
		t->object.name, r->name,
		raised ? "cannot be resolved" : "is resolved, or no longer needed",
		raised ? ": " : "", raised ? r->why : "", raised ? age : "");
}

static void failed(struct td_engine *e, struct trunk *t, const char *why)
{
	struct resolution *r = &t->resolution;

	snprintf(r->why, sizeof(r->why), "%s", why);
	e->names_failed++;
	alarm_set(e, t, true);
	timer_set(&e->timers, &r->timer, e->now + RETRY_NS);
}

static void ask(struct td_engine *e, struct resolution *r)
{
	if (!++e->last_request)
		e->last_request++;
	r->request = e->last_request;
	r->waiting = true;
	timer_set(&e->timers, &r->timer, e->now + ANSWER_NS);
	e->io.resolve(e->io.ctx, r->request, r->name);
}

static void due(struct timer *timer, uint64_t now)
{
	struct resolution *r = container_of(timer, struct resolution, timer);
	struct trunk *t = container_of(r, struct trunk, resolution);
	struct td_engine *e = r->engine;

	if (!r->waiting) {
		ask(e, r);
		return;
	}
	r->waiting = false;
	e->names_unanswered++;
	failed(e, t, "no answer");
}

static void forget(struct td_engine *e, struct trunk *t)
{
	struct resolution *r = &t->resolution;

	timer_cancel(&e->timers, &r->timer);
	alarm_set(e, t, false);
	*r = (struct resolution){.engine = e, .timer.fire = due};
}

const char *resolve_missing(const struct trunk *t, char text[static TD_TEXT_BYTES])
{
	const struct resolution *r = &t->resolution;

	if (!r->name[0] || r->count)
		return NULL;
	snprintf(text, TD_TEXT_BYTES, "no address of %.180s is known: %s", r->name,
		r->why[0] ? r->why : "the answer has not come yet");
	return text;
}

/* It is in a network of ours, and the kernel does not own the port. */
static bool without_tcp(const struct td_engine *e, const struct td_addr *a)
{
	const struct conf_list *ports = &e->conf->of[TD_KIND_PORT];
	bool other = false;

	for (uint32_t i = 0; i < ports->count; i++)
		for (uint8_t k = 0; k < ports->port[i].address_count; k++) {
			if (!prefix_contains(&ports->port[i].address[k], a))
				continue;
			if (td_port_kernel(&ports->port[i]))
				return false;
			other = true;
		}
	return other;
}

/* Why no call can go there; NULL: it can. */
static const char *useless(
	const struct td_engine *e, const struct trunk *t, const struct td_addr *a)
{
	const char *no = conf_server_useless(e->conf, a);

	if (no)
		return no;
	if (ports_address(&e->ports, a) >= 0)
		return "our own";
	if (t->conf.transport != TD_TRANSPORT_UDP && without_tcp(e, a))
		return "on a port without TCP";
	if (agents_local(e, a, (enum td_transport)t->conf.transport).family != a->family)
		return "of a family that no port has";
	return NULL;
}

/* The others are left out; `why` gets the first one's reason. */
static unsigned usable(const struct td_engine *e, const struct trunk *t,
	const struct td_resolved *from, struct td_addr to[static RESOLUTION_MAX],
	char why[static RESOLUTION_WHY])
{
	char text[ADDR_TEXT];
	unsigned n = 0;

	for (uint32_t i = 0; i < from->count && n < RESOLUTION_MAX; i++) {
		const struct td_addr *a = &from->addresses[i];
		const char *no = useless(e, t, a);

		if (no && !why[0])
			snprintf(why, RESOLUTION_WHY, "none of its addresses is of use: %s is %s",
				addr_encode_ip(a, text), no);
		if (no)
			continue;
		to[n] = *a;
		to[n++].port = t->conf.server.addr.port;
	}
	return n;
}

/* Another port, or another transport, which may need another way there. */
static void kept(struct td_engine *e, struct trunk *t)
{
	struct resolution *r = &t->resolution;
	unsigned n = 0;

	for (unsigned i = 0; i < r->count; i++) {
		if (useless(e, t, &r->address[i]))
			continue;
		r->address[n] = r->address[i];
		r->address[n++].port = t->conf.server.addr.port;
	}
	if (r->count && !n && !r->waiting)
		ask(e, r); /* it may have others by now; if not, the reason is told */
	r->count = (uint8_t)n;
}

void resolve_apply(struct td_engine *e, struct trunk *t)
{
	struct resolution *r = &t->resolution;
	const struct td_server *server = &t->conf.server;
	const char *name = t->object.configured ? server->name : "";

	if (strcmp(r->name, name) == 0) {
		kept(e, t);
		return;
	}
	forget(e, t);
	if (!name[0])
		return;
	snprintf(r->name, sizeof(r->name), "%s", name);
	ask(e, r);
}

static bool same_set(const struct resolution *r, const struct td_addr *to, unsigned n)
{
	if (n != r->count)
		return false;
	for (unsigned i = 0; i < n; i++) {
		unsigned k = 0;

		while (k < n && !addr_equal(&to[i], &r->address[k]))
			k++;
		if (k == n)
			return false;
	}
	return true;
}

/* What is known of an address stays with it. */
static void replace(struct resolution *r, const struct td_addr *to, unsigned n)
{
	uint64_t failed[RESOLUTION_MAX] = {0};

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < r->count; k++)
			if (addr_equal(&to[i], &r->address[k]))
				failed[i] = r->failed[k];
	memcpy(r->address, to, n * sizeof(*to));
	memcpy(r->failed, failed, sizeof(failed));
	r->count = (uint8_t)n;
}

static void found(
	struct td_engine *e, struct trunk *t, const struct td_addr *to, unsigned n, uint32_t ttl_s)
{
	struct resolution *r = &t->resolution;

	if (ttl_s < TTL_MIN_S)
		ttl_s = TTL_MIN_S;
	if (ttl_s > TTL_MAX_S)
		ttl_s = TTL_MAX_S;
	/* Name servers give the same addresses in another order each time. Which one is asked first
	 * stays, as operators see where calls go. */
	if (!same_set(r, to, n))
		replace(r, to, n);
	r->since = e->now;
	r->why[0] = '\0';
	alarm_set(e, t, false);
	timer_set(&e->timers, &r->timer, e->now + ttl_s * TD_NSEC_PER_SEC / 4 * 3);
}

static struct trunk *asked(const struct td_engine *e, uint32_t request)
{
	for (uint32_t n = 1; request && n <= e->trunks.count; n++) {
		struct trunk *t = objects_get(&e->trunks, n);

		if (t->resolution.request == request)
			return t;
	}
	return NULL;
}

void resolve_answer(struct td_engine *e, const struct td_resolved *answer)
{
	struct td_addr to[RESOLUTION_MAX];
	struct trunk *t = asked(e, answer->request);
	char why[RESOLUTION_WHY] = "";
	unsigned n;

	if (!t)
		return;
	t->resolution.request = 0;
	t->resolution.waiting = false;
	n = usable(e, t, answer, to, why);
	if (n)
		found(e, t, to, n, answer->ttl_s);
	else
		failed(e, t, answer->count ? why : answer->error);
}
