/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <dataplane/tap.h>
#include <stdio.h>
#include <tandem/event.h>
#include <tests/inject/sim.h>

#define RIGHTFUL "RIGHTFUL"
#define FRAME_NS (20 * WORLD_MS)
#define SIP_PORT 5060

struct td_addr sim_addr(const char *ip, uint16_t port)
{
	struct td_addr a = {.family = 4, .port = port};

	assert_int_equal(inet_pton(AF_INET, ip, &a.ip4), 1);
	return a;
}

/* the engine's outputs */

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	struct sim *s = ctx;
	struct mail *m = &s->mail[s->mails++];

	assert_in_range(s->mails, 1, SIM_MAIL);
	m->to = flow->remote;
	snprintf(m->text, sizeof(m->text), "%.*s", (int)len, (const char *)data);
	return 0;
}

/* What the command means for the packets that follow: the oracle of sim_run(). */
static void note(struct sim *s, const struct td_media_cmd *cmd)
{
	struct sim_leg *l = &s->leg[cmd->leg];

	switch (cmd->op) {
	case TD_MEDIA_LEG_ADD:
		*l = (struct sim_leg){.live = true,
			.open = s->policy == TD_SOURCE_LATCH,
			.peer = TD_LEG_NONE,
			.params = cmd->leg_params};
		s->added = cmd->leg;
		break;
	case TD_MEDIA_LEG_SET:
		if (memcmp(&l->params.remote, &cmd->leg_params.remote, sizeof(l->params.remote))) {
			l->open = s->policy == TD_SOURCE_LATCH;
			l->run = 0;
		}
		l->params = cmd->leg_params;
		break;
	case TD_MEDIA_LEG_DEL:
		l->live = l->tapped = false; /* and fall through: its bridge ends */
		__attribute__((fallthrough));
	case TD_MEDIA_UNBRIDGE:
		if (l->peer != TD_LEG_NONE)
			s->leg[l->peer].peer = TD_LEG_NONE;
		l->peer = TD_LEG_NONE;
		break;
	case TD_MEDIA_BRIDGE:
		for (uint32_t i = 0; i < SIM_LEGS; i++)
			if (s->leg[i].peer == cmd->leg || s->leg[i].peer == cmd->other)
				s->leg[i].peer = TD_LEG_NONE;
		l->peer = cmd->other;
		s->leg[cmd->other].peer = cmd->leg;
		l->playing = s->leg[cmd->other].playing = false;
		break;
	case TD_MEDIA_PLAY:
		l->playing = true;
		break;
	case TD_MEDIA_STOP:
		l->playing = false;
		break;
	case TD_MEDIA_TAP:
		l->tapped = true;
		break;
	case TD_MEDIA_UNTAP:
		l->tapped = false;
		break;
	}
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
	struct sim *s = ctx;

	note(s, cmd);
	legs_command(s->world->rtp, cmd, s->world->now);
}

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
	const struct td_ev_cdr *cdr = payload;
	struct sim *s = ctx;

	if (type == TD_EV_CDR)
		s->answered += cdr->disposition == TD_CALL_ANSWERED;
}

static int on_record(void *ctx, uint32_t recording, const char *call, enum td_codec codec)
{
	return 0;
}

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
}

static void on_random(void *ctx, uint8_t *out, size_t n)
{
	static uint8_t next = 7;

	while (n--)
		*out++ = next++;
}

static struct speaker *speaker_of(struct sim *s, uint32_t leg)
{
	for (unsigned i = 0; i < SIM_SPEAKERS; i++)
		if (s->speaker[i].on && s->speaker[i].leg == leg)
			return &s->speaker[i];
	return NULL;
}

/* What the worker reported must be the speaker's; the engine is told. */
static void events(struct sim *s)
{
	struct world *w = s->world;
	unsigned n = w->events;

	w->events = 0;
	for (unsigned i = 0; i < n; i++) {
		struct td_media_event ev = w->event[i];
		struct speaker *sp = speaker_of(s, ev.leg);

		if (ev.type == TD_MEDIA_DTMF) {
			assert_non_null(sp);
			assert_int_equal(ev.dtmf.digit, '0' + ++sp->digits % 10);
			s->digits++;
		} else if (ev.type == TD_MEDIA_FIRST_RTP) {
			assert_non_null(sp);
			assert_true(ev.from.ip4 == sp->from.ip4 && ev.from.port == sp->from.port);
		} else if (ev.type == TD_MEDIA_LEG_GONE && sp) {
			assert_int_equal(ev.stats.in_packets, sp->fate[FATE_HEARD] +
								      sp->fate[FATE_HELD] +
								      sp->fate[FATE_NOWHERE]);
			assert_int_equal(ev.stats.in_lost, sp->missed);
			assert_int_equal(ev.stats.out_lost, 0);
			assert_int_equal(ev.stats.rtt_us, 0);
			sp->on = false;
		}
		td_engine_media(s->engine, w->now, &ev);
	}
}

