/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/container.h>
#include <engine/call/site/distribute.h>
#include <engine/call/site/reserve.h>
#include <engine/base/addr.h>
#include <engine/call/events/alarm.h>
#include <engine/call/events/live.h>
#include <engine/conf/schema.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* What the next call is taken for. */
static const struct rate usual = {.codec = TD_CODEC_DEFAULT, .ptime_ms = 20, .family = 4};

#define PART_TEXT 48 /* two numbers of 20 digits, and " of " */

static struct link *link_of(struct budget *b)
{
	return b ? container_of(b, struct link, budget) : NULL;
}

uint32_t reserve_link(const struct link *k)
{
	return k && budget_limited(&k->budget) ? k->object.number : 0;
}

const char *reserve_text(const struct budget *b, char text[static RESERVE_TEXT])
{
	snprintf(text, RESERVE_TEXT, "%s %s is full", td_kinds[b->kind].name, b->name);
	return text;
}

static uint8_t vlan_bytes(const struct td_engine *e, const struct td_addr *local)
{
	const struct conf_list *ports = &e->conf->of[TD_KIND_PORT];

	for (uint32_t i = 0; i < ports->count; i++)
		for (uint8_t k = 0; k < ports->port[i].address_count; k++)
			if (addr_equal_ip(&ports->port[i].address[k].addr, local))
				return ports->port[i].vlan ? RATE_VLAN_BYTES : 0;
	return 0;
}

struct rate reserve_rate(const struct td_engine *e, const struct td_addr *local, uint8_t tag,
	uint8_t codec, uint8_t ptime_ms)
{
	return (struct rate){
		.codec = codec,
		.ptime_ms = ptime_ms,
		.family = local->family,
		.tag = tag,
		.extra = vlan_bytes(e, local),
	};
}

/* "17 of 20", "17" */
static const char *part_text(uint64_t part, uint64_t limit, char text[static PART_TEXT])
{
	int n = snprintf(text, PART_TEXT, "%" PRIu64, part);

	if (limit)
		snprintf(text + n, PART_TEXT - (size_t)n, " of %" PRIu64, limit);
	return text;
}

static void alarm_set(struct td_engine *e, struct budget *x, bool raised)
{
	char calls[PART_TEXT], bps[PART_TEXT];

	x->alarm = raised;
	live_write(e, x->kind == TD_KIND_LINK ? TD_OBJECT_LINK : TD_OBJECT_TRUNK, TD_PHASE_CHANGE,
		&(struct live){.name = x->name, .state = raised ? "full" : "has room"});
	alarm_write(e, x->kind == TD_KIND_LINK ? TD_ALARM_LINK_FULL : TD_ALARM_TRUNK_FULL, x->name,
		raised, "%s %s %s: %s calls, %s bits a second reserved", td_kinds[x->kind].name,
		x->name, raised ? "is full" : "has room again",
		part_text(x->calls, x->limit_calls, calls),
		part_text(x->reserved_bps, x->limit_bps, bps));
}

/* Tells the distributor the room of a link. Offers that it has made and that we have not tried are
 * already taken off in the distributor, and not reserved here. */
static void tell(struct td_engine *e, struct link *k)
{
	uint32_t room = TD_ACD_ROOM;
	struct td_acd_in in;

	if (budget_limited(&k->budget)) {
		room = budget_room(&k->budget, k->asked_bps);
		if (room && room >= k->agents)
			room = TD_ACD_ROOM; /* there is room for all of them */
		else
			room = room > k->offers ? room - k->offers : 0;
	}
	if (room == k->told)
		return;
	k->told = room;
	memset(&in, 0, sizeof(in));
	in.type = TD_ACD_IN_LINK;
	in.link.number = k->object.number;
	in.link.room = room;
	distribute(e, &in);
}

void reserve_refused(struct td_engine *e, struct budget *b)
{
	if (!b->alarm)
		alarm_set(e, b, true);
}

static void eased(struct td_engine *e, struct budget *b)
{
	if (b->alarm && !budget_crowded(b))
		alarm_set(e, b, false);
}

static uint64_t usual_bps(const struct budget *b)
{
	return rate_bps(&usual, (enum td_layer)b->layer);
}

bool reserve_none_left(const struct budget *b)
{
	return b->alarm || !budget_room(b, usual_bps(b));
}

static void changed(struct td_engine *e, const struct grant *g, bool less)
{
	struct link *k = link_of(g->of[GRANT_LINK]);

	for (int i = 0; less && i < GRANT_BUDGETS; i++)
		if (g->of[i])
			eased(e, g->of[i]);
	if (!k)
		return;
	if (less) /* a larger call that found no room may try again, and so may others */
		k->asked_bps = usual_bps(&k->budget);
	tell(e, k);
}

