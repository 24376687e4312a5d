/* SPDX-License-Identifier: BSD-3-Clause */
/* What telephones and carriers of a script send and get. */
#include <ctype.h>
#include <engine/base/addr.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/credentials.h>
#include <tests/scenario/script.h>

#define DOMAIN CREDENTIALS_DOMAIN

struct peer *phone_find(struct script *s, const char *name)
{
	for (unsigned i = 0; i < s->peers; i++)
		if (strcmp(s->peer[i].name, name) == 0)
			return &s->peer[i];
	return NULL;
}

struct peer *phone_at(struct script *s, const struct td_flow *flow)
{
	struct peer *other = NULL;

	for (unsigned i = 0; flow->connection && i < s->peers; i++)
		if (s->peer[i].connection == flow->connection ||
			s->peer[i].lost == flow->connection)
			return &s->peer[i];
	for (unsigned i = s->peers; i-- > 0;)
		if (addr_equal(&s->peer[i].addr, &flow->remote) &&
			(!other || s->peer[i].transport == flow->transport ||
				other->transport != flow->transport))
			other = &s->peer[i];
	return other;
}

static void host_encode(const struct td_addr *a, char *out, size_t size)
{
	char text[ADDR_TEXT];

	snprintf(out, size, a->family == 6 ? "[%s]" : "%s", addr_encode_ip(a, text));
}

void phone_add(struct script *s, const char *name, const char *address, enum td_transport transport)
{
	struct peer *p = &s->peer[s->peers];

	if (s->peers == SCRIPT_PEERS || addr_decode(&p->addr, str_of(address)) < 0) {
		complain(s, "peer %s: too many, or no address", name);
		return;
	}
	s->peers++;
	if (!p->addr.port)
		p->addr.port = 5060;
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->transport = transport;
	host_encode(&p->addr, p->host, sizeof(p->host));
	p->engine = p->addr;
	p->engine.port = 5060;
	if (p->addr.family == 6) {
		memset(p->engine.ip6 + 8, 0, 8);
		p->engine.ip6[15] = 1;
	} else {
		p->engine.ip4 = (p->engine.ip4 & 0x00ffffff) | 0x01000000;
	}
	host_encode(&p->engine, p->engine_host, sizeof(p->engine_host));
}

/* By which it sends. A stream that was not there, or has ended, is made anew. */
static struct td_flow flow_of(struct script *s, struct peer *p)
{
	if (p->transport != TD_TRANSPORT_UDP && !p->connection)
		p->connection = ++s->connections;
	return (struct td_flow){p->engine, p->addr, p->transport, p->connection};
}

static void send(struct script *s, struct peer *p, const char *msg)
{
	const struct td_flow flow = flow_of(s, p);

	world_sip(s->world, &flow, msg, strlen(msg));
}

void phone_break(struct script *s, struct peer *p, bool silently)
{
	const struct td_flow flow = {p->engine, p->addr, p->transport, p->connection};

	if (!p->connection) {
		complain(s, "%s has no connection", p->name);
		return;
	}
	p->connection = 0;
	if (silently)
		p->lost = flow.connection;
	else
		world_flow_failed(s->world, &flow);
}

/* As if so many proxies had passed it on, with long branches. */
static void add_vias(char *headers, size_t size, unsigned long count)
{
	size_t n = strlen(headers);

	for (unsigned long i = 0; i < count && n < size; i++)
		n += (size_t)snprintf(headers + n, size - n,
			"Via: SIP/2.0/TCP proxy%lu.carrier.example;branch=z9hG4bK%0900lu\r\n", i,
			i);
}

/* For the challenge that p got last, "carol", or "carol/bob": with bob's password. */
static void add_authorization(struct script *s, const struct peer *p, const char *method,
	const char *who, char *headers, size_t size)
{
	int n = (int)strcspn(who, "/");
	char user[32], challenge[512];
	size_t at = strlen(headers);

	snprintf(user, sizeof(user), "%.*s", n, who);
	peer_header(p->final, "WWW-Authenticate", challenge, sizeof(challenge));
	if (!credentials_encode(
		    method, user, who[n] ? who + n + 1 : user, challenge, headers + at, size - at))
		complain(s, "no challenge: '%s'", challenge);
}

