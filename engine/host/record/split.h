/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One recording's stereo WAV file, made from tap records: caller left, agent right.
 *
 * A packet's place is its RTP time stamp, counted from the first packet of its channel; that first
 * packet's place is its time of arrival, counted from the first packet of the recording. A new
 * SSRC, or a time stamp that has left the arrival by more than SPLIT_DRIFT_MS, is placed by arrival
 * again. Where nothing was put there is silence. Payload octets are kept as
 * they came where the file has their codec.
 */
#ifndef TANDEM_ENGINE_HOST_RECORD_SPLIT_H
#define TANDEM_ENGINE_HOST_RECORD_SPLIT_H

#include <dataplane/tap.h>
#include <engine/host/record/disk.h>
#include <tandem/event.h>

#define SPLIT_DRIFT_MS 2000
#define SPLIT_PATH     sizeof(((struct td_ev_recording *)0)->file)

struct split;

struct split_info {
	uint32_t recording;
	uint8_t codec; /* enum td_codec: the call's; in `done` the file's */
	char call[TD_CALL_ID_BYTES];
	char path[SPLIT_PATH]; /* within the recordings directory: "2026-01-31/ID.wav" */
};

struct split_result {
	uint64_t samples; /* per channel */
	uint64_t missing; /* samples of packets of both channels that never came, by their sequence
			     numbers: a pause of the sender's is none */
	int error;        /* 0, or why there is no file, or one that ends early */
};

/*
 * The first free name for the call's recording that began at `wall`, and its directory made. 0 or
 * -errno.
 */
int split_path(int dirfd, uint64_t wall, const char *call, char path[static SPLIT_PATH]);

/* Creates "path.part". NULL with errno. `info` is copied. */
struct split *split_alloc(struct disk *disk, int dirfd, const struct split_info *info);
/* A record of kind TAP_AUDIO; without octets: a packet that came and has no audio. */
void split_audio(struct split *s, const struct tap_rec *rec, const void *payload);
/* TAP_END: what comes on the channel until the next packet was not to be recorded. */
void split_pause(struct split *s, unsigned channel);
int split_error(const struct split *s); /* 0, or what the disk said */
/*
 * Writes the rest and the header, syncs, renames to `path`, then calls done, from here or from
 * disk_poll(), and frees itself.
 */
void split_finish(struct split *s,
	void (*done)(void *ctx, const struct split_info *info, const struct split_result *result),
	void *ctx);

#endif
