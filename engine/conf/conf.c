/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole configurations: look-ups, the compiled text. */
#include <engine/conf/schema.h>
#include <stdlib.h>

int conf_name_compare(struct str a, struct str b)
{
	int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

uint32_t conf_place(const struct td_conf *c, enum td_kind kind, struct str name, bool *found)
{
	uint32_t low = 0, high = c->of[kind].count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = conf_name_compare(conf_object_name(kind, conf_at(c, kind, mid)), name);

		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = false;
	return low;
}

const void *conf_lookup(const struct td_conf *c, enum td_kind kind, struct str name)
{
	bool found;
	uint32_t place = conf_place(c, kind, name, &found);

	return found ? conf_at(c, kind, place) : NULL;
}

int conf_sound(const struct td_conf *c, struct str name)
{
	bool found;
	uint32_t place = conf_place(c, TD_KIND_SOUND, name, &found);

	return found ? (int)c->sound_number[place] : -1;
}

void conf_free(struct td_conf *c)
{
	if (!c)
		return;
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++)
		free(c->of[kind].any);
	free(c->sound_number);
	free(c);
}

static void quoted_put(struct td_buf *buf, struct str value)
{
	bool plain = true;

	for (size_t i = 0; i < value.n; i++)
		plain &= strchr(" \"\\=", value.p[i]) == NULL;
	if (plain) {
		buf_str(buf, value);
		return;
	}
	buf_str(buf, STR("\""));
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_str(buf, STR("\\"));
		buf_put(buf, value.p + i, 1);
	}
	buf_str(buf, STR("\""));
}

void conf_object_put(enum td_kind kind, const void *object, bool secrets, struct td_buf *buf)
{
	struct str name = conf_object_name(kind, object);
	char storage[CONF_VALUE_BYTES];
	struct td_buf value;

	buf_printf(buf, "%s %.*s", td_kinds[kind].name, STR_FMT(name));
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];

		if (k->kind != kind || k->flags & CONF_ONLY_YAML || !conf_value_is_set(k, object))
			continue;
		buf_init_fixed(&value, storage, sizeof(storage));
		conf_value_encode(k, object, &value);
		if (k->flags & CONF_SECRET && !secrets)
			memset(value.data, '0', value.len);
		buf_printf(buf, " %s=", k->name);
		quoted_put(buf, (struct str){value.data, value.len});
	}
	buf_str(buf, STR("\n"));
}

static void objects_put(const struct td_conf *c, bool secrets, struct td_buf *buf)
{
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++)
		for (uint32_t i = 0; i < c->of[kind].count; i++)
			conf_object_put(kind, conf_at(c, kind, i), secrets, buf);
}

void conf_encode(const struct td_conf *c, struct td_buf *buf)
{
	objects_put(c, true, buf);
}

void conf_encode_public(const struct td_conf *c, struct td_buf *buf)
{
	objects_put(c, false, buf);
}
