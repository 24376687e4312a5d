/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/events/parties.h>
#include <engine/call/events/trace.h>
#include <engine/call/media/party.h>
#include <engine/call/media/keys.h>
#include <engine/call/media/marking.h>
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

static void party_free(struct td_engine *e, struct party *l)
{
	if (l->session || l->call || l->media != LEG_MEDIA_NONE)
		return; /* something still points here */
	keys_wipe(l);
	trace_release(l);
	pool_free(&e->legs, l);
}

/* All legs of a call belong to one worker, so that none of its packets changes hands; or, where
 * that worker has no port left, to any that has one. False: none has. */
static bool place(struct td_engine *e, const struct call *c, struct party *l, uint32_t address)
{
	uint32_t worker = ports_worker(&e->ports, address), callers;

	if (c->caller) {
		callers = ports_worker_of(&e->ports, c->caller->slot);
		if (ports_room(&e->ports, address, callers))
			worker = callers;
		l->apart = worker != callers;
	}
	l->slot = ports_get(&e->ports, address, worker, l);
	return l->slot != TD_LEG_NONE;
}

struct party *party_alloc(struct td_engine *e, struct call *c, const struct target *t,
	const struct td_addr *local, uint8_t family)
{
	int address = ports_media(&e->ports, local, family);
	struct party *l;

	if (address < 0) {
		errno = ENOENT;
		return NULL;
	}
	if (c->parties == PARTIES_MAX) {
		errno = EUSERS;
		return NULL;
	}
	l = pool_alloc(&e->legs);
	if (!l) {
		errno = ENOBUFS;
		return NULL;
	}
	if (!place(e, c, l, (uint32_t)address)) {
		pool_free(&e->legs, l);
		errno = ENOBUFS;
		return NULL;
	}
	l->media = LEG_MEDIA_RESERVED;
	l->call = c;
	call_party_add(c, l);
	if (t) {
		l->agent = t->agent;
		l->trunk = t->trunk;
	}
	l->params = (struct td_leg_params){
		.ssrc = (uint32_t)random_u64(e->random, RANDOM_SSRC),
		.ts_offset = (uint32_t)random_u64(e->random, RANDOM_TIME),
		/* RFC 3711 section 3.3.1: before the first packet, the receiver could not see the
		 * number wrap. */
		.seq = random_u64(e->random, RANDOM_SEQUENCE) & SEQ_FIRST_MAX,
		.cookie = (uint32_t)random_u64(e->random, RANDOM_COOKIE),
		.dtmf_pt = TD_PT_NONE,
	};
	quality_init(&l->quality, l->params.seq);
	return l;
}

void party_session_over(struct td_engine *e, struct party *l)
{
	l->session = NULL;
	/* Until then, a 2xx that crosses our CANCEL may bring RTP to the port that we offered. */
	if (l->media == LEG_MEDIA_RESERVED && !l->call)
		party_gone(e, l);
	else
		party_free(e, l);
}

void party_detach(struct td_engine *e, struct party *l)
{
	if (l->call)
		parties_end(e, l, NULL);
	if (l->call)
		call_party_del(l->call, l);
	l->call = NULL;
	if (l->media == LEG_MEDIA_ADDED)
		party_del(e, l);
	reserve_release(e, &l->grant); /* an offer that is over */
	if (l->media == LEG_MEDIA_RESERVED && !l->session)
		party_gone(e, l);
	else
		party_free(e, l);
}

/* RFC 8866 section 5.2; a signed 64-bit number everywhere. Never 0. */
static uint64_t session_id(struct td_engine *e)
{
	return (random_u64(e->random, RANDOM_SESSION) & SESSION_ID_MASK) | 1;
}

