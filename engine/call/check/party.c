/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules of a party: its call, its SIP session, its port and media, what it holds, its agent. */
#include <engine/call/check/rules.h>
#include <engine/call/restart/tell.h>
#include <engine/call/media/keys.h>
#include <engine/call/state/calls.h>

/* It is rung or talks. */
static bool active(const struct party *p)
{
	return p->call && p->call->state != CALL_ENDED && p->state != PARTY_LEFT;
}

static bool party_known(const struct check_at *k)
{
	const struct call *c = k->p->call;

	if (!c)
		return true;
	for (unsigned i = 0; i < c->parties && i < PARTIES_MAX; i++)
		if (c->party[i] == k->p)
			return c->state != CALL_FREE;
	return false;
}

static bool party_needed(const struct check_at *k)
{
	return k->p->call || k->p->session || k->p->media == PARTY_MEDIA_DELETING;
}

static bool party_role(const struct check_at *k)
{
	const struct party *p = k->p;

	return (p->role == TD_ROLE_AGENT) == (p->agent != NULL) &&
	       (p->role == TD_ROLE_TRUNK) == (p->trunk != NULL) &&
	       (!p->call || party_is_caller(p) == (p == p->call->caller));
}

static bool party_session(const struct check_at *k)
{
	return !k->p->session || sip_session_user(k->p->session) == k->p;
}

static bool party_trace(const struct check_at *k)
{
	const struct party *p = k->p;

	if (p->session && (!p->trace || !p->trace->held))
		return false;
	return !p->call || !p->trace || strcmp(p->trace->call, p->call->contact->cdr.id) == 0;
}

static bool party_port(const struct check_at *k)
{
	if (k->p->media == PARTY_MEDIA_NONE)
		return k->p->leg == TD_LEG_NONE;
	return ports_owner(&k->e->ports, k->p->leg) == k->p;
}

static uint32_t worker(const struct td_engine *e, const struct party *p)
{
	return ports_worker_of(&e->ports, p->leg);
}

static bool party_worker(const struct check_at *k)
{
	const struct party *p = k->p;

	return !active(p) || p->apart == (worker(k->e, p) != worker(k->e, p->call->caller));
}

/* Of a call that has ended. */
static bool state_ended(const struct party *p)
{
	return !p->session && p->media != PARTY_MEDIA_ADDED &&
	       (p == p->call->caller || p->state == PARTY_LEFT);
}

static bool state_live(const struct party *p)
{
	switch (p->state) {
	case PARTY_RINGING:
		return p->session && p->media == PARTY_MEDIA_RESERVED && !p->joined;
	case PARTY_JOINED:
		return p->session && p->joined &&
		       (p->media == PARTY_MEDIA_ADDED || call_unconfirmed(p));
	default:
		return !p->session && p->media == PARTY_MEDIA_DELETING && p != p->call->caller;
	}
}

static bool party_state(const struct check_at *k)
{
	const struct call *c = k->p->call;

	return !c || (c->state == CALL_ENDED ? state_ended(k->p) : state_live(k->p));
}

static bool party_released(const struct check_at *k)
{
	const struct grant *g = &k->p->grant;
	bool uses = k->p->call &&
		    (k->p->media == PARTY_MEDIA_RESERVED || k->p->media == PARTY_MEDIA_ADDED);

	return uses || (!g->of[GRANT_TRUNK] && !g->of[GRANT_LINK]);
}

static bool party_granted(const struct check_at *k)
{
	const struct party *p = k->p;
	const struct trunk *t = p->trunk;

	if (!active(p))
		return true;
	if (party_is_caller(p))
		t = p->call->trunk;
	return p->grant.of[GRANT_TRUNK] == (t ? &t->budget : NULL);
}

static bool party_rate(const struct check_at *k)
{
	const struct party *p = k->p;
	const struct rate *r = &p->grant.rate;

	if (!p->call || p->media != PARTY_MEDIA_ADDED)
		return true;
	return r->codec == p->params.codec && r->ptime_ms <= p->ptime_ms &&
	       r->tag >= keys_tag(&p->keys.in) && r->tag >= keys_tag(&p->keys.out);
}

static bool party_ptime(const struct check_at *k)
{
	const struct party *p = k->p;

	return !active(p) || p->media != PARTY_MEDIA_ADDED ||
	       p->grant.rate.ptime_ms == p->call->caller->grant.rate.ptime_ms;
}

static bool party_codec(const struct check_at *k)
{
	const struct party *p = k->p;

	return !p->call || p->media != PARTY_MEDIA_ADDED || p->params.codec == p->call->codec;
}

static bool party_early(const struct check_at *k)
{
	const struct party *p = k->p;

	if (!active(p) || (p->state == PARTY_RINGING && !party_is_caller(p)))
		return true;
	for (unsigned i = 0; i < PARTY_EARLY_MAX; i++)
		if (p->early[i].dialog)
			return false;
	return true;
}

/* Row 0 counts those that found the table full. */
static bool party_acct(const struct check_at *k)
{
	const struct party *p = k->p;
	const struct trunk *t = p->trunk;
	const struct acct_key *row;

	if (!p->call || p->media != PARTY_MEDIA_ADDED || !p->params.acct)
		return true;
	if (p->params.acct >= k->e->acct.count)
		return false;
	row = &k->e->acct.row[p->params.acct];
	if (party_is_caller(p))
		t = p->call->trunk;
	return row->codec == p->params.codec &&
	       row->trunk == (t ? t->object.number : ACCT_AGENTS) &&
	       row->queue == (p->call->contact->queue ? p->call->contact->queue->object.number : 0);
}

bool check_own(const struct agent *a, const struct party *p)
{
	const struct party *own = a->own;

	while (own && own != p)
		own = own->next_own;
	return own != NULL;
}

static bool party_agent(const struct check_at *k)
{
	const struct party *p = k->p;

	if (!p->agent || !active(p))
		return true;
	return p->contact ? p->agent->contact == p->call->contact : check_own(p->agent, p);
}

/* As the distributor has it. */
static enum td_agent_state state_of(const struct party *p)
{
	if (p->state == PARTY_JOINED)
		return TD_AGENT_TALKING;
	return p->rang ? TD_AGENT_RINGING : TD_AGENT_RESERVED;
}

static bool party_contact(const struct check_at *k)
{
	const struct party *p = k->p;
	struct acd_agent_info info;

	if (!p->contact || !active(p))
		return true;
	return p->agent && acd_agent_get(k->e->acd, p->agent->object.number, &info) == 0 &&
	       info.contact == p->contact && info.state == state_of(p) &&
	       (p->state == PARTY_JOINED || p->contact == p->call->contact->number);
}

static bool party_checkpoint(const struct check_at *k)
{
	return tell_is_current(k->e, TD_CHECKPOINT_PARTY, pool_index(&k->e->parties, k->p));
}

static const struct check_rule party_rules[] = CHECK_TABLE(CHECK_PARTY_RULES);

bool check_party(const struct check_at *k)
{
	const struct party *p = k->p;
	const struct check_rule *broken = check_broken(party_rules, k);
	struct check_at agent = {.e = k->e, .a = p->agent, .fault = k->fault};

	if (broken) {
		td_text_set(k->fault, "%s of call %s (port %u, contact %u) %s", party_who(p),
			p->call ? p->call->contact->cdr.id : "none", p->leg, p->contact,
			broken->text);
		return false;
	}
	return !p->agent || !active(p) || check_agent(&agent);
}
