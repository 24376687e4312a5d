/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine says, as text, until a line of the script names it. */
#include <engine/base/addr.h>
#include <engine/base/event.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/script.h>

static const char *const channel_names[CHANNELS] = {"sip", "media", "log", "cdr", "session",
	"record", "story", "alarm", "resolve", "segment", "party", "live", "data", "hold"};

/* A script looks for these, but need not name all of them. */
static bool may_pass(enum channel c)
{
	return c == STORY || c == SESSION || c == SEGMENT || c == PARTY || c == LIVE || c == DATA ||
	       c == HOLD;
}

static bool must_be_named(const struct out *o)
{
	return !o->taken && !may_pass(o->channel);
}

void complain(struct script *s, const char *fmt, ...)
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
		if (must_be_named(&s->out[i]))
			fprintf(stderr, "  %s %.*s\n", channel_names[s->out[i].channel],
				(int)strcspn(s->out[i].text, "\r\n"), s->out[i].text);
}

void said_free(struct script *s)
{
	for (unsigned i = 0; i < s->outs; i++)
		free(s->out[i].text);
	s->outs = 0;
}

static struct out *out_new(struct script *s, enum channel channel)
{
	struct out *o;

	if (s->outs == SCRIPT_OUTS) { /* those already named may go */
		unsigned kept = 0;

		for (unsigned i = 0; i < s->outs; i++)
			if (!s->out[i].taken && s->out[i].channel != STORY &&
				s->out[i].channel != LIVE)
				s->out[kept++] = s->out[i];
			else
				free(s->out[i].text);
		s->outs = kept;
	}
	if (s->outs == SCRIPT_OUTS) {
		complain(s, "more than %d outputs that no line names", SCRIPT_OUTS);
		said_free(s);
	}
	o = &s->out[s->outs++];
	*o = (struct out){.channel = channel};
	return o;
}

static void out_say(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void out_say(struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&o->text, fmt, ap) < 0)
		abort();
	va_end(ap);
}

/* A message of a connection that has ended makes a new one, and one without takes the one that is
 * there, as the host does. */
static int connect_to(struct script *s, struct td_flow *flow)
{
	struct peer *p = phone_at(s, flow);

	if (!p) /* nobody listens there */
		return flow->transport == TD_TRANSPORT_UDP ? 0 : -ECONNREFUSED;
	if (p->transport != flow->transport)
		complain(s, "a message to %s by transport %u", p->name, flow->transport);
	if (p->lost && p->lost == flow->connection)
		return 0;
	if (p->transport != TD_TRANSPORT_UDP && p->connection &&
		(!flow->connection || flow->connection == p->connection)) {
		flow->connection = p->connection;
		return 0;
	}
	if (p->unreachable)
		return p->transport == TD_TRANSPORT_UDP ? -EHOSTUNREACH : -ECONNREFUSED;
	if (p->transport != TD_TRANSPORT_UDP)
		flow->connection = p->connection = ++s->connections;
	return 0;
}

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	const struct peer *p = phone_at(ctx, flow);
	int rc = connect_to(ctx, flow);

	if (rc < 0)
		return rc;
	if (p && p->lost && p->lost == flow->connection)
		return 0;
	struct out *o = out_new(ctx, SIP);

	o->by = *flow;
	if (p) /* a connection goes to its peer, whatever address the engine would make a new one to
		*/
		o->by.remote = p->addr;
	o->dscp = dscp;
	out_say(o, "%.*s", (int)len, (const char *)data);
	return 0;
}

