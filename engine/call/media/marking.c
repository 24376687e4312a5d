/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/media/marking.h>
#include <engine/call/site/trunk.h>
#include <stdlib.h>
#include <string.h>

static int by_address(const void *a, const void *b)
{
	const struct marked *x = a, *y = b;

	/* All bytes of an address are significant (include/tandem/types.h). */
	return memcmp(&x->contact, &y->contact, sizeof(x->contact));
}

struct marked *marking_telephones(const struct td_conf *conf, uint32_t *count)
{
	const struct conf_list *agents = &conf->of[TD_KIND_AGENT];
	struct marked *m = calloc(agents->count + 1, sizeof(*m));
	uint32_t n = 0;

	if (!m)
		return NULL;
	for (uint32_t i = 0; i < agents->count; i++)
		if (agents->agent[i].contact.family && agents->agent[i].sip_dscp != TD_DSCP_SITE)
			m[n++] = (struct marked){.contact = agents->agent[i].contact,
				.sip_dscp = agents->agent[i].sip_dscp};
	if (n)
		qsort(m, n, sizeof(*m), by_address);
	*count = n;
	return m;
}

static uint8_t site_or(uint8_t site, uint8_t own)
{
	return own == TD_DSCP_SITE ? site : own;
}

uint8_t marking_sip(const struct td_engine *e, const struct td_flow *flow)
{
	uint8_t site = e->conf ? conf_site(e->conf)->sip_dscp : 0;
	struct marked wanted = {.contact = flow->remote};
	struct td_flow known = *flow;
	const struct marked *m;

	/* Who comes for the first time, and requests outside calls, are not known yet. */
	if (trunk_know(e, &known))
		return site_or(site, known.trunk ? trunk_of(e, &known)->conf.sip_dscp
						 : trunk_agent_of(e, &known)->conf.sip_dscp);
	m = e->marked_count ? bsearch(&wanted, e->marked, e->marked_count, sizeof(*m), by_address)
			    : NULL;
	return m ? m->sip_dscp : site;
}

uint8_t marking_rtp(const struct td_engine *e, const struct party *p)
{
	uint8_t site = conf_site(e->conf)->rtp_dscp;
	const struct call *c = p->call;

	if (p->agent)
		return site_or(site, p->agent->conf.rtp_dscp);
	if (p->trunk)
		return site_or(site, p->trunk->conf.rtp_dscp);
	return site_or(site, c->trunk ? c->trunk->conf.rtp_dscp : c->calling_agent->conf.rtp_dscp);
}
