/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The recorder thread: reads the workers' tap rings, keeps the interleaved log (taplog.h) and makes
 * one stereo WAV file of each recording (split.h): DIR/YYYY-MM-DD/CALL.wav, "….part" until it is
 * whole, the day in UTC. A recording ends when the engine says so and its channels have ended,
 * 2 s after the former at the latest.
 *
 * A full disk ends the recordings that run (what is there is kept), raises recording-disk-full, and
 * calls go on; new recordings are made again once there is room.
 */
#ifndef TANDEM_ENGINE_HOST_RECORD_RECORDER_H
#define TANDEM_ENGINE_HOST_RECORD_RECORDER_H

#include <engine/host/journal/journal.h>
#include <tandem/view.h>

struct recorder;
struct tap;

struct recorder_params {
	const char *dir;
	struct tap **taps; /* one a worker; copied */
	unsigned tap_count;
	struct journal *journal;
	uint64_t min_free; /* bytes: less than this on the disk is full. 0: 16 MB */
};

struct recorder_stats {
	struct td_section_recorder shown; /* to operators */
	uint64_t taken;                   /* records of the tap rings */
	uint64_t writes, written;         /* operations of the disk, and bytes */
};

/* Also starts recovering what a crash left. NULL with errno and one line in err. */
struct recorder *recorder_start(const struct recorder_params *p, struct td_text *err);
/* After workers and signalling stopped: finishes all recordings. */
void recorder_stop(struct recorder *r);

/* signalling. Never blocks. 0; -ENOSPC: the disk is full; -EAGAIN: the ring is: there will be no
 * recording. */
int recorder_begin(struct recorder *r, uint64_t wall, uint32_t recording, const char *call,
	enum td_codec codec);
int recorder_end(struct recorder *r, uint32_t recording); /* 0 or -EAGAIN */

void recorder_stats(struct recorder *r, struct recorder_stats *out); /* any host thread */

#endif
