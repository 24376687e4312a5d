/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dsp/convert.h>
#include <engine/host/record/split.h>
#include <system/file.h>
#include <engine/base/wav.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SAMPLE (TD_NSEC_PER_SEC / CONVERT_RATE)
#define CHUNK_MS      20
#define CHUNK_SAMPLES (CHUNK_MS * CONVERT_RATE / 1000)
#define DRIFT         (SPLIT_DRIFT_MS * (CONVERT_RATE / 1000))
/*
 * The window is the part of the file that packets can still change. Packets of one moment lie
 * within 2 * DRIFT of each other, so with SLIDE on top none is behind it but those that came
 * more than 2 s late. It is a ring, place modulo WINDOW, and a channel lies in one piece: a packet
 * touches as few lines of memory as it can, and nothing is moved when the window slides.
 */
#define SLIDE  CONVERT_RATE
#define WINDOW (2 * DRIFT + SLIDE)
_Static_assert(WINDOW % SLIDE == 0, "what slides lies in one piece");

/*
 * What is lost, by sequence numbers: the time stamps also jump where a sender has nothing to say,
 * or was stalled. A run is a piece of a stream that was to be recorded without a break. What came
 * and has no audio, a digit for one, is told too, without octets.
 */
struct run {
	bool begun;
	uint32_t ssrc;
	uint32_t first, last; /* sequence numbers, extended from 16 bits; the highest one */
	uint32_t packets;     /* that came */
};
#define RUN_JUMP     3000 /* further ahead is a new start, as for RFC 3550 A.1, */
#define RUN_MISORDER 100  /* and so is further behind */

struct channel {
	bool begun;
	uint32_t ssrc;
	uint32_t ts;   /* of base */
	uint64_t base; /* place of ts */
	uint64_t end;  /* behind the last sample put */
	struct run run;
	size_t samples;   /* of the last packet */
	uint64_t missing; /* samples, of the runs before this one */
};

struct split {
	struct disk *disk;
	struct split_info info;
	int dirfd, fd;
	int error;
	unsigned flying; /* operations of the disk on fd */
	uint8_t silence;
	bool begun, finishing, synced;
	uint64_t origin; /* arrival of the first packet: place 0 */
	uint64_t window; /* place of its first frame */
	uint64_t end;    /* frames */
	struct channel channel[WAV_CHANNELS];
	void (*done)(void *ctx, const struct split_info *info, const struct split_result *result);
	void *done_ctx;
	uint8_t sample[WAV_CHANNELS][WINDOW];
};

static void part_name(const struct split *s, char out[static SPLIT_PATH + 8])
{
	snprintf(out, SPLIT_PATH + 8, "%s.part", s->info.path);
}

int split_path(int dirfd, uint64_t wall, const char *call, char path[static SPLIT_PATH])
{
	time_t seconds = (time_t)(wall / TD_NSEC_PER_SEC);
	char day[16], part[SPLIT_PATH + 8];
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(day, sizeof(day), "%Y-%m-%d", &utc);
	if (mkdirat(dirfd, day, 0750) < 0 && errno != EEXIST)
		return -errno;
	if (strchr(call, '/') || !call[0])
		return -EINVAL;
	for (unsigned i = 1; i < 1000; i++) {
		if (i == 1)
			snprintf(path, SPLIT_PATH, "%s/%s.wav", day, call);
		else
			snprintf(path, SPLIT_PATH, "%s/%s-%u.wav", day, call, i);
		snprintf(part, sizeof(part), "%s.part", path);
		if (faccessat(dirfd, path, F_OK, 0) < 0 && faccessat(dirfd, part, F_OK, 0) < 0)
			return 0;
	}
	return -EEXIST;
}

struct split *split_alloc(struct disk *disk, int dirfd, const struct split_info *info)
{
	struct split *s = malloc(sizeof(*s));
	char part[SPLIT_PATH + 8];
	int err;

	if (!s)
		return NULL;
	memset(s, 0, offsetof(struct split, sample));
	s->disk = disk;
	s->dirfd = dirfd;
	s->info = *info;
	s->info.codec = (uint8_t)wav_codec(info->codec);
	s->silence = codec_get(s->info.codec)->silence;
	memset(s->sample, s->silence, sizeof(s->sample));
	part_name(s, part);
	s->fd = file_create(dirfd, part, O_RDWR, 0640);
	if (s->fd < 0) {
		err = -s->fd;
		free(s);
		errno = err;
		return NULL;
	}
	return s;
}

