/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/changes.h>
#include <engine/base/view.h>
#include <engine/conf/schema.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void changes_init(struct changes *c)
{
	*c = (struct changes){.count = 0};
	buf_init(&c->rows);
}

void changes_free(struct changes *c)
{
	buf_free(&c->rows);
}

/* NULL: the key has no value there. */
static const char *value_text(
	const struct conf_key *k, const void *object, char out[static CONF_VALUE_BYTES])
{
	struct td_buf text;

	buf_init_fixed(&text, out, CONF_VALUE_BYTES - 1);
	if (object)
		conf_value_print(k, object, &text);
	out[text.len] = '\0';
	return out;
}

static void row_add(struct changes *c, const char *what, const struct conf_change *change)
{
	const void *object = change->new ? change->new : change->old;
	char path[CONF_PATH_BYTES], old[CONF_VALUE_BYTES] = "", new[CONF_VALUE_BYTES] = "";

	if (c->count++ >= CHANGES_MAX)
		return;
	VIEW_PUT(config_changes, &c->rows,
		{
			.path = conf_key_path(change->kind, conf_object_name(change->kind, object),
				change->key, path),
			.change = what,
			.old = change->key ? value_text(change->key, change->old, old) : "",
			.new = change->key ? value_text(change->key, change->new, new) : "",
			.restart = change->restart,
		});
}

static bool is_default(const struct conf_key *k, const void *object, const void *defaults)
{
	char a[CONF_VALUE_BYTES], b[CONF_VALUE_BYTES];

	return strcmp(value_text(k, object, a), value_text(k, defaults, b)) == 0;
}

static void values_add(struct changes *c, const struct conf_change *change)
{
	void *defaults = malloc(td_kinds[change->kind].size);

	if (!defaults) {
		c->rows.error = -ENOMEM;
		return;
	}
	conf_object_init(change->kind, defaults, conf_object_name(change->kind, change->new));
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];
		struct conf_change value = {.kind = change->kind,
			.new = change->new,
			.key = k,
			.restart = change->restart};

		if (k->kind == change->kind && !(k->flags & CONF_ONLY_YAML) &&
			!is_default(k, change->new, defaults))
			row_add(c, "new", &value);
	}
	free(defaults);
}

void changes_add(void *ctx, const struct conf_change *change)
{
	struct changes *c = ctx;

	row_add(c, change->key ? "set" : change->new ? "new" : "gone", change);
	if (!change->key && change->new)
		values_add(c, change);
}

void changes_put(const struct changes *c, const char *name, struct td_buf *out)
{
	json_array_start(out, name);
	if (c->rows.error)
		out->error = c->rows.error;
	else
		buf_put(out, c->rows.data, c->rows.len);
	json_array_end(out);
	if (c->count > CHANGES_MAX)
		json_u64(out, "more", c->count - CHANGES_MAX);
}
