/* SPDX-License-Identifier: BSD-3-Clause */
/* All that is counted, and where. */
#include <tools/reference/reference.h>
#include <engine/base/view.h>
#include <engine/call/metrics.h>
#include <string.h>

static const char *kind(const char *name)
{
	const char *end = strrchr(name, '_');

	return end && strcmp(end, "_now") == 0 ? "now" : "since the start";
}

static void calls(struct doc *d)
{
	DOC_TABLE(d, "counter", "counts", "meaning");
#define PLAIN(name, text)         DOC_ROW(d, #name, kind(#name), text);
#define REGISTRAR(name, text)     DOC_ROW(d, "register_" #name, kind(#name), text);
#define METRIC(name, value, text) DOC_ROW(d, #name, kind(#name), text);
	CALL_METRICS(PLAIN, REGISTRAR, PLAIN, METRIC)
}

/* Counts and numbers alone: names are no metrics. */
static void counted(struct doc *d, const char *parent, const struct td_columns *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct td_column *c = &list->column[i];
		char name[128];

		snprintf(name, sizeof(name), "%s%s%s", parent, *parent ? "." : "", c->name);
		if (c->section)
			counted(d, c->name, c->section);
		else if (c->type != TD_COLUMN_TEXT)
			DOC_ROW(d, name, unit_name(c->unit), c->help);
	}
}

void reference_metrics(struct doc *d)
{
	static const enum td_view_id views[] = {
		TD_VIEW_ID_STATS, TD_VIEW_ID_WORKERS, TD_VIEW_ID_PORTS, TD_VIEW_ID_QUEUES};

	doc_section(d, "SIP, registrations and calls: show sip");
	calls(d);
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		const struct td_view *v = &td_views[views[i]];
		char title[128];

		snprintf(title, sizeof(title), "%s: show %s",
			views[i] == TD_VIEW_ID_STATS ? "All ports and the host" : v->help, v->name);
		doc_section(d, title);
		DOC_TABLE(d, "metric", "unit", "meaning");
		counted(d, "", &v->columns);
	}
}
