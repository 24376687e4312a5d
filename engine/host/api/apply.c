/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/host/api/apply.h>
#include <engine/host/sounds.h>
#include <system/log.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct apply {
	struct request r; /* first */
	struct ops *ops;
	struct api_client *client;
	uint16_t op;
	uint32_t id;
	struct td_conf *next;
	struct td_buf lines; /* old to next, in canonical form */
	struct conf_count count;
};

static void apply_free(struct apply *a)
{
	a->ops->apply = NULL;
	api_client_put(a->client);
	conf_free(a->next);
	buf_free(&a->lines);
	free(a);
}

static void apply_fail(struct apply *a, int rc, const char *why)
{
	log_line(LOG_WARNING, "configuration refused, nothing changed", "reason=\"%s\"", why);
	api_error(a->client, a->op, a->id, rc, "%s", why);
	apply_free(a);
}

/* SHA-256 of the canonical text, in hex: two sites agree when it does. */
static void conf_digest(const struct td_conf *conf, char out[static 72])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct td_buf text;

	out[0] = '\0';
	buf_init(&text);
	conf_encode(conf, &text);
	if (!text.error && EVP_Digest(text.data, text.len, hash, &n, EVP_sha256(), NULL) == 1)
		for (unsigned i = 0; i < n && i < 32; i++)
			snprintf(out + 2 * i, 3, "%02x", hash[i]);
	buf_free(&text);
}

void apply_journal(struct ops *o, enum journal_source source, struct conf_count count)
{
	struct td_ev_config ev = {.set = count.set, .deleted = count.deleted};

	conf_digest(o->conf, ev.digest);
	journal_put_now(o->journal, source, TD_EV_CONFIG, &ev, sizeof(ev));
}

static void apply_answer(struct apply *a)
{
	char text[64];
	int n = snprintf(
		text, sizeof(text), "{\"set\":%u,\"deleted\":%u}", a->count.set, a->count.deleted);

	api_reply(a->client, a->op, a->id, text, (size_t)n);
	apply_free(a);
}

static void apply_done(struct request *r)
{
	struct apply *a = (struct apply *)r;
	struct ops *o = a->ops;

	if (r->rc) {
		/* Signalling refuses what was checked here only for want of memory, or when the
		 * two disagree. The sounds of the old configuration come back. */
		sounds_load(o->dp, a->next, o->conf, NULL);
		apply_fail(a, r->rc, r->err.s[0] ? r->err.s : strerror(-r->rc));
		return;
	}
	conf_free(o->conf);
	o->conf = a->next;
	a->next = NULL;
	apply_journal(o, JOURNAL_MAIN, a->count);
	log_line(LOG_NOTICE, "configuration applied", "set=%u deleted=%u", a->count.set,
		a->count.deleted);
	apply_answer(a);
}

void apply_start(struct ops *o, struct api_client *c, const struct td_api_msg *m, const char *lines,
	size_t len)
{
	struct td_text err;
	struct apply *a;
	int rc;

	if (o->apply) {
		api_error(c, m->op, m->id, -EBUSY, "another change is under way; try again");
		return;
	}
	a = calloc(1, sizeof(*a));
	if (!a) {
		api_error(c, m->op, m->id, -ENOMEM, "tandem-engine: no memory");
		return;
	}
	o->apply = a;
	a->ops = o;
	a->client = c;
	a->op = m->op;
	a->id = m->id;
	api_client_get(c);
	buf_init(&a->lines);
	rc = conf_apply(&a->next, o->conf, lines, len, &err);
	if (rc) {
		apply_fail(a, rc, err.s);
		return;
	}
	a->count = conf_diff(o->conf, a->next, &a->lines);
	if (a->lines.error) {
		apply_fail(a, a->lines.error, "no memory");
		return;
	}
	if (!a->lines.len) { /* tandemd sends each object with a secret, as it is not told ours */
		apply_answer(a);
		return;
	}
	if (a->count.restart) {
		apply_fail(a, -EBUSY,
			"ports, cores, memory, directories or sizes change: that needs a restart "
			"of "
			"tandem-engine");
		return;
	}
	rc = sounds_load(o->dp, o->conf, a->next, &err);
	if (rc) {
		apply_fail(a, rc, err.s);
		return;
	}
	a->r.op = REQUEST_CONFIG;
	a->r.text = a->lines.data;
	a->r.len = a->lines.len;
	a->r.done = apply_done;
	buf_init(&a->r.rows);
	rc = turn_request(o->turn, &a->r);
	if (rc)
		apply_fail(a, rc, "too many requests under way; try again");
}