static const char *leg_label(struct script *s, uint32_t leg)
{
	static const char *const free_names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	if (leg >= SCRIPT_LEGS)
		return "?";
	for (unsigned n = 0; !s->leg_name[leg][0] && n < 8; n++) {
		bool used = false;

		for (unsigned i = 0; i < SCRIPT_LEGS; i++)
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
		out_say(o, "%s %s %s", cmd->op == TD_MEDIA_LEG_ADD ? "ADD" : "SET", leg, text);
		break;
	case TD_MEDIA_LEG_DEL:
		out_say(o, "DEL %s", leg);
		s->leg_name[cmd->leg][0] = '\0';
		break;
	case TD_MEDIA_BRIDGE:
		out_say(o, "BRIDGE %s %s", leg, leg_label(s, cmd->other));
		break;
	case TD_MEDIA_UNBRIDGE:
		out_say(o, "UNBRIDGE %s", leg);
		break;
	case TD_MEDIA_PLAY:
		out_say(o, "PLAY %s sound=%u loop=%u number=%u", leg, cmd->play.sound,
			cmd->play.loop, cmd->play.number);
		break;
	case TD_MEDIA_TAP:
		out_say(o, "TAP %s recording=%u channel=%u", leg, cmd->tap.recording,
			cmd->tap.channel);
		break;
	case TD_MEDIA_UNTAP:
		out_say(o, "UNTAP %s", leg);
		break;
	case TD_MEDIA_SRTP_IN:
	case TD_MEDIA_SRTP_OUT:
		out_say(o, "SRTP-%s %s suite=%u mki=%u fresh=%u key=%02x%02x",
			cmd->op == TD_MEDIA_SRTP_IN ? "IN" : "OUT", leg, cmd->srtp.suite,
			cmd->srtp.mki_len, cmd->srtp.fresh, cmd->srtp.key[0], cmd->srtp.key[1]);
		break;
	default:
		out_say(o, "op%u %s", cmd->op, leg);
	}
}

/* The word of a number in a record; "none" where it is empty. */
static const char *word_of(enum td_event_type event, unsigned column, unsigned value)
{
	const char *word = word_get(event_table(event)->columns.column[column].words, value);

	return word && *word ? word : "none";
}

static void on_segment(struct script *s, const struct td_ev_segment *g)
{
	out_say(out_new(s, SEGMENT), "%u %s %s queue=%s who=%s from=%s to=%s by=%s lasted=%u",
		g->number, word_of(TD_EV_SEGMENT, EVENT_segment_kind, g->kind),
		word_of(TD_EV_SEGMENT, EVENT_segment_why, g->why), g->queue, g->who, g->came_from,
		g->went_to, word_of(TD_EV_SEGMENT, EVENT_segment_ended_by, g->ended_by),
		g->lasted_ms);
}

static unsigned long long ms_since(uint64_t from, uint64_t to)
{
	return from ? (to - from) / TD_NSEC_PER_MSEC : 0;
}

static void on_party(struct script *s, const struct td_ev_party *p)
{
	out_say(out_new(s, PARTY),
		"%u %s %s rang=%llu joined=%llu in=%llu mos=%u answered=%llu why=%s dialled=%s",
		p->number, word_of(TD_EV_PARTY, EVENT_party_role, p->role), p->name,
		p->joined ? ms_since(p->began, p->joined) : 0, ms_since(p->joined, p->ended),
		(unsigned long long)p->media.in_packets, p->quality.in.mos,
		ms_since(p->answered, p->ended), word_of(TD_EV_PARTY, EVENT_party_why, p->why),
		p->dialled);
}

/* Of a text that may have been cut, and of which the record has all then. */
static const char *whole_of(struct script *s, const char *cut, const char *whole)
{
	if (*whole && strncmp(cut, whole, strlen(cut)) != 0)
		complain(s, "\"%s\" is not the begin of \"%s\"", cut, whole);
	return *whole ? whole : cut;
}

static void on_live(struct script *s, const struct td_ev_live *l)
{
	out_say(out_new(s, LIVE), "%s %s %u [%s|%s|%s]",
		word_of(TD_EV_LIVE, EVENT_live_object, l->object),
		word_of(TD_EV_LIVE, EVENT_live_phase, l->phase), l->number,
		whole_of(s, l->name, l->name_whole), l->other, l->state);
}

