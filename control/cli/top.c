/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A picture is as high and wide as the terminal:
 *
 *     tandem  15:04:05  4 queues  500 agents  12 calls
 *     ALARM trunk-full: acme                                what stands, when anything does
 *
 *     queues                                                a region for each view
 *     name   waiting  ...
 *     sales        3  ...
 *
 *     agents  (sorted by state)
 *     ...
 *     ... 480 more                                          what has no room
 *     q ends, TAB region, arrows scroll, s sorts, / filters
 */
#include <control/cli/cli.h>
#include <control/cli/rows.h>
#include <control/cli/screen.h>
#include <control/cli/top.h>
#include <control/cli/watch.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define FILTER_BYTES 64
#define LINE_BYTES   1024

/* What matters first: the states that an operator looks for, the worst first. */
static const char *const worst[] = {
#define STATE(id, word) [TD_AGENT_##id] = word,
	TD_AGENT_STATES(STATE)
#undef STATE
};
static const enum td_agent_state agents_first[] = {TD_AGENT_NOT_RESPONDING, TD_AGENT_PAUSED,
	TD_AGENT_RINGING, TD_AGENT_RESERVED, TD_AGENT_AVAILABLE, TD_AGENT_TALKING,
	TD_AGENT_WRAP_UP};

struct region {
	enum td_view_id view;
	json_t *rows;  /* all that the filter leaves, in their order; NULL: none were asked for yet
			*/
	size_t before; /* rows that are scrolled away */
	size_t height; /* lines of rows in the last picture */
	unsigned sort; /* 0: what matters first; else one more than the place of the column */
};

#define REGIONS 4

struct top {
	const struct cli *cli;
	struct region region[REGIONS];
	unsigned focus;
	char filter[FILTER_BYTES];
	bool typing; /* the filter is being typed */
	bool draining, engine;
	time_t engine_seen, tandemd_seen; /* when it answered last; 0: it never did */
	json_t *status;
	int rc;
};

static int agent_rank(const json_t *row)
{
	const char *state = json_string_value(json_object_get(row, "state"));
	int n = sizeof(agents_first) / sizeof(agents_first[0]);

	for (int i = 0; state && i < n; i++)
		if (strcmp(state, worst[agents_first[i]]) == 0)
			return i;
	return n;
}

/* Who stands in a queue first. */
static int contact_rank(const json_t *row)
{
	return json_integer_value(json_object_get(row, "position")) > 0 ? 0 : 1;
}

static int queue_rank(const json_t *row)
{
	return json_is_true(json_object_get(row, "unattended")) ? 0 : 1;
}

static const struct {
	enum td_view_id view;
	int (*rank)(const json_t *row); /* the lowest comes first, */
	const char *key;                /* and of these the highest */
} firsts[REGIONS] = {
	{TD_VIEW_ID_QUEUES, queue_rank, "oldest"},
	{TD_VIEW_ID_AGENTS, agent_rank, "seconds"},
	{TD_VIEW_ID_CALLS, contact_rank, "seconds"},
	{TD_VIEW_ID_CONTACTS, contact_rank, "seconds"},
};

/* The column by which a region is sorted. NULL: by what matters. */
static const struct td_column *sort_column(const struct region *r)
{
	return r->sort ? &td_views[r->view].columns.column[r->sort - 1] : NULL;
}

static void region_sort(struct top *t, unsigned i)
{
	const struct td_column *c = sort_column(&t->region[i]);

	if (c)
		rows_sort(t->region[i].rows, NULL, c->name,
			c->type != TD_COLUMN_TEXT); /* numbers: the highest first */
	else
		rows_sort(t->region[i].rows, firsts[i].rank, firsts[i].key, true);
}

/* Whether a text of the row has the filter in it. */
static bool row_has(const json_t *row, const char *filter)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)row, key, value)
	{
		if (json_is_string(value) && strcasestr(json_string_value(value), filter))
			return true;
	}
	return false;
}

static void region_set(struct top *t, unsigned i, json_t *rows)
{
	struct region *r = &t->region[i];

	for (size_t k = json_array_size(rows); k-- > 0;) {
		const json_t *row = json_array_get(rows, k);

		if ((r->view == TD_VIEW_ID_CONTACTS && !row_is_written(row)) ||
			(t->filter[0] && !row_has(row, t->filter)))
			json_array_remove(rows, k);
	}
	json_decref(r->rows);
	r->rows = rows;
	region_sort(t, i);
}

/* Asks both programs. What does not answer has its line in the picture. */
static enum cli_status ask(struct top *t)
{
	struct cli quiet = *t->cli;
	json_t *rows[REGIONS] = {NULL}, *status = NULL, *drains;
	enum cli_status rc = CLI_OK;

