/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 8259. One flag serves all levels: it says whether a value, or a closed object or array,
 * precedes. */
#include <inttypes.h>
#include <engine/base/buf.h>
#include <engine/base/utf8.h>

/* An integer of thousandths is exact enough up to here; beyond, decimals mean nothing. */
#define JSON_F64_DECIMALS_MAX 9e15

/* The escape of an ASCII character that must have one, or NULL. */
static const char *short_escape(unsigned char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

static void put_text(struct td_buf *b, struct str value)
{
	const unsigned char *s = (const unsigned char *)value.p;
	size_t n = value.n;

	buf_put(b, "\"", 1);
	while (n > 0) {
		size_t len = utf8_len((struct str){(const char *)s, n});
		const char *escape = short_escape(*s);

		if (len == 0) {
			buf_put(b, "\xef\xbf\xbd", 3);
			len = 1;
		} else if (escape) {
			buf_put(b, escape, 2);
		} else if (*s < 0x20 || *s == 0x7f) {
			buf_printf(b, "\\u%04x", *s);
		} else {
			buf_put(b, s, len);
		}
		s += len;
		n -= len;
	}
	buf_put(b, "\"", 1);
}

static void value_begin(struct td_buf *b, const char *key)
{
	if (b->comma)
		buf_put(b, ",", 1);
	b->comma = true;
	if (!key)
		return;
	put_text(b, str_of(key));
	buf_put(b, ":", 1);
}

static void level_open(struct td_buf *b, const char *key, const char *bracket)
{
	value_begin(b, key);
	buf_put(b, bracket, 1);
	b->comma = false;
}

static void level_close(struct td_buf *b, const char *bracket)
{
	buf_put(b, bracket, 1);
	b->comma = true;
}

void json_object_start(struct td_buf *b, const char *key)
{
	level_open(b, key, "{");
}

void json_object_end(struct td_buf *b)
{
	level_close(b, "}");
}

void json_array_start(struct td_buf *b, const char *key)
{
	level_open(b, key, "[");
}

void json_array_end(struct td_buf *b)
{
	level_close(b, "]");
}

void json_str(struct td_buf *b, const char *key, struct str value)
{
	value_begin(b, key);
	put_text(b, value);
}

void json_u64(struct td_buf *b, const char *key, uint64_t value)
{
	value_begin(b, key);
	buf_printf(b, "%" PRIu64, value);
}

void json_i64(struct td_buf *b, const char *key, int64_t value)
{
	value_begin(b, key);
	buf_printf(b, "%" PRId64, value);
}

/* By integers, because printf() takes the decimal point from the locale, and JSON does not. */
void json_f64(struct td_buf *b, const char *key, double value)
{
	value_begin(b, key);
	if (value != value || value - value != 0) { /* RFC 8259 section 6 has no NaN, no infinity */
		buf_put(b, "null", 4);
		return;
	}
	double size = value < 0 ? -value : value;

	if (size >= JSON_F64_DECIMALS_MAX) {
		buf_printf(b, "%.0f", value);
		return;
	}
	uint64_t thousandths = (uint64_t)(size * 1000 + 0.5);

	buf_printf(b, "%s%" PRIu64 ".%03" PRIu64, value < 0 && thousandths > 0 ? "-" : "",
		thousandths / 1000, thousandths % 1000);
}

void json_bool(struct td_buf *b, const char *key, bool value)
{
	value_begin(b, key);
	buf_str(b, value ? STR("true") : STR("false"));
}
