/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled text and changes, read line by line into the next configuration. */
#include <engine/conf/schema.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

/* An object of any kind. The site has no name of its own in front. */
union any_object {
	struct td_conf_site site;
	struct td_conf_port port;
	struct td_conf_link link;
	struct td_conf_trunk trunk;
	struct td_conf_group group;
	struct td_conf_agent agent;
	struct td_conf_sound sound;
	struct td_conf_queue queue;
	struct td_conf_route route;
};

#define NO_NUMBER UINT32_MAX

/* A configuration being made. */
struct draft {
	struct td_conf *conf;
	uint32_t cap[TD_KIND_COUNT];
	bool has_site;
	struct td_text *err;
	unsigned line;
};

static int fail(struct draft *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct draft *d, const char *fmt, ...)
{
	struct td_text what;
	va_list args;

	va_start(args, fmt);
	td_text_vset(&what, fmt, args);
	va_end(args);
	if (d->line)
		td_text_set(d->err, "line %u: %s", d->line, what.s);
	else
		td_text_set(d->err, "%s", what.s);
	return -EINVAL;
}

static int draft_reserve(struct draft *d, enum td_kind kind, uint32_t count)
{
	uint32_t cap = d->cap[kind] ? d->cap[kind] : 8;
	void *any;

	if (count <= d->cap[kind])
		return 0;
	while (cap < count)
		cap *= 2;
	any = realloc(d->conf->of[kind].any, cap * td_kinds[kind].size);
	if (!any)
		return -ENOMEM;
	d->conf->of[kind].any = any;
	d->cap[kind] = cap;
	return 0;
}

static int draft_init(struct draft *d, const struct td_conf *old)
{
	d->conf = calloc(1, sizeof(*d->conf));
	if (!d->conf)
		return -ENOMEM;
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++) {
		uint32_t count = old ? old->of[kind].count : 0;

		if (draft_reserve(d, kind, count ? count : 1))
			return -ENOMEM;
		if (count)
			memcpy(d->conf->of[kind].any, old->of[kind].any,
				count * td_kinds[kind].size);
		d->conf->of[kind].count = count;
	}
	d->has_site = old != NULL;
	return 0;
}

static int draft_set(
	struct draft *d, enum td_kind kind, struct str name, const void *object, bool once)
{
	size_t size = td_kinds[kind].size;
	struct conf_list *list = &d->conf->of[kind];
	bool found;
	uint32_t place = conf_place(d->conf, kind, name, &found);

	if (found && once)
		return fail(d, "%s %.*s is there twice", td_kinds[kind].name, STR_FMT(name));
	if (!found) {
		if (draft_reserve(d, kind, list->count + 1))
			return -ENOMEM;
		memmove((char *)list->any + (place + 1) * size, (char *)list->any + place * size,
			(list->count - place) * size);
		list->count++;
	}
	memcpy(conf_at(d->conf, kind, place), object, size);
	return 0;
}

static int draft_del(struct draft *d, enum td_kind kind, struct str name)
{
	size_t size = td_kinds[kind].size;
	struct conf_list *list = &d->conf->of[kind];
	bool found;
	uint32_t place = conf_place(d->conf, kind, name, &found);

	if (kind == TD_KIND_SITE)
		return fail(d, "the site cannot be deleted");
	if (!found)
		return fail(d, "there is no %s %.*s", td_kinds[kind].name, STR_FMT(name));
	list->count--;
	memmove((char *)list->any + place * size, (char *)list->any + (place + 1) * size,
		(list->count - place) * size);
	return 0;
}

static struct str skip(struct str s, size_t n)
{
	return (struct str){s.p + n, s.n - n};
}

/* Cuts a value up to the next space off the line. */
static bool plain_cut(struct str *rest, char value[static CONF_VALUE_BYTES], size_t *n)
{
	size_t i = 0;

	while (i < rest->n && rest->p[i] != ' ') {
		if (i == CONF_VALUE_BYTES)
			return false;
		value[i] = rest->p[i];
		i++;
	}
	*n = i;
	*rest = skip(*rest, i);
	return true;
}

