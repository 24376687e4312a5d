/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/container.h>
#include <engine/call/state/calls.h>
#include <assert.h>
#include <stdio.h>

void call_id_format(const struct td_engine *e, uint64_t number, char out[static TD_CALL_ID_BYTES])
{
	snprintf(out, TD_CALL_ID_BYTES, "%llu.%llu", (unsigned long long)e->start_s,
		(unsigned long long)number);
}

struct contact *contact_by_id(const struct td_engine *e, const char *id)
{
	for (struct hash_node *n = hash_first(&e->by_id, str_of(id)); n; n = hash_next(n)) {
		struct contact *c = container_of(n, struct contact, by_id);

		if (strcmp(c->cdr.id, id) == 0)
			return c;
	}
	return NULL;
}

struct call *call_by_id(const struct td_engine *e, const char *id)
{
	const struct contact *c = contact_by_id(e, id);

	return c ? c->call : NULL;
}

struct contact *contact_lookup(const struct td_engine *e, uint32_t contact)
{
	struct str key = {(const char *)&contact, sizeof(contact)};

	for (struct hash_node *n = hash_first(&e->by_number, key); n; n = hash_next(n)) {
		struct contact *c = container_of(n, struct contact, by_number);

		if (c->number == contact)
			return c;
	}
	return NULL;
}

void call_party_add(struct call *c, struct party *p)
{
	assert(c->parties < PARTIES_MAX);
	c->party[c->parties++] = p;
}

void call_party_del(struct call *c, const struct party *p)
{
	unsigned i = 0;

	while (i < c->parties && c->party[i] != p)
		i++;
	if (i == c->parties)
		return;
	c->parties--;
	for (; i < c->parties; i++)
		c->party[i] = c->party[i + 1];
	if (c->partner == p)
		c->partner = NULL;
	if (c->bridged == p)
		c->bridged = NULL;
	if (c->taped == p)
		c->taped = NULL;
}

struct party *call_ringing(const struct call *c)
{
	for (unsigned i = 0; i < c->parties; i++)
		if (c->party[i] != c->caller && c->party[i]->state == PARTY_RINGING)
			return c->party[i];
	return NULL;
}

bool call_unconfirmed(const struct party *p)
{
	const struct call *c = p->call;

	return c && party_is_caller(p) && (!c->proven || c->state == CALL_UNCONFIRMED);
}

const char *party_role_name(const struct party *p)
{
	static const char *const roles[] = {
#define ROLE(id, name, turns, help) [TD_ROLE_##id] = (name),
		TD_ROLES(ROLE)
#undef ROLE
	};

	return roles[p->role];
}

unsigned call_talkers(const struct call *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < c->parties; i++)
		n += party_talks(c->party[i]);
	return n;
}

struct party *call_talker(const struct call *c)
{
	for (unsigned i = 0; i < c->parties; i++)
		if (party_talks(c->party[i]))
			return c->party[i];
	return NULL;
}

struct party *call_other(const struct call *c)
{
	struct party *talker = call_talker(c), *ringing = call_ringing(c);

	if (talker)
		return talker;
	return ringing ? ringing : c->partner;
}
