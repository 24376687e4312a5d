/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cell.h>
#include <control/cli/cli.h>
#include <control/cli/rows.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_BYTES 1024
#define NONE_VALUES 12 /* of those that are there, in the line that says that none fits */

const struct td_view *rows_view(const struct cli_command *c, const char *word)
{
	if (c->op != TD_API_SHOW)
		return NULL;
	if (c->arg[0].name && c->arg[0].kind == ARG_VIEW)
		return word ? view_lookup(word) : NULL;
	return c->run == cmd_view ? &td_views[c->view] : NULL;
}

static bool is_filter(const struct cli_arg *a)
{
	return arg_is_option(a) && (a->kind == ARG_QUEUE || a->kind == ARG_AGENT ||
					   a->kind == ARG_TRUNK || a->kind == ARG_STATE);
}

static bool is_sort(const struct cli_arg *a)
{
	return a->kind == ARG_COLUMN;
}

static bool is_limit(const struct cli_arg *a)
{
	return strcmp(arg_key(a), "limit") == 0;
}

/* A filter goes by each column that has names of its kind, and in the view that lists all of these
 * by `name`. */
static bool filters_by(
	const struct cli_arg *a, const struct td_view *v, const struct td_column *column)
{
	const char *key;
	const struct td_view *all = arg_names(a->kind, &key);

	return column_is_of(column, arg_key(a)) || (all == v && strcmp(column->name, key) == 0);
}

bool rows_option(const struct cli_arg *a, const struct td_view *v)
{
	if (!v)
		return true;
	if (is_sort(a) || is_limit(a))
		return v->shape != VIEW_ONE;
	for (unsigned i = 0; is_filter(a) && i < v->columns.count; i++)
		if (filters_by(a, v, &v->columns.column[i]))
			return true;
	return !is_filter(a);
}

/* By its name, or by the title that people see: `seconds` is "for". */
static const struct td_column *column_get(const struct td_view *v, const char *name)
{
	const struct td_column *c = columns_get(&v->columns, name);
	char title[CELL];

	for (unsigned i = 0; !c && i < v->columns.count; i++) {
		cell_title(&v->columns.column[i], v->columns.column[i].name, title);
		if (strcmp(title, name) == 0)
			c = &v->columns.column[i];
	}
	return c;
}

static bool has_value(const json_t *values, const json_t *value)
{
	json_t *other;
	size_t i;

	json_array_foreach(values, i, other)
	{
		if (json_equal(other, value))
			return true;
	}
	return false;
}

static void column_values(const struct td_column *c, const json_t *rows, json_t *values)
{
	json_t *row, *value;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		value = json_object_get(row, c->name);
		if (json_is_string(value) && *json_string_value(value) && !has_value(values, value))
			json_array_append(values, value);
	}
}

void rows_values(
	const struct cli_arg *a, const struct td_view *v, const json_t *rows, json_t *values)
{
	for (unsigned i = 0; v && i < v->columns.count; i++) {
		const struct td_column *c = &v->columns.column[i];

		if (is_sort(a))
			json_array_append_new(values, json_string(c->name));
		else if (filters_by(a, v, c))
			column_values(c, rows, values);
	}
}

static void options_put(const struct cli_command *c, const struct td_view *v, struct td_buf *out)
{
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++)
		if ((is_filter(a) || is_sort(a) || is_limit(a)) && rows_option(a, v))
			buf_printf(out, "%s%s", out->len ? ", " : "", a->name);
}

static void values_put(const json_t *values, size_t max, struct td_buf *out)
{
	json_t *value;
	size_t i;

	json_array_foreach(values, i, value)
	{
		if (i == max) {
			buf_str(out, STR(" and others"));
			return;
		}
		buf_printf(out, "%s%s", i ? ", " : "", json_string_value(value));
	}
}

static bool option_fits(const struct cli *cli, const struct cli_command *c, const struct cli_arg *a,
	const struct td_view *v, const char *value)
{
	char storage[NAMES_BYTES];
	json_t *columns;
	struct td_buf names;

	buf_init_fixed(&names, storage, sizeof(storage));
	if (!rows_option(a, v)) {
		options_put(c, v, &names);
		if (names.len)
			cli_fail(cli, CLI_USAGE, "%s: %s has no %s; there are %.*s", c->name,
				v->name, a->name + 2, (int)names.len, names.data);
		else
			cli_fail(cli, CLI_USAGE, "%s: %s has no rows: no %s", c->name, v->name,
				a->name);
		return false;
	}
	if (!is_sort(a) || column_get(v, value + (*value == '-')))
		return true;
	columns = json_array();
	rows_values(a, v, NULL, columns);
	values_put(columns, json_array_size(columns), &names);
	json_decref(columns);
	cli_fail(cli, CLI_USAGE, "%s: %s has no column %s; there are %.*s", c->name, v->name,
		value + (*value == '-'), (int)names.len, names.data);
	return false;
}

bool rows_fit(const struct cli *cli, const struct cli_args *args, const struct td_view *v)
{
	const struct cli_command *c = args->command;

	for (unsigned i = 0; i < CLI_ARGS && c->arg[i].name; i++)
		if (args->value[i] && arg_is_option(&c->arg[i]) &&
			!option_fits(cli, c, &c->arg[i], v, args->value[i]))
			return false;
	return true;
}

