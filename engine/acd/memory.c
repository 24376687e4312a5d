/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of a distributor, and what is found in it by number. */
#include <errno.h>
#include <stdlib.h>
#include <engine/acd/internal.h>

static bool limits_fit(const struct td_acd_limits *l)
{
	return l->queues <= ACD_LIMIT_MAX && l->groups <= ACD_LIMIT_MAX &&
	       l->agents <= ACD_LIMIT_MAX && l->contacts <= ACD_LIMIT_MAX &&
	       l->links <= ACD_LIMIT_MAX;
}

/* Each table has one place more than its limit: numbers start at 1, and calloc(0) may give NULL. */
static int tables_init(struct acd *a)
{
	const struct td_acd_limits *l = &a->limits;
	int rc;

	a->group = calloc((size_t)l->groups + 1, sizeof(*a->group));
	a->queue = calloc((size_t)l->queues + 1, sizeof(*a->queue));
	a->agent = calloc((size_t)l->agents + 1, sizeof(*a->agent));
	a->link = calloc((size_t)l->links + 1, sizeof(*a->link));
	if (!a->group || !a->queue || !a->agent || !a->link)
		return -ENOMEM;
	rc = pool_init(&a->contacts, l->contacts, sizeof(struct acd_contact));
	/* The numbers are ours, so nobody can choose numbers that collide. A fixed seed is enough.
	 */
	if (!rc)
		rc = hash_init(&a->contact_by_number, l->contacts, 0);
	if (!rc)
		rc = timers_init(&a->timers, l->agents + l->contacts);
	return rc;
}

struct acd *acd_alloc(const struct td_acd_limits *limits, acd_out_fn *out, void *ctx)
{
	struct acd *a = NULL;
	int rc = -EINVAL;

	if (!limits_fit(limits))
		goto fail;
	rc = -ENOMEM;
	a = calloc(1, sizeof(*a));
	if (!a)
		goto fail;
	a->limits = *limits;
	a->out = out;
	a->ctx = ctx;
	rc = tables_init(a);
	if (rc)
		goto fail;
	STAILQ_INIT(&a->unmatched);
	for (uint32_t i = 1; i <= limits->groups; i++) {
		for (int ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
			tree_init(&a->group[i].idle[ch], idle_before);
			tree_init(&a->group[i].calling[ch], calling_before);
		}
	}
	for (uint32_t i = 1; i <= limits->links; i++) {
		TAILQ_INIT(&a->link[i].agents);
		a->link[i].room = TD_ACD_ROOM;
	}
	return a;
fail:
	acd_free(a);
	errno = -rc;
	return NULL;
}

void acd_free(struct acd *a)
{
	if (!a)
		return;
	timers_fini(&a->timers);
	hash_fini(&a->contact_by_number);
	pool_fini(&a->contacts);
	free(a->link);
	free(a->agent);
	free(a->queue);
	free(a->group);
	free(a);
}

void memberships_set(struct memberships *m, const uint32_t group[static TD_ACD_GROUPS], void *owner)
{
	*m = (struct memberships){0};
	for (int i = 0; i < TD_ACD_GROUPS; i++) {
		bool twice = false;

		for (int j = 0; j < m->count; j++)
			twice |= m->group[j] == group[i];
		if (group[i] == 0 || twice)
			continue;
		for (uint32_t ch = 0; ch < TD_CHANNEL_COUNT; ch++) {
			m->place[ch][m->count].owner = owner;
			m->place[ch][m->count].channel = ch;
		}
		m->group[m->count++] = group[i];
	}
}

struct acd_agent *agent_at(struct acd *a, uint32_t number)
{
	if (number == 0 || number > a->limits.agents || !a->agent[number].used)
		return NULL;
	return &a->agent[number];
}

struct acd_queue *queue_at(struct acd *a, uint32_t number)
{
	if (number == 0 || number > a->limits.queues || !a->queue[number].used)
		return NULL;
	return &a->queue[number];
}

struct acd_contact *contact_find(const struct acd *a, uint32_t number)
{
	struct str key = {(const char *)&number, sizeof(number)};

	for (struct hash_node *n = hash_first(&a->contact_by_number, key); n; n = hash_next(n)) {
		struct acd_contact *c = container_of(n, struct acd_contact, node);

		if (c->number == number)
			return c;
	}
	return NULL;
}

struct td_acd_in acd_limits_input(const struct td_acd_limits *limits, uint64_t now)
{
	struct td_acd_in in = {0};

	in.now = now;
	in.type = TD_ACD_IN_LIMITS;
	in.limits = *limits;
	return in;
}
