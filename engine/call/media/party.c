/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/parties.h>
#include <engine/call/events/trace.h>
#include <engine/call/media/party.h>
#include <engine/call/media/place.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/marking.h>
#include <engine/call/site/full.h>
#include <engine/call/site/reserve.h>
#include <engine/call/media/silence.h>
#include <engine/call/state/calls.h>
#include <engine/base/codec.h>
#include <errno.h>
#include <stdio.h>

#define WINDOW_NS       (10 * TD_NSEC_PER_MSEC) /* a worker looks for commands every ms at least */
#define SESSION_ID_MASK 0x3fffffffffffffffull
#define SEQ_FIRST_MAX   0x7fff
#define DEL_RESERVE     1 /* a leg can always be ended */

static void party_free(struct td_engine *e, struct party *p)
{
	if (p->session || p->call || p->media != PARTY_MEDIA_NONE)
		return; /* something still points here */
	keys_wipe(p);
	trace_release(p);
	pool_free(&e->parties, p);
}

/* All parties of a call belong to one worker, so that none of its packets changes hands; or, where
 * that worker has no port left, to any that has one. False: none has. */
static bool place(struct td_engine *e, const struct call *c, struct party *p, uint32_t address)
{
	uint32_t worker = ports_worker(&e->ports, address), callers;

	if (c->caller) {
		callers = ports_worker_of(&e->ports, c->caller->leg);
		if (ports_room(&e->ports, address, callers))
			worker = callers;
		p->apart = worker != callers;
	}
	p->leg = ports_get(&e->ports, address, worker, p);
	return p->leg != TD_LEG_NONE;
}

struct party *party_alloc(struct td_engine *e, struct call *c, const struct target *t,
	const struct td_addr *local, uint8_t family)
{
	int address = ports_media(&e->ports, local, family);
	struct party *p;

	if (address < 0) {
		errno = ENOENT;
		return NULL;
	}
	if (c->parties == PARTIES_MAX) {
		errno = EUSERS;
		return NULL;
	}
	p = pool_alloc(&e->parties);
	if (!p) {
		full_refused(e, SITE_LIMIT_RECORDS);
		errno = ENOBUFS;
		return NULL;
	}
	if (!place(e, c, p, (uint32_t)address)) {
		pool_free(&e->parties, p);
		full_refused(e, SITE_LIMIT_RTP_PORTS);
		errno = ENOBUFS;
		return NULL;
	}
	p->media = PARTY_MEDIA_RESERVED;
	p->call = c;
	call_party_add(c, p);
	p->role = TD_ROLE_CALLER;
	if (t) {
		p->role = t->agent ? TD_ROLE_AGENT : TD_ROLE_TRUNK;
		p->agent = t->agent;
		p->trunk = t->trunk;
	}
	p->params = (struct td_leg_params){
		.ssrc = (uint32_t)random_u64(e->random, RANDOM_SSRC),
		.ts_offset = (uint32_t)random_u64(e->random, RANDOM_TIME),
		/* RFC 3711 section 3.3.1: before the first packet, the receiver could not see the
		 * number wrap. */
		.seq = random_u64(e->random, RANDOM_SEQUENCE) & SEQ_FIRST_MAX,
		.cookie = (uint32_t)random_u64(e->random, RANDOM_COOKIE),
		.dtmf_pt = TD_PT_NONE,
	};
	quality_init(&p->quality, p->params.seq);
	return p;
}

void party_session_over(struct td_engine *e, struct party *p)
{
	p->session = NULL;
	if (!p->call)
		parties_end(e, p, NULL);
	/* Until then, a 2xx that crosses our CANCEL may bring RTP to the port that we offered. */
	if (p->media == PARTY_MEDIA_RESERVED && !p->call)
		party_gone(e, p);
	else
		party_free(e, p);
}

void party_detach(struct td_engine *e, struct party *p)
{
	if (p->call && !(p->session && p->why)) /* else its CANCEL may come too late */
		parties_end(e, p, NULL);
	if (p->call)
		call_party_del(p->call, p);
	p->call = NULL;
	if (p->media == PARTY_MEDIA_ADDED)
		party_del(e, p);
	reserve_release(e, &p->grant); /* an offer that is over */
	if (p->media == PARTY_MEDIA_RESERVED && !p->session)
		party_gone(e, p);
	else
		party_free(e, p);
}