/* carrier > INVITE 4989100 sdp="10.20.0.10:4000/8,101" head="X: y" body="..." type=... */
void phone_send(struct script *s, struct peer *p, char *word[], unsigned n)
{
	const char *number = "", *type = "application/sdp";
	static char msg[PEER_MSG], headers[PEER_MSG];
	char body[1024] = "", tag[sizeof(p->local_tag)] = "";
	const struct peer *passed = NULL;
	bool to_invite = false;

	headers[0] = '\0';

	for (unsigned i = 3; i < n; i++) {
		if (strncmp(word[i], "sdp=", 4) == 0) {
			peer_sdp(word[i] + 4, body, sizeof(body));
		} else if (strncmp(word[i], "head=", 5) == 0) {
			strncat(headers, word[i] + 5, sizeof(headers) - strlen(headers) - 3);
			strcat(headers, "\r\n");
		} else if (strncmp(word[i], "vias=", 5) == 0) {
			add_vias(headers, sizeof(headers), strtoul(word[i] + 5, NULL, 10));
		} else if (strncmp(word[i], "body=", 5) == 0) {
			snprintf(body, sizeof(body), "%s", word[i] + 5);
		} else if (strncmp(word[i], "from=", 5) == 0) {
			snprintf(p->caller, sizeof(p->caller), "%s", word[i] + 5);
		} else if (strncmp(word[i], "type=", 5) == 0) {
			type = word[i] + 5;
		} else if (strncmp(word[i], "auth=", 5) == 0) {
			add_authorization(s, p, word[2], word[i] + 5, headers, sizeof(headers));
		} else if (strncmp(word[i], "hops=", 5) == 0) {
			p->hops = PEER_HOPS - (unsigned)strtoul(word[i] + 5, NULL, 10);
		} else if (strncmp(word[i], "tag=", 4) == 0) {
			snprintf(tag, sizeof(tag), "%s", p->local_tag);
			snprintf(p->local_tag, sizeof(p->local_tag), "%s", word[i] + 4);
		} else if (strncmp(word[i], "passes=", 7) == 0) {
			passed = phone_find(s, word[i] + 7);
			if (!passed)
				complain(s, "there is no peer %s", word[i] + 7);
		} else if (strcmp(word[i], "INVITE") == 0) {
			to_invite = true;
		} else {
			number = word[i];
		}
	}
	for (char *c = body; (c = strchr(c, ';')) && strcmp(type, "application/dtmf-relay") == 0;)
		*c = '\n';
	if (isdigit((unsigned char)word[2][0])) {
		peer_response(p, atoi(word[2]), to_invite || word[2][0] == '1', type, body, msg,
			sizeof(msg));
		peer_add_headers(msg, sizeof(msg), headers);
		if (tag[0])
			snprintf(p->local_tag, sizeof(p->local_tag), "%s", tag);
	} else {
		if (number[0])
			p->call_id[0] = '\0';
		if (passed)
			peer_pass_on(p, passed);
		peer_request(p, word[2], number, headers, type, body, msg, sizeof(msg));
	}
	send(s, p, msg);
}

static bool sip_is_for(struct script *s, const struct out *o, const struct peer *p)
{
	char id[PEER_FIELD];

	if (!addr_equal(&o->by.remote, &p->addr))
		return false;
	peer_header(o->text, "Call-ID", id, sizeof(id));
	if (p->call_id[0])
		return strcmp(id, p->call_id) == 0;
	for (unsigned i = 0; i < s->peers; i++)
		if (strcmp(s->peer[i].call_id, id) == 0)
			return false; /* another dialog's */
	return strncmp(o->text, "INVITE ", 7) == 0;
}

