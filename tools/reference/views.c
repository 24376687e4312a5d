/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators see, a table a view. */
#include <tools/reference/reference.h>
#include <engine/base/view.h>

static void columns(struct doc *d, const char *parent, const struct td_columns *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct td_column *c = &list->column[i];
		char name[128];

		snprintf(name, sizeof(name), "%s%s%s", parent, *parent ? "." : "", c->name);
		DOC_ROW(d, name, column_type_name(c->type), unit_name(c->unit),
			c->place ? "" : "JSON alone", c->help);
		if (c->section)
			columns(d, c->name, c->section);
	}
}

void reference_views(struct doc *d)
{
	doc_text(d, "`tandemctl show VIEW` shows them, `tandemctl show VIEW --json` with every "
		    "column. `status` is a command of its own.");
	for (unsigned i = 0; i < TD_VIEW_COUNT; i++) {
		const struct td_view *v = &td_views[i];

		if (v->shape == VIEW_PART)
			continue;
		doc_section(d, v->name);
		doc_sentence(d, v->help);
		DOC_TABLE(d, "column", "type", "unit", "shown", "meaning");
		columns(d, "", &v->columns);
	}
}