const struct budget *reserve_take(struct td_engine *e, struct grant *g, struct trunk *t,
	const struct agent *a, const struct rate *rate, bool out)
{
	struct link *k = t ? t->link : a ? a->link : NULL;
	struct budget *full =
		admission_take(g, t ? &t->budget : NULL, k ? &k->budget : NULL, rate, out);

	if (full)
		reserve_refused(e, full);
	else
		changed(e, g, false);
	return full;
}

struct budget *reserve_check(struct trunk *t, const struct rate *rate)
{
	struct budget *of[GRANT_BUDGETS] = {&t->budget, t->link ? &t->link->budget : NULL};

	for (int i = 0; i < GRANT_BUDGETS; i++)
		if (of[i] && !budget_room(of[i], rate_bps(rate, (enum td_layer)of[i]->layer)))
			return of[i];
	return NULL;
}

void reserve_release(struct td_engine *e, struct grant *g)
{
	struct grant was = *g;

	admission_release(g);
	changed(e, &was, true);
}

static uint8_t shorter(uint8_t a, uint8_t b)
{
	return a && a < b ? a : b;
}

/* 0 or -EDQUOT. */
static int change(struct td_engine *e, struct grant *g, const struct rate *rate)
{
	bool less = rate_bps(rate, TD_LAYER_WIRE) < rate_bps(&g->rate, TD_LAYER_WIRE);
	struct budget *full = admission_change(g, rate);

	if (full) {
		reserve_refused(e, full);
		return -EDQUOT;
	}
	changed(e, g, less);
	return 0;
}

/* `who` has described itself anew, and all parties send its packets. 0 or -EDQUOT. */
static int give(
	struct td_engine *e, struct party *p, const struct party *who, const struct rate *rate)
{
	struct rate other = p->grant.rate;

	if (p->state == PARTY_LEFT)
		return 0;
	other.ptime_ms = rate->ptime_ms;
	return change(e, &p->grant, p == who ? rate : &other);
}

int reserve_change(
	struct td_engine *e, struct party *p, const struct td_leg_params *to, uint8_t tag)
{
	struct call *c = p->call;
	uint8_t ptime = shorter(p->ours.ptime_ms, to->ptime_ms);
	struct rate before[PARTIES_MAX], rate;
	unsigned n = 0;

	for (unsigned i = 0; i < c->parties; i++)
		before[i] = c->party[i]->grant.rate;
	rate = p->grant.rate;
	rate.codec = to->codec;
	rate.tag = tag;
	rate.ptime_ms = ptime;
	for (unsigned i = 0; i < c->parties; i++)
		if (c->party[i] != p && c->party[i]->state != PARTY_LEFT)
			rate.ptime_ms = shorter(c->party[i]->ptime_ms, rate.ptime_ms);
	while (n < c->parties && give(e, c->party[n], p, &rate) == 0)
		n++;
	if (n == c->parties) {
		p->ptime_ms = ptime;
		return 0;
	}
	while (n--) /* what they had: less, or it was not full */
		change(e, &c->party[n]->grant, &before[n]);
	return -EDQUOT;
}

void reserve_rung(struct td_engine *e, struct link *k)
{
	k->offers--;
	tell(e, k);
}

bool reserve_full(struct td_engine *e, const struct agent *a, const struct rate *rate)
{
	struct link *k = a->link;

	if (k != distribute_link(e, a))
		return false;
	if (!k->budget.calls) {
		k->asked_bps = usual_bps(&k->budget);
		return false;
	}
	k->asked_bps = rate_bps(rate, (enum td_layer)k->budget.layer);
	tell(e, k);
	return k->told == 0;
}

/* Computes grants from before a change again, at the layers that hold after it. */
static void recount(struct td_engine *e)
{
	for (uint32_t i = 0; i < e->parties.capacity; i++) {
		struct grant *g = &((struct party *)pool_at(&e->parties, i))->grant;

		for (int k = 0; k < GRANT_BUDGETS; k++)
			if (g->of[k])
				g->of[k]->reserved_bps +=
					rate_bps(&g->rate, (enum td_layer)g->of[k]->layer);
	}
}

void reserve_config(struct td_engine *e)
{
	for (uint32_t n = 1; n <= e->links.count; n++) {
		struct link *k = objects_get(&e->links, n);

		k->budget.reserved_bps = 0;
		k->agents = 0;
		k->asked_bps = usual_bps(&k->budget);
	}
	for (uint32_t n = 1; n <= e->trunks.count; n++)
		((struct trunk *)objects_get(&e->trunks, n))->budget.reserved_bps = 0;
	recount(e);
	for (uint32_t n = 1; n <= e->agents.count; n++) {
		const struct agent *a = objects_get(&e->agents, n);

		if (a->link)
			a->link->agents++;
	}
	for (uint32_t n = 1; n <= e->trunks.count; n++)
		eased(e, &((struct trunk *)objects_get(&e->trunks, n))->budget);
	for (uint32_t n = 1; n <= e->links.count; n++) {
		struct link *k = objects_get(&e->links, n);

		eased(e, &k->budget);
		tell(e, k);
	}
}
