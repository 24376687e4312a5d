/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/contact/contact.h>
#include <errno.h>
#include <string.h>

static struct str text_at(const struct contact_data *d, size_t at)
{
	return (struct str){d->text + at, strlen(d->text + at)};
}

bool contact_data_next(const struct contact_data *d, struct str *key, struct str *value)
{
	size_t at = key->p ? (size_t)(value->p + value->n + 1 - d->text) : 0;

	if (at >= d->bytes)
		return false;
	*key = text_at(d, at);
	*value = text_at(d, at + key->n + 1);
	return true;
}

struct str contact_data_get(const struct contact_data *d, struct str key)
{
	struct str k = {0}, v = {0};

	while (contact_data_next(d, &k, &v))
		if (str_eq(k, key))
			return v;
	return (struct str){0};
}

static bool is_text(struct str s)
{
	return s.n == 0 || !memchr(s.p, '\0', s.n);
}

static void text_add(struct contact_data *d, struct str s)
{
	if (s.n)
		memcpy(d->text + d->bytes, s.p, s.n);
	d->bytes += (uint16_t)s.n;
	d->text[d->bytes++] = '\0';
}

static void pair_del(struct contact_data *d, struct str key, struct str value)
{
	const char *end = value.p + value.n + 1;
	size_t at = (size_t)(key.p - d->text), size = (size_t)(end - key.p);

	memmove(d->text + at, end, d->bytes - at - size);
	d->bytes -= (uint16_t)size;
	d->count--;
}

int contact_data_set(struct contact_data *d, struct str key, struct str value)
{
	struct str old = contact_data_get(d, key);
	size_t freed = old.p ? key.n + old.n : 0, size = key.n + value.n;
	size_t used = d->bytes - 2u * d->count; /* without NULs */

	if (!key.n || key.n >= TD_NAME_BYTES || !is_text(key) || !is_text(value))
		return -EINVAL;
	if (!value.n && !old.p)
		return 0;
	if ((!old.p && d->count == CONTACT_DATA_MAX) || size > CONTACT_DATA_BYTES + freed - used)
		return -ENOSPC;
	if (old.p)
		pair_del(d, (struct str){old.p - key.n - 1, key.n}, old);
	if (!value.n)
		return 0;
	text_add(d, key);
	text_add(d, value);
	d->count++;
	return 0;
}
