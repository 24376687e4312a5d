/* SPDX-License-Identifier: BSD-3-Clause */
/* The program of the build that writes documents out of the code's own tables. */
#include <tools/reference/reference.h>
#include <stdlib.h>
#include <string.h>

static const struct list {
	const char *name, *title;
	void (*write)(struct doc *d);
} lists[] = {
#define LIST(name, title) {#name, title, reference_##name},
	REFERENCE_LISTS(LIST)
#undef LIST
};

#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static int usage(void)
{
	fputs("usage: reference LIST --markdown|--mdoc\n"
	      "       reference --fill FILE --markdown|--mdoc\n"
	      "A list goes to stdout. --fill copies FILE; a line @LIST@ becomes the list.\nLists:",
		stderr);
	for (size_t i = 0; i < LIST_COUNT; i++)
		fprintf(stderr, " %s", lists[i].name);
	putc('\n', stderr);
	return 2;
}

static const struct list *list_lookup(const char *name, size_t len)
{
	for (size_t i = 0; i < LIST_COUNT; i++)
		if (strlen(lists[i].name) == len && memcmp(lists[i].name, name, len) == 0)
			return &lists[i];
	return NULL;
}

static void list_write(const struct list *l, struct doc *d)
{
	l->write(d);
	doc_end(d);
}

static int fill(const char *path, struct doc *d)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	ssize_t n;
	int rc = 0;

	if (!in) {
		perror(path);
		return 1;
	}
	while ((n = getline(&line, &size, in)) > 0) {
		const struct list *l;

		number++;
		if (n < 4 || line[0] != '@' || line[n - 2] != '@') {
			fputs(line, d->out);
			continue;
		}
		l = list_lookup(line + 1, (size_t)n - 3);
		if (!l) {
			fprintf(stderr, "%s:%u: there is no list for %s", path, number, line);
			rc = usage();
			break;
		}
		list_write(l, d);
	}
	free(line);
	fclose(in);
	return rc;
}

int main(int argc, char **argv)
{
	struct doc d = {.out = stdout};
	const struct list *l;
	int rc = 0;

	if (argc < 3 || (strcmp(argv[argc - 1], "--mdoc") && strcmp(argv[argc - 1], "--markdown")))
		return usage();
	d.mdoc = strcmp(argv[argc - 1], "--mdoc") == 0;
	if (argc == 4 && strcmp(argv[1], "--fill") == 0) {
		rc = fill(argv[2], &d);
	} else {
		l = argc == 3 ? list_lookup(argv[1], strlen(argv[1])) : NULL;
		if (!l)
			return usage();
		if (!d.mdoc)
			fprintf(d.out, "# %s\n\n", l->title);
		list_write(l, &d);
	}
	if (fflush(stdout) || ferror(stdout)) {
		perror("reference: stdout");
		return 1;
	}
	return rc;
}
