/* SPDX-License-Identifier: BSD-3-Clause */
/* What differs between two configurations, and what of it waits for the engine's next start. */
#include <engine/conf/schema.h>
#include <errno.h>
#include <stdlib.h>

static bool value_equal(const struct conf_key *k, const void *a, const void *b)
{
	char storage_a[CONF_VALUE_BYTES], storage_b[CONF_VALUE_BYTES];
	struct td_buf text_a, text_b;

	buf_init_fixed(&text_a, storage_a, sizeof(storage_a));
	buf_init_fixed(&text_b, storage_b, sizeof(storage_b));
	conf_value_encode(k, a, &text_a);
	conf_value_encode(k, b, &text_b);
	return str_eq((struct str){text_a.data, text_a.len}, (struct str){text_b.data, text_b.len});
}

static bool is_compiled(const struct conf_key *k, enum td_kind kind)
{
	return k->kind == kind && !(k->flags & CONF_ONLY_YAML);
}

/* Whether a and b differ in a key with all of `flags`; NULL differs from any object. */
static bool object_differs(enum td_kind kind, const void *a, const void *b, unsigned flags)
{
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];

		if (!is_compiled(k, kind) || (k->flags & flags) != flags)
			continue;
		if (!a || !b || !value_equal(k, a, b))
			return true;
	}
	return false;
}

/* The objects of two configurations side by side; NULL where there is none of the name. */
static void walk(const struct td_conf *old, const struct td_conf *new,
	void (*each)(void *ctx, enum td_kind kind, const void *a, const void *b), void *ctx)
{
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		uint32_t olds = old ? old->of[kind].count : 0, news = new->of[kind].count;
		uint32_t i = 0, j = 0;

		while (i < olds || j < news) {
			const void *a = i < olds ? conf_at(old, kind, i) : NULL;
			const void *b = j < news ? conf_at(new, kind, j) : NULL;
			int order = !a   ? 1
				    : !b ? -1
					 : conf_name_compare(conf_object_name(kind, a),
						   conf_object_name(kind, b));

			each(ctx, kind, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
			i += order <= 0;
			j += order >= 0;
		}
	}
}

struct differ {
	struct td_buf *buf;
	struct conf_count count;
};

static void object_diff(void *ctx, enum td_kind kind, const void *old, const void *new)
{
	struct differ *d = ctx;

	if (!new) {
		struct str name = conf_object_name(kind, old);

		buf_printf(d->buf, "del %s %.*s\n", td_kinds[kind].name, STR_FMT(name));
		d->count.deleted++;
	} else if (!old || object_differs(kind, old, new, 0)) {
		buf_str(d->buf, STR("set "));
		conf_object_put(kind, new, true, d->buf);
		d->count.set++;
	} else {
		return;
	}
	d->count.restart |= object_differs(kind, old, new, CONF_RESTART);
}

struct conf_count conf_diff(
	const struct td_conf *old, const struct td_conf *new, struct td_buf *buf)
{
	struct differ d = {.buf = buf};

	walk(old, new, object_diff, &d);
	return d.count;
}

struct teller {
	void (*each)(void *ctx, const struct conf_change *change);
	void *ctx;
	bool restart; /* only what waits for the next start */
};

/* The engine makes all of such an object when it starts. */
static bool kind_restarts(enum td_kind kind)
{
	for (unsigned i = 0; i < td_schema_count; i++)
		if (is_compiled(&td_schema[i], kind) && !(td_schema[i].flags & CONF_RESTART))
			return false;
	return true;
}

static void change_tell(const struct teller *t, struct conf_change change)
{
	change.restart = change.key ? change.key->flags & CONF_RESTART : kind_restarts(change.kind);
	if (change.restart || !t->restart)
		t->each(t->ctx, &change);
}

static void object_tell(void *ctx, enum td_kind kind, const void *old, const void *new)
{
	if (!old || !new) {
		change_tell(ctx, (struct conf_change){.kind = kind, .old = old, .new = new});
		return;
	}
	for (unsigned i = 0; i < td_schema_count; i++)
		if (is_compiled(&td_schema[i], kind) && !value_equal(&td_schema[i], old, new))
			change_tell(ctx, (struct conf_change){.kind = kind,
						 .old = old,
						 .new = new,
						 .key = &td_schema[i]});
}

void conf_changes(const struct td_conf *old, const struct td_conf *new,
	void (*each)(void *ctx, const struct conf_change *change), void *ctx)
{
	struct teller t = {.each = each, .ctx = ctx};

	walk(old, new, object_tell, &t);
}

static int list_copy(struct td_conf *to, const struct td_conf *from, enum td_kind kind)
{
	size_t bytes = from->of[kind].count * td_kinds[kind].size;

	to->of[kind].any = malloc(bytes ? bytes : 1);
	if (!to->of[kind].any)
		return -ENOMEM;
	memcpy(to->of[kind].any, from->of[kind].any, bytes);
	to->of[kind].count = from->of[kind].count;
	return 0;
}

/* Values that wait stay as they are in `running`. */
static void values_keep(struct td_conf *c, const struct td_conf *running, enum td_kind kind)
{
	for (uint32_t i = 0; i < c->of[kind].count; i++) {
		void *object = conf_at(c, kind, i);
		const void *there = conf_lookup(running, kind, conf_object_name(kind, object));

		for (unsigned k = 0; there && k < td_schema_count; k++)
			if (is_compiled(&td_schema[k], kind) && td_schema[k].flags & CONF_RESTART)
				conf_value_copy(&td_schema[k], object, there);
	}
}

int conf_stage(struct td_conf **out, const struct td_conf *running, const struct td_conf *next,
	void (*each)(void *ctx, const struct conf_change *change), void *ctx)
{
	struct teller t = {.each = each, .ctx = ctx, .restart = true};
	struct td_conf *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		if (list_copy(c, kind_restarts(kind) ? running : next, kind)) {
			conf_free(c);
			return -ENOMEM;
		}
		values_keep(c, running, kind);
	}
	if (each)
		walk(running, next, object_tell, &t);
	*out = c;
	return 0;
}
