/* SPDX-License-Identifier: BSD-3-Clause */
/* tandemctl's commands. */
#include <tools/reference/reference.h>
#include <control/cli/command.h>

/* Help as a sentence, the details, and what each argument means. */
static void meaning(const struct cli_command *c, struct td_buf *out)
{
	buf_printf(
		out, "%c%s%s", c->help[0] - ('a' <= c->help[0] ? 'a' - 'A' : 0), c->help + 1, ".");
	if (c->details)
		buf_printf(out, " %s", c->details);
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++)
		if (a->help)
			buf_printf(out, "\n`%s`: %s", a->letter ? a->letter : a->name, a->help);
}

void reference_commands(struct doc *d)
{
	char synopsis_text[1024], meaning_text[2048];
	struct td_buf synopsis, text;

	for (int group = 0; group < CLI_GROUPS; group++) {
		doc_section(d, cli_groups[group]);
		DOC_TABLE(d, "command", "meaning");
		for (const struct cli_command *c = cli_commands; c->name; c++) {
			if ((int)c->group != group)
				continue;
			buf_init_fixed(&synopsis, synopsis_text, sizeof(synopsis_text));
			buf_init_fixed(&text, meaning_text, sizeof(meaning_text));
			buf_printf(&synopsis, "%s%s", c->name, c->arg[0].name ? " " : "");
			cli_synopsis(c, &synopsis);
			meaning(c, &text);
			buf_put(&synopsis, "", 1);
			buf_put(&text, "", 1);
			DOC_ROW(d, synopsis_text, meaning_text);
		}
	}
}
