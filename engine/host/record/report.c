/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/record/report.h>
#include <system/log.h>
#include <stdio.h>
#include <string.h>

void report_nothing(struct journal *j, enum journal_source source, const char *call, int error)
{
	struct td_ev_story story = {0};

	snprintf(story.call, sizeof(story.call), "%s", call);
	snprintf(story.text, sizeof(story.text), "not recorded: %s", strerror(-error));
	log_line(LOG_ERR, "call not recorded", "call=%s reason=\"%s\"", call, strerror(-error));
	journal_put_now(j, source, TD_EV_STORY, &story, sizeof(story));
}

void report_file(struct journal *j, enum journal_source source, const struct split_info *info,
	const struct split_result *result, bool recovered)
{
	struct td_ev_recording ev = {.recording = info->recording,
		.codec = info->codec,
		.recovered = recovered,
		.samples = result->samples,
		.missing = result->missing};

	if (result->error && !result->samples) {
		report_nothing(j, source, info->call, result->error);
		return;
	}
	if (result->error)
		log_line(LOG_ERR, "recording ends early", "call=%s file=%s reason=\"%s\"",
			info->call, info->path, strerror(-result->error));
	memcpy(ev.call, info->call, sizeof(ev.call));
	memcpy(ev.file, info->path, sizeof(ev.file));
	journal_put_now(j, source, TD_EV_RECORDING, &ev, sizeof(ev));
}
