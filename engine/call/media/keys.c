/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/media/keys.h>
#include <engine/call/events/story.h>
#include <engine/base/addr.h>
#include <errno.h>
#include <stdio.h>

static const struct {
	uint8_t tag;
	bool offered;
} suites[TD_SRTP_SUITE_COUNT] = {
#define SUITE(id, kind, key, salt, tag, rtcp_tag, offered) [TD_SRTP_##id] = {tag, offered},
	TD_SRTP_SUITES(SUITE)
#undef SUITE
};

#define ONE(id, kind, key, salt, tag, rtcp_tag, offered) +(offered)
_Static_assert(0 TD_SRTP_SUITES(ONE) <= SDP_CRYPTO_MAX, "each has its line in our offer");
#undef ONE

enum td_srtp_policy keys_policy(const struct party *p)
{
	const struct agent *a = p->agent ? p->agent : p->call->calling_agent;

	if (p->trunk)
		return p->trunk->conf.srtp;
	return a ? a->conf.srtp : p->call->trunk->conf.srtp;
}

uint8_t keys_tag(const struct td_srtp_key *key)
{
	return (uint8_t)(suites[key->suite].tag + key->mki_len);
}

uint8_t keys_tag_chosen(const struct keys_chosen *chosen)
{
	uint8_t in = chosen->in ? keys_tag(&chosen->in->key) : 0;
	uint8_t out = chosen->in ? keys_tag(&chosen->out->key) : 0;

	return in > out ? in : out;
}

uint8_t keys_tag_offered(const struct sdp *offer)
{
	uint8_t longest = 0;

	for (unsigned i = 0; i < offer->crypto_count; i++) {
		uint8_t tag = keys_tag(&offer->crypto[i].key);

		longest = tag > longest ? tag : longest;
	}
	return longest;
}

uint8_t keys_tag_ours(enum td_srtp_policy policy)
{
	uint8_t longest = 0;

	for (unsigned i = 0; policy != TD_SRTP_OFF && i < TD_SRTP_SUITE_COUNT; i++)
		if (suites[i].offered && suites[i].tag > longest)
			longest = suites[i].tag;
	return longest;
}

static void key_make(struct td_engine *e, struct td_srtp_key *key, uint8_t suite)
{
	*key = (struct td_srtp_key){.suite = suite, .fresh = true};
	e->io.random(e->io.ctx, key->key, sdp_crypto_bytes(suite));
}

static bool key_same(const struct td_srtp_key *a, const struct td_srtp_key *b)
{
	return a->suite == b->suite && a->mki_len == b->mki_len &&
	       !memcmp(a->mki, b->mki, a->mki_len) &&
	       !memcmp(a->key, b->key, sdp_crypto_bytes(a->suite));
}

void keys_offer(struct td_engine *e, struct party *p)
{
	enum td_srtp_policy policy = keys_policy(p);

	if (policy == TD_SRTP_OFF)
		return;
	p->ours.savp = policy == TD_SRTP_REQUIRED;
	p->ours.crypto_count = 0;
	for (uint8_t suite = TD_SRTP_SUITE_COUNT - 1; suite > TD_SRTP_NONE; suite--) {
		struct sdp_crypto *line = &p->ours.crypto[p->ours.crypto_count];

		if (!suites[suite].offered)
			continue;
		line->tag = ++p->ours.crypto_count;
		key_make(e, &line->key, suite);
	}
}

int keys_answer(struct td_engine *e, struct party *p, const struct sdp *offer)
{
	const struct sdp_crypto *theirs = &offer->crypto[0];
	const struct td_srtp_key *is = &p->keys.out;
	bool moved = !addr_is_any(&offer->rtp) && !addr_equal(&offer->rtp, &p->params.remote);

	if (!offer->crypto_count)
		return offer->savp || keys_policy(p) == TD_SRTP_REQUIRED ? -EPROTO : 0;
	p->ours.crypto_count = 1;
	p->ours.crypto[0].tag = theirs->tag;
	if (is->suite == theirs->key.suite && (!moved || key_same(&p->keys.in, &theirs->key)))
		p->ours.crypto[0].key = *is;
	else
		key_make(e, &p->ours.crypto[0].key, theirs->key.suite);
	return 0;
}

int keys_choose(const struct party *p, const struct sdp *peer, struct keys_chosen *out)
{
	*out = (struct keys_chosen){0};
	if (peer->crypto_count)
		out->in = &peer->crypto[0];
	for (unsigned i = 0; out->in && i < p->ours.crypto_count; i++)
		if (p->ours.crypto[i].tag == out->in->tag &&
			p->ours.crypto[i].key.suite == out->in->key.suite)
			out->out = &p->ours.crypto[i];
	if (out->out)
		return 0;
	/* Plain RTP, unless one of the two sides does not allow it, or took a line that we did not
	 * offer. */
	if (p->ours.savp || peer->savp || (out->in && p->ours.crypto_count) ||
		keys_policy(p) == TD_SRTP_REQUIRED)
		return -EPROTO;
	out->in = NULL;
	return 0;
}

void keys_take(struct td_engine *e, struct party *p, const struct keys_chosen *chosen)
{
	struct party_keys *k = &p->keys;
	uint8_t before = k->in.suite;

	if (!chosen->in) {
		if (before)
			story(e, p->call, "no SRTP any more with %s", party_who(p));
		explicit_bzero(p->ours.crypto, sizeof(p->ours.crypto));
		p->ours.crypto_count = 0;
		explicit_bzero(k, sizeof(*k));
		return;
	}
	if (!key_same(&k->in, &chosen->in->key)) {
		k->in = chosen->in->key;
		k->in_due = true;
	}
	if (!key_same(&k->out, &chosen->out->key)) {
		k->out = chosen->out->key;
		k->out_due = true;
	}
	/* Of the lines of our offer, only the chosen one stays. */
	p->ours.crypto[0] = *chosen->out;
	p->ours.crypto_count = 1;
	explicit_bzero(&p->ours.crypto[1], sizeof(p->ours.crypto) - sizeof(p->ours.crypto[0]));
	if (before != k->in.suite)
		story(e, p->call, "SRTP with %s: %s", party_who(p), sdp_crypto_suite(k->in.suite));
	else if (k->in_due)
		story(e, p->call, "another SRTP key of %s", party_who(p));
}

void keys_wipe(struct party *p)
{
	explicit_bzero(&p->keys, sizeof(p->keys));
	explicit_bzero(p->early, sizeof(p->early));
	explicit_bzero(p->ours.crypto, sizeof(p->ours.crypto));
}

const char *keys_why(int rc, const struct sdp *peer, char text[static KEYS_TEXT])
{
	if (rc == -EINVAL)
		return "it is malformed";
	if (rc == -EACCES)
		return "no media may go to its address (the trunk's media)";
	if (rc != -EPROTO)
		return "no codec in common";
	if (peer->crypto_count)
		return "its SRTP key is for no line of our offer";
	if (!peer->crypto_why)
		return "it has no SRTP key";
	snprintf(text, KEYS_TEXT, "no SRTP key of it can be used: %s", peer->crypto_why);
	return text;
}
