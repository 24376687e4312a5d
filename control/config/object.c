/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of one object, as the schema has them. */
#include <control/config/reader.h>
#include <stdio.h>

const char *reader_path(
	const struct entry *e, const struct conf_key *k, char out[static READER_PATH])
{
	return conf_key_path(e->kind, e->name, k, out);
}

void reader_unsure_set(struct entry *e, const struct conf_key *k)
{
	size_t place = k ? (size_t)(k - td_schema) : 0;

	if (k)
		e->unsure[place / 64] |= 1ull << place % 64;
	else
		memset(e->unsure, 0xff, sizeof(e->unsure));
}

bool reader_unsure(const struct entry *e, const struct conf_key *k)
{
	size_t place = (size_t)(k - td_schema);

	return e->unsure[place / 64] >> place % 64 & 1;
}

static const char *article(const yaml_node_t *n)
{
	return n->type == YAML_SCALAR_NODE     ? "a single value"
	       : n->type == YAML_SEQUENCE_NODE ? "a list"
					       : "a map";
}

/* Whether a key of the schema stands in this part of the file. */
static bool key_stands_here(const struct conf_key *k, enum td_kind kind, bool engine)
{
	if (k->kind != kind || k->flags & CONF_DERIVED)
		return false;
	return kind != TD_KIND_SITE || engine == !!(k->flags & CONF_ENGINE);
}

/* The key that a misspelt one most likely meant; NULL: none is near. */
static const struct conf_key *key_meant(const struct entry *e, struct str text, bool engine)
{
	struct conf_nearest near = {.wanted = text, .parts = true};

	for (unsigned i = 0; i < td_schema_count; i++)
		if (key_stands_here(&td_schema[i], e->kind, engine))
			conf_nearest(&near, str_of(td_schema[i].name));
	return near.best.n ? conf_key_lookup(e->kind, near.best) : NULL;
}

bool reader_is_merge(const yaml_node_t *key)
{
	return key->type == YAML_SCALAR_NODE && key->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       str_eq(reader_text(key), STR("<<"));
}

static void keys_list(const struct entry *e, bool engine, char all[static TD_TEXT_BYTES])
{
	size_t n = 0;

	all[0] = '\0';
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];

		if (key_stands_here(k, e->kind, engine) && n < TD_TEXT_BYTES)
			n += (size_t)snprintf(
				all + n, TD_TEXT_BYTES - n, "%s%s", n ? ", " : "", k->name);
	}
}

static void key_unknown(struct reader *r, struct entry *e, int node, bool engine)
{
	struct str text = reader_text(reader_node(r, node));
	const struct conf_key *meant = key_meant(e, text, engine);
	const struct conf_key *there = conf_key_lookup(e->kind, text);
	char path[READER_PATH], all[TD_TEXT_BYTES];

	reader_path(e, NULL, path);
	if (engine)
		strcpy(path, "engine");
	if (reader_is_merge(reader_node(r, node))) {
		reader_unsure_set(e, NULL);
		reader_error(r, node, "%s: " READER_NO_MERGE, path);
	} else if (there && key_stands_here(there, e->kind, !engine)) {
		reader_unsure_set(e, there);
		reader_error(r, node, "%s: the key %s stands in the section %s; move it there",
			path, there->name, engine ? "site" : "engine");
	} else if (meant) {
		reader_unsure_set(e, meant);
		reader_error(r, node, "%s: unknown key '%.*s'; did you mean '%s'?", path,
			STR_FMT(text), meant->name);
	} else {
		keys_list(e, engine, all);
		reader_error(r, node, "%s: unknown key '%.*s'; the keys here are %s", path,
			STR_FMT(text), all);
	}
}

/* A relative path begins at the folder of the site file. The compiled text lies elsewhere, so it
 * gets the whole path. */
static bool path_absolute(struct reader *r, struct str text, char out[static PATH_MAX])
{
	if (text.n && text.p[0] == '/')
		return snprintf(out, PATH_MAX, "%.*s", STR_FMT(text)) < PATH_MAX;
	return snprintf(out, PATH_MAX, "%s/%.*s", r->dir, STR_FMT(text)) < PATH_MAX;
}