int split_error(const struct split *s)
{
	return s->error;
}

static void advance_finish(struct split *s);

static void op_done(struct disk_op *op, int result)
{
	struct split *s = op->ctx;

	s->flying--;
	if (result && !s->error)
		s->error = result;
	if (s->finishing)
		advance_finish(s);
}

static void submit(struct split *s, struct disk_op *op)
{
	op->done = op_done;
	op->ctx = s;
	op->fd = s->fd;
	s->flying++;
	disk_submit(s->disk, op);
}

/* Puts n frames from `place` on, which lie in one piece, into the file's order, and leaves silence
 * in their place. */
static void take_frames(struct split *s, uint64_t place, size_t n, uint8_t *restrict out)
{
	uint8_t *restrict left = s->sample[0] + place % WINDOW;
	uint8_t *restrict right = s->sample[1] + place % WINDOW;

	for (size_t i = 0; i < n; i++) {
		out[i * WAV_CHANNELS] = left[i];
		out[i * WAV_CHANNELS + 1] = right[i];
	}
	memset(left, s->silence, n);
	memset(right, s->silence, n);
}

/* The first n frames of the window, SLIDE at most, go to the file, and it moves on by n. */
static void window_slide(struct split *s, size_t n)
{
	struct disk_op *op = disk_op_alloc(n * WAV_CHANNELS);

	if (op) {
		take_frames(s, s->window, n, op->data);
		op->len = n * WAV_CHANNELS;
		op->offset = WAV_HEADER_BYTES + s->window * WAV_CHANNELS;
		submit(s, op);
	} else if (!s->error) {
		s->error = -ENOMEM;
	}
	s->window += n;
}

static void frames_put(struct split *s, struct channel *c, uint64_t at, unsigned index,
	const uint8_t *octets, size_t n)
{
	size_t to = at % WINDOW, first = n < WINDOW - to ? n : WINDOW - to;

	while (at + n > s->window + WINDOW)
		window_slide(s, SLIDE);
	if (at < s->window) /* more than 2 s late: its place is written already */
		return;
	memcpy(s->sample[index] + to, octets, first);
	memcpy(s->sample[index], octets + first, n - first);
	c->run.packets++;
	c->samples = n ? n : c->samples;
	if (at + n > c->end)
		c->end = at + n;
	if (at + n > s->end)
		s->end = at + n;
}

/* The packet's place by its time of arrival; never over what its channel already has. */
static uint64_t place_by_arrival(const struct split *s, const struct channel *c, uint64_t now)
{
	uint64_t place = now > s->origin ? (now - s->origin) / NS_PER_SAMPLE : 0;

	return c->begun && place < c->end ? c->end : place;
}

static uint64_t place(struct split *s, struct channel *c, const struct tap_rec *rec)
{
	int64_t drift = 0, at = 0;
	uint64_t arrival = rec->now > s->origin ? (rec->now - s->origin) / NS_PER_SAMPLE : 0;

	if (c->begun && c->ssrc == rec->ssrc) {
		at = (int64_t)c->base +
		     convert_units(codec_get(rec->codec)->clock, (int32_t)(rec->ts - c->ts));
		drift = at - (int64_t)arrival;
		if (at >= 0 && drift <= DRIFT && drift >= -DRIFT) {
			/* The base follows, so that a difference never reaches 2^31 time-stamp
			 * units. */
			if ((uint64_t)at > c->base) {
				c->base = (uint64_t)at;
				c->ts = rec->ts;
			}
			return (uint64_t)at;
		}
	}
	c->base = place_by_arrival(s, c, rec->now);
	c->end = c->base;
	c->ts = rec->ts;
	c->ssrc = rec->ssrc;
	c->begun = true;
	return c->base;
}

/* A file has one format: a re-INVITE may change the call's codec, and not each codec has a WAV's.
 * The octets, one a sample; 0: no one knows that codec. */
static size_t octets_convert(const struct split *s, const struct tap_rec *rec, const uint8_t *in,
	uint8_t *out, size_t max)
{
	const struct convert *from = convert_get(rec->codec), *to = convert_get(s->info.codec);
	size_t step = codec_payload(rec->codec, CHUNK_MS), n = 0;
	int16_t linear[CHUNK_SAMPLES];

	for (size_t i = 0; from && i < rec->len && n + CHUNK_SAMPLES <= max; i += step) {
		size_t octets = rec->len - i < step ? rec->len - i : step;
		size_t samples = convert_samples(rec->codec, octets);

		from->decode(in + i, octets, linear);
		to->encode(linear, samples, out + n);
		n += samples;
	}
	return n;
}

