/* SPDX-License-Identifier: BSD-3-Clause */
/* Errors are collected, and told in the order of the file. */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <engine/base/utf8.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void add(struct reader *r, size_t line, size_t column, const char *fmt, va_list args)
{
	unsigned cap = r->error_cap ? 2 * r->error_cap : 16;
	struct td_text text;
	struct td_buf shown;

	if (r->error_count == READER_ERRORS_MAX) {
		r->errors_more++;
		return;
	}
	if (r->error_count == r->error_cap) {
		struct reader_error *more = realloc(r->errors, cap * sizeof(*more));

		if (!more) {
			r->no_memory = true;
			return;
		}
		r->errors = more;
		r->error_cap = cap;
	}
	td_text_vset(&text, fmt, args);
	/* An error stays one line, whatever characters a value contains. */
	buf_init(&shown);
	utf8_printable(&shown, str_of(text.s), UTF8_ONE_LINE);
	buf_put(&shown, "", 1);
	if (shown.error) {
		buf_free(&shown);
		r->no_memory = true;
		return;
	}
	r->errors[r->error_count] = (struct reader_error){.line = line,
		.column = column,
		.order = r->error_count,
		.text = shown.data,
		.warning = r->advising};
	r->error_count++;
}

void reader_error_at(struct reader *r, size_t line, size_t column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(r, line, column, fmt, args);
	va_end(args);
}

void reader_error(struct reader *r, int node, const char *fmt, ...)
{
	const yaml_node_t *n = node ? reader_node(r, node) : NULL;
	va_list args;

	va_start(args, fmt);
	add(r, n ? n->start_mark.line + 1 : 1, n ? n->start_mark.column + 1 : 1, fmt, args);
	va_end(args);
}

static int by_place(const void *a, const void *b)
{
	const struct reader_error *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void reader_errors_report(
	struct reader *r, void (*report)(void *ctx, const struct config_error *e), void *ctx)
{
	char line[PATH_MAX + TD_TEXT_BYTES], text[64];
	struct config_error e = {.line = line, .file = r->source->file};

	if (r->error_count)
		qsort(r->errors, r->error_count, sizeof(*r->errors), by_place);
	for (unsigned i = 0; i < r->error_count; i++) {
		e.file_line = r->errors[i].line;
		e.file_column = r->errors[i].column;
		e.text = r->errors[i].text;
		e.warning = r->errors[i].warning;
		if (e.file_line)
			snprintf(line, sizeof(line), "%s:%zu:%zu: %s%s", e.file, e.file_line,
				e.file_column, e.warning ? "warning: " : "", e.text);
		else
			snprintf(line, sizeof(line), "%s: %s%s", e.file,
				e.warning ? "warning: " : "", e.text);
		report(ctx, &e);
	}
	e.text = text;
	e.warning = r->advising;
	e.file_line = e.file_column = 0;
	if (r->errors_more) {
		snprintf(text, sizeof(text), "%u errors more are not shown", r->errors_more);
		snprintf(line, sizeof(line), "%s: %s", e.file, text);
		report(ctx, &e);
	}
	if (r->no_memory) {
		snprintf(text, sizeof(text), "out of memory");
		snprintf(line, sizeof(line), "%s: %s", e.file, text);
		report(ctx, &e);
	}
}

void reader_errors_free(struct reader *r)
{
	for (unsigned i = 0; i < r->error_count; i++)
		free(r->errors[i].text);
	free(r->errors);
}
