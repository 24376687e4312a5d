/* SPDX-License-Identifier: BSD-3-Clause */
/* What the journal and the log hear of a recording. Any thread that has a source of its own. */
#ifndef TANDEM_ENGINE_HOST_RECORD_REPORT_H
#define TANDEM_ENGINE_HOST_RECORD_REPORT_H

#include <engine/host/journal/journal.h>
#include <engine/host/record/split.h>

/* A file is finished, or ends early. */
void report_file(struct journal *j, enum journal_source source, const struct split_info *info,
	const struct split_result *result, bool recovered);
/* There is no file. The call's story says so, because its CDR has the recording's number. */
void report_nothing(struct journal *j, enum journal_source source, const char *call, int error);

#endif