void party_describe(struct td_engine *e, struct party *l, const uint8_t *codecs, uint8_t dtmf_pt,
	uint8_t ptime_ms)
{
	l->ours = (struct sdp){
		.rtp = ports_rtp(&e->ports, l->slot),
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
	for (unsigned i = 0; i + 1 < sizeof(l->ours.codecs) && codecs[i]; i++) {
		l->ours.codecs[i] = codecs[i];
		l->ours.pt[i] = codec_get(codecs[i])->pt;
	}
	keys_offer(e, l);
}

int party_answer(
	struct td_engine *e, struct party *l, const uint8_t *codecs, const struct sdp *offer)
{
	struct td_addr rtp = ports_rtp(&e->ports, l->slot);
	uint64_t id = l->ours.session_id ? l->ours.session_id : session_id(e);
	struct sdp answer;
	int rc = sdp_answer(offer, codecs, &rtp, id, l->ours.version + 1, &answer);

	if (rc < 0)
		return rc;
	l->ours = answer;
	return keys_answer(e, l, offer);
}

static uint32_t account(struct td_engine *e, const struct party *l, uint8_t codec)
{
	const struct call *c = l->call;
	const struct trunk *t = l->trunk ? l->trunk : l->agent ? NULL : c->trunk;
	const struct agent *a = l->agent ? l->agent : c->calling_agent;
	const struct link *k = t ? t->link : a->link;
	struct acct_key key = {
		.codec = codec,
		.trunk = t ? t->object.number : ACCT_AGENTS,
		.queue = c->contact->queue ? c->contact->queue->object.number : 0,
		.link = k ? k->object.number : 0,
	};

	return acct_row(&e->acct, &key);
}

int party_negotiate(struct td_engine *e, struct party *l, const struct sdp *peer)
{
	const struct call *c = l->call;
	struct td_leg_params p = l->params;
	struct keys_chosen keys = {0};
	int rc = peer->rtp.port ? sdp_leg(&l->ours, peer, &p) : -ENOENT;

	if (rc == 0)
		rc = keys_choose(l, peer, &keys);
	if (rc < 0)
		return rc;
	if (keys.in)
		p.flags |= TD_LEG_SRTP;
	if (l->agent)
		p.policy = l->agent->conf.policy;
	else if (l->trunk)
		p.policy = l->trunk->conf.policy;
	else
		p.policy = c->trunk ? c->trunk->conf.policy : c->calling_agent->conf.policy;
	rc = reserve_change(e, l, &p, keys_tag_chosen(&keys));
	if (rc < 0)
		return rc;
	p.acct = account(e, l, p.codec);
	if (l->session)
		p.sip = *sip_session_source(l->session);
	p.dscp = marking_rtp(e, l);
	l->params = p;
	keys_take(e, l, &keys);
	return 0;
}

/* The same of an answer, which cannot be refused: the ptime is its author's wish (RFC 3264 section
 * 6.1), and where there is no room for it, packets keep the length of our offer. */
static int party_accept(struct td_engine *e, struct party *l, const struct sdp *peer)
{
	struct sdp plain = *peer;
	int rc = party_negotiate(e, l, peer);

	if (rc != -EDQUOT)
		return rc;
	plain.ptime_ms = l->ours.ptime_ms;
	return party_negotiate(e, l, &plain);
}

int party_take(struct td_engine *e, struct party *l, struct str text, char why[static KEYS_TEXT])
{
	char detail[KEYS_TEXT];
	struct sdp sdp;

	if (text.n == 0) {
		snprintf(why, KEYS_TEXT, "the message has none that can be read");
		return -EINVAL;
	}
	int rc = sdp_decode(&sdp, text, keys_policy(l));

	if (rc == 0)
		rc = party_accept(e, l, &sdp);
	if (rc < 0)
		snprintf(why, KEYS_TEXT, "%s", keys_why(rc, &sdp, detail));
	return rc;
}

struct str party_sdp(const struct party *l, char text[static LEG_SDP_BYTES])
{
	struct td_buf b;

	buf_init_fixed(&b, text, LEG_SDP_BYTES);
	sdp_encode(&l->ours, &b);
	return (struct str){b.data, b.len};
}

static void command(struct td_engine *e, struct party *l, struct td_media_cmd *cmd)
{
	if (e->now - l->window >= WINDOW_NS) {
		l->window = e->now;
		l->commands = 0;
	}
	l->commands++;
	cmd->leg = l->slot;
	e->io.media(e->io.ctx, cmd);
}

bool party_can(const struct td_engine *e, const struct party *l, unsigned commands)
{
	unsigned used = e->now - l->window >= WINDOW_NS ? 0 : l->commands;

	return used + commands + DEL_RESERVE <= TD_LEG_CREDITS;
}

static void key_command(
	struct td_engine *e, struct party *l, enum td_media_op op, const struct td_srtp_key *key)
{
	struct td_media_cmd cmd = {.op = op, .srtp = *key};

	command(e, l, &cmd);
	explicit_bzero(&cmd, sizeof(cmd));
}

static void keys_tell(struct td_engine *e, struct party *l)
{
	if (l->keys.in_due)
		key_command(e, l, TD_MEDIA_SRTP_IN, &l->keys.in);
	if (l->keys.out_due)
		key_command(e, l, TD_MEDIA_SRTP_OUT, &l->keys.out);
	l->keys.in_due = l->keys.out_due = false;
}

void party_add(struct td_engine *e, struct party *l)
{
	command(e, l, &(struct td_media_cmd){.op = TD_MEDIA_LEG_ADD, .leg_params = l->params});
	l->media = LEG_MEDIA_ADDED;
	keys_tell(e, l);
}

void party_set(struct td_engine *e, struct party *l)
{
	if (l->media == LEG_MEDIA_ADDED) {
		command(e, l,
			&(struct td_media_cmd){.op = TD_MEDIA_LEG_SET, .leg_params = l->params});
		keys_tell(e, l);
	}
	if (!party_should_be_heard(l))
		silence_end(e, l);
}

void party_account(struct td_engine *e, struct party *l)
{
	uint32_t row = account(e, l, l->params.codec);

	if (row == l->params.acct)
		return;
	l->params.acct = row;
	party_set(e, l);
}

void party_del(struct td_engine *e, struct party *l)
{
	if (l->media != LEG_MEDIA_ADDED)
		return;
	reserve_release(e, &l->grant); /* the worker sends no more; the peer has its BYE */
	command(e, l, &(struct td_media_cmd){.op = TD_MEDIA_LEG_DEL});
	l->media = LEG_MEDIA_DELETING;
}

void party_play(struct td_engine *e, struct party *l, const struct queue *q)
{
	int sound = q ? conf_sound(e->conf, str_of(q->conf.music)) : -1;

	if (sound < 0)
		return; /* no music, or its queue has just been deleted: silence */
	if (l->playing && l->sound == (uint32_t)sound)
		return;
	l->playing = true;
	l->sound = (uint32_t)sound;
	command(e, l,
		&(struct td_media_cmd){.op = TD_MEDIA_PLAY,
			.play = {.sound = (uint32_t)sound, .loop = 1, .number = ++l->play}});
}

bool party_played(struct td_engine *e, struct party *l, uint32_t number)
{
	if (!l->playing || number != l->play) {
		e->plays_stale++;
		return false;
	}
	l->playing = false;
	return true;
}

static void join(
	struct td_engine *e, struct party *l, const struct party *peer, enum td_media_op op)
{
	command(e, l,
		&(struct td_media_cmd){.op = (uint16_t)op,
			.peer = peer->slot,
			.cookie = l->params.cookie,
			.peer_cookie = peer->params.cookie});
}

void party_bridge(struct td_engine *e, struct party *l, struct party *peer)
{
	l->playing = peer->playing = false;
	join(e, l, peer, TD_MEDIA_BRIDGE);
}

void party_unbridge(struct td_engine *e, struct party *l, struct party *peer)
{
	join(e, l, peer, TD_MEDIA_UNBRIDGE);
}

void party_untap(struct td_engine *e, struct party *l)
{
	command(e, l, &(struct td_media_cmd){.op = TD_MEDIA_UNTAP});
}

void party_tap(struct td_engine *e, struct party *l, uint32_t recording, uint32_t channel)
{
	command(e, l,
		&(struct td_media_cmd){
			.op = TD_MEDIA_TAP, .tap = {.recording = recording, .channel = channel}});
}

void party_gone(struct td_engine *e, struct party *l)
{
	ports_put(&e->ports, l->slot);
	l->slot = TD_LEG_NONE;
	l->media = LEG_MEDIA_NONE;
	party_free(e, l);
}
