/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/options.h>
#include <system/exit.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 79 /* of a terminal with 80 columns */

static bool has_letter(const struct option_row *r)
{
	return r->id < OPTION_LONG;
}

int options_next(const struct option_row *rows, int argc, char **argv)
{
	struct option list[OPTIONS_MAX + 1] = {0};
	char letters[2 * OPTIONS_MAX + 2] = "+"; /* stop at the first word that is no option */
	char *at = letters + 1;
	unsigned n = 0;

	for (const struct option_row *r = rows; r->name && n < OPTIONS_MAX; r++) {
		list[n++] = (struct option){
			r->name, r->value ? required_argument : no_argument, NULL, r->id};
		if (!has_letter(r))
			continue;
		*at++ = (char)r->id;
		if (r->value)
			*at++ = ':';
	}
	*at = '\0';
	return getopt_long(argc, argv, letters, list, NULL);
}

const struct option_row *options_lookup(const struct option_row *rows, const char *word)
{
	size_t n = strcspn(word, "=");

	for (const struct option_row *r = rows; r->name; r++) {
		bool letter = has_letter(r) && word[0] == '-' && word[1] == (char)r->id && !word[2];

		if (letter || (n > 2 && strncmp(word, "--", 2) == 0 && strlen(r->name) == n - 2 &&
				      memcmp(word + 2, r->name, n - 2) == 0))
			return r;
	}
	return NULL;
}

int option_title(const struct option_row *r, char *out, size_t size)
{
	const char letter[] = {'-', (char)r->id, ',', ' ', '\0'};

	return snprintf(out, size, "%s--%s%s%s", has_letter(r) ? letter : "", r->name,
		r->value ? " " : "", r->value ? r->value : "");
}

static int word_put(FILE *out, const char *word, int n)
{
	int put = 0;

	for (int i = 0; i < n; i++)
		if (word[i] != '`') { /* marks of the manual page */
			putc(word[i], out);
			put++;
		}
	return put;
}

void options_words(FILE *out, const char *text, int indent, int *column)
{
	while (*text) {
		int n = (int)strcspn(text, " ");

		if (*column > indent && *column + 1 + n > LINE_BYTES) {
			fprintf(out, "\n%*s", indent, "");
			*column = indent;
		} else if (*column > indent) {
			putc(' ', out);
			++*column;
		}
		*column += word_put(out, text, n);
		text += n + (text[n] == ' ');
	}
}

void options_usage(const struct option_row *rows, FILE *out)
{
	char title[64], preset[128];
	int indent = 0;

	for (const struct option_row *r = rows; r->name; r++) {
		int n = option_title(r, title, sizeof(title)) + 4;

		indent = n > indent ? n : indent;
	}
	for (const struct option_row *r = rows; r->name; r++) {
		int column = indent;

		option_title(r, title, sizeof(title));
		fprintf(out, "  %-*s", indent - 2, title);
		options_words(out, r->help, indent, &column);
		if (r->preset) {
			snprintf(preset, sizeof(preset), "Otherwise %s.", r->preset);
			options_words(out, preset, indent, &column);
		}
		putc('\n', out);
	}
}

static int told(const struct option_program *p, int option)
{
	if (option == 'V') {
		printf("%s %s\n", p->name, p->version);
		return EXIT_SUCCESS;
	}
	printf("usage: %s [options]\n%s\n\n", p->name, p->about);
	options_usage(p->rows, stdout);
	if (p->more)
		printf("\n%s\n", p->more);
	return EXIT_SUCCESS;
}

int options_read(const struct option_program *p, int argc, char **argv, void *out)
{
	int option;

	while ((option = options_next(p->rows, argc, argv)) != OPTION_END) {
		const struct option_row *r = p->rows;

		if (option == 'h' || option == 'V')
			return told(p, option);
		while (r->name && r->id != option)
			r++;
		if (!r->name)
			return EXIT_CONFIG;
		*(const char **)((char *)out + r->field) = optarg;
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "%s: '%s' is not an option; see %s --help\n", p->name, argv[optind],
		p->name);
	return EXIT_CONFIG;
}
