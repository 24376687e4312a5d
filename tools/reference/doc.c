/* SPDX-License-Identifier: BSD-3-Clause */
/* A document in Markdown or mdoc(7). */
#include <tools/reference/reference.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* mdoc: a sentence a line, no backticks, and nothing that roff takes for a request. */
static void mdoc_text(FILE *out, const char *text)
{
	bool line_start = true;

	for (const char *p = text; *p; p++) {
		bool sentence = p > text && p[0] == ' ' && strchr(".;:", p[-1]) &&
				(isupper((unsigned char)p[1]) || p[1] == '`');

		if (*p == '`')
			continue;
		if (*p == '\n' || sentence) {
			putc('\n', out);
			line_start = true;
			continue;
		}
		if (line_start && (*p == '.' || *p == '\''))
			fputs("\\&", out);
		if (*p == '\\')
			fputs("\\e", out);
		else
			putc(*p, out);
		line_start = false;
	}
}

/* Of an item's line: a word of nothing but marks means something to mdoc. */
static void mdoc_words(FILE *out, const char *text)
{
	bool word_start = true;

	for (const char *p = text; *p; p++) {
		if (*p == '`')
			continue;
		if (word_start && !isspace((unsigned char)*p) &&
			strspn(p, ".,:;()[]?!|") == strcspn(p, " "))
			fputs("\\&", out);
		putc(*p, out);
		word_start = *p == ' ';
	}
}

static void table_end(struct doc *d)
{
	if (d->columns)
		fputs(d->mdoc ? ".El\n" : "\n", d->out);
	d->columns = 0;
}

void doc_section(struct doc *d, const char *title)
{
	table_end(d);
	fprintf(d->out, d->mdoc ? ".Ss %s\n" : "## %s\n\n", title);
}

void doc_text(struct doc *d, const char *text)
{
	table_end(d);
	if (d->mdoc)
		mdoc_text(d->out, text);
	else
		fputs(text, d->out);
	fputs(d->mdoc ? "\n" : "\n\n", d->out);
}

void doc_sentence(struct doc *d, const char *words)
{
	char text[512];

	snprintf(text, sizeof(text), "%c%s.", toupper((unsigned char)words[0]), words + 1);
	doc_text(d, text);
}

void doc_table(struct doc *d, unsigned columns, const char *const *titles)
{
	table_end(d);
	if (columns < 2 || columns > DOC_COLUMNS) {
		fprintf(stderr, "reference: a table of %u columns; doc_table() takes 2 to %d\n",
			columns, DOC_COLUMNS);
		exit(1);
	}
	d->columns = columns;
	memcpy(d->title, titles, columns * sizeof(*titles));
	if (d->mdoc) {
		fputs(".Bl -tag -width Ds\n", d->out);
		return;
	}
	for (unsigned i = 0; i < columns; i++)
		fprintf(d->out, "%s%s", i ? " | " : "| ", titles[i]);
	fputs(" |\n", d->out);
	for (unsigned i = 0; i < columns; i++)
		fputs(i ? "---|" : "|---|", d->out);
	putc('\n', d->out);
}

static void mdoc_row(const struct doc *d, const char *const *cell)
{
	unsigned last = d->columns - 1;

	fputs(".It Cm ", d->out);
	mdoc_words(d->out, cell[0]);
	if (last > 1) {
		fputs(" : ", d->out);
		mdoc_words(d->out, cell[1]);
	}
	putc('\n', d->out);
	for (unsigned i = 2; i < last; i++) {
		if (!*cell[i])
			continue;
		fprintf(d->out, "%c%s: ", toupper((unsigned char)d->title[i][0]), d->title[i] + 1);
		mdoc_words(d->out, cell[i]);
		fputs(".\n", d->out);
	}
	mdoc_text(d->out, cell[last]);
	putc('\n', d->out);
}

static void markdown_row(const struct doc *d, const char *const *cell)
{
	for (unsigned i = 0; i < d->columns; i++) {
		fputs(i ? " | " : "| `", d->out);
		for (const char *p = cell[i]; *p; p++) {
			if (*p == '|')
				putc('\\', d->out);
			putc(*p == '\n' ? ' ' : *p, d->out);
		}
		if (i == 0)
			putc('`', d->out);
	}
	fputs(" |\n", d->out);
}

void doc_row(struct doc *d, unsigned cells, const char *const *cell)
{
	if (cells != d->columns) {
		fprintf(stderr, "reference: '%s' has %u cells, its table %u columns\n", cell[0],
			cells, d->columns);
		exit(1);
	}
	if (d->mdoc)
		mdoc_row(d, cell);
	else
		markdown_row(d, cell);
}

void doc_end(struct doc *d)
{
	table_end(d);
}
