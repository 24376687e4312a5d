/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reference program: each list of Tandem as a document, out of the table that the code goes by.
 *
 * A list is a file NAME.c with one function, reference_NAME(), and a row of REFERENCE_LISTS. It
 * says what it has through struct doc, which writes Markdown (build/docs/NAME.md) or mdoc (a
 * section of a manual page).
 */
#ifndef TANDEM_TOOLS_REFERENCE_REFERENCE_H
#define TANDEM_TOOLS_REFERENCE_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

/* X(name, title), sorted. */
#define REFERENCE_LISTS(X)                                     \
	X(alarms, "Alarms")                                    \
	X(calls, "What can happen to a call")                  \
	X(codecs, "Codecs")                                    \
	X(commands, "The commands of tandemctl")               \
	X(configuration, "The sections and keys of site.yaml") \
	X(consumed, "Why a packet is consumed")                \
	X(drops, "Why a packet is dropped")                    \
	X(engine_options, "Options of tandem-engine")          \
	X(events, "What the store keeps")                      \
	X(exit_statuses, "Exit statuses of tandemctl")         \
	X(headers, "SIP header fields")                        \
	X(metrics, "What is counted")                          \
	X(operations, "What the sockets answer")               \
	X(port_types, "Types of ports")                        \
	X(srtp_suites, "Suites of SRTP")                       \
	X(tandemctl_options, "Options of tandemctl")           \
	X(tandemd_options, "Options of tandemd")               \
	X(views, "What operators see")

#define DOC_COLUMNS 8

/* A document under way. Its fields are of doc.c. */
struct doc {
	FILE *out;
	bool mdoc;
	const char *title[DOC_COLUMNS]; /* of the table that is open */
	unsigned columns;               /* 0: none is open */
};

/*
 * Text is written once for both forms: `x` is a word of Tandem's own, a new sentence begins with a
 * capital letter. A string that a caller passes is borrowed until the table ends.
 */
void doc_section(struct doc *d, const char *title);  /* ends a table */
void doc_text(struct doc *d, const char *text);      /* a paragraph; ends a table */
void doc_sentence(struct doc *d, const char *words); /* the same of words that lack its marks */
/* Column titles; the first column has names of Tandem's own. The manual page makes a row an item:
 * the first cell its name, the second behind it when there are more than two, the last its text. */
void doc_table(struct doc *d, unsigned columns, const char *const *titles);
#define DOC_TABLE(d, ...)                                                               \
	doc_table(d, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), \
		(const char *const[]){__VA_ARGS__})
void doc_row(struct doc *d, unsigned cells, const char *const *cell); /* as many as titles */
#define DOC_ROW(d, ...)                                                               \
	doc_row(d, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), \
		(const char *const[]){__VA_ARGS__})
void doc_end(struct doc *d); /* of the document */

#define REFERENCE_PROTOTYPE(name, title) void reference_##name(struct doc *d);
REFERENCE_LISTS(REFERENCE_PROTOTYPE)
#undef REFERENCE_PROTOTYPE

#endif
