/* SPDX-License-Identifier: BSD-3-Clause */
/* A program of the build: the table of SIP header fields becomes C: the places of their names, and
 * the names as macros. */
#include <stdio.h>
#include <stdlib.h>
#include <engine/sip/msg/header_list.h>
#include <tools/headers/places.h>

static const struct header_row rows[] = {
#define ROW(id, name, compact, times, need, decode, rfc, use) \
	{#id, name, {compact}, #times, #need, rfc, use},
	SIP_HEADERS(ROW)
#undef ROW
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The line that a row stands on, for whoever has to mend it; 0 when it is not found. */
static unsigned row_line(const char *path, const struct header_row *row)
{
	FILE *in = fopen(path, "re");
	char *line = NULL, start[64];
	unsigned number = 0, found = 0;
	size_t size = 0;

	if (!in)
		return 0;
	snprintf(start, sizeof(start), "X(%s,", row->id);
	while (!found && getline(&line, &size, in) > 0) {
		number++;
		if (strstr(line, start))
			found = number;
	}
	free(line);
	fclose(in);
	return found;
}

static void print_header(FILE *out, const struct header_places *p)
{
	fprintf(out,
		"/* SPDX-License-Identifier: BSD-3-Clause */\n/* Made by tools/headers. */\n"
		"#define HEADER_FACTOR 0x%llxu\n"
		"#define HEADER_SHIFT  %u /* of the hash: what is left is a place */\n",
		(unsigned long long)p->factor, p->shift);
}

/* For header lines that are constants: the compiler puts string literals together. */
static void print_names(FILE *out, const struct header_places *p)
{
	(void)p;
	fputs("/* SPDX-License-Identifier: BSD-3-Clause */\n/* Made by tools/headers. */\n"
	      "#ifndef TANDEM_ENGINE_SIP_MSG_HEADER_NAMES_H\n"
	      "#define TANDEM_ENGINE_SIP_MSG_HEADER_NAMES_H\n\n",
		out);
	for (unsigned i = 0; i < ROWS; i++)
		fprintf(out, "#define SIP_NAME_%s \"%s\"\n", rows[i].id, rows[i].name);
	fputs("\n#endif\n", out);
}

static void print_places(FILE *out, const struct header_places *p)
{
	fprintf(out,
		"/* SPDX-License-Identifier: BSD-3-Clause */\n/* Made by tools/headers. */\n"
		"#include <engine/sip/msg/header_hash.h>\n#include <engine/sip/msg/msg.h>\n\n"
		"const struct header_place header_places[%u] = {\n",
		p->count);
	for (unsigned i = 0; i < p->count; i++) {
		const struct header_place *at = &p->place[i];

		if (at->text)
			fprintf(out, "\t[%u] = {\"%s\", %u, SIP_HDR_%s},\n", i, at->text,
				at->length, rows[at->id - 1].id);
	}
	fprintf(out, "};\n");
}

static int file_write(const char *path, const struct header_places *p,
	void (*print)(FILE *out, const struct header_places *p))
{
	FILE *out = fopen(path, "we");
	int rc = -1;

	if (out) {
		print(out, p);
		rc = ferror(out) ? -1 : 0;
		if (fclose(out) != 0)
			rc = -1;
	}
	if (rc != 0)
		perror(path);
	return rc;
}

int main(int argc, char **argv)
{
	static struct header_places p;
	const char *fault;
	unsigned bad;

	if (argc != 5) {
		fputs("usage: sip-headers header_list.h header_places.c header_places.h "
		      "header_names.h\n"
		      "header_list.h: the list that this program was built with\n",
			stderr);
		return 2;
	}
	fault = rows_check(rows, ROWS, &bad);
	if (fault) {
		fprintf(stderr, "%s:%u: row %u, SIP_HDR_%s \"%s\": %s\n", argv[1],
			row_line(argv[1], &rows[bad]), bad + 1, rows[bad].id, rows[bad].name,
			fault);
		return 1;
	}
	if (places_search(&p, rows, ROWS) != 0) {
		fprintf(stderr,
			"%s: no perfect hash was found: two names of one length have the same "
			"first and last eight bytes; let header_hash() read the bytes between\n",
			argv[1]);
		return 1;
	}
	return file_write(argv[2], &p, print_places) || file_write(argv[3], &p, print_header) ||
	       file_write(argv[4], &p, print_names);
}
