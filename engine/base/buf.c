/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <engine/base/buf.h>

#define BUF_FIRST 256 /* bytes of the first allocation: most lines and small answers */

void buf_init(struct td_buf *b)
{
	*b = (struct td_buf){0};
}

void buf_init_fixed(struct td_buf *b, void *storage, size_t size)
{
	*b = (struct td_buf){.data = storage, .cap = size, .fixed = true};
}

void buf_free(struct td_buf *b)
{
	if (!b->fixed)
		free(b->data);
	*b = (struct td_buf){0};
}

void buf_reset(struct td_buf *b)
{
	b->len = 0;
	b->error = 0;
	b->comma = false;
}

/* Room for n more bytes, or an error that sticks. */
static bool reserve(struct td_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST;

	if (b->error)
		return false;
	if (n <= b->cap - b->len)
		return true;
	if (b->fixed) {
		b->error = -ENOSPC;
		return false;
	}
	if (n > SIZE_MAX / 4 - b->len)
		goto no_memory;
	while (cap < b->len + n)
		cap *= 2;
	char *data = realloc(b->data, cap);

	if (!data)
		goto no_memory;
	b->data = data;
	b->cap = cap;
	return true;

no_memory:
	b->error = -ENOMEM;
	return false;
}

void buf_put(struct td_buf *b, const void *data, size_t n)
{
	if (n == 0 || !reserve(b, n))
		return;
	memcpy(b->data + b->len, data, n);
	b->len += n;
}

void buf_str(struct td_buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

void buf_printf(struct td_buf *b, const char *fmt, ...)
{
	va_list ap;

	if (b->error)
		return;
	size_t room = b->cap - b->len;

	va_start(ap, fmt);
	int n = vsnprintf(b->data ? b->data + b->len : NULL, room, fmt, ap);

	va_end(ap);
	if (n < 0) {
		b->error = -EINVAL;
		return;
	}
	if ((size_t)n >= room) {
		if (!reserve(b, (size_t)n + 1)) /* vsnprintf's NUL */
			return;
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}
