/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/site/distribute.h>
#include <engine/call/site/stay.h>
#include <errno.h>
#include <stdlib.h>

/* A contact can have QUEUED, OFFER, CANCEL and OVERFLOW outstanding, and one more OFFER while an
 * earlier one is withdrawn: 5, rounded up. */
#define OUTS_A_CONTACT 8
/* Calls, and as many without media. */
#define CONTACTS(e) (2 * (e)->params.max_calls)

static struct td_acd_limits limits(const struct td_engine *e)
{
	return (struct td_acd_limits){
		.queues = e->params.max.queues,
		.groups = e->params.max.groups,
		.agents = e->params.max.agents,
		.contacts = CONTACTS(e),
		.links = e->params.max.links,
	};
}

struct link *distribute_link(const struct td_engine *e, const struct agent *a)
{
	return objects_get(&e->links, a->acd.link);
}

/* The distributor has taken the offer off this link's room; NULL: off none, as there is no link or
 * the contact has no media. */
static struct link *offered(const struct td_engine *e, const struct td_acd_out *out)
{
	struct link *k = distribute_link(e, objects_get(&e->agents, out->agent));
	struct acd_contact_info info;

	if (!k || acd_contact_get(e->acd, out->contact, &info) < 0 ||
		!td_channel_media(info.channel))
		return NULL;
	k->offers++;
	if (k->told != TD_ACD_ROOM && k->told > 0)
		k->told--;
	return k;
}

static void output(void *ctx, const struct td_acd_out *out)
{
	struct td_engine *e = ctx;
	struct said said = {.out = *out};

	e->io.event(e->io.ctx, TD_EV_ACD_OUT, out, sizeof(*out));
	if (out->agent)
		mark(e, TD_CHECKPOINT_AGENT, out->agent - 1);
	if (out->type == TD_ACD_OUT_AGENT) {
		stay_begin(e, out);
		return;
	}
	if (out->type == TD_ACD_OUT_OFFER)
		said.link = offered(e, out);
	if (e->out_count == e->out_cap) {
		e->outs_lost++; /* cannot be, see OUTS_A_CONTACT; `show sip` would tell */
		return;
	}
	e->outs[(e->out_head + e->out_count++) % e->out_cap] = said;
}

int distribute_init(struct td_engine *e)
{
	struct td_acd_limits l = limits(e);

	e->out_cap = OUTS_A_CONTACT * CONTACTS(e);
	e->outs = calloc(e->out_cap, sizeof(*e->outs));
	if (!e->outs)
		return -ENOMEM;
	e->acd = acd_alloc(&l, output, e);
	return e->acd ? 0 : -ENOMEM;
}

void distribute_fini(struct td_engine *e)
{
	acd_free(e->acd);
	free(e->outs);
}

void distribute_start(struct td_engine *e)
{
	struct td_acd_limits l = limits(e);
	struct td_acd_in in = acd_limits_input(&l, e->now);

	distribute(e, &in);
}

int distribute(struct td_engine *e, struct td_acd_in *in)
{
	in->now = e->now;
	if (in->agent)
		mark(e, TD_CHECKPOINT_AGENT, in->agent - 1);
	e->io.event(e->io.ctx, TD_EV_ACD_IN, in, sizeof(*in));
	return acd_step(e->acd, in);
}

int distribute_event(struct td_engine *e, enum td_acd_in_type type, const struct agent *a,
	uint32_t contact, uint32_t reason)
{
	struct td_acd_in in;

	memset(&in, 0, sizeof(in));
	in.type = (uint16_t)type;
	in.agent = a ? a->object.number : 0;
	in.contact = contact;
	in.end.reason = reason;
	return distribute(e, &in);
}

void distribute_due(struct td_engine *e)
{
	if (acd_next(e->acd) <= e->now)
		distribute_event(e, TD_ACD_IN_ADVANCE, NULL, 0, 0);
}

bool distribute_next(struct td_engine *e, struct said *out)
{
	if (!e->out_count)
		return false;
	*out = e->outs[e->out_head];
	e->out_head = (e->out_head + 1) % e->out_cap;
	e->out_count--;
	return true;
}
