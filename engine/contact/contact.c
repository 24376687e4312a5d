/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/contact/contact.h>

const char *const contact_channels[TD_CHANNEL_COUNT] = {TD_CHANNELS(TD_WORD)};

bool contact_is(const struct contact *c)
{
	return c->call || c->state != CONTACT_NONE;
}

const char *contact_who(const struct contact *c)
{
	return c->cdr.caller[0] ? c->cdr.caller : c->cdr.customer;
}

const char *contact_channel(const struct contact *c)
{
	return contact_channels[c->cdr.channel];
}
