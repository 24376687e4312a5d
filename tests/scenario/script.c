/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs scenario files (README.md has the language) against td_engine in virtual time. Each file is
 * run twice with one seed, and both runs must say the same, byte for byte; then calls must have
 * left nothing behind, and the distributor's journal must replay to the same decisions.
 *
 *     scenario site.conf FILE.scn...
 */
#include <ctype.h>
#include <engine/base/addr.h>
#include <engine/sip/registrar/digest.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/peer.h>
#include <tests/scenario/world.h>

#define SEED      0x7461
#define MAX_CALLS 3
#define LEGS      4000
#define PEERS     16
#define OUTS      1024
#define WORDS     24
#define SETTLE_NS (120 * TD_NSEC_PER_SEC) /* all transactions and timers end within */
#define PASSWORD  "-secret"
#define DOMAIN    "tandem.example"

enum channel { SIP, MEDIA, LOG, CDR, SESSION, RECORD, STORY, ALARM, CHANNELS };
static const char *const channel_names[CHANNELS] = {
	"sip", "media", "log", "cdr", "session", "record", "story", "alarm"};

struct out { /* one thing the engine said that no line of the script has named yet */
	enum channel channel;
	bool taken;
	struct td_addr to;
	uint8_t dscp; /* of SIP */
	char text[PEER_MSG];
};

struct script {
	const char *file;
	unsigned line;
	struct world *world;
	struct peer peer[PEERS];
	unsigned peers;
	char leg_name[LEGS][12];
	struct out *out;
	unsigned outs;
	char pending[4096]; /* set and del lines, until another line comes */
	char last_call[TD_CALL_ID_BYTES];
	bool failed;
};

