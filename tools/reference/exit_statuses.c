/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/command.h>
#include <tools/reference/reference.h>

#define STATUS(id, word, help)                            \
	snprintf(number, sizeof(number), "%d", CLI_##id); \
	DOC_ROW(d, number, "`" word "`", help);

void reference_exit_statuses(struct doc *d)
{
	char number[4];

	DOC_TABLE(d, "exit status", "`status` of an error with `--json`", "when");
	CLI_STATUSES(STATUS)
}
