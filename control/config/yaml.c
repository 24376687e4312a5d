/* SPDX-License-Identifier: BSD-3-Clause */
/* The document as libyaml loads it: nodes by number, each with its place in the file. */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <stdlib.h>

struct str reader_text(const yaml_node_t *n)
{
	return (struct str){(const char *)n->data.scalar.value, n->data.scalar.length};
}

bool reader_is_null(const yaml_node_t *n)
{
	struct str text;

	if (!n)
		return true;
	if (n->type != YAML_SCALAR_NODE || n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	text = reader_text(n);
	return text.n == 0 || str_eq(text, STR("~")) || str_eq(text, STR("null"));
}

int reader_map_get(struct reader *r, int map, struct str key)
{
	const yaml_node_t *n = map ? reader_node(r, map) : NULL;

	if (!n || n->type != YAML_MAPPING_NODE)
		return 0;
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
		p++) {
		const yaml_node_t *k = reader_node(r, p->key);

		if (k->type == YAML_SCALAR_NODE && str_eq(reader_text(k), key))
			return p->value;
	}
	return 0;
}

struct key {
	struct str text;
	int node;
};

static int by_text(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = memcmp(x->text.p, y->text.p, x->text.n < y->text.n ? x->text.n : y->text.n);

	if (order)
		return order;
	if (x->text.n != y->text.n)
		return x->text.n < y->text.n ? -1 : 1;
	return x->node - y->node; /* nodes are numbered as they stand in the file */
}

void reader_map_doubles(struct reader *r, const yaml_node_t *map, const char *path)
{
	size_t pairs = map->data.mapping.pairs.top - map->data.mapping.pairs.start, count = 0;
	struct key *keys = pairs ? malloc(pairs * sizeof(*keys)) : NULL;

	if (!keys) {
		r->no_memory |= pairs != 0;
		return;
	}
	for (size_t i = 0; i < pairs; i++) {
		int node = map->data.mapping.pairs.start[i].key;
		const yaml_node_t *k = reader_node(r, node);

		if (k->type == YAML_SCALAR_NODE)
			keys[count++] = (struct key){reader_text(k), node};
	}
	qsort(keys, count, sizeof(*keys), by_text);
	for (size_t i = 1; i < count; i++)
		if (str_eq(keys[i].text, keys[i - 1].text))
			reader_error(r, keys[i].node,
				"%s%.*s is there twice, first on line %zu; take one out", path,
				STR_FMT(keys[i].text),
				reader_node(r, keys[i - 1].node)->start_mark.line + 1);
	free(keys);
}

/* For a byte that is no UTF-8, libyaml gives only an offset. */
static void error_at_offset(struct reader *r, const char *text, size_t offset, const char *problem)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		/* Continuation bytes of UTF-8 do not count as columns. */
		column += ((unsigned char)text[i] & 0xc0) != 0x80;
		if (text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	reader_error_at(r, line, column, "this is not UTF-8 (%s); save the file as UTF-8", problem);
}

/* Whether a tab stands where libyaml found no token. */
static bool tab_at(const yaml_mark_t *mark, const char *text, size_t len)
{
	struct str rest = {text, len}, line = {0};

	for (size_t i = 0; i <= mark->line; i++)
		line = str_cut(&rest, '\n');
	while (line.n && str_has_prefix(line, STR(" "))) {
		line.p++;
		line.n--;
	}
	return str_has_prefix(line, STR("\t"));
}

static void not_yaml(struct reader *r, const yaml_parser_t *p, const char *text, size_t len)
{
	/* The mistake is in the line that lacks a colon, and is noticed in the next one. */
	bool colon = strcmp(p->problem, "could not find expected ':'") == 0;
	const yaml_mark_t *mark = colon ? &p->context_mark : &p->problem_mark;

	if (colon)
		reader_error_at(r, mark->line + 1, mark->column + 1,
			"this is not YAML: no colon with a space behind it; write key: value");
	else if (strstr(p->problem, "mapping values are not allowed"))
		reader_error_at(r, mark->line + 1, mark->column + 1,
			"this is not YAML: no key can stand here; look at the line above, too: a "
			"colon needs a space behind it, and a value with a colon needs quotes");
	else if (strstr(p->problem, "cannot start any token") && tab_at(mark, text, len))
		reader_error_at(r, mark->line + 1, mark->column + 1,
			"this is not YAML: a tab; indent with spaces");
	else
		reader_error_at(r, mark->line + 1, mark->column + 1,
			"this is not YAML: %s%s%s; look at indentation, colons and brackets",
			p->problem, p->context ? " " : "", p->context ? p->context : "");
}

static void parser_error(struct reader *r, const yaml_parser_t *p, const char *text, size_t len)
{
	if (p->error == YAML_MEMORY_ERROR)
		r->no_memory = true;
	else if (!p->problem)
		reader_error_at(r, 0, 0, "this is not YAML");
	else if (p->error == YAML_READER_ERROR)
		error_at_offset(
			r, text, p->problem_offset < len ? p->problem_offset : len, p->problem);
	else
		not_yaml(r, p, text, len);
}

static bool load_one(
	struct reader *r, yaml_parser_t *p, yaml_document_t *doc, const char *text, size_t len)
{
	if (yaml_parser_load(p, doc))
		return true;
	parser_error(r, p, text, len);
	return false;
}

static bool parser_init(struct reader *r, yaml_parser_t *p, const char *text, size_t len)
{
	if (!yaml_parser_initialize(p)) {
		r->no_memory = true;
		return false;
	}
	yaml_parser_set_input_string(p, (const unsigned char *)text, len);
	return true;
}

/* Whether it may be loaded. */
static bool bounds_check(struct reader *r, const char *text, size_t len)
{
	enum bounds_check rc;
	yaml_parser_t parser;

	if (!parser_init(r, &parser, text, len))
		return false;
	rc = reader_bounds(r, &parser);
	if (rc == BOUNDS_NOT_YAML)
		parser_error(r, &parser, text, len);
	yaml_parser_delete(&parser);
	return rc == BOUNDS_HELD;
}

void reader_too_long(struct reader *r)
{
	reader_error_at(r, 0, 0, "longer than %u bytes; is this a site file?", CONFIG_FILE_MAX);
}

bool reader_load(struct reader *r, const char *text, size_t len)
{
	yaml_document_t more;
	yaml_parser_t parser;
	bool ok;

	if (len > CONFIG_FILE_MAX) {
		reader_too_long(r);
		return false;
	}
	if (!bounds_check(r, text, len) || !parser_init(r, &parser, text, len))
		return false;
	ok = load_one(r, &parser, &r->doc, text, len);
	if (ok && load_one(r, &parser, &more, text, len)) {
		const yaml_node_t *root = yaml_document_get_root_node(&more);

		if (root)
			reader_error_at(r, root->start_mark.line + 1, root->start_mark.column + 1,
				"a second document begins here; keep one in a file");
		yaml_document_delete(&more);
	}
	yaml_parser_delete(&parser);
	return ok;
}