/* What goes out by itself: music and reports, to peers, and of no one's speech. */
static void frames(struct sim *s)
{
	struct world *w = s->world;

	for (unsigned i = 0; i < w->frames; i++) {
		const struct world_frame *f = &w->frame[i];

		assert_true(f->payload_len < 20 || memcmp(f->payload + 12, RIGHTFUL, 8) != 0);
		assert_true(f->dst.ip4 != inet_addr("10.1.0.66") &&
			    f->dst.ip4 != inet_addr("10.2.0.66"));
	}
	w->frames = 0;
}

static void settle(struct sim *s)
{
	const struct tap_rec *rec;

	do {
		events(s);
		s->next = td_engine_advance(s->engine, s->world->now);
		world_advance(s->world, 0);
	} while (s->world->events);
	frames(s);
	while ((rec = tap_peek(s->world->tap))) { /* begins and ends of channels */
		assert_int_not_equal(rec->kind, TAP_AUDIO);
		tap_consume(s->world->tap, rec);
	}
}

void sim_media(struct sim *s, const struct td_media_cmd *cmd)
{
	on_media(s, cmd);
	settle(s);
	stranger_attack(s, false);
}

/* SIP */

static void peer_init(struct peer *p, const char *name, const char *ip, const char *engine)
{
	*p = (struct peer){.addr = sim_addr(ip, SIP_PORT), .engine = sim_addr(engine, SIP_PORT)};
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->host, sizeof(p->host), "%s", ip);
	snprintf(p->engine_host, sizeof(p->engine_host), "%s", engine);
}

static void read_mail(struct sim *s)
{
	struct peer *all[] = {&s->carrier, &s->alice, &s->bob};

	for (unsigned i = 0; i < s->mails; i++)
		for (unsigned k = 0; k < 3; k++)
			if (s->mail[i].to.ip4 == all[k]->addr.ip4)
				peer_learn(all[k], s->mail[i].text);
	s->mails = 0;
}

static void deliver(struct sim *s, const struct peer *p, const char *text)
{
	const struct td_flow flow = {p->engine, p->addr, TD_TRANSPORT_UDP, 0};

	td_engine_sip(s->engine, s->world->now, &flow, (const uint8_t *)text, strlen(text));
	settle(s);
	read_mail(s);
	stranger_attack(s, false);
}

void sim_request(
	struct sim *s, struct peer *p, const char *method, const char *number, const char *sdp)
{
	char body[1024] = "", text[PEER_MSG];

	peer_sdp(sdp, body, sizeof(body));
	if (number[0])
		p->call_id[0] = '\0';
	peer_request(p, method, number, "", "application/sdp", body, text, sizeof(text));
	deliver(s, p, text);
}

void sim_answer(struct sim *s, struct peer *p, int code, bool to_invite, const char *sdp)
{
	char body[1024] = "", text[PEER_MSG];

	peer_sdp(sdp, body, sizeof(body));
	peer_response(p, code, to_invite, "application/sdp", body, text, sizeof(text));
	deliver(s, p, text);
}

/* speakers */

void speaker_at(struct sim *s, struct speaker *sp, uint32_t leg, struct td_addr from, bool fresh,
	unsigned learning)
{
	if (sp->on && sp->formers < SIM_FORMER)
		sp->former[sp->formers++] = sp->from;
	if (!sp->on) {
		memset(sp->fate, 0, sizeof(sp->fate));
		sp->serial = 0;
		sp->missed = 0;
	}
	if (fresh) {
		sp->ssrc = world_random(UINT32_MAX) & 0x7fffffff;
		sp->seq = (uint16_t)world_random(65536);
		sp->ts = world_random(UINT32_MAX);
	}
	sp->on = true;
	sp->leg = leg;
	s->leg[leg].run = 0;
	sp->from = from;
	sp->learning = learning;
	sp->missed += fresh ? 0 : (int)learning;
	sp->due = s->world->now;
	stranger_attack(s, false);
}

