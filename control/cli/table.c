/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables for people, JSON for programs: the same rows, so neither can lack what the other has. */
#include <control/cli/cell.h>
#include <control/cli/cli.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS   40
#define KEY_WIDTH 24
#define GAP       2 /* between two columns */
#define CUT_WIDTH 8 /* text is not cut below */

/* Terminal columns of UTF-8 text, one a code point. */
static int text_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Bytes of the first n columns. */
static int text_bytes(const char *s, int n)
{
	const char *p = s;

	for (; *p; p++)
		if ((*p & 0xc0) != 0x80 && n-- == 0)
			break;
	return (int)(p - s);
}

/* Text that is wider ends with an ellipsis. */
static void put_cell(const char *text, int width, bool right, bool last)
{
	int pad = width - text_width(text);

	if (pad < 0)
		printf("%.*s\u2026", text_bytes(text, width - 1), text);
	else if (right)
		printf("%*s%s", pad, "", text);
	else
		printf("%s%*s", text, last ? 0 : pad, "");
	fputs(last ? "\n" : "  ", stdout);
}

static void print_json(const struct cli *cli, const json_t *value)
{
	cli_json(value, stdout, (cli->watched ? JSON_COMPACT : JSON_INDENT(2)) | JSON_ENCODE_ANY);
}

struct table_column {
	const char *key;
	const struct td_column *of; /* NULL: nothing is known of it */
	int width, least;           /* as wide as its widest cell; as narrow as it can be */
	bool right;
};

/* Those that have a place, in the order of their places; top: of these, those of `top`. */
static int columns_shown(
	const struct td_columns *list, bool top, struct table_column columns[COLUMNS])
{
	unsigned place = 0, last = 0;
	int n = 0;

	for (unsigned i = 0; i < list->count; i++)
		if (list->column[i].place > last)
			last = list->column[i].place;
	while (place++ < last) {
		for (unsigned i = 0; i < list->count && n < COLUMNS; i++) {
			const struct td_column *c = &list->column[i];

			if (c->place == place && (c->top || !top))
				columns[n++] = (struct table_column){.key = c->name, .of = c};
		}
	}
	return n;
}

static int columns_of_row(const json_t *row, struct table_column columns[COLUMNS])
{
	const char *key;
	json_t *value;
	int n = 0;

	json_object_foreach((json_t *)row, key, value)
	{
		if (n == COLUMNS)
			break;
		columns[n++] = (struct table_column){.key = key};
	}
	return n;
}

/* Widths and sides: numbers stand on the right, under each other, and are never cut. The first
 * column is not cut either: it names the row, and the next command may need it. */
static void columns_measure(const json_t *rows, struct table_column *columns, int n)
{
	char text[CELL];
	json_t *row;
	size_t i;

	for (int c = 0; c < n; c++) {
		cell_title(columns[c].of, columns[c].key, text);
		columns[c].width = columns[c].least = text_width(text);
		columns[c].right = false;
		json_array_foreach(rows, i, row)
		{
			const json_t *value = json_object_get(row, columns[c].key);

			if (!value)
				continue;
			columns[c].right |= cell_is_number(columns[c].of, value);
			cell_text(columns[c].of, value, text);
			if (text_width(text) > columns[c].width)
				columns[c].width = text_width(text);
		}
		if (columns[c].right || c == 0)
			columns[c].least = columns[c].width;
		else if (columns[c].least < CUT_WIDTH)
			columns[c].least =
				columns[c].width < CUT_WIDTH ? columns[c].width : CUT_WIDTH;
	}
}

/* Makes the columns fit a terminal: the widest text is cut first. What does not fit even so is left
 * out, from the right, where the least important columns stand. Returns how many are left. */
static int columns_fit(struct table_column *columns, int n, int width)
{
	int least = -GAP, now = -GAP, left = 0;

	while (left < n && (left == 0 || least + GAP + columns[left].least <= width)) {
		least += GAP + columns[left].least;
		now += GAP + columns[left++].width;
	}
	for (; now > width && now > least; now--) {
		int widest = 0, most = 0;

		for (int c = 0; c < left; c++)
			if (columns[c].width > columns[c].least && columns[c].width > most) {
				widest = c;
				most = columns[c].width;
			}
		columns[widest].width--;
	}
	return left;
}

static void print_left_out(const struct table_column *columns, int n)
{
	char text[CELL];

	fputs("not shown, as the terminal is too narrow: ", stdout);
	for (int c = 0; c < n; c++) {
		cell_title(columns[c].of, columns[c].key, text);
		printf("%s%s", c ? ", " : "", text);
	}
	puts("; --json has all");
}

static void print_titles(const struct cli *cli, const struct table_column *columns, int n)
{
	char text[CELL];

	if (cli->color)
		fputs("\033[1m", stdout);
	for (int c = 0; c < n; c++) {
		cell_title(columns[c].of, columns[c].key, text);
		put_cell(text, columns[c].width, columns[c].right, c == n - 1);
	}
	if (cli->color)
		fputs("\033[0m", stdout);
}

static void table(const struct cli *cli, const struct td_columns *list, bool top,
	const json_t *rows, const char *empty)
{
	struct table_column columns[COLUMNS];
	char text[CELL];
	json_t *row;
	size_t i;
	int n, all;

	if (cli->json) {
		print_json(cli, rows);
		return;
	}
	if (json_array_size(rows) == 0) {
		cli_print(empty, UTF8_ONE_LINE);
		putchar('\n');
		return;
	}
	all = n = list ? columns_shown(list, top, columns)
		       : columns_of_row(json_array_get(rows, 0), columns);
	columns_measure(rows, columns, n);
	if (cli->width)
		n = columns_fit(columns, n, (int)cli->width);
	print_titles(cli, columns, n);
	json_array_foreach(rows, i, row)
	{
		for (int c = 0; c < n; c++) {
			const json_t *value = json_object_get(row, columns[c].key);

			snprintf(text, sizeof(text), "-");
			if (value)
				cell_text(columns[c].of, value, text);
			put_cell(text, columns[c].width, columns[c].right, c == n - 1);
		}
	}
	if (n < all && !top)
		print_left_out(columns + n, all - n);
}

void cli_table(const struct cli *cli, const struct td_columns *columns, const json_t *rows,
	const char *empty)
{
	table(cli, columns, false, rows, empty);
}

void cli_view(const struct cli *cli, const struct td_view *v, const json_t *rows, bool top)
{
	table(cli, &v->columns, top, rows, v->empty);
}

/* Objects in an object: their keys a line each, indented. */
static void print_object(const struct td_columns *list, const json_t *object, int indent, int width)
{
	const struct td_column *c;
	char text[CELL];
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		c = list ? columns_get(list, key) : NULL;
		cell_title(c, key, text);
		printf("%*s%-*s  ", indent, "", width - indent, text);
		if (json_is_object(value)) {
			putchar('\n');
			print_object(c ? c->section : NULL, value, indent + 2, width);
			continue;
		}
		cell_text(c, value, text);
		cli_print(json_is_string(value) && *json_string_value(value)
				  ? json_string_value(value)
				  : text,
			UTF8_ONE_LINE);
		putchar('\n');
	}
}

void cli_object(const struct cli *cli, const struct td_columns *columns, const json_t *object)
{
	if (cli->json)
		print_json(cli, object);
	else
		print_object(columns, object, 0, KEY_WIDTH);
}
