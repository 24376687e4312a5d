/* SPDX-License-Identifier: BSD-3-Clause */
/* From the file's sections to a whole configuration. */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <system/file.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

static struct entry *entry_add(
	struct reader *r, enum td_kind kind, struct str name, int name_node, int map_node)
{
	unsigned cap = r->entry_cap ? 2 * r->entry_cap : 64;
	struct entry *e;

	if (r->entry_count == r->entry_cap) {
		struct entry *more = realloc(r->entries, cap * sizeof(*more));

		if (!more)
			goto no_memory;
		r->entries = more;
		r->entry_cap = cap;
	}
	e = &r->entries[r->entry_count];
	*e = (struct entry){.kind = kind,
		.name = name,
		.name_node = name_node,
		.map_node = map_node,
		.order = r->entry_count,
		.object = malloc(td_kinds[kind].size)};
	if (!e->object)
		goto no_memory;
	conf_object_init(kind, e->object, name);
	r->entry_count++;
	return e;

no_memory:
	r->no_memory = true;
	return NULL;
}

static void objects_read(struct reader *r, enum td_kind kind, int section)
{
	const yaml_node_t *n = reader_node(r, section);
	char path[READER_PATH];
	struct td_text why;

	if (reader_is_null(n))
		return;
	if (n->type != YAML_MAPPING_NODE) {
		reader_error(r, section, "%s: a map of names is wanted, like %s: {NAME: {...}}",
			td_kinds[kind].section, td_kinds[kind].section);
		r->broken[kind] = true;
		return;
	}
	snprintf(path, sizeof(path), "%s.", td_kinds[kind].section);
	reader_map_doubles(r, n, path);
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
		p++) {
		const yaml_node_t *key = reader_node(r, p->key);
		struct entry *e;

		if (key->type != YAML_SCALAR_NODE) {
			reader_error(r, p->key, "%s a name is a single word", path);
			continue;
		}
		if (reader_is_merge(key)) {
			reader_error(r, p->key, "%s: " READER_NO_MERGE, td_kinds[kind].section);
			r->broken[kind] = true;
			continue;
		}
		if (!conf_name_valid(kind, reader_text(key), &why)) {
			reader_error(r, p->key, "%s: %s", td_kinds[kind].section, why.s);
			r->unnamed[kind] = true;
		}
		e = entry_add(r, kind, reader_text(key), p->key, p->value);
		if (e)
			reader_object_keys(r, e, p->value, false);
	}
}

static bool section_kind(struct str name, enum td_kind *kind)
{
	for (unsigned i = 0; i < TD_KIND_COUNT; i++) {
		if (str_eq(name, str_of(td_kinds[i].section))) {
			*kind = i;
			return true;
		}
	}
	return false;
}

static void section_unknown(struct reader *r, int node)
{
	struct str text = reader_text(reader_node(r, node));
	struct conf_nearest near = {.wanted = text, .parts = true};
	enum td_kind meant;

	for (unsigned i = 0; i < TD_KIND_COUNT; i++)
		conf_nearest(&near, str_of(td_kinds[i].section));
	conf_nearest(&near, STR("engine"));
	if (near.best.n && section_kind(near.best, &meant))
		r->broken[meant] = true;
	if (near.best.n)
		reader_error(r, node, "unknown section '%.*s'; did you mean '%.*s'?", STR_FMT(text),
			STR_FMT(near.best));
	else
		reader_error(r, node,
			"unknown section '%.*s'; there are site, engine, ports, links, trunks, "
			"groups, agents, sounds, queues and routes",
			STR_FMT(text));
}

static void sections_read(struct reader *r)
{
	const yaml_node_t *root = yaml_document_get_root_node(&r->doc);
	struct entry *site = entry_add(r, TD_KIND_SITE, STR("site"), 0, 0);

	if (!site)
		return;
	if (root && root->type != YAML_MAPPING_NODE) {
		reader_error(
			r, 1, "a site file is a map of sections: site, engine, ports and more");
		r->broken[TD_KIND_SITE] = true;
		return;
	}
	if (!root)
		return;
	reader_map_doubles(r, root, "");
	for (yaml_node_pair_t *p = root->data.mapping.pairs.start;
		p < root->data.mapping.pairs.top && !r->no_memory; p++) {
		const yaml_node_t *key = reader_node(r, p->key);
		enum td_kind kind;

		site = &r->entries[0];
		if (key->type != YAML_SCALAR_NODE) {
			reader_error(r, p->key, "a section's name is a single word");
		} else if (str_eq(reader_text(key), STR("engine"))) {
			r->engine_node = p->value;
			reader_object_keys(r, site, p->value, true);
		} else if (!section_kind(reader_text(key), &kind)) {
			section_unknown(r, p->key);
		} else if (kind == TD_KIND_SITE) {
			site->name_node = p->key;
			site->map_node = p->value;
			reader_object_keys(r, site, p->value, false);
		} else {
			objects_read(r, kind, p->value);
		}
	}
}