static enum fate expected(struct sim *s, struct speaker *sp)
{
	const struct sim_leg *l = &s->leg[sp->leg], *out;
	const struct speaker *other;

	if (sp->learning) {
		sp->learning--;
		return FATE_LEARNT;
	}
	if (l->peer == TD_LEG_NONE)
		return FATE_HELD;
	out = &s->leg[l->peer];
	other = speaker_of(s, l->peer);
	if (!(l->params.flags & TD_LEG_RECV) || !(out->params.flags & TD_LEG_SEND) || out->playing)
		return FATE_HELD;
	return other && other->learning ? FATE_NOWHERE : FATE_HEARD;
}

static uint64_t count(const struct world *w, enum fate fate)
{
	switch (fate) {
	case FATE_HELD:
		return world_consumed(w, TD_CONSUMED_RTP_HELD) +
		       world_consumed(w, TD_CONSUMED_RTP_DTMF);
	case FATE_LEARNT:
		return world_dropped(w, TD_DROP_RTP_PROBATION) +
		       world_consumed(w, TD_CONSUMED_LATCH);
	case FATE_NOWHERE:
		return world_dropped(w, TD_DROP_NO_ROUTE);
	default:
		return w->frames;
	}
}

static void check_heard(struct sim *s, const struct speaker *sp, const void *payload, unsigned len)
{
	const struct world_frame *f = world_last(s->world);
	const struct sim_leg *out = &s->leg[s->leg[sp->leg].peer];
	const struct speaker *other = speaker_of(s, s->leg[sp->leg].peer);
	const struct td_addr *to = &out->params.remote;

	if (s->policy == TD_SOURCE_LATCH && other)
		to = &other->from;
	assert_int_equal(f->dst.ip4, to->ip4);
	assert_int_equal(f->dst_port, to->port);
	assert_int_equal(f->ssrc, out->params.ssrc);
	assert_int_equal(f->payload_len, 12 + len);
	assert_memory_equal(f->payload + 12, payload, len);
}

static void check_recorded(struct sim *s, const struct speaker *sp, const void *payload, bool due)
{
	const struct tap_rec *rec;
	unsigned n = 0;

	while ((rec = tap_peek(s->world->tap))) {
		if (rec->kind == TAP_AUDIO && rec->len) { /* else a digit */
			assert_memory_equal(rec + 1, payload, SIM_FRAME);
			n++;
		}
		tap_consume(s->world->tap, rec);
	}
	assert_int_equal(n, due);
}

void sim_counters(const struct sim *s, uint64_t out[SIM_COUNTERS])
{
	for (unsigned i = 0; i < TD_DROP_COUNT; i++)
		out[i] = world_dropped(s->world, i);
	for (unsigned i = 0; i < TD_CONSUMED_COUNT; i++)
		out[TD_DROP_COUNT + i] = world_consumed(s->world, i);
}

const char *sim_counted(const struct sim *s, const uint64_t before[SIM_COUNTERS])
{
#define NAME(id, name, text) name,
	static const char *const names[] = {TD_DROPS(NAME) TD_CONSUMED(NAME)};
	uint64_t now[SIM_COUNTERS];

	sim_counters(s, now);
	for (unsigned i = 0; i < SIM_COUNTERS; i++)
		if (now[i] != before[i])
			return names[i];
	return "nothing";
}

/* A packet of a speaker's, and what became of it. */
static void speak(struct sim *s, struct speaker *sp, uint8_t pt, const void *payload, uint16_t len)
{
	struct world *w = s->world;
	struct world_rtp p = {.leg = sp->leg,
		.src_ip = sp->from.ip4,
		.src_port = sp->from.port,
		.seq = sp->seq++,
		.ts = sp->ts,
		.ssrc = sp->ssrc,
		.pt = pt,
		.payload = payload,
		.len = len};
	enum fate fate = expected(s, sp);
	static const char *const fates[] = {"heard", "held", "learnt from", "sent nowhere"};
	uint64_t before = count(w, fate), all[SIM_COUNTERS];

	sim_counters(s, all);
	world_receive(w, &p);
	sp->serial++;
	if (count(w, fate) != before + 1 || w->frames != (fate == FATE_HEARD))
		fail_msg("rightful packet %u on leg %u should be %s; %u came out, and was counted "
			 "as %s",
			sp->serial, sp->leg, fates[fate], w->frames, sim_counted(s, all));
	if (fate == FATE_HEARD)
		check_heard(s, sp, payload, len);
	sp->fate[fate]++;
	s->leg[sp->leg].open &= sp->learning != 0;
	s->leg[sp->leg].run++;
	w->frames = 0;
	check_recorded(
		s, sp, payload, s->leg[sp->leg].tapped && fate != FATE_LEARNT && len == SIM_FRAME);
	settle(s);
	stranger_attack(s, true);
}