/* RFC 8866 section 5.2; a signed 64-bit number everywhere. Never 0. */
static uint64_t session_id(struct td_engine *e)
{
	return (random_u64(e->random, RANDOM_SESSION) & SESSION_ID_MASK) | 1;
}

void party_describe(struct td_engine *e, struct party *p, const uint8_t *codecs, uint8_t dtmf_pt,
	uint8_t ptime_ms)
{
	p->ours = (struct sdp){
		.rtp = ports_rtp(&e->ports, p->leg),
		.dtmf_pt = dtmf_pt,
		.ptime_ms = ptime_ms,
		.direction = SDP_SENDRECV,
		.rtcp_mux = true,
		.rtcp_rsize = true,
		.rtcp_xr = true,
		.session_id = session_id(e),
		.version = 1,
		.media_count = 1,
	};
	for (unsigned i = 0; i + 1 < sizeof(p->ours.codecs) && codecs[i]; i++) {
		p->ours.codecs[i] = codecs[i];
		p->ours.pt[i] = codec_get(codecs[i])->pt;
	}
	keys_offer(e, p);
}

int party_answer(
	struct td_engine *e, struct party *p, const uint8_t *codecs, const struct sdp *offer)
{
	struct td_addr rtp = ports_rtp(&e->ports, p->leg);
	uint64_t id = p->ours.session_id ? p->ours.session_id : session_id(e);
	struct sdp answer;
	int rc = sdp_answer(offer, codecs, &rtp, id, p->ours.version + 1, &answer);

	if (rc < 0)
		return rc;
	p->ours = answer;
	return keys_answer(e, p, offer);
}

static uint32_t account(struct td_engine *e, const struct party *p, uint8_t codec)
{
	const struct call *c = p->call;
	const struct trunk *t = p->trunk ? p->trunk : p->agent ? NULL : c->trunk;
	const struct agent *a = p->agent ? p->agent : c->calling_agent;
	const struct link *k = t ? t->link : a->link;
	struct acct_key key = {
		.codec = codec,
		.trunk = t ? t->object.number : ACCT_AGENTS,
		.queue = c->contact->queue ? c->contact->queue->object.number : 0,
		.link = k ? k->object.number : 0,
	};

	return acct_row(&e->acct, &key);
}

/* What the peer's description makes of the leg. Nothing of it is in force yet. */
static int choose(struct td_engine *e, const struct party *p, const struct sdp *peer,
	struct td_leg_params *to, struct keys_chosen *keys)
{
	int rc;

	*keys = (struct keys_chosen){0};
	*to = p->params;
	rc = peer->rtp.port ? sdp_leg(&p->ours, peer, to) : -ENOENT;
	if (rc == 0 && !(place_allowed(e, p, &to->remote) &&
			       (!to->rtcp.family || place_allowed(e, p, &to->rtcp))))
		rc = -EACCES;
	if (rc == 0)
		rc = keys_choose(p, peer, keys);
	if (rc == 0 && keys->in)
		to->flags |= TD_LEG_SRTP;
	return rc;
}

static int take(struct td_engine *e, struct party *p, struct td_leg_params *to,
	const struct keys_chosen *keys)
{
	const struct call *c = p->call;
	int rc = reserve_change(e, p, to, keys_tag_chosen(keys));

	if (rc < 0)
		return rc;
	if (p->agent)
		to->policy = p->agent->conf.policy;
	else if (p->trunk)
		to->policy = p->trunk->conf.policy;
	else
		to->policy = c->trunk ? c->trunk->conf.policy : c->calling_agent->conf.policy;
	to->acct = account(e, p, to->codec);
	if (p->session)
		to->sip = *sip_session_source(p->session);
	to->dscp = marking_rtp(e, p);
	p->params = *to;
	keys_take(e, p, keys);
	return 0;
}