static void complain(struct script *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void complain(struct script *s, const char *fmt, ...)
{
	va_list ap;

	if (s->failed)
		return;
	s->failed = true;
	fprintf(stderr, "%s:%u: ", s->file, s->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nnot named yet:\n");
	for (unsigned i = 0; i < s->outs; i++)
		if (!s->out[i].taken && s->out[i].channel != STORY && s->out[i].channel != SESSION)
			fprintf(stderr, "  %s %.*s\n", channel_names[s->out[i].channel],
				(int)strcspn(s->out[i].text, "\r\n"), s->out[i].text);
}

static struct out *out_new(struct script *s, enum channel channel)
{
	struct out *o;

	if (s->outs == OUTS) { /* those already named may go */
		unsigned kept = 0;

		for (unsigned i = 0; i < s->outs; i++)
			if (!s->out[i].taken && s->out[i].channel != STORY)
				s->out[kept++] = s->out[i];
		s->outs = kept;
	}
	if (s->outs == OUTS) {
		complain(s, "more than %d outputs that no line names", OUTS);
		s->outs = 0;
	}
	o = &s->out[s->outs++];
	*o = (struct out){.channel = channel};
	return o;
}

static void on_sip(void *ctx, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const uint8_t *data, size_t len)
{
	struct out *o = out_new(ctx, SIP);

	o->to = *remote;
	o->dscp = dscp;
	snprintf(o->text, sizeof(o->text), "%.*s", (int)len, (const char *)data);
}

static const char *leg_label(struct script *s, uint32_t leg)
{
	static const char *const free_names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	if (leg >= LEGS)
		return "?";
	for (unsigned n = 0; !s->leg_name[leg][0] && n < 8; n++) {
		bool used = false;

		for (unsigned i = 0; i < LEGS; i++)
			used |= strcmp(s->leg_name[i], free_names[n]) == 0;
		if (!used)
			snprintf(s->leg_name[leg], sizeof(s->leg_name[leg]), "%s", free_names[n]);
	}
	return s->leg_name[leg];
}

static void leg_text(const struct td_leg_params *p, char *out, size_t size)
{
	char remote[ADDR_TEXT], sip[ADDR_TEXT];

	snprintf(out, size,
		"remote=%s sip=%s pt=%u dtmf=%u policy=%u flags=%s%s%s%s acct=%u dscp=%u",
		addr_encode(&p->remote, remote), addr_encode(&p->sip, sip), p->pt, p->dtmf_pt,
		p->policy, p->flags & TD_LEG_SEND ? "s" : "", p->flags & TD_LEG_RECV ? "r" : "",
		p->flags & TD_LEG_RTCP_MUX ? "m" : "", p->flags & TD_LEG_SRTP ? "x" : "", p->acct,
		p->dscp);
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
	struct script *s = ctx;
	struct out *o = out_new(s, MEDIA);
	const char *leg = leg_label(s, cmd->leg);
	char text[256];

	switch (cmd->op) {
	case TD_MEDIA_LEG_ADD:
	case TD_MEDIA_LEG_SET:
		leg_text(&cmd->leg_params, text, sizeof(text));
		snprintf(o->text, sizeof(o->text), "%s %s %s",
			cmd->op == TD_MEDIA_LEG_ADD ? "ADD" : "SET", leg, text);
		break;
	case TD_MEDIA_LEG_DEL:
		snprintf(o->text, sizeof(o->text), "DEL %s", leg);
		s->leg_name[cmd->leg][0] = '\0';
		break;
	case TD_MEDIA_BRIDGE:
		snprintf(o->text, sizeof(o->text), "BRIDGE %s %s", leg, leg_label(s, cmd->peer));
		break;
	case TD_MEDIA_UNBRIDGE:
		snprintf(o->text, sizeof(o->text), "UNBRIDGE %s", leg);
		break;
	case TD_MEDIA_PLAY:
		snprintf(o->text, sizeof(o->text), "PLAY %s sound=%u loop=%u", leg, cmd->play.sound,
			cmd->play.loop);
		break;
	case TD_MEDIA_TAP:
		snprintf(o->text, sizeof(o->text), "TAP %s recording=%u channel=%u", leg,
			cmd->tap.recording, cmd->tap.channel);
		break;
	case TD_MEDIA_SRTP_IN:
	case TD_MEDIA_SRTP_OUT:
		snprintf(o->text, sizeof(o->text),
			"SRTP-%s %s suite=%u mki=%u fresh=%u key=%02x%02x",
			cmd->op == TD_MEDIA_SRTP_IN ? "IN" : "OUT", leg, cmd->srtp.suite,
			cmd->srtp.mki_len, cmd->srtp.fresh, cmd->srtp.key[0], cmd->srtp.key[1]);
		break;
	default:
		snprintf(o->text, sizeof(o->text), "op%u %s", cmd->op, leg);
	}
}

static const char *const disposition[] = {
	"none", "answered", "abandoned", "overflowed", "rejected", "failed"};
static const char *const by[] = {"us", "caller", "agent"};
static const char *const states[] = {"logged-out", "available", "reserved", "ringing", "talking",
	"wrap-up", "paused", "not-responding"};

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	struct script *s = ctx;
	const struct td_ev_queue_log *l = payload;
	const struct td_ev_cdr *c = payload;
	const struct td_ev_agent_session *a = payload;
	const struct td_ev_story *t = payload;
	const struct td_ev_alarm *m = payload;
	struct out *o;

	switch (type) {
	case TD_EV_QUEUE_LOG:
		o = out_new(s, LOG);
		snprintf(o->text, sizeof(o->text), "%s %s %s [%s|%s|%s|%s]", l->event, l->queue,
			l->agent, l->data[0], l->data[1], l->data[2], l->data[3]);
		break;
	case TD_EV_CDR:
		o = out_new(s, CDR);
		snprintf(o->text, sizeof(o->text),
			"%s by=%s code=%u caller=%s dialled=%s trunk=%s to=%s cause=%u queue=%s "
			"agent=%s "
			"digits=%s "
			"wait=%u ring=%u talk=%u attempts=%u recording=%u in=%llu,%llu answered=%d "
			"mos=%u/%u,%u/%u silent=%u/%u,%u/%u",
			disposition[c->disposition], by[c->ended_by], c->sip_code, c->caller,
			c->dialled, c->trunk, c->to_trunk, c->cause, c->queue, c->agent, c->digits,
			c->wait_ms, c->ring_ms, c->talk_ms, c->attempts, c->recording,
			(unsigned long long)c->caller_media.in_packets,
			(unsigned long long)c->agent_media.in_packets, c->answered != 0,
			c->caller_quality.in.mos_mean, c->caller_quality.in.mos_worst,
			c->caller_quality.out.mos_mean, c->caller_quality.out.mos_worst,
			c->caller_quality.silences, c->caller_quality.silent_ms,
			c->agent_quality.silences, c->agent_quality.silent_ms);
		break;
	case TD_EV_AGENT_SESSION:
		o = out_new(s, SESSION);
		snprintf(o->text, sizeof(o->text), "%s %s %llu %s", a->agent, states[a->state],
			(unsigned long long)((a->to - a->from) / TD_NSEC_PER_MSEC), a->reason);
		break;
	case TD_EV_ALARM:
		o = out_new(s, ALARM);
		snprintf(o->text, sizeof(o->text), "%s %s: %s", m->raised ? "raised" : "cleared",
			m->name, m->text);
		break;
	case TD_EV_STORY:
		o = out_new(s, STORY);
		snprintf(o->text, sizeof(o->text), "%s", t->text);
		snprintf(s->last_call, sizeof(s->last_call), "%s", t->call);
		break;
	}
}

static void on_record(void *ctx, uint32_t recording, const char *call)
{
	struct out *o = out_new(ctx, RECORD);

	snprintf(o->text, sizeof(o->text), "%u %s", recording, call ? "starts" : "ends");
}

/* Words; "..." is one word, so is key="...". */
static unsigned split(char *line, char *word[WORDS])
{
	unsigned n = 0;

	for (char *at = line; n < WORDS;) {
		char *to;
		bool quoted = false;

		at += strspn(at, " \t\n");
		if (!*at || *at == '#')
			break;
		word[n++] = to = at;
		for (; *at && (quoted || !isspace((unsigned char)*at)); at++) {
			if (*at == '"')
				quoted = !quoted;
			else
				*to++ = *at;
		}
		if (*at)
			at++;
		*to = '\0';
	}
	return n;
}

/* "500ms" "5s" "2m" -> ns; 0 is no time. */
static uint64_t duration(const char *text)
{
	char *unit;
	double value = strtod(text, &unit);

	if (strcmp(unit, "ms") == 0)
		return (uint64_t)(value * 1e6);
	if (strcmp(unit, "s") == 0)
		return (uint64_t)(value * 1e9);
	return strcmp(unit, "m") == 0 ? (uint64_t)(value * 60e9) : 0;
}

static struct peer *peer_find(struct script *s, const char *name)
{
	for (unsigned i = 0; i < s->peers; i++)
		if (strcmp(s->peer[i].name, name) == 0)
			return &s->peer[i];
	return NULL;
}

static void host_encode(const struct td_addr *a, char *out, size_t size)
{
	char text[ADDR_TEXT];

	snprintf(out, size, a->family == 6 ? "[%s]" : "%s", addr_encode_ip(a, text));
}

static void peer_add(struct script *s, const char *name, const char *address)
{
	struct peer *p = &s->peer[s->peers];

	if (s->peers == PEERS || addr_decode(&p->addr, str_of(address)) < 0) {
		complain(s, "peer %s: too many, or no address", name);
		return;
	}
	s->peers++;
	if (!p->addr.port)
		p->addr.port = 5060;
	snprintf(p->name, sizeof(p->name), "%s", name);
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

static void send(struct script *s, const struct peer *p, const char *msg)
{
	world_sip(s->world, &p->engine, &p->addr, msg, strlen(msg));
}

/* carrier > INVITE 4989100 sdp="10.20.0.10:4000/8,101" head="X: y" body="..." type=... */
static void do_send(struct script *s, struct peer *p, char *word[], unsigned n)
{
	const char *number = "", *type = "application/sdp";
	char body[1024] = "", headers[512] = "", msg[PEER_MSG];
	bool to_invite = false;

	for (unsigned i = 3; i < n; i++) {
		if (strncmp(word[i], "sdp=", 4) == 0) {
			peer_sdp(word[i] + 4, body, sizeof(body));
		} else if (strncmp(word[i], "head=", 5) == 0) {
			strncat(headers, word[i] + 5, sizeof(headers) - strlen(headers) - 3);
			strcat(headers, "\r\n");
		} else if (strncmp(word[i], "body=", 5) == 0) {
			snprintf(body, sizeof(body), "%s", word[i] + 5);
		} else if (strncmp(word[i], "from=", 5) == 0) {
			snprintf(p->caller, sizeof(p->caller), "%s", word[i] + 5);
		} else if (strncmp(word[i], "type=", 5) == 0) {
			type = word[i] + 5;
		} else if (strcmp(word[i], "INVITE") == 0) {
			to_invite = true;
		} else {
			number = word[i];
		}
	}
	for (char *c = body; (c = strchr(c, ';')) && strcmp(type, "application/dtmf-relay") == 0;)
		*c = '\n';
	if (isdigit((unsigned char)word[2][0])) {
		peer_response(
			p, atoi(word[2]), to_invite || word[2][0] == '1', body, msg, sizeof(msg));
	} else {
		if (number[0])
			p->call_id[0] = '\0';
		peer_request(p, word[2], number, headers, type, body, msg, sizeof(msg));
	}
	send(s, p, msg);
}

static bool sip_is_for(struct script *s, const struct out *o, const struct peer *p)
{
	char id[PEER_FIELD];

	if (!addr_equal(&o->to, &p->addr))
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
static void do_receive(struct script *s, struct peer *p, char *word[], unsigned n)
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
			if (strncmp(word[k], "no=", 3) == 0 && strstr(o->text, word[k] + 3))
				complain(s, "\"%s\" in:\n%s", word[k] + 3, o->text);
		}
		o->taken = true;
		peer_learn(p, o->text);
		return;
	}
	complain(s, "%s got nothing, not %s", p->name, word[2]);
}

