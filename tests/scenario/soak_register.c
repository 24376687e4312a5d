/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telephones on streams. Each registers every 20 s, and again soon after its stream has ended.
 * Calls come to it by that stream. A few octets of text are all that it needs of SIP.
 */
#include <stdio.h>
#include <string.h>
#include <tests/scenario/credentials.h>
#include <tests/scenario/peer.h>
#include <tests/scenario/soak.h>

#define AGAIN_NS (20 * TD_NSEC_PER_SEC)
#define MESSAGE  1024

static struct td_flow flow_of(const struct soak_registrant *r)
{
	return (struct td_flow){
		soak_ip(100 + r->agent, 30), soak_ip(1, 30), TD_TRANSPORT_TCP, r->connection};
}

static void say(struct soak_registrant *r, const char *authorization)
{
	struct td_flow flow = flow_of(r);
	char text[MESSAGE];
	int n = snprintf(text, sizeof(text),
		"REGISTER sip:" CREDENTIALS_DOMAIN " SIP/2.0\r\n"
		"Via: SIP/2.0/TCP 10.30.0.%u;branch=z9hG4bK-reg-%u-%u\r\n"
		"From: <sip:a%u@" CREDENTIALS_DOMAIN ">;tag=r\r\n"
		"To: <sip:a%u@" CREDENTIALS_DOMAIN ">\r\nCall-ID: reg-%u\r\n"
		"CSeq: %u REGISTER\r\nContact: <sip:a%u@10.30.0.%u;transport=tcp>\r\n"
		"Expires: 60\r\n%sContent-Length: 0\r\n\r\n",
		100 + r->agent, r->agent, r->cseq + 1, r->agent, r->agent, r->agent, r->cseq + 1,
		r->agent, 100 + r->agent, authorization);

	r->cseq++;
	net_send(&r->soak->net, r->soak->now, &flow, (const uint8_t *)text, (size_t)n);
	r->connection = flow.connection;
}

static void due(struct timer *timer, uint64_t now)
{
	struct soak_registrant *r =
		(struct soak_registrant *)((char *)timer - offsetof(struct soak_registrant, timer));

	say(r, "");
	timer_set(&r->soak->timers, timer, r->soak->now + AGAIN_NS);
}

void soak_register_start(struct soak *s)
{
	for (unsigned i = 0; i < REGISTRANTS; i++) {
		struct soak_registrant *r = &s->registrant[i];

		*r = (struct soak_registrant){.soak = s, .agent = REGISTRANT_AGENT(i)};
		r->timer.fire = due;
		timer_set(&s->timers, &r->timer, s->now);
	}
}

static struct soak_registrant *registrant_at(struct soak *s, const struct td_addr *local)
{
	for (unsigned i = 0; i < REGISTRANTS; i++)
		if (soak_ip(100 + s->registrant[i].agent, 30).ip4 == local->ip4)
			return &s->registrant[i];
	return NULL;
}

bool soak_register_takes(
	struct soak *s, const struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct soak_registrant *r = registrant_at(s, &flow->local);
	char text[MESSAGE], what[16], value[256], user[8], authorization[512];

	if (!r || len >= sizeof(text) || !memmem(data, len, " REGISTER\r\n", 11))
		return false;
	memcpy(text, data, len);
	text[len] = '\0';
	peer_what(text, what, sizeof(what));
	s->registered += strcmp(what, "200") == 0;
	peer_header(text, "WWW-Authenticate", value, sizeof(value));
	snprintf(user, sizeof(user), "a%u", r->agent);
	if (strcmp(what, "401") == 0 && credentials_encode("REGISTER", user, user, value,
						authorization, sizeof(authorization)))
		say(r, authorization);
	return true;
}

void soak_register_broken(struct soak *s, const struct td_flow *flow)
{
	struct soak_registrant *r = registrant_at(s, &flow->local);

	if (!r || r->connection != flow->connection)
		return;
	r->connection = 0;
	timer_set(&s->timers, &r->timer,
		s->now + (1 + prng_below(&s->prng, 3000)) * TD_NSEC_PER_MSEC);
}
