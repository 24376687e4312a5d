/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/conf/check.h>
#include <stdarg.h>

bool check_unsure(const struct check *c, enum td_kind kind, uint32_t object, const char *key)
{
	const struct conf_key *k = key ? conf_key_lookup(kind, str_of(key)) : NULL;

	return c->by->unsure && c->by->unsure(c->by->ctx, kind, object, k);
}

void check_fault(struct check *c, enum td_kind kind, uint32_t object, const char *key, int item,
	const char *fmt, ...)
{
	struct td_text what;
	struct conf_fault f = {.kind = kind, .object = object, .item = item, .what = what.s};
	va_list args;

	if (key && item < 0 && check_unsure(c, kind, object, key))
		return;
	va_start(args, fmt);
	td_text_vset(&what, fmt, args);
	va_end(args);
	f.key = key ? conf_key_lookup(kind, str_of(key)) : NULL;
	c->faults++;
	c->by->report(c->by->ctx, &f);
}