/* Every word must be one of the text's: key=value anywhere, the others in their order. */
static bool words_match(const char *text, char *word[], unsigned from, unsigned n)
{
	char padded[PEER_MSG + 2];
	const char *at = padded;

	snprintf(padded, sizeof(padded), " %s ", text);
	for (unsigned i = from; i < n; i++) {
		char needle[256];

		snprintf(needle, sizeof(needle), " %s ", word[i]);
		if (strchr(word[i], '=')) {
			if (!strstr(padded, needle))
				return false;
			continue;
		}
		at = strstr(at, needle);
		if (!at)
			return false;
		at++;
	}
	return true;
}

static void do_expect(struct script *s, enum channel channel, char *word[], unsigned n)
{
	for (unsigned i = 0; i < s->outs; i++) {
		struct out *o = &s->out[i];

		if (o->channel != channel || o->taken)
			continue;
		if (words_match(o->text, word, 2, n)) {
			o->taken = true;
			return;
		}
		if (channel == SESSION || channel == STORY)
			continue; /* those are looked for, not complete */
		complain(s, "%s: got \"%s\"", channel_names[channel], o->text);
		return;
	}
	complain(s, "%s: nothing like it", channel_names[channel]);
}

static void forget(struct script *s)
{
	s->outs = 0;
}