/* Cuts a value and its closing quote off the line. A backslash takes the next byte as it is. */
static bool quoted_cut(struct str *rest, char value[static CONF_VALUE_BYTES], size_t *n)
{
	size_t i = 0;

	for (*n = 0; i < rest->n && rest->p[i] != '"'; i++) {
		if (rest->p[i] == '\\')
			i++;
		if (i == rest->n || *n == CONF_VALUE_BYTES)
			return false;
		value[(*n)++] = rest->p[i];
	}
	if (i == rest->n)
		return false;
	*rest = skip(*rest, i + 1);
	return true;
}

/* Cuts key="value" off the line: unquoted into `value`, which is as long as a value can be. When it
 * is neither that nor key=value, *rest stays as it was. */
static bool pair_cut(
	struct str *rest, struct str *key, char value[static CONF_VALUE_BYTES], struct str *out)
{
	struct str s = *rest;
	bool quoted;
	size_t n = 0;

	while (n < s.n && s.p[n] != '=' && s.p[n] != ' ')
		n++;
	if (n == 0 || n == s.n || s.p[n] != '=')
		return false;
	*key = (struct str){s.p, n};
	s = skip(s, n + 1);
	quoted = s.n > 0 && *s.p == '"';
	if (quoted)
		s = skip(s, 1);
	if (!(quoted ? quoted_cut(&s, value, &n) : plain_cut(&s, value, &n)))
		return false;
	if (s.n > 0 && *s.p != ' ')
		return false;
	*out = (struct str){value, n};
	*rest = s;
	return true;
}

static struct str trim_left(struct str s)
{
	while (s.n && *s.p == ' ') {
		s.p++;
		s.n--;
	}
	return s;
}

static int value_read(
	struct draft *d, const struct conf_key *k, void *object, struct str name, struct str value)
{
	struct td_text why;

	if (conf_key_is_list(k))
		conf_list_clear(k, object);
	do {
		struct str item = conf_key_is_list(k) ? str_cut(&value, ',') : value;

		if (!conf_value_decode(k, object, item, false, &why))
			return fail(d, "%s %.*s: %s: %s", td_kinds[k->kind].name, STR_FMT(name),
				k->name, why.s);
	} while (conf_key_is_list(k) && value.n);
	return 0;
}

static int object_read(struct draft *d, enum td_kind kind, struct str name, struct str rest,
	union any_object *object)
{
	char value[CONF_VALUE_BYTES];
	bool seen[CONF_KEYS_MAX] = {false}; /* by place in td_schema[] */

	conf_object_init(kind, object, name);
	for (rest = trim_left(rest); rest.n; rest = trim_left(rest)) {
		const struct conf_key *k;
		struct str key, text;
		int rc;

		if (!pair_cut(&rest, &key, value, &text))
			return fail(d, "%s %.*s: '%.*s' is not key=value", td_kinds[kind].name,
				STR_FMT(name), STR_FMT(rest));
		k = conf_key_lookup(kind, key);
		if (!k || k->flags & CONF_ONLY_YAML)
			return fail(d, "%s %.*s: unknown key '%.*s'", td_kinds[kind].name,
				STR_FMT(name), STR_FMT(key));
		if (seen[k - td_schema])
			return fail(d, "%s %.*s: %s is there twice", td_kinds[kind].name,
				STR_FMT(name), k->name);
		seen[k - td_schema] = true;
		rc = value_read(d, k, object, name, text);
		if (rc)
			return rc;
	}
	return 0;
}

static int kind_read(struct draft *d, struct str word, enum td_kind *kind)
{
	for (unsigned i = 0; i < TD_KIND_COUNT; i++) {
		if (str_eq(word, str_of(td_kinds[i].name))) {
			*kind = i;
			return 0;
		}
	}
	return fail(d, "'%.*s' is no kind of object", STR_FMT(word));
}

static int line_read(struct draft *d, struct str line, bool change)
{
	struct str word = change ? str_cut(&line, ' ') : STR("set"), name;
	bool del = str_eq(word, STR("del"));
	struct td_text why;
	union any_object object;
	enum td_kind kind = TD_KIND_COUNT;
	int rc;

	if (!del && !str_eq(word, STR("set")))
		return fail(d, "a change begins with set or del, not with '%.*s'", STR_FMT(word));
	rc = kind_read(d, str_cut(&line, ' '), &kind);
	if (rc)
		return rc;
	name = str_cut(&line, ' ');
	if (!conf_name_valid(kind, name, &why))
		return fail(d, "%s: %s", td_kinds[kind].name, why.s);
	if (kind == TD_KIND_SITE && !str_eq(name, STR("site")))
		return fail(d, "the site's object is called site, not '%.*s'", STR_FMT(name));
	if (del)
		return draft_del(d, kind, name);
	rc = object_read(d, kind, name, line, &object);
	if (rc)
		return rc;
	d->has_site |= kind == TD_KIND_SITE;
	return draft_set(d, kind, name, &object, !change);
}

