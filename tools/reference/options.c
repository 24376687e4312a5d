/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of the three programs. */
#include <tools/reference/reference.h>
#include <control/cli/cli.h>
#include <control/options.h>
#include <engine/host/options.h>

static void options(struct doc *d, const struct option_row *rows)
{
	char title[128], meaning[1024];

	DOC_TABLE(d, "option", "meaning");
	for (const struct option_row *r = rows; r->name; r++) {
		option_title(r, title, sizeof(title));
		snprintf(meaning, sizeof(meaning), "%s%s%s%s", r->help,
			r->preset ? " Otherwise " : "", r->preset ? r->preset : "",
			r->preset ? "." : "");
		DOC_ROW(d, title, meaning);
	}
}

void reference_engine_options(struct doc *d)
{
	options(d, engine_options);
}

void reference_tandemd_options(struct doc *d)
{
	options(d, tandemd_options);
}

void reference_tandemctl_options(struct doc *d)
{
	options(d, cli_options);
}