static void value_read(struct reader *r, struct entry *e, const struct conf_key *k, int node)
{
	const yaml_node_t *n = reader_node(r, node);
	char path[READER_PATH], absolute[PATH_MAX];
	struct td_text why;
	struct str text;

	reader_path(e, k, path);
	if (n->type != YAML_SCALAR_NODE) {
		reader_error(r, node, "%s: this is %s; a single value is wanted", path, article(n));
		return;
	}
	if (reader_is_null(n)) {
		reader_error(
			r, node, "%s: the value is missing; give one or take the key out", path);
		return;
	}
	text = reader_text(n);
	if (k->type == CONF_PATH && text.n && path_absolute(r, text, absolute))
		text = str_of(absolute);
	if (!conf_value_decode(k, e->object, text, true, &why))
		reader_error(r, node, "%s: %s", path, why.s);
}

static void list_read(struct reader *r, struct entry *e, const struct conf_key *k, int node)
{
	const yaml_node_t *n = reader_node(r, node);
	char path[READER_PATH];

	reader_path(e, k, path);
	if (n->type != YAML_SEQUENCE_NODE) {
		if (n->type == YAML_SCALAR_NODE && !reader_is_null(n))
			reader_error(r, node, "%s: a list is wanted; write [%.*s]", path,
				STR_FMT(reader_text(n)));
		else
			reader_error(r, node, "%s: a list is wanted; write it like [a, b]", path);
		return;
	}
	if (n->data.sequence.items.start == n->data.sequence.items.top) {
		reader_error(r, node,
			"%s: the list is empty; name at least one, or take the key out", path);
		return;
	}
	conf_list_clear(k, e->object);
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top;
		i++)
		value_read(r, e, k, *i);
}

/* overflow: hangup | busy | {queue: NAME} */
static void overflow_read(struct reader *r, struct entry *e, const struct conf_key *k, int node)
{
	const yaml_node_t *n = reader_node(r, node);
	struct td_conf_queue *q = e->object;
	char path[READER_PATH];
	int queue;

	reader_path(e, k, path);
	if (n->type == YAML_SCALAR_NODE && !reader_is_null(n)) {
		struct str text = reader_text(n);
		bool queue_word = str_eq(text, STR("queue"));
		struct td_text why;

		if (queue_word || !conf_value_decode(k, q, text, true, &why))
			reader_error(r, node, "%s: write hangup, busy, or {queue: %.*s}", path,
				STR_FMT(queue_word ? STR("NAME") : text));
		return;
	}
	if (reader_is_null(n)) {
		value_read(r, e, k, node);
		return;
	}
	queue = reader_map_get(r, node, STR("queue"));
	if (!queue || n->data.mapping.pairs.top - n->data.mapping.pairs.start != 1) {
		reader_error(r, node, "%s: write hangup, busy, or {queue: NAME}", path);
		return;
	}
	q->overflow = TD_OVERFLOW_QUEUE;
	value_read(r, e, conf_key_lookup(TD_KIND_QUEUE, STR("overflow_queue")), queue);
}

static void key_read(struct reader *r, struct entry *e, const struct conf_key *k, int node)
{
	unsigned errors = reader_errors(r);

	if (k->flags & CONF_ONLY_YAML)
		return; /* site.c, once all objects are there */
	if (k->kind == TD_KIND_QUEUE && !strcmp(k->name, "overflow"))
		overflow_read(r, e, k, node);
	else if (conf_key_is_list(k))
		list_read(r, e, k, node);
	else
		value_read(r, e, k, node);
	if (reader_errors(r) != errors)
		reader_unsure_set(e, k);
}

void reader_object_keys(struct reader *r, struct entry *e, int map, bool engine)
{
	const yaml_node_t *n = reader_node(r, map);
	char path[READER_PATH + 1];

	reader_path(e, NULL, path);
	if (engine)
		strcpy(path, "engine");
	if (reader_is_null(n))
		return;
	if (n->type != YAML_MAPPING_NODE) {
		reader_error(r, map, "%s: this is %s; a map of keys is wanted, like {key: value}",
			path, article(n));
		reader_unsure_set(e, NULL);
		return;
	}
	strcat(path, ".");
	reader_map_doubles(r, n, path);
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
		p++) {
		const yaml_node_t *key = reader_node(r, p->key);
		const struct conf_key *k;

		if (key->type != YAML_SCALAR_NODE) {
			reader_error(r, p->key, "%s: a key is a single word", path);
			continue;
		}
		k = conf_key_lookup(e->kind, reader_text(key));
		if (k && key_stands_here(k, e->kind, engine))
			key_read(r, e, k, p->value);
		else
			key_unknown(r, e, p->key, engine);
	}
}