static uint64_t run_missing(const struct channel *c)
{
	uint32_t expected = c->run.begun ? c->run.last - c->run.first + 1 : 0;

	return expected > c->run.packets ? (uint64_t)(expected - c->run.packets) * c->samples : 0;
}

static void run_end(struct channel *c)
{
	c->missing += run_missing(c);
	c->run.begun = false;
}

static void run_take(struct channel *c, const struct tap_rec *rec)
{
	struct run *r = &c->run;
	int16_t ahead = (int16_t)(rec->seq - (uint16_t)r->last);

	if (r->begun && (r->ssrc != rec->ssrc || ahead >= RUN_JUMP || ahead <= -RUN_MISORDER))
		run_end(c);
	if (!r->begun)
		*r = (struct run){true, rec->ssrc, rec->seq, rec->seq};
	else if (ahead > 0)
		r->last += (uint32_t)ahead;
}

void split_pause(struct split *s, unsigned channel)
{
	run_end(&s->channel[channel & 1]);
}

void split_audio(struct split *s, const struct tap_rec *rec, const void *payload)
{
	struct channel *c = &s->channel[rec->channel & 1];
	uint8_t octets[UINT16_MAX + CHUNK_SAMPLES];
	const uint8_t *from = payload;
	size_t n = rec->len;

	if (s->finishing)
		return;
	run_take(c, rec);
	if (!rec->len) {
		c->run.packets++;
		return;
	}
	if (!s->begun) {
		s->begun = true;
		s->origin = rec->now;
	}
	if (rec->codec != s->info.codec) {
		from = octets;
		n = octets_convert(s, rec, payload, octets, sizeof(octets));
	}
	uint64_t at = place(s, c, rec);
	if (at + n < WAV_FRAMES_MAX)
		frames_put(s, c, at, rec->channel & 1, from, n);
}

/* A full disk took the end. The header's block exists, so the true length can be written there. */
static void cut_to_what_is_there(struct split *s, struct split_result *result)
{
	unsigned char header[WAV_HEADER_BYTES];
	struct stat st;

	result->samples = 0;
	if (fstat(s->fd, &st) < 0 || st.st_size < WAV_HEADER_BYTES)
		return;
	uint64_t frames = (uint64_t)(st.st_size - WAV_HEADER_BYTES) / WAV_CHANNELS;
	result->samples = frames < s->end ? frames : s->end;
	wav_header(header, s->info.codec, result->samples);
	if (pwrite(s->fd, header, sizeof(header), 0) < 0)
		result->samples = 0;
}

static void finished(struct split *s)
{
	struct split_result result = {.samples = s->end, .error = s->error};
	char part[SPLIT_PATH + 8];

	part_name(s, part);
	if (s->error)
		cut_to_what_is_there(s, &result);
	for (int i = 0; i < WAV_CHANNELS; i++) {
		run_end(&s->channel[i]);
		result.missing += s->channel[i].missing;
	}
	close(s->fd);
	/* An empty file would be mistaken for a recording. */
	if (result.error && !result.samples)
		unlinkat(s->dirfd, part, 0);
	else if (renameat(s->dirfd, part, s->dirfd, s->info.path) < 0 && !result.error)
		result.error = -errno;
	s->done(s->done_ctx, &s->info, &result);
	free(s);
}

/* Writes first, then the sync, then the name: a name is only given to what is on the disk. */
static void advance_finish(struct split *s)
{
	struct disk_op *op;

	if (s->flying)
		return;
	if (!s->synced) {
		s->synced = true;
		op = disk_op_alloc(0);
		if (op) {
			op->sync = true;
			submit(s, op);
			return;
		}
	}
	finished(s);
}

void split_finish(struct split *s,
	void (*done)(void *ctx, const struct split_info *info, const struct split_result *result),
	void *ctx)
{
	struct disk_op *op;

	s->done = done;
	s->done_ctx = ctx;
	while (s->window < s->end) {
		uint64_t rest = s->end - s->window;

		window_slide(s, rest < SLIDE ? rest : SLIDE);
	}
	op = disk_op_alloc(WAV_HEADER_BYTES);
	if (op) {
		wav_header(op->data, s->info.codec, s->end);
		op->len = WAV_HEADER_BYTES;
		submit(s, op);
	} else if (!s->error) {
		s->error = -ENOMEM;
	}
	/* Only now: without io_uring the operations above have ended already. */
	s->finishing = true;
	advance_finish(s);
}