static void do_register(struct script *s, struct peer *p, const char *expires)
{
	char headers[1024], msg[PEER_MSG], value[512], user[32], text[128];
	char ha1[DIGEST_HEX_BYTES], response[DIGEST_HEX_BYTES];
	struct sip_auth a;

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
			if (s->out[i].channel == SIP && addr_equal(&s->out[i].to, &p->addr)) {
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
		snprintf(text, sizeof(text), "%s:" DOMAIN ":%s" PASSWORD, user, user);
		digest_hash(TD_DIGEST_MD5, str_of(text), ha1);
		if (sip_auth_decode(&a, str_of(value)) < 0) {
			complain(s, "no challenge: %s", value);
			break;
		}
		a.uri = STR("sip:" DOMAIN);
		a.cnonce = STR("0a4f113b");
		a.nc = STR("00000001");
		a.qop = STR("auth");
		digest_response(TD_DIGEST_MD5, str_of(ha1), STR("REGISTER"), &a, response);
		snprintf(headers, sizeof(headers),
			"Expires: %s\r\nAuthorization: Digest username=\"%s\", realm=\"" DOMAIN
			"\", nonce=\"%.*s\", uri=\"sip:" DOMAIN
			"\", response=\"%s\", algorithm=MD5, "
			"cnonce=\"0a4f113b\", qop=auth, nc=00000001\r\n",
			expires, user, STR_FMT(a.nonce), response);
	}
	p->call_id[0] = p->target[0] = '\0';
}

