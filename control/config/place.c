/* SPDX-License-Identifier: BSD-3-Clause */
/* Where an object or a key stands in a file. */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <string.h>

static void place_of(struct reader *r, int node, struct config_place *out)
{
	const yaml_node_t *n = node ? reader_node(r, node) : NULL;

	if (n)
		*out = (struct config_place){n->start_mark.line + 1, n->start_mark.column + 1};
}

/* The node of a name in a section, which the path begins with; *rest is what stands behind. A name
 * may have dots of its own. */
static int name_find(struct reader *r, int section, struct str path, int *map, struct str *rest)
{
	const yaml_node_t *n = section ? reader_node(r, section) : NULL;

	if (!n || n->type != YAML_MAPPING_NODE)
		return 0;
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
		p++) {
		const yaml_node_t *key = reader_node(r, p->key);
		struct str name;

		if (key->type != YAML_SCALAR_NODE)
			continue;
		name = reader_text(key);
		if (path.n < name.n || memcmp(path.p, name.p, name.n) != 0 ||
			(path.n > name.n && path.p[name.n] != '.'))
			continue;
		*map = p->value;
		*rest = path.n > name.n ? (struct str){path.p + name.n + 1, path.n - name.n - 1}
					: (struct str){NULL, 0};
		return p->key;
	}
	return 0;
}

static void path_find(struct reader *r, struct str path, struct config_place *out)
{
	int section = 0, map = 0, value;
	struct str rest;
	int node = name_find(r, 1, path, &section, &rest); /* 1 is libyaml's root */

	place_of(r, node, out);
	if (!node || !rest.n)
		return;
	path = rest;
	node = name_find(r, section, path, &map, &rest);
	if (!node)
		return;
	/* An object begins at its name; a key's fault is its value's. */
	place_of(r, reader_node(r, map)->type == YAML_MAPPING_NODE ? node : map, out);
	value = rest.n ? reader_map_get(r, map, rest) : 0;
	place_of(r, value, out);
}

void config_place(const struct config_source *source, const char *path, struct config_place *out)
{
	struct reader r = {.source = source};

	*out = (struct config_place){0};
	if (reader_load(&r, source->text, source->len)) {
		path_find(&r, str_of(path), out);
		yaml_document_delete(&r.doc);
	}
	reader_errors_free(&r);
}
