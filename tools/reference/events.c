/* SPDX-License-Identifier: BSD-3-Clause */
/* What is journaled and stored. The schema of the store follows from the same table. */
#include <tools/reference/reference.h>
#include <engine/base/event.h>

static const char *value(const struct event_column *c, char *out, size_t size)
{
	static const char *const kinds[EVENT_KIND_COUNT] = {
		[EVENT_TEXT] = "text",
		[EVENT_UINT] = "number",
		[EVENT_INT] = "number",
		[EVENT_WALL] = "time",
		[EVENT_SCORE] = "number or NULL",
		[EVENT_WORD] = "word",
		[EVENT_BYTES] = "bytes",
		[EVENT_TYPE] = "number",
	};

	snprintf(out, size, "%s%s%s", kinds[c->kind], c->unit[0] ? ", " : "", c->unit);
	return out;
}

static const char *meaning(const struct event_column *c, char *out, size_t size)
{
	int n = snprintf(out, size, "%s", c->help);
	const char *before = ": ";

	for (unsigned i = 0; i < c->word_count && n < (int)size; i++) {
		if (!c->words[i][0])
			continue;
		n += snprintf(out + n, size - n, "%s`%s`", before, c->words[i]);
		before = ", ";
	}
	if (c->since > 1 && n < (int)size)
		snprintf(out + n, size - n, "; NULL: stored by an older release, or not known");
	return out;
}

void reference_events(struct doc *d)
{
	doc_text(d,
		"A table of the store for each event of the journal. Each begins with `seq`, the "
		"record's number, and `time`, when it happened. A time is seconds since 1970 "
		"UTC, with microseconds, and NULL when it did not happen.");
	for (unsigned i = 0; i < EVENT_TABLES; i++) {
		const struct event_table *t = &event_tables[i];

		doc_section(d, t->name);
		doc_text(d, t->help);
		if (t->days)
			doc_text(d, "Rows are kept for `tandemd --keep-days`.");
		if (t->column_count)
			DOC_TABLE(d, "column", "value", "meaning");
		for (unsigned c = 0; c < t->column_count; c++) {
			char kind[64], text[512];

			DOC_ROW(d, t->columns[c].name, value(&t->columns[c], kind, sizeof(kind)),
				meaning(&t->columns[c], text, sizeof(text)));
		}
	}
}