static int by_kind_and_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order;

	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	order = memcmp(x->name.p, y->name.p, x->name.n < y->name.n ? x->name.n : y->name.n);
	if (order)
		return order;
	if (x->name.n != y->name.n)
		return x->name.n < y->name.n ? -1 : 1;
	return (int)x->order - (int)y->order;
}

static void entries_sort(struct reader *r)
{
	unsigned i = 0;

	qsort(r->entries, r->entry_count, sizeof(*r->entries), by_kind_and_name);
	for (unsigned kind = 0; kind <= TD_KIND_COUNT; kind++) {
		while (i < r->entry_count && r->entries[i].kind < kind)
			i++;
		r->first[kind] = i;
	}
}

static struct td_conf *conf_make(struct reader *r)
{
	struct td_conf *conf = calloc(1, sizeof(*conf));

	if (!conf)
		goto no_memory;
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		uint32_t count = r->first[kind + 1] - r->first[kind];
		size_t size = td_kinds[kind].size;

		conf->of[kind].any = malloc(count ? count * size : 1);
		if (!conf->of[kind].any)
			goto no_memory;
		conf->of[kind].count = count;
		for (uint32_t i = 0; i < count; i++)
			memcpy((char *)conf->of[kind].any + i * size,
				r->entries[r->first[kind] + i].object, size);
	}
	return conf;

no_memory:
	conf_free(conf);
	r->no_memory = true;
	return NULL;
}

static struct td_conf *compile(struct reader *r)
{
	struct td_conf *conf = NULL;

	sections_read(r);
	if (r->no_memory)
		return NULL;
	entries_sort(r);
	reader_groups_join(r);
	reader_passwords_hash(r);
	reader_machine_check(r);
	conf = conf_make(r);
	if (conf)
		reader_conf_check(r, conf);
	if (r->error_count || r->no_memory) {
		conf_free(conf);
		return NULL;
	}
	if (r->source->warnings) {
		r->advising = true;
		reader_conf_advise(r, conf);
		reader_interfaces_advise(r, conf);
		reader_folders_advise(r, conf);
	}
	return conf;
}

/* The whole file in memory, or NULL with an error. */
static char *text_read(struct reader *r, size_t *len)
{
	unsigned char *text;
	struct td_text why;
	int rc = file_read(r->source->file, CONFIG_FILE_MAX, &text, len, &why);

	if (rc == -ENOMEM)
		r->no_memory = true;
	else if (rc == -EFBIG)
		reader_too_long(r);
	else if (rc)
		reader_error_at(r, 0, 0, "cannot be read: %s", why.s);
	return (char *)text;
}

static void dir_find(struct reader *r)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", r->source->file);
	if (!realpath(dirname(copy), r->dir))
		strcpy(r->dir, "."); /* text that no file on this machine has */
}

int config_read(struct td_conf **out, const struct config_source *source,
	void (*report)(void *ctx, const struct config_error *e), void *ctx)
{
	struct reader r = {.source = source};
	struct td_conf *conf = NULL;
	const char *text = source->text;
	size_t len = source->len;
	char *owned = NULL;
	int rc;

	dir_find(&r);
	if (!text)
		text = owned = text_read(&r, &len);
	if (text && reader_load(&r, text, len)) {
		conf = compile(&r);
		yaml_document_delete(&r.doc);
	}
	rc = r.no_memory ? -ENOMEM : conf ? 0 : -EINVAL;
	reader_errors_report(&r, report, ctx);
	if (rc == 0 && out) {
		*out = conf;
		conf = NULL;
	}
	conf_free(conf);
	for (unsigned i = 0; i < r.entry_count; i++)
		free(r.entries[i].object);
	free(r.entries);
	reader_errors_free(&r);
	free(owned);
	return rc;
}