static void speak_frame(struct sim *s, struct speaker *sp)
{
	uint8_t payload[SIM_FRAME];

	memset(payload, (int)sp->serial, sizeof(payload));
	memcpy(payload, RIGHTFUL, 8);
	memcpy(payload + 8, &sp->ssrc, 4);
	memcpy(payload + 12, &sp->serial, 4);
	speak(s, sp, 8, payload, sizeof(payload));
	sp->ts += SIM_FRAME;
	sp->due += FRAME_NS;
}

void speaker_digit(struct sim *s, struct speaker *sp)
{
	unsigned reported = s->digits;
	uint8_t digit = (uint8_t)((sp->digits + 1) % 10);

	for (unsigned i = 0; i < 8; i++) { /* RFC 4733: five of it, three of its end */
		unsigned duration = (i < 5 ? i + 1 : 5) * SIM_FRAME;
		uint8_t payload[4] = {
			digit, i < 5 ? 10 : 0x8a, (uint8_t)(duration >> 8), (uint8_t)duration};

		speak(s, sp, 101, payload, sizeof(payload));
		sp->due += FRAME_NS;
		sim_run(s, 20);
	}
	sp->ts += 8 * SIM_FRAME;
	assert_int_equal(s->digits, reported + 1);
}

void sim_run(struct sim *s, unsigned ms)
{
	struct world *w = s->world;

	for (; ms; ms--) {
		world_advance(w, WORLD_MS);
		settle(s);
		for (unsigned i = 0; i < SIM_SPEAKERS; i++)
			if (s->speaker[i].on && s->speaker[i].due <= w->now)
				speak_frame(s, &s->speaker[i]);
		read_mail(s);
		stranger_attack(s, true);
	}
}

/* the whole */

void sim_start(struct sim *s, struct world *w, enum td_source_policy policy)
{
	static const char *const words[] = {TD_SOURCE_POLICIES(TD_WORD)};
	struct td_engine_params params = {.max_calls = 8,
		.max = {.agents = 4, .groups = 4, .queues = 4, .links = 4, .bandwidth_rows = 16}};
	struct td_engine_io io = {.ctx = s,
		.sip = on_sip,
		.media = on_media,
		.event = on_event,
		.record = on_record,
		.random = on_random,
		.resolve = on_resolve};
	char site[1024];
	struct td_text err = {""};
	int n = snprintf(site, sizeof(site),
		"set site site domain=tandem.example rtp_ports=%d-%d max_calls=8\n"
		"set port carrier device=eth1 address=10.1.0.254/16\n"
		"set port floor device=eth2 address=10.2.0.254/16\n"
		"set trunk acme address=10.1.0.10 media=10.1.0.0/24,192.168.0.0/16 policy=%s\n"
		"set group sales\n"
		"set agent alice groups=sales contact=10.2.0.11:5060 policy=%s\n"
		"set agent bob groups=sales contact=10.2.0.12:5060 policy=%s\n"
		"set sound moh file=moh.wav\n"
		"set queue sales groups=sales music=moh record=true wrap_up=2000 ring=10000\n"
		"set route 4989100 queue=sales\n",
		WORLD_PORT_MIN, WORLD_PORT_MAX, words[policy], words[policy], words[policy]);

	memset(s, 0, sizeof(*s));
	s->world = w;
	s->policy = policy;
	for (uint32_t i = 0; i < SIM_LEGS; i++)
		s->leg[i].peer = TD_LEG_NONE;
	peer_init(&s->carrier, "carrier", "10.1.0.10", "10.1.0.254");
	peer_init(&s->alice, "alice", "10.2.0.11", "10.2.0.254");
	peer_init(&s->bob, "bob", "10.2.0.12", "10.2.0.254");
	s->engine = td_engine_alloc(&params, &io);
	assert_non_null(s->engine);
	if (td_engine_config(s->engine, w->now, site, (size_t)n, &err))
		fail_msg("%s", err.s);
	settle(s);
}

void sim_stop(struct sim *s)
{
	sim_run(s, 100);
	assert_int_equal(td_engine_calls(s->engine), 0);
	assert_int_equal(legs_in_use(s->world->rtp), 0);
	td_engine_free(s->engine);
	assert_true(s->strange > 1000);
}
