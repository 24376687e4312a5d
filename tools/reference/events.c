/* SPDX-License-Identifier: BSD-3-Clause */
/* What is journaled and stored. The schema of the store follows from the same table. */
#include <tools/reference/reference.h>
#include <engine/base/event.h>
#include <tandem/queue_log.h>

static const char *type(const struct td_column *c, char *out, size_t size)
{
	snprintf(out, size, "%s%s", column_type_name(c->type),
		column_is_optional(c) ? " or NULL" : "");
	return out;
}

static const char *meaning(const struct td_column *c, char *out, size_t size)
{
	int n = snprintf(out, size, "%s", c->help);
	const char *before = ": ";

	for (unsigned i = 0; c->words && i < c->words->count && n < (int)size; i++) {
		const struct td_word *w = &c->words->word[i];

		if (!*w->name)
			continue;
		n += snprintf(out + n, size - n, "%s", before);
		if (c->type == TD_COLUMN_CODE && n < (int)size)
			n += snprintf(out + n, size - n, "%u ", w->value);
		if (n < (int)size)
			n += snprintf(out + n, size - n, "`%s`%s%s%s", w->name,
				*w->help ? " (" : "", w->help, *w->help ? ")" : "");
		before = ", ";
	}
	if (c->since > 1 && n < (int)size)
		snprintf(out + n, size - n, "; NULL: stored by an older release, or not known");
	return out;
}

static void rows(struct doc *d, const struct td_column *c, unsigned count)
{
	DOC_TABLE(d, "column", "type", "unit", "meaning");
	for (; count--; c++) {
		char kind[64], text[1024];

		DOC_ROW(d, c->name, type(c, kind, sizeof(kind)), unit_name(c->unit),
			meaning(c, text, sizeof(text)));
	}
}

static void queue_log(struct doc *d)
{
	doc_section(d, "Events of queue_log");
	doc_text(d, "Names, data and units are those of Asterisk.");
	DOC_TABLE(d, "event", "data1", "data2", "data3", "data4", "data5", "what happened");
#define EVENT(name, text, one, two, three, four, five) \
	DOC_ROW(d, #name, one, two, three, four, five, text);
	TD_QUEUE_LOG(EVENT)
#undef EVENT
}

void reference_events(struct doc *d)
{
	doc_text(d,
		"A table of the store for each event of the journal, or a kind of record in the "
		"store's archive. A time has microseconds, and is NULL when it did not happen. "
		"Each begins with these columns:");
	rows(d, event_tables[0].columns.column, EVENT_OWN_COLUMNS);
	for (unsigned i = 0; i < EVENT_TABLES; i++) {
		const struct event_table *t = &event_tables[i];
		unsigned own = t->columns.count - EVENT_OWN_COLUMNS;

		doc_section(d, t->name);
		doc_text(d, t->help);
		if (t->journal || i == EVENT_TABLES - 1)
			doc_text(d, "Not a table: these records are in the archive, for `tandemd "
				    "--keep-days`. The columns are the keys of `tandemctl call "
				    "--json`.");
		if (t->list)
			doc_text(d,
				"A view: while the call lives, a row of the table `part`; then an "
				"element of a list in the row of the call's `cdr`.");
		if (own)
			rows(d, t->columns.column + EVENT_OWN_COLUMNS, own);
	}
	queue_log(d);
}
