/* SPDX-License-Identifier: BSD-3-Clause */
/* A program of the build: the table of SIP header fields becomes the places of their names, as C.
 */
#include <stdio.h>
#include <engine/sip/msg/header_list.h>
#include <tools/headers/places.h>

#define LIST "engine/sip/msg/header_list.h"

static const struct header_row rows[] = {
#define ROW(id, name, compact, times, need, decode, rfc, use) {#id, name, compact},
	SIP_HEADERS(ROW)
#undef ROW
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void print_place(const struct header_places *p, unsigned i)
{
	const struct header_place *at = &p->place[i];

	/* a compact form has no NUL behind it */
	if (at->text)
		printf("\t[%u] = {\"%.*s\", %u, SIP_HDR_%s},\n", i, at->length, at->text,
			at->length, rows[at->id - 1].id);
}

int main(void)
{
	static struct header_places p;
	unsigned bad;
	const char *fault = rows_check(rows, ROWS, &bad);

	if (fault) {
		fprintf(stderr, "%s: row %u, SIP_HDR_%s \"%s\": %s\n", LIST, bad + 1, rows[bad].id,
			rows[bad].name, fault);
		return 1;
	}
	if (places_search(&p, rows, ROWS) != 0) {
		fprintf(stderr,
			"%s: no perfect hash was found: two names of one length have the same "
			"first and last eight bytes; let header_hash() read the bytes between\n",
			LIST);
		return 1;
	}
	printf("/* SPDX-License-Identifier: BSD-3-Clause */\n"
	       "/* Made by tools/headers out of " LIST ". */\n"
	       "#include <engine/sip/msg/header_hash.h>\n#include <engine/sip/msg/msg.h>\n\n"
	       "const uint64_t header_factor = 0x%llx;\nconst unsigned header_shift = %u;\n\n"
	       "const struct header_place header_places[%u] = {\n",
		(unsigned long long)p.factor, p.shift, p.count);
	for (unsigned i = 0; i < p.count; i++)
		print_place(&p, i);
	printf("};\n");
	if (fflush(stdout) || ferror(stdout)) {
		perror("headers: stdout");
		return 1;
	}
	return 0;
}