int party_negotiate(struct td_engine *e, struct party *p, const struct sdp *peer)
{
	struct td_leg_params to;
	struct keys_chosen keys;
	int rc = choose(e, p, peer, &to, &keys);

	return rc < 0 ? rc : take(e, p, &to, &keys);
}

/* An answer cannot be refused: the ptime is its author's wish (RFC 3264 section 6.1), and where
 * there is no room for it, packets keep the length of our offer. */
static int take_answer(struct td_engine *e, struct party *p, struct td_leg_params *to,
	const struct keys_chosen *keys)
{
	int rc = take(e, p, to, keys);

	if (rc != -EDQUOT)
		return rc;
	to->ptime_ms = p->ours.ptime_ms;
	return take(e, p, to, keys);
}

/* 0, or why not in words. */
static int answer_decode(struct td_engine *e, struct party *p, struct str text, struct sdp *sdp,
	struct td_leg_params *to, struct keys_chosen *keys, char why[static KEYS_TEXT])
{
	char detail[KEYS_TEXT];

	if (text.n == 0) {
		snprintf(why, KEYS_TEXT, "the message has none that can be read");
		return -EINVAL;
	}
	int rc = sdp_decode(sdp, text, keys_policy(p));

	if (rc == 0)
		rc = choose(e, p, sdp, to, keys);
	if (rc < 0)
		snprintf(why, KEYS_TEXT, "%s", keys_why(rc, sdp, detail));
	return rc;
}

int party_take(struct td_engine *e, struct party *p, struct str text, char why[static KEYS_TEXT])
{
	struct td_leg_params to;
	struct keys_chosen keys = {0};
	struct sdp sdp;
	int rc = answer_decode(e, p, text, &sdp, &to, &keys, why);

	if (rc < 0)
		return rc;
	rc = take_answer(e, p, &to, &keys);
	if (rc < 0)
		snprintf(why, KEYS_TEXT, "there is no room for it");
	else
		explicit_bzero(p->early, sizeof(p->early));
	return rc;
}

static struct party_early *early_lookup(struct party *p, uint64_t dialog)
{
	for (unsigned i = 0; i < PARTY_EARLY_MAX; i++)
		if (p->early[i].dialog == dialog)
			return &p->early[i];
	return NULL;
}

void party_keep_early(struct td_engine *e, struct party *p, struct str text, uint64_t dialog)
{
	struct party_early *early = early_lookup(p, dialog);
	struct td_leg_params to;
	struct keys_chosen keys = {0};
	char why[KEYS_TEXT];
	struct sdp sdp;
	int rc = answer_decode(e, p, text, &sdp, &to, &keys, why);

	if (rc < 0 && early)
		explicit_bzero(early, sizeof(*early));
	if (rc < 0)
		return;
	if (!early)
		early = &p->early[p->early_next++ % PARTY_EARLY_MAX];
	early->dialog = dialog;
	early->params = to;
	early->in = keys.in ? *keys.in : (struct sdp_crypto){0};
	early->out = keys.in ? (uint8_t)(keys.out - p->ours.crypto) : 0;
}

int party_take_early(struct td_engine *e, struct party *p, uint64_t dialog)
{
	struct party_early *early = early_lookup(p, dialog);
	struct keys_chosen keys = {0};
	int rc = -ENOENT;

	if (early && early->in.key.suite)
		keys = (struct keys_chosen){&early->in, &p->ours.crypto[early->out]};
	if (early)
		rc = take_answer(e, p, &early->params, &keys);
	explicit_bzero(p->early, sizeof(p->early));
	return rc;
}

struct str party_sdp(const struct party *p, char text[static PARTY_SDP_BYTES])
{
	struct td_buf b;

	buf_init_fixed(&b, text, PARTY_SDP_BYTES);
	sdp_encode(&p->ours, &b);
	return (struct str){b.data, b.len};
}

static void command(struct td_engine *e, struct party *p, struct td_media_cmd *cmd)
{
	if (e->now - p->window >= WINDOW_NS) {
		p->window = e->now;
		p->commands = 0;
	}
	p->commands++;
	cmd->leg = p->leg;
	e->io.media(e->io.ctx, cmd);
}