/* carrier < 200 has="a=sendrecv" no="telephone-event" */
void phone_receive(struct script *s, struct peer *p, char *word[], unsigned n)
{
	for (unsigned i = 0; i < s->outs; i++) {
		struct out *o = &s->out[i];
		char what[32];

		if (o->channel != SIP || o->taken || !sip_is_for(s, o, p))
			continue;
		peer_what(o->text, what, sizeof(what));
		if (strcmp(what, word[2]) != 0) {
			complain(s, "%s got %s, not %s", p->name, what, word[2]);
			return;
		}
		for (unsigned k = 3; k < n; k++) {
			if (strncmp(word[k], "has=", 4) == 0 && !strstr(o->text, word[k] + 4))
				complain(s, "no \"%s\" in:\n%s", word[k] + 4, o->text);
			if (strncmp(word[k], "dscp=", 5) == 0 && atoi(word[k] + 5) != o->dscp)
				complain(s, "marked %u, not %s", o->dscp, word[k] + 5);
			if (strncmp(word[k], "by=", 3) == 0 &&
				strtoul(word[k] + 3, NULL, 10) != o->by.connection)
				complain(s, "by connection %u, not %s", o->by.connection,
					word[k] + 3);
			if (strncmp(word[k], "no=", 3) == 0 && strstr(o->text, word[k] + 3))
				complain(s, "\"%s\" in:\n%s", word[k] + 3, o->text);
		}
		o->taken = true;
		peer_learn(p, o->text);
		return;
	}
	complain(s, "%s got nothing, not %s", p->name, word[2]);
}

void phone_move(struct script *s, struct peer *p, const char *address)
{
	if (addr_decode(&p->addr, str_of(address)) < 0 || !p->addr.port)
		complain(s, "%s is no address and port", address);
	host_encode(&p->addr, p->host, sizeof(p->host));
}

void phone_register(struct script *s, struct peer *p, const char *expires, bool talking)
{
	static char msg[PEER_MSG];
	static struct peer dialog;
	char headers[1024], authorization[768], value[512], user[32];

	dialog = *p;
	snprintf(user, sizeof(user), "%.*s", (int)strcspn(p->name, "."), p->name);
	snprintf(p->call_id, sizeof(p->call_id), "reg-%s-%u", p->name, ++p->calls);
	snprintf(p->local_tag, sizeof(p->local_tag), "r%s", p->name);
	snprintf(p->local_uri, sizeof(p->local_uri), "<sip:%s@" DOMAIN ">", user);
	snprintf(p->remote, sizeof(p->remote), "%s", p->local_uri);
	snprintf(p->target, sizeof(p->target), "sip:" DOMAIN);
	snprintf(headers, sizeof(headers), "Expires: %s\r\n", expires);
	for (int round = 0; round < 2; round++) {
		char what[16] = "";
		unsigned from = s->outs;

		peer_request(p, "REGISTER", "", headers, "", "", msg, sizeof(msg));
		send(s, p, msg);
		for (unsigned i = from; i < s->outs; i++)
			if (s->out[i].channel == SIP &&
				addr_equal(&s->out[i].by.remote, &p->addr) &&
				strncmp(s->out[i].text, "SIP/2.0 ", 8) == 0 &&
				strstr(s->out[i].text, " REGISTER\r\n")) {
				peer_what(s->out[i].text, what, sizeof(what));
				peer_header(
					s->out[i].text, "WWW-Authenticate", value, sizeof(value));
				s->out[i].taken = true;
			}
		if (strcmp(what, round == 0 ? "401" : "200") != 0) {
			complain(s, "REGISTER of %s got %s", p->name, what);
			break;
		}
		if (round == 1)
			break;
		if (!credentials_encode(
			    "REGISTER", user, user, value, authorization, sizeof(authorization))) {
			complain(s, "no challenge: %s", value);
			break;
		}
		snprintf(headers, sizeof(headers), "Expires: %s\r\n%s", expires, authorization);
	}
	p->call_id[0] = p->target[0] = '\0';
	if (!talking)
		return;
	dialog.connection = p->connection;
	dialog.calls = p->calls;
	dialog.branches = p->branches;
	*p = dialog;
}