static void fault_first(void *ctx, const struct conf_fault *f)
{
	struct draft *d = ctx;
	struct str name = conf_object_name(f->kind, conf_at(d->conf, f->kind, f->object));

	if (d->err && d->err->s[0])
		return;
	if (f->key)
		fail(d, "%s %.*s: %s: %s", td_kinds[f->kind].name, STR_FMT(name), f->key->name,
			f->what);
	else
		fail(d, "%s %.*s: %s", td_kinds[f->kind].name, STR_FMT(name), f->what);
}

static int draft_check(struct draft *d)
{
	const struct conf_checker by = {.ctx = d, .report = fault_first};
	int faults;

	d->line = 0;
	if (!d->has_site)
		return fail(d, "there is no line 'site site domain=...'");
	faults = conf_check(d->conf, &by);
	return faults > 0 ? -EINVAL : faults;
}

/* The numbers that the sounds of `old` keep are marked in `used`. */
static void sounds_keep(struct td_conf *c, const struct td_conf *old, bool *used)
{
	const struct conf_list *sounds = &c->of[TD_KIND_SOUND];

	for (uint32_t i = 0; i < sounds->count; i++) {
		int number = old ? conf_sound(old, str_of(sounds->sound[i].name)) : -1;

		c->sound_number[i] = number < 0 ? NO_NUMBER : (uint32_t)number;
		if (number >= 0)
			used[number] = true;
	}
}

static uint32_t sound_after(const struct td_conf *c, uint32_t number)
{
	return (number + 1) % c->sound_numbers;
}

static int sounds_number(struct draft *d, const struct td_conf *old)
{
	struct td_conf *c = d->conf;
	uint32_t count = c->of[TD_KIND_SOUND].count;
	bool *used;

	c->sound_numbers = old ? old->sound_numbers : conf_site(c)->max.sounds;
	c->sound_next = old ? old->sound_next : 0;
	if (count > c->sound_numbers)
		return fail(d,
			"there are %u sounds, and max_sounds was %u at the start; set max_sounds, "
			"restart the engine, then apply these",
			count, c->sound_numbers);
	c->sound_number = calloc(count + 1, sizeof(*c->sound_number));
	used = calloc(c->sound_numbers, sizeof(*used));
	if (!c->sound_number || !used) {
		free(used);
		return -ENOMEM;
	}
	sounds_keep(c, old, used);
	for (uint32_t i = 0; i < count; i++) {
		if (c->sound_number[i] != NO_NUMBER)
			continue;
		while (used[c->sound_next])
			c->sound_next = sound_after(c, c->sound_next);
		c->sound_number[i] = c->sound_next;
		c->sound_next = sound_after(c, c->sound_next);
	}
	free(used);
	return 0;
}

static int read_lines(struct td_conf **out, const struct td_conf *old, struct str text, bool change,
	struct td_text *err)
{
	struct draft d = {.err = err};
	int rc;

	td_text_set(err, "%s", "");
	rc = draft_init(&d, old);
	while (rc == 0 && text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));

		d.line++;
		if (line.n && line.p[0] != '#')
			rc = line_read(&d, line, change);
	}
	if (rc == 0)
		rc = draft_check(&d);
	if (rc == 0)
		rc = sounds_number(&d, old);
	if (rc == 0) {
		*out = d.conf;
		return 0;
	}
	if (rc == -ENOMEM)
		td_text_set(err, "out of memory");
	conf_free(d.conf);
	return rc;
}

int conf_parse(struct td_conf **out, const char *text, size_t len, struct td_text *err)
{
	return read_lines(out, NULL, (struct str){text, len}, false, err);
}

int conf_apply(struct td_conf **out, const struct td_conf *old, const char *lines, size_t len,
	struct td_text *err)
{
	return read_lines(out, old, (struct str){lines, len}, true, err);
}