/* Whether a value is this one, or one of several, as `sales,support`. */
static bool value_is(const json_t *value, const char *wanted)
{
	struct str rest = str_of(json_is_string(value) ? json_string_value(value) : "");

	while (rest.n)
		if (str_eq(str_cut(&rest, ','), str_of(wanted)))
			return true;
	return false;
}

static bool row_fits(const struct cli_args *args, const struct td_view *v, const json_t *row)
{
	const struct cli_command *c = args->command;

	for (unsigned i = 0; i < CLI_ARGS && c->arg[i].name; i++) {
		bool fits = !args->value[i] || !is_filter(&c->arg[i]);

		for (unsigned k = 0; !fits && k < v->columns.count; k++) {
			const struct td_column *column = &v->columns.column[k];

			fits = filters_by(&c->arg[i], v, column) &&
			       value_is(json_object_get(row, column->name), args->value[i]);
		}
		if (!fits)
			return false;
	}
	return true;
}

struct order {
	int (*rank)(const json_t *row); /* what counts before the key; NULL: nothing */
	const char *key;
	bool down;
};

/* Nothing stands behind everything, whatever the order. */
static bool is_nothing(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_string(value) && !*json_string_value(value));
}

static int compare(const json_t *a, const json_t *b)
{
	double x = json_number_value(a), y = json_number_value(b);

	if (json_is_string(a) && json_is_string(b))
		return strverscmp(json_string_value(a), json_string_value(b));
	if (json_is_boolean(a) && json_is_boolean(b))
		return json_is_true(a) - json_is_true(b);
	return (x > y) - (x < y);
}

struct ranked {
	json_t *row;
	size_t before; /* rows that are equal keep their order */
};

static int by_column(const void *a, const void *b, void *ctx)
{
	const struct ranked *one = a, *other = b;
	const struct order *o = ctx;
	const json_t *x = json_object_get(one->row, o->key),
		     *y = json_object_get(other->row, o->key);
	int rc = o->rank ? o->rank(one->row) - o->rank(other->row) : 0;

	if (rc)
		return rc;
	if (is_nothing(x) != is_nothing(y))
		return is_nothing(x) ? 1 : -1;
	if (!is_nothing(x))
		rc = o->down ? compare(y, x) : compare(x, y);
	return rc ? rc : (one->before > other->before) - (one->before < other->before);
}

void rows_sort(json_t *rows, int (*rank)(const json_t *row), const char *key, bool down)
{
	struct order o = {rank, key, down};
	size_t n = json_array_size(rows);
	struct ranked *row = n > 1 ? malloc(n * sizeof(row[0])) : NULL;

	if (!row)
		return;
	for (size_t i = 0; i < n; i++)
		row[i] = (struct ranked){json_incref(json_array_get(rows, i)), i};
	qsort_r(row, n, sizeof(row[0]), by_column, &o);
	for (size_t i = 0; i < n; i++)
		json_array_set_new(rows, i, row[i].row);
	free(row);
}

bool row_is_written(const json_t *row)
{
	static const char *const channels[] = {TD_CHANNELS(TD_WORD)};
	const char *channel = json_string_value(json_object_get(row, "channel"));

	for (unsigned i = 0; channel && i < TD_CHANNEL_COUNT; i++)
		if (strcmp(channels[i], channel) == 0)
			return !td_channel_media(i);
	return false;
}

void rows_oldest(const struct td_view *v, json_t *rows)
{
	if (v->shape == VIEW_OLDEST)
		rows_sort(rows, NULL, "id", false);
}

json_t *rows_choose(const struct cli_args *args, const struct td_view *v, const json_t *rows)
{
	const char *by = cli_arg(args, "sort");
	size_t limit = (size_t)cli_arg_number(args, "limit", 0), i;
	json_t *chosen = json_array(), *row;

	json_array_foreach(rows, i, row)
	{
		if (row_fits(args, v, row))
			json_array_append(chosen, row);
	}
	if (by)
		rows_sort(chosen, NULL, column_get(v, by + (*by == '-'))->name, *by == '-');
	while (limit && json_array_size(chosen) > limit)
		json_array_remove(chosen, json_array_size(chosen) - 1);
	return chosen;
}

void rows_none(const struct cli_args *args, const struct td_view *v, const json_t *rows,
	struct td_buf *out)
{
	const struct cli_command *c = args->command;
	json_t *values = json_array();
	const char *comma = "";

	buf_printf(out, "%s: none of %zu has", v->name, json_array_size(rows));
	for (unsigned i = 0; i < CLI_ARGS && c->arg[i].name; i++) {
		if (!args->value[i] || !is_filter(&c->arg[i]))
			continue;
		buf_printf(out, "%s %s %s", comma, arg_key(&c->arg[i]), args->value[i]);
		comma = ",";
		json_array_clear(values);
		rows_values(&c->arg[i], v, rows, values);
	}
	if (json_array_size(values)) {
		buf_str(out, STR("; there are "));
		values_put(values, NONE_VALUES, out);
	}
	json_decref(values);
}

int rows_ask(const struct cli *cli, const struct td_view *v, json_t **rows)
{
	int rc = cli_rows(cli, TD_API_SHOW, json_pack("{s:s}", "what", v->name), rows);

	if (rc == CLI_OK)
		rows_oldest(v, *rows);
	return rc;
}
