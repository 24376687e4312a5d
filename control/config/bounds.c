/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Before the document is loaded, its events are counted: libyaml's time grows with the square of a
 * document's depth and of its anchors, and ours with what aliases stand for. The parser looks a few
 * hundred brackets ahead at most, so counting itself is quick.
 */
#include <control/config/reader.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX   16         /* a site needs five */
#define ANCHORS_MAX 100        /* libyaml looks through all of them for each alias */
#define VALUES_MAX  (1u << 20) /* as many as a file of CONFIG_FILE_MAX has, aliases spelt out */

struct anchor {
	yaml_char_t *name;
	uint64_t values; /* that it stands for; 0: until its end is seen */
};

struct bounds {
	uint64_t values;
	unsigned depth, anchor_count;
	bool circle; /* an alias stands in what it stands for */
	struct open {
		struct anchor *anchor; /* NULL: none */
		uint64_t before;       /* values */
	} open[DEPTH_MAX];
	struct anchor anchors[ANCHORS_MAX];
};

/* The anchor of a name that is given anew. NULL: none is given, or there are too many. */
static struct anchor *anchor_add(struct bounds *b, yaml_char_t **name)
{
	struct anchor *a;

	if (!*name || b->anchor_count++ >= ANCHORS_MAX)
		return NULL;
	a = &b->anchors[b->anchor_count - 1];
	*a = (struct anchor){.name = *name};
	*name = NULL; /* the event no longer owns it */
	return a;
}

static uint64_t alias_values(const struct bounds *b, const yaml_char_t *name)
{
	for (unsigned i = b->anchor_count; i-- > 0;)
		if (strcmp((const char *)b->anchors[i].name, (const char *)name) == 0)
			return b->anchors[i].values;
	return 1; /* libyaml will say that there is none */
}

static void scalar_count(struct bounds *b, yaml_char_t **anchor)
{
	struct anchor *a = anchor_add(b, anchor);

	b->values++;
	if (a)
		a->values = 1;
}

static void collection_start(struct bounds *b, yaml_char_t **anchor)
{
	struct anchor *a = anchor_add(b, anchor);

	if (b->depth < DEPTH_MAX)
		b->open[b->depth] = (struct open){a, b->values};
	b->depth++;
	b->values++;
}

static void collection_end(struct bounds *b)
{
	const struct open *o = &b->open[--b->depth];

	if (o->anchor)
		o->anchor->values = b->values - o->before;
}

static void event_count(struct bounds *b, yaml_event_t *e)
{
	uint64_t values;

	switch (e->type) {
	case YAML_SCALAR_EVENT:
		scalar_count(b, &e->data.scalar.anchor);
		break;
	case YAML_ALIAS_EVENT:
		values = alias_values(b, e->data.alias.anchor);
		b->circle |= values == 0;
		b->values += values;
		break;
	case YAML_SEQUENCE_START_EVENT:
		collection_start(b, &e->data.sequence_start.anchor);
		break;
	case YAML_MAPPING_START_EVENT:
		collection_start(b, &e->data.mapping_start.anchor);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		collection_end(b);
		break;
	default:
		break;
	}
}

/* True: it is within the bounds so far. */
static bool bounds_held(struct reader *r, const struct bounds *b, const yaml_mark_t *at)
{
	const char *what;
	unsigned most;

	if (b->circle) {
		reader_error_at(r, at->line + 1, at->column + 1,
			"an alias stands inside what it stands for; write the value out");
		return false;
	}
	if (b->depth > DEPTH_MAX) {
		what = "levels of maps and lists";
		most = DEPTH_MAX;
	} else if (b->anchor_count > ANCHORS_MAX) {
		what = "anchors";
		most = ANCHORS_MAX;
	} else if (b->values > VALUES_MAX) {
		what = "values, those that aliases stand for counted";
		most = VALUES_MAX;
	} else {
		return true;
	}
	reader_error_at(r, at->line + 1, at->column + 1, "more than %u %s; is this a site file?",
		most, what);
	return false;
}

enum bounds_check reader_bounds(struct reader *r, yaml_parser_t *parser)
{
	struct bounds *b = calloc(1, sizeof(*b));
	enum bounds_check rc = BOUNDS_HELD;
	yaml_event_type_t type;
	yaml_event_t event;

	if (!b) {
		r->no_memory = true;
		return BOUNDS_BROKEN;
	}
	do {
		if (!yaml_parser_parse(parser, &event)) {
			rc = BOUNDS_NOT_YAML;
			break;
		}
		type = event.type;
		event_count(b, &event);
		if (!bounds_held(r, b, &event.start_mark))
			rc = BOUNDS_BROKEN;
		yaml_event_delete(&event);
	} while (type != YAML_STREAM_END_EVENT && rc == BOUNDS_HELD);
	for (unsigned i = 0; i < b->anchor_count && i < ANCHORS_MAX; i++)
		free(b->anchors[i].name);
	free(b);
	return rc;
}