	quiet.quiet = t->engine_seen != 0; /* at the start it is an error that nobody answers */
	for (unsigned i = 0; i < REGIONS && rc == CLI_OK; i++)
		rc = rows_ask(&quiet, &td_views[t->region[i].view], &rows[i]);
	quiet.quiet = true;
	t->engine = rc == CLI_OK;
	if (t->engine)
		t->engine_seen = time(NULL);
	for (unsigned i = 0; i < REGIONS; i++)
		region_set(t, i, t->engine ? rows[i] : json_array());
	for (unsigned i = 0; i < REGIONS && !t->engine; i++)
		json_decref(rows[i]);
	drains = t->engine ? cli_draining(&quiet) : NULL;
	t->draining = json_is_true(drains);
	json_decref(drains);
	if (cli_ask(&quiet, TD_API_STATUS, json_object(), &status) == CLI_OK)
		t->tandemd_seen = time(NULL);
	json_decref(t->status);
	t->status = status;
	return t->engine_seen ? CLI_OK : rc;
}

static const char *clock_text(time_t when, char out[static 16])
{
	struct tm tm;

	localtime_r(&when, &tm);
	strftime(out, 16, "%H:%M:%S", &tm);
	return out;
}

/* What stands above the regions, a line each. */
static void banner(const struct top *t, struct screen *s)
{
	const char *alarms = json_string_value(json_object_get(t->status, "alarms"));
	char when[16];

	if (!t->engine)
		screen_line(s, true,
			"no engine since %s: it does not answer; systemctl status "
			"tandem-engine says why",
			clock_text(t->engine_seen, when));
	if (!t->status && t->tandemd_seen)
		screen_line(s, true, "no tandemd since %s", clock_text(t->tandemd_seen, when));
	else if (!t->status)
		screen_line(s, true, "no tandemd");
	if (alarms && *alarms)
		screen_line(s, true, "ALARM %s", alarms);
	if (t->draining)
		screen_line(s, true,
			"DRAINING: no new calls and contacts are taken; tandemctl "
			"drain --off ends that");
}

/* Most sites have calls alone. */
static bool is_shown(const struct region *r)
{
	return r->view != TD_VIEW_ID_CONTACTS || json_array_size(r->rows);
}

static void head(const struct top *t, struct screen *s)
{
	char line[LINE_BYTES], when[16];
	size_t n;

	n = (size_t)snprintf(line, sizeof(line), "tandem  %s", clock_text(time(NULL), when));
	for (unsigned i = 0; i < REGIONS; i++)
		if (is_shown(&t->region[i]))
			n += (size_t)snprintf(line + n, sizeof(line) - n, "  %zu %s%s",
				json_array_size(t->region[i].rows),
				t->region[i].view == TD_VIEW_ID_CONTACTS ? "other " : "",
				td_views[t->region[i].view].name);
	screen_line(s, false, "%s", line);
	banner(t, s);
}

/* Lines for the rows of each region: as many as it needs, and what is left is shared. */
static void heights(struct top *t, size_t lines)
{
	size_t open = 0;

	for (unsigned i = 0; i < REGIONS; i++) {
		t->region[i].height = 0;
		open += is_shown(&t->region[i]);
	}
	for (size_t share; open && (share = lines / open) > 0;) {
		open = 0;
		for (unsigned i = 0; i < REGIONS; i++) {
			struct region *r = &t->region[i];
			size_t n = json_array_size(r->rows), more;

			if (!is_shown(r))
				continue;
			n = n ? n : 1; /* the line that says so */
			more = n - r->height < share ? n - r->height : share;
			r->height += more;
			lines -= more;
			open += r->height < n;
		}
	}
}

/* What its last line says when not all of its rows have room. */
static void more_line(const struct region *r, size_t below, struct screen *s)
{
	if (r->before)
		screen_line(s, false, "... %zu more above, %zu below", r->before, below);
	else
		screen_line(s, false, "... %zu more", below);
}

static void title_line(const struct region *r, bool focus, struct screen *s)
{
	const struct td_column *c = sort_column(r);

	screen_line(s, focus, "%s%s%s%s", focus ? "> " : "", td_views[r->view].name,
		c ? "  by " : "", c ? c->name : "");
}

