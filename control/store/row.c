/* SPDX-License-Identifier: BSD-3-Clause */
/* A record as a row: of SQLite, or in JSON. */
#include <control/store/internal.h>
#include <string.h>

static uint64_t uint_of(const uint8_t *field, size_t size)
{
	uint64_t v = 0;

	memcpy(&v, field, size < sizeof(v) ? size : sizeof(v)); /* little endian, as the machine */
	return v;
}

static int64_t int_of(const struct td_column *c, const uint8_t *field)
{
	uint64_t v = uint_of(field, c->size);

	return c->type == TD_COLUMN_INT && c->size == 4 ? (int32_t)v : (int64_t)v;
}

int row_bind_wall(sqlite3_stmt *st, int i, uint64_t wall, bool optional)
{
	if (!wall && optional)
		return sqlite3_bind_null(st, i);
	return sqlite3_bind_double(st, i, store_seconds(wall));
}

/* What the column lies in, and its length. */
static const uint8_t *row_of(
	const struct td_column *c, const struct td_rec *rec, const void *payload, size_t *len)
{
	*len = c->since ? rec->len : sizeof(*rec);
	return c->since ? payload : (const uint8_t *)rec;
}

static const char *word_of(const struct td_column *c, const uint8_t *field)
{
	const char *word = word_get(c->words, uint_of(field, c->size));

	return word ? word : "unknown";
}

/* Of a text, which `from` has. */
static struct str text_of(const struct td_column *c, const uint8_t *from, size_t len)
{
	const char *field = (const char *)from + c->offset, *whole = (const char *)from + c->whole;

	if (c->whole_size && c->whole + c->whole_size <= len && *whole)
		return (struct str){whole, strnlen(whole, c->whole_size)};
	return (struct str){field, strnlen(field, c->size)};
}

/* `from`: what the column lies in, of `len` bytes. */
static int bind_column(
	sqlite3_stmt *st, int i, const struct td_column *c, const uint8_t *from, size_t len)
{
	const uint8_t *field = from + c->offset;
	struct str text;
	uint64_t v;

	if (c->offset + c->size > len)
		return sqlite3_bind_null(st, i); /* an older engine's */
	switch (c->type) {
	case TD_COLUMN_TEXT:
		text = text_of(c, from, len);
		return sqlite3_bind_text(st, i, text.p, (int)text.n, SQLITE_STATIC);
	case TD_COLUMN_TIME:
		return row_bind_wall(st, i, uint_of(field, 8), column_is_optional(c));
	case TD_COLUMN_SCORE:
		v = uint_of(field, c->size);
		return v ? sqlite3_bind_double(st, i, (double)v / 100) : sqlite3_bind_null(st, i);
	case TD_COLUMN_WORD:
		return sqlite3_bind_text(st, i, word_of(c, field), -1, SQLITE_STATIC);
	case TD_COLUMN_BYTES:
		return sqlite3_bind_blob(
			st, i, len ? (const void *)from : "", (int)len, SQLITE_STATIC);
	default:
		return sqlite3_bind_int64(st, i, int_of(c, field));
	}
}

struct str row_text(const struct td_column *c, const struct td_rec *rec, const void *payload)
{
	size_t len;
	const uint8_t *from = row_of(c, rec, payload, &len);

	if (c->offset + c->size > len)
		return STR("");
	return c->type == TD_COLUMN_WORD ? str_of(word_of(c, from + c->offset))
					 : text_of(c, from, len);
}

bool row_number(
	const struct td_column *c, const struct td_rec *rec, const void *payload, int64_t *value)
{
	size_t len;
	const uint8_t *from = row_of(c, rec, payload, &len);
	bool optional =
		c->type == TD_COLUMN_SCORE || (c->type == TD_COLUMN_TIME && column_is_optional(c));

	if (c->offset + c->size > len)
		return false;
	*value = int_of(c, from + c->offset);
	return *value || !optional;
}

int row_bind(sqlite3_stmt *st, const struct td_rec *rec, const void *payload)
{
	const struct td_columns *columns = &event_tables[event_table_of(rec)].columns;
	int rc = SQLITE_OK;

	for (unsigned k = 0; rc == SQLITE_OK && k < columns->count; k++) {
		size_t len;
		const uint8_t *from = row_of(&columns->column[k], rec, payload, &len);

		rc = bind_column(st, (int)k + 1, &columns->column[k], from, len);
	}
	return rc;
}

static void json_column(
	const struct td_column *c, const uint8_t *from, size_t len, struct td_buf *out)
{
	const uint8_t *field = from + c->offset;
	uint64_t v;

	if (c->type == TD_COLUMN_BYTES || c->offset + c->size > len)
		return;
	v = uint_of(field, c->size);
	switch (c->type) {
	case TD_COLUMN_TEXT:
		json_str(out, c->name, text_of(c, from, len));
		break;
	case TD_COLUMN_TIME:
		if (v || !column_is_optional(c))
			json_f64(out, c->name, store_seconds(v));
		break;
	case TD_COLUMN_SCORE:
		if (v)
			json_f64(out, c->name, (double)v / 100);
		break;
	case TD_COLUMN_WORD:
		json_str(out, c->name, str_of(word_of(c, field)));
		break;
	default:
		json_i64(out, c->name, int_of(c, field));
	}
}

void row_json(const struct td_rec *rec, const void *payload, struct td_buf *out)
{
	const struct td_columns *columns = &event_tables[event_table_of(rec)].columns;

	for (unsigned k = 0; k < columns->count; k++) {
		size_t len;
		const uint8_t *from = row_of(&columns->column[k], rec, payload, &len);

		json_column(&columns->column[k], from, len, out);
	}
	if (rec->version) /* 0: an engine before 0.2 */
		json_u64(out, "layout", rec->version);
}