static void do_admin(struct script *s, char *word[], unsigned n)
{
	static const char *const actions[] = {"login", "logout", "pause", "unpause", "ready"};
	struct td_text err = {""};
	int rc = -EINVAL;

	for (unsigned i = 0; n >= 3 && i < 5; i++)
		if (strcmp(word[2], actions[i]) == 0)
			rc = td_engine_agent(s->world->engine, s->world->now, word[1], i,
				n > 3 ? word[3] : "", &err);
	if (rc < 0)
		complain(s, "agent: %s", err.s);
	world_run(s->world, s->world->now);
}

static uint32_t leg_find(struct script *s, const char *name)
{
	for (uint32_t leg = 0; leg < LEGS; leg++)
		if (strcmp(s->leg_name[leg], name) == 0)
			return leg;
	complain(s, "there is no leg %s", name);
	return 0;
}

static uint32_t number_of(char *word[], unsigned n, const char *key)
{
	size_t k = strlen(key);

	for (unsigned i = 2; i < n; i++)
		if (strncmp(word[i], key, k) == 0 && word[i][k] == '=')
			return (uint32_t)strtoul(word[i] + k + 1, NULL, 0);
	return 0;
}

/* What a worker says of a leg: first a; silent a 1500 [never]; heard a 3000; stats a in=250 ... */
static bool do_media(struct script *s, char *word[], unsigned n)
{
	struct td_media_event ev = {0};

	if (strcmp(word[0], "first") == 0) {
		ev.type = TD_MEDIA_FIRST_RTP;
	} else if (n > 2 && (strcmp(word[0], "silent") == 0 || strcmp(word[0], "heard") == 0)) {
		ev.type = word[0][0] == 's' ? TD_MEDIA_SILENT : TD_MEDIA_HEARD;
		ev.silence.ms = (uint32_t)strtoul(word[2], NULL, 10);
		ev.silence.never = n > 3;
	} else if (strcmp(word[0], "stats") == 0) {
		ev.type = TD_MEDIA_LEG_STATS;
		ev.stats = (struct td_leg_stats){.in_expected = number_of(word, n, "in"),
			.in_lost = (int32_t)number_of(word, n, "lost"),
			.in_jitter = number_of(word, n, "jitter"),
			.out_reports = number_of(word, n, "reports"),
			.out_seq_max = number_of(word, n, "seq"),
			.out_lost = (int32_t)number_of(word, n, "out-lost"),
			.rtt_us = number_of(word, n, "rtt")};
	} else {
		return false;
	}
	world_media(s->world, leg_find(s, word[1]), &ev);
	return true;
}

static void configure(struct script *s)
{
	struct td_text err;

	if (!s->pending[0])
		return;
	if (world_config(s->world, s->pending, &err) < 0)
		complain(s, "%s", err.s);
	s->pending[0] = '\0';
}