bool party_can(const struct td_engine *e, const struct party *p, unsigned commands)
{
	unsigned used = e->now - p->window >= WINDOW_NS ? 0 : p->commands;

	return used + commands + DEL_RESERVE <= TD_LEG_CREDITS;
}

static void key_command(
	struct td_engine *e, struct party *p, enum td_media_op op, const struct td_srtp_key *key)
{
	struct td_media_cmd cmd = {.op = op, .srtp = *key};

	command(e, p, &cmd);
	explicit_bzero(&cmd, sizeof(cmd));
}

static void keys_tell(struct td_engine *e, struct party *p)
{
	if (p->keys.in_due)
		key_command(e, p, TD_MEDIA_SRTP_IN, &p->keys.in);
	if (p->keys.out_due)
		key_command(e, p, TD_MEDIA_SRTP_OUT, &p->keys.out);
	p->keys.in_due = p->keys.out_due = false;
}

void party_add(struct td_engine *e, struct party *p)
{
	command(e, p, &(struct td_media_cmd){.op = TD_MEDIA_LEG_ADD, .leg_params = p->params});
	p->media = PARTY_MEDIA_ADDED;
	keys_tell(e, p);
}

void party_set(struct td_engine *e, struct party *p)
{
	if (p->media == PARTY_MEDIA_ADDED) {
		command(e, p,
			&(struct td_media_cmd){.op = TD_MEDIA_LEG_SET, .leg_params = p->params});
		keys_tell(e, p);
	}
	if (!party_should_be_heard(p))
		silence_end(e, p);
}

void party_account(struct td_engine *e, struct party *p)
{
	uint32_t row = account(e, p, p->params.codec);

	if (row == p->params.acct)
		return;
	p->params.acct = row;
	party_set(e, p);
}

void party_del(struct td_engine *e, struct party *p)
{
	if (p->media != PARTY_MEDIA_ADDED)
		return;
	reserve_release(e, &p->grant); /* the worker sends no more; the peer has its BYE */
	command(e, p, &(struct td_media_cmd){.op = TD_MEDIA_LEG_DEL});
	p->media = PARTY_MEDIA_DELETING;
}

void party_play(struct td_engine *e, struct party *p, const struct queue *q)
{
	int sound = q ? conf_sound(e->conf, str_of(q->conf.music)) : -1;

	if (sound < 0)
		return; /* no music, or its queue has just been deleted: silence */
	if (p->playing && p->sound == (uint32_t)sound)
		return;
	p->playing = true;
	p->sound = (uint32_t)sound;
	command(e, p,
		&(struct td_media_cmd){.op = TD_MEDIA_PLAY,
			.play = {.sound = (uint32_t)sound, .loop = 1, .number = ++p->play}});
}

bool party_played(struct td_engine *e, struct party *p, uint32_t number)
{
	if (!p->playing || number != p->play) {
		e->plays_stale++;
		return false;
	}
	p->playing = false;
	return true;
}

static void join(
	struct td_engine *e, struct party *p, const struct party *peer, enum td_media_op op)
{
	command(e, p,
		&(struct td_media_cmd){.op = (uint16_t)op,
			.other = peer->leg,
			.cookie = p->params.cookie,
			.other_cookie = peer->params.cookie});
}

void party_bridge(struct td_engine *e, struct party *p, struct party *peer)
{
	p->playing = peer->playing = false;
	join(e, p, peer, TD_MEDIA_BRIDGE);
}

void party_unbridge(struct td_engine *e, struct party *p, struct party *peer)
{
	join(e, p, peer, TD_MEDIA_UNBRIDGE);
}

void party_untap(struct td_engine *e, struct party *p)
{
	command(e, p, &(struct td_media_cmd){.op = TD_MEDIA_UNTAP});
}

void party_tap(struct td_engine *e, struct party *p, uint32_t recording, uint32_t channel)
{
	command(e, p,
		&(struct td_media_cmd){
			.op = TD_MEDIA_TAP, .tap = {.recording = recording, .channel = channel}});
}

void party_gone(struct td_engine *e, struct party *p)
{
	ports_put(&e->ports, p->leg);
	p->leg = TD_LEG_NONE;
	p->media = PARTY_MEDIA_NONE;
	party_free(e, p);
}
