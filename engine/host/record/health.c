/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/record/health.h>
#include <system/log.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>

void health_failed(struct health *h, int error)
{
	bool space = error == -ENOSPC || error == -EDQUOT || error == -EFBIG;

	if (!space) {
		if (!h->failing)
			journal_alarm(h->journal, JOURNAL_RECORDER, TD_ALARM_RECORDING_FAILED, true,
				"%s: look at the recordings' directory", strerror(-error));
		h->failing = true;
	} else if (!atomic_load(&h->full)) {
		journal_alarm(h->journal, JOURNAL_RECORDER, TD_ALARM_RECORDING_DISK_FULL, true,
			"recordings stop, calls go on: make room where the recordings are");
		atomic_store(&h->full, true);
	}
	if (space)
		running_finish_all(h->running);
	else
		running_finish_failed(h->running);
}

/* The first error of the log, or of a recording's file. */
static int take_error(struct health *h)
{
	int error = h->log->error ? h->log->error : running_error(h->running);

	h->log->error = 0;
	return error;
}

static void tell_losses(struct health *h, uint64_t lost)
{
	uint64_t refused = h->running->log_refused;

	if (lost != h->lost_told)
		log_line(LOG_WARNING, "recordings have holes: tap ring full", "packets=%" PRIu64,
			lost - h->lost_told);
	if (refused != h->refused_told)
		log_line(LOG_WARNING, "recording log is behind the disk: a crash would cost them",
			"packets=%" PRIu64, refused - h->refused_told);
	h->lost_told = lost;
	h->refused_told = refused;
}

/* False: nothing can be said. */
static bool check_room(struct health *h)
{
	struct statvfs fs;

	if (fstatvfs(h->dirfd, &fs) < 0)
		return false;
	uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room < h->min_free)
		health_failed(h, -ENOSPC);
	/* Twice the mark, so that the alarm does not come and go. */
	if (health_is_full(h) && room >= 2 * h->min_free) {
		atomic_store(&h->full, false);
		journal_alarm(h->journal, JOURNAL_RECORDER, TD_ALARM_RECORDING_DISK_FULL, false,
			"new recordings are made again");
	}
	return true;
}

void health_check(struct health *h, uint64_t now, uint64_t lost)
{
	bool due = now >= h->checked + HEALTH_CHECK_NS;
	int error = 0;

	if (due || h->failures != h->disk->failed || h->log->error) {
		h->failures = h->disk->failed;
		error = take_error(h);
	}
	if (error)
		health_failed(h, error);
	if (!due)
		return;
	h->checked = now;
	tell_losses(h, lost);
	if (check_room(h) && h->failing && !error) {
		h->failing = false;
		journal_alarm(h->journal, JOURNAL_RECORDER, TD_ALARM_RECORDING_FAILED, false,
			"tried again");
	}
}