static void do_line(struct script *s, char *line)
{
	char *word[WORDS];
	struct td_text err;
	struct peer *p;
	unsigned n;
	int channel;

	if (strncmp(line, "set ", 4) == 0 || strncmp(line, "del ", 4) == 0) {
		strncat(s->pending, line, sizeof(s->pending) - strlen(s->pending) - 1);
		return;
	}
	configure(s);
	n = split(line, word);
	if (n == 0)
		return;
	p = peer_find(s, word[0]);
	for (channel = MEDIA; channel < CHANNELS; channel++)
		if (strcmp(word[0], channel_names[channel]) == 0)
			break;
	if (n == 3 && strcmp(word[0], "peer") == 0)
		peer_add(s, word[1], word[2]);
	else if (n == 2 && strcmp(word[0], "wait") == 0 && duration(word[1]))
		world_run(s->world, s->world->now + duration(word[1]));
	else if (n >= 2 && strcmp(word[0], "register") == 0 && peer_find(s, word[1]))
		do_register(s, peer_find(s, word[1]), n > 2 ? word[2] : "3600");
	else if (n >= 3 && strcmp(word[0], "agent") == 0)
		do_admin(s, word, n);
	else if (n == 1 && strcmp(word[0], "forget") == 0)
		forget(s);
	else if (n == 1 && strcmp(word[0], "drain") == 0)
		td_engine_drain(s->world->engine, s->world->now);
	else if (n == 1 && strcmp(word[0], "stop") == 0)
		td_engine_stop(s->world->engine, s->world->now);
	else if (n == 2 && strcmp(word[0], "hangup") == 0 && strcmp(word[1], "all") == 0) {
		td_engine_hangup_all(s->world->engine, s->world->now);
		world_run(s->world, s->world->now);
	} else if (n == 1 && strcmp(word[0], "hangup") == 0) {
		if (td_engine_hangup(s->world->engine, s->world->now, s->last_call, &err) < 0)
			complain(s, "%s", err.s);
		world_run(s->world, s->world->now);
	} else if (n == 3 && strcmp(word[0], "digit") == 0)
		world_digit(s->world, leg_find(s, word[1]), word[2][0]);
	else if (n == 2 && strcmp(word[0], "stale") == 0)
		world_stale(s->world, leg_find(s, word[1]));
	else if (n >= 3 && channel < CHANNELS && strcmp(word[1], "<") == 0)
		do_expect(s, (enum channel)channel, word, n);
	else if (n >= 3 && p && strcmp(word[1], ">") == 0)
		do_send(s, p, word, n);
	else if (n >= 3 && p && strcmp(word[1], "<") == 0)
		do_receive(s, p, word, n);
	else if (n < 2 || !do_media(s, word, n))
		complain(s, "not understood: %s", word[0]);
}

static void do_file(struct script *s, const char *file)
{
	char line[1024];
	FILE *f = fopen(file, "r");

	s->file = file;
	s->line = 0;
	if (!f) {
		complain(s, "cannot be read");
		return;
	}
	while (!s->failed && fgets(line, sizeof(line), f)) {
		s->line++;
		do_line(s, line);
	}
	configure(s);
	fclose(f);
}

static void do_end(struct script *s)
{
	const char *fault;

	for (unsigned i = 0; i < s->outs && !s->failed; i++)
		if (!s->out[i].taken && s->out[i].channel != STORY && s->out[i].channel != SESSION)
			complain(s, "the end, but the engine said more");
	world_run(s->world, s->world->now + SETTLE_NS);
	fault = world_residue(s->world);
	if (fault)
		complain(s, "left behind: %s", fault);
	fault = world_replay(s->world);
	if (fault)
		complain(s, "replay: %s", fault);
}

/* 0, or 1 when something was not as the script says. The transcript goes to *said. */
static int run(const char *site, const char *file, struct td_buf *said)
{
	struct script *s = calloc(1, sizeof(*s));
	struct world_hooks hooks = {
		.ctx = s, .sip = on_sip, .media = on_media, .event = on_event, .record = on_record};
	int rc = 1;

	if (!s)
		return 1;
	s->out = calloc(OUTS, sizeof(*s->out));
	s->world = s->out ? world_alloc(SEED, MAX_CALLS, LEGS, &hooks) : NULL;
	if (!s->world)
		goto out;
	s->world->per_address = td_legs_per_address(20000, 20999);
	do_file(s, site);
	forget(s);
	if (!s->failed)
		do_file(s, file);
	if (!s->failed)
		do_end(s);
	rc = s->failed;
	buf_put(said, s->world->transcript.data, s->world->transcript.len);
out:
	world_free(s->world);
	free(s->out);
	free(s);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: scenario site.conf FILE.scn...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct td_buf first, second;
		int failed;

		buf_init(&first);
		buf_init(&second);
		failed = run(argv[1], argv[i], &first);
		if (!failed && run(argv[1], argv[i], &second) == 0 &&
			(first.len != second.len ||
				memcmp(first.data, second.data, first.len) != 0)) {
			fprintf(stderr, "%s: a second run with the same seed differs\n", argv[i]);
			failed = 1;
		}
		rc |= failed;
		buf_free(&first);
		buf_free(&second);
	}
	return rc;
}
