/* SPDX-License-Identifier: BSD-3-Clause */
/* What concerns several objects, or the machine that the site runs on. */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <control/config/wav.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct entry *entry_lookup(struct reader *r, enum td_kind kind, struct str name)
{
	unsigned low = r->first[kind], high = r->first[kind + 1];

	while (low < high) {
		unsigned mid = low + (high - low) / 2;
		struct str there = r->entries[mid].name;
		int order = memcmp(there.p, name.p, there.n < name.n ? there.n : name.n);

		if (order == 0)
			order = (there.n > name.n) - (there.n < name.n);
		if (order == 0)
			return &r->entries[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void agent_unknown(struct reader *r, const char *path, int node, struct str name)
{
	struct conf_nearest near = {.wanted = name};

	if (r->broken[TD_KIND_AGENT] || r->unnamed[TD_KIND_AGENT])
		return;
	for (unsigned i = r->first[TD_KIND_AGENT]; i < r->first[TD_KIND_AGENT + 1]; i++)
		conf_nearest(&near, r->entries[i].name);
	if (near.best.n)
		reader_error(r, node, "%s: no agent is called '%.*s'; did you mean '%.*s'?", path,
			STR_FMT(name), STR_FMT(near.best));
	else
		reader_error(r, node, "%s: no agent is called '%.*s'; add it under agents:", path,
			STR_FMT(name));
}

static void group_member_add(
	struct reader *r, const struct entry *group, const char *path, int node)
{
	static const struct conf_key *groups;
	const yaml_node_t *n = reader_node(r, node);
	struct td_text why;
	struct entry *agent;

	if (!groups)
		groups = conf_key_lookup(TD_KIND_AGENT, STR("groups"));
	if (!n || n->type != YAML_SCALAR_NODE || reader_is_null(n)) {
		reader_error(r, node, "%s: an agent's name is wanted", path);
		return;
	}
	agent = entry_lookup(r, TD_KIND_AGENT, reader_text(n));
	if (!agent) {
		agent_unknown(r, path, node, reader_text(n));
		return;
	}
	const struct td_conf_agent *a = agent->object;

	for (unsigned i = 0; i < a->group_count; i++) {
		if (str_eq(str_of(a->groups[i]), group->name)) {
			reader_error(r, node, "%s: %s is there twice; take one out", path, a->name);
			return;
		}
	}
	if (a->group_count == groups->list_max)
		reader_error(r, node, "%s: %s is in %u groups already; no agent can be in more",
			path, a->name, groups->list_max);
	else if (!conf_value_decode(groups, agent->object, group->name, true, &why))
		r->broken[TD_KIND_GROUP] = true; /* the group's name: has been reported there */
}

static void group_join(struct reader *r, const struct entry *e, const struct conf_key *k)
{
	int list = reader_map_get(r, e->map_node, str_of(k->name));
	const yaml_node_t *n = list ? reader_node(r, list) : NULL;
	char path[READER_PATH];

	if (!n || reader_is_null(n))
		return;
	reader_path(e, k, path);
	if (n->type != YAML_SEQUENCE_NODE) {
		reader_error(r, list, "%s: a list of agents is wanted, like [alice, bob]", path);
		return;
	}
	for (yaml_node_item_t *item = n->data.sequence.items.start;
		item < n->data.sequence.items.top; item++)
		group_member_add(r, e, path, *item);
}

void reader_groups_join(struct reader *r)
{
	const struct conf_key *k = conf_key_lookup(TD_KIND_GROUP, STR("agents"));

	for (unsigned i = r->first[TD_KIND_GROUP]; i < r->first[TD_KIND_GROUP + 1]; i++) {
		unsigned errors = reader_errors(r);

		group_join(r, &r->entries[i], k);
		if (reader_errors(r) != errors)
			reader_unsure_set(&r->entries[i], k);
	}
}

/* RFC 7616 section 3.4.2: H(user ":" realm ":" password), in hexadecimal. */
static bool ha1_make(struct td_conf_agent *a, const char *realm, struct str password)
{
	const EVP_MD *md = a->algorithm == TD_DIGEST_MD5 ? EVP_md5() : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool ok = ctx && EVP_DigestInit_ex(ctx, md, NULL) &&
		  EVP_DigestUpdate(ctx, a->name, strlen(a->name)) &&
		  EVP_DigestUpdate(ctx, ":", 1) && EVP_DigestUpdate(ctx, realm, strlen(realm)) &&
		  EVP_DigestUpdate(ctx, ":", 1) && EVP_DigestUpdate(ctx, password.p, password.n) &&
		  EVP_DigestFinal_ex(ctx, digest, &n);

	EVP_MD_CTX_free(ctx);
	for (unsigned i = 0; ok && i < n; i++)
		snprintf(a->ha1 + 2 * (size_t)i, 3, "%02x", digest[i]);
	return ok;
}

void reader_passwords_hash(struct reader *r)
{
	const struct conf_key *k = conf_key_lookup(TD_KIND_AGENT, STR("password"));
	const struct td_conf_site *site = r->entries[0].object;

	for (unsigned i = r->first[TD_KIND_AGENT]; i < r->first[TD_KIND_AGENT + 1]; i++) {
		struct entry *e = &r->entries[i];
		int node = reader_map_get(r, e->map_node, str_of(k->name));
		const yaml_node_t *n = node ? reader_node(r, node) : NULL;
		unsigned errors = reader_errors(r);
		char path[READER_PATH];

		if (!n)
			continue;
		reader_path(e, k, path);
		if (n->type != YAML_SCALAR_NODE || reader_is_null(n) || !reader_text(n).n)
			reader_error(r, node, "%s: a password is wanted; write it in quotes", path);
		else if (!ha1_make(e->object, site->domain, reader_text(n)))
			reader_error(r, node, "%s: OpenSSL refuses to hash it", path);
		if (reader_errors(r) != errors)
			reader_unsure_set(e, k);
	}
}

static void sounds_check(struct reader *r)
{
	const struct conf_key *k = conf_key_lookup(TD_KIND_SOUND, STR("file"));

	for (unsigned i = r->first[TD_KIND_SOUND]; i < r->first[TD_KIND_SOUND + 1]; i++) {
		const struct entry *e = &r->entries[i];
		const struct td_conf_sound *s = e->object;
		int node = reader_map_get(r, e->map_node, str_of(k->name));
		char path[READER_PATH];
		struct td_text why;
		int rc;

		rc = s->file[0] ? wav_check(s->file, &why) : 0;
		if (rc == -ENOMEM)
			r->no_memory = true;
		else if (rc)
			reader_error(
				r, node, "%s: %s: %s", reader_path(e, k, path), s->file, why.s);
	}
}

static void core_check(struct reader *r, const char *key, unsigned place, int core)
{
	long cpus = r->source->cpus ? (long)r->source->cpus : sysconf(_SC_NPROCESSORS_ONLN);
	int node = reader_map_get(r, r->engine_node, str_of(key));
	const yaml_node_t *n = node ? reader_node(r, node) : NULL;

	if (core < cpus)
		return;
	if (n && n->type == YAML_SEQUENCE_NODE &&
		place < (size_t)(n->data.sequence.items.top - n->data.sequence.items.start))
		node = n->data.sequence.items.start[place];
	reader_error(r, node, "engine.%s: CPU %d is not there; this machine has 0 to %ld", key,
		core, cpus - 1);
}

void reader_machine_check(struct reader *r)
{
	const struct td_conf_site *site = r->entries[0].object;

	for (unsigned i = 0; i < site->worker_count; i++)
		core_check(r, "worker_cores", i, site->worker_cores[i]);
	core_check(r, "signalling_core", 0, site->signalling_core);
	sounds_check(r);
}

/* Where the value is that a fault is about; 0: it is not in the file. */
static int fault_node(struct reader *r, const struct entry *e, const struct conf_fault *f)
{
	int map = e->map_node, node;

	if (!f->key)
		return 0;
	if (f->key->flags & CONF_ENGINE)
		map = r->engine_node;
	if (f->kind == TD_KIND_QUEUE && !strcmp(f->key->name, "overflow_queue"))
		return reader_map_get(r, reader_map_get(r, map, STR("overflow")), STR("queue"));
	node = reader_map_get(r, map, str_of(f->key->name));
	if (node && f->item >= 0 && !reader_unsure(e, f->key)) { /* else places differ */
		const yaml_node_t *n = reader_node(r, node);

		if (n->type == YAML_SEQUENCE_NODE &&
			f->item < n->data.sequence.items.top - n->data.sequence.items.start)
			node = n->data.sequence.items.start[f->item];
	}
	return node;
}

static bool fault_unsure(void *ctx, enum td_kind kind, uint32_t object, const struct conf_key *key)
{
	const struct reader *r = ctx;

	if (!key)
		return r->broken[kind] || r->unnamed[kind];
	return (kind == TD_KIND_SITE && r->broken[kind]) ||
	       reader_unsure(&r->entries[r->first[kind] + object], key);
}

void reader_fault(void *ctx, const struct conf_fault *f)
{
	struct reader *r = ctx;
	const struct entry *e = &r->entries[r->first[f->kind] + f->object];
	int node = fault_node(r, e, f);
	char path[READER_PATH];

	/* A missing key is reported where its object begins. */
	reader_error(r, node ? node : e->name_node, "%s: %s",
		reader_path(e, node ? f->key : NULL, path), f->what);
}

void reader_conf_check(struct reader *r, const struct td_conf *conf)
{
	const struct conf_checker by = {.ctx = r, .report = reader_fault, .unsure = fault_unsure};

	r->no_memory |= conf_check(conf, &by) < 0;
}

void reader_conf_advise(struct reader *r, const struct td_conf *conf)
{
	const struct conf_checker by = {.ctx = r, .report = reader_fault};

	r->no_memory |= conf_advise(conf, &by) < 0;
}