static void region_draw(const struct top *t, struct region *r, bool focus, struct screen *s)
{
	size_t n = json_array_size(r->rows), room = r->height;
	struct cli cli = *t->cli;
	json_t *rows = json_array();

	if (n > room)
		room = room ? room - 1 : 0;
	if (r->before + room > n)
		r->before = n > room ? n - room : 0;
	for (size_t i = r->before; i < n && i < r->before + room; i++)
		json_array_append(rows, json_array_get(r->rows, i));
	title_line(r, focus, s);
	cli.width = s->columns;
	if (n == 0 || room)
		cli_view(&cli, &td_views[r->view], rows, true);
	s->lines += n ? room + 1 : 1;
	if (n > room)
		more_line(r, n - room - r->before, s);
	json_decref(rows);
}

static void draw(struct top *t)
{
	struct screen s = screen_start(t->cli->color);
	size_t fixed = 0;

	head(t, &s);
	for (unsigned i = 0; i < REGIONS; i++) /* an empty line, its name, the titles */
		if (is_shown(&t->region[i]))
			fixed += 2 + (json_array_size(t->region[i].rows) > 0);
	fixed += s.lines + 1;
	heights(t, s.rows > fixed ? s.rows - fixed : 0);
	for (unsigned i = 0; i < REGIONS; i++) {
		if (!is_shown(&t->region[i]) || s.lines + 3 > s.rows)
			continue;
		screen_line(&s, false, "%s", "");
		region_draw(t, &t->region[i], i == t->focus, &s);
	}
	if (t->typing || t->filter[0])
		screen_last(&s, "/%s%s", t->filter, t->typing ? "_" : "   (/ and Enter: all)");
	else
		screen_last(&s, "q ends, TAB region, arrows scroll, s sorts, / filters");
	screen_end();
}

/* Takes the next column that `top` has. */
static void sort_next(struct region *r)
{
	const struct td_columns *columns = &td_views[r->view].columns;

	do
		r->sort = r->sort == columns->count ? 0 : r->sort + 1;
	while (r->sort && !columns->column[r->sort - 1].top);
}

/* False: the key does nothing to the filter, which is whole. */
static bool filter_key(struct top *t, int key)
{
	size_t n = strlen(t->filter);

	if (!t->typing)
		return false;
	if (key == '\n' || key == '\r' || key == SCREEN_ESCAPE)
		t->typing = false;
	if (key == SCREEN_ESCAPE)
		t->filter[0] = '\0';
	else if ((key == '\b' || key == 0x7f) && n)
		t->filter[n - 1] = '\0';
	else if (key >= ' ' && key < 0x7f && n + 1 < sizeof(t->filter))
		t->filter[n] = (char)key;
	return true;
}

static void focus_next(struct top *t)
{
	do
		t->focus = (t->focus + 1) % REGIONS;
	while (!is_shown(&t->region[t->focus]));
}

/* True: ask anew. */
static bool key_do(struct top *t, int key)
{
	struct region *r = &t->region[t->focus];
	size_t page = r->height > 1 ? r->height - 1 : 1;

	if (filter_key(t, key))
		return true;
	switch (key) {
	case '\t':
		focus_next(t);
		break;
	case 's':
		sort_next(r);
		region_sort(t, t->focus);
		break;
	case '/':
		t->typing = true;
		t->filter[0] = '\0';
		return true;
	case SCREEN_UP:
		r->before -= r->before > 0;
		break;
	case SCREEN_DOWN:
		r->before++;
		break;
	case SCREEN_PAGE_UP:
		r->before -= r->before < page ? r->before : page;
		break;
	case SCREEN_PAGE_DOWN:
		r->before += page;
		break;
	default:
		break;
	}
	return false;
}

static void loop(struct top *t, double seconds, double times)
{
	double due = screen_now() + seconds;

	for (double n = 1;;) {
		int key;

		draw(t);
		key = screen_key(due - screen_now());
		if (key == SCREEN_STOP || (key == 'q' && !t->typing))
			return;
		if (key != SCREEN_NOTHING && !key_do(t, key))
			continue;
		if (key == SCREEN_NOTHING && screen_now() < due)
			continue; /* the terminal has another size */
		if (key == SCREEN_NOTHING) {
			if (times > 0 && ++n > times)
				return;
			due = screen_now() + seconds;
		}
		ask(t);
	}
}

int top_run(const struct cli *cli, double seconds, double times)
{
	struct top t = {.cli = cli};
	enum cli_status rc;

	for (unsigned i = 0; i < REGIONS; i++)
		t.region[i] = (struct region){.view = firsts[i].view};
	rc = ask(&t);
	if (rc == CLI_OK && screen_open()) {
		loop(&t, seconds, times);
		screen_close();
	}
	for (unsigned i = 0; i < REGIONS; i++)
		json_decref(t.region[i].rows);
	json_decref(t.status);
	return rc;
}