static void on_data(struct script *s, const struct td_ev_contact_data *d)
{
	out_say(out_new(s, DATA), "%s=%s", d->key, d->value);
}

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
		out_say(o, "%s %s %s [%s|%s|%s|%s%s%s]", l->event, l->queue, l->agent, l->data[0],
			whole_of(s, l->data[1], l->data2_whole), l->data[2], l->data[3],
			l->data[4][0] ? "|" : "", l->data[4]);
		break;
	case TD_EV_CDR:
		o = out_new(s, CDR);
		out_say(o,
			"%s by=%s code=%u caller=%s dialled=%s trunk=%s to=%s cause=%u queue=%s "
			"agent=%s "
			"digits=%s "
			"wait=%u ring=%u talk=%u attempts=%u recording=%u in=%llu,%llu answered=%d "
			"mos=%u/%u,%u/%u silent=%u/%u,%u/%u channel=%s customer=%s tenant=%s",
			word_of(TD_EV_CDR, EVENT_cdr_disposition, c->disposition),
			word_of(TD_EV_CDR, EVENT_cdr_ended_by, c->ended_by), c->sip_code, c->caller,
			c->dialled, c->trunk, c->to_trunk, c->cause, c->queue, c->agent, c->digits,
			c->wait_ms, c->ring_ms, c->talk_ms, c->attempts, c->recording,
			(unsigned long long)c->caller_media.in_packets,
			(unsigned long long)c->agent_media.in_packets, c->answered != 0,
			c->caller_quality.in.mos, c->caller_quality.in.mos_worst,
			c->caller_quality.out.mos, c->caller_quality.out.mos_worst,
			c->caller_quality.silences, c->caller_quality.silent_ms,
			c->agent_quality.silences, c->agent_quality.silent_ms,
			word_of(TD_EV_CDR, EVENT_cdr_channel, c->channel), c->customer, c->tenant);
		break;
	case TD_EV_AGENT_SESSION:
		o = out_new(s, SESSION);
		out_say(o, "%s %s %llu %s", a->agent, states[a->state],
			(unsigned long long)((a->to - a->from) / TD_NSEC_PER_MSEC), a->reason);
		break;
	case TD_EV_ALARM:
		o = out_new(s, ALARM);
		out_say(o, "%s %s: %s [%s]", m->raised ? "raised" : "cleared", m->name, m->text,
			m->object);
		break;
	case TD_EV_STORY:
		o = out_new(s, STORY);
		out_say(o, "%s", t->text);
		snprintf(s->last_call, sizeof(s->last_call), "%s", t->call);
		break;
	case TD_EV_SEGMENT:
		on_segment(s, payload);
		break;
	case TD_EV_PARTY:
		on_party(s, payload);
		break;
	case TD_EV_CONTACT_DATA:
		on_data(s, payload);
		break;
	case TD_EV_LIVE:
		on_live(s, payload);
		break;
	}
}

static void on_record(void *ctx, uint32_t recording, const char *call)
{
	struct out *o = out_new(ctx, RECORD);

	out_say(o, "%u %s", recording, call ? "starts" : "ends");
}

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
	struct script *s = ctx;

	memmove(s->question + 1, s->question, sizeof(s->question) - sizeof(s->question[0]));
	s->question[0].request = request;
	snprintf(s->question[0].name, sizeof(s->question[0].name), "%s", name);
	out_say(out_new(s, RESOLVE), "%s", name);
}

static void on_hold(void *ctx, const struct td_flow *flow, bool held)
{
	out_say(out_new(ctx, HOLD), "%u %s", flow->connection, held ? "held" : "released");
}

struct world_hooks said_hooks(struct script *s)
{
	return (struct world_hooks){.ctx = s,
		.sip = on_sip,
		.media = on_media,
		.event = on_event,
		.record = on_record,
		.resolve = on_resolve,
		.hold = on_hold};
}

enum channel said_channel(const char *word)
{
	enum channel channel = MEDIA;

	while (channel < CHANNELS && strcmp(word, channel_names[channel]) != 0)
		channel++;
	return channel;
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

void said_expect(struct script *s, enum channel channel, char *word[], unsigned n)
{
	for (unsigned i = 0; i < s->outs; i++) {
		struct out *o = &s->out[i];

		if (o->channel != channel || o->taken)
			continue;
		if (words_match(o->text, word, 2, n)) {
			o->taken = true;
			return;
		}
		if (may_pass(channel))
			continue;
		complain(s, "%s: got \"%s\"", channel_names[channel], o->text);
		return;
	}
	complain(s, "%s: nothing like it", channel_names[channel]);
}

void said_all_named(struct script *s)
{
	for (unsigned i = 0; i < s->outs && !s->failed; i++)
		if (must_be_named(&s->out[i]))
			complain(s, "the end, but the engine said more");
}

uint32_t said_leg(struct script *s, const char *name)
{
	for (uint32_t leg = 0; leg < SCRIPT_LEGS; leg++)
		if (strcmp(s->leg_name[leg], name) == 0)
			return leg;
	complain(s, "there is no leg %s", name);
	return 0;
}
