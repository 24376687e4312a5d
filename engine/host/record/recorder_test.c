/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dsp/g711.h>
#include <dataplane/tap.h>
#include <engine/host/clock.h>
#include <engine/host/record/recorder.h>
#include <engine/base/alarm.h>
#include <engine/base/wav.h>
#include <system/journal/reader.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define TAP_BYTES (1u << 20)
#define FRAME     160
#define CALL      "1732220776.12"
#define WALL      (1732220776ull * TD_NSEC_PER_SEC) /* 2024-11-21 */
#define WAV_PATH  "2024-11-21/" CALL ".wav"
#define WAIT_NS   (5 * TD_NSEC_PER_SEC)
#define MS        TD_NSEC_PER_MSEC

struct fixture {
	char dir[32], journal_dir[64], recording_dir[64];
	struct td_text err;
	struct tap *tap[2];
	bool apart; /* the channels are of two workers' legs, each with a tap */
	struct journal *journal;
	struct journal_reader *reader;
	struct recorder *recorder;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/recorder-test-XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	snprintf(f->journal_dir, sizeof(f->journal_dir), "%s/journal", f->dir);
	snprintf(f->recording_dir, sizeof(f->recording_dir), "%s/recordings", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	int rc = system(command);
	free(f);
	return rc;
}

static void start(struct fixture *f, uint64_t min_free)
{
	struct recorder_params p = {.dir = f->recording_dir, .tap_count = 2, .min_free = min_free};

	for (unsigned i = 0; i < 2; i++)
		f->tap[i] = tap_alloc(TAP_BYTES);
	f->journal = journal_start(f->journal_dir, 1u << 20, &f->err);
	if (!f->journal)
		fail_msg("%s", f->err.s);
	f->reader = journal_reader_open(f->journal_dir);
	p.taps = f->tap;
	p.journal = f->journal;
	f->recorder = recorder_start(&p, &f->err);
	if (!f->recorder)
		fail_msg("%s", f->err.s);
}

static void stop(struct fixture *f)
{
	recorder_stop(f->recorder);
	journal_stop(f->journal, false);
	journal_reader_close(f->reader);
	tap_free(f->tap[0]);
	tap_free(f->tap[1]);
}

static uint8_t octet(unsigned channel, unsigned frame, unsigned i)
{
	return (uint8_t)(channel * 101 + frame * 7 + i * 3 + 1);
}

static struct tap *tap_of(const struct fixture *f, unsigned channel)
{
	return f->tap[f->apart ? channel : 0];
}

struct packet {
	unsigned channel, frame; /* frame: place in time stamps of 20 ms */
	uint32_t ssrc, ts;       /* ts: of frame 0 */
	uint64_t now;
	enum td_codec codec;
	int skew;   /* of the sequence number */
	bool empty; /* a digit, or another packet without audio */
};

static void put(struct fixture *f, const struct packet *p)
{
	struct tap_rec rec = {.kind = TAP_AUDIO,
		.len = p->empty ? 0 : FRAME,
		.recording = 1,
		.channel = (uint8_t)p->channel,
		.codec = (uint8_t)p->codec,
		.seq = (uint16_t)((int)p->frame + p->skew),
		.ts = p->ts + p->frame * FRAME,
		.ssrc = p->ssrc,
		.now = p->now};
	uint8_t payload[FRAME];

	for (unsigned i = 0; i < FRAME; i++)
		payload[i] = octet(p->channel, p->frame, i);
	assert_true(tap_put(tap_of(f, p->channel), &rec, payload));
}

static void end(struct fixture *f, unsigned channel)
{
	struct tap_rec rec = {.kind = TAP_END, .recording = 1, .channel = (uint8_t)channel};

	assert_true(tap_put(tap_of(f, channel), &rec, NULL));
}

/* The next record of this type in the journal. */
static void await(struct fixture *f, uint16_t type, void *out, size_t size)
{
	uint64_t until = clock_monotonic() + WAIT_NS;
	struct td_rec rec;
	const void *payload;

	while (clock_monotonic() < until) {
		if (journal_reader_next(f->reader, &rec, &payload) != 1) {
			clock_nap(5 * TD_NSEC_PER_MSEC);
			continue;
		}
		if (rec.type != type)
			continue;
		assert_int_equal(rec.len, size);
		memcpy(out, payload, size);
		return;
	}
	fail_msg("no record of type %u in %llu s", type, WAIT_NS / TD_NSEC_PER_SEC);
}

static size_t wav_read(struct fixture *f, const char *path, uint8_t *out, size_t size)
{
	char full[160];

	snprintf(full, sizeof(full), "%s/%s", f->recording_dir, path);
	int fd = open(full, O_RDONLY);
	assert_true(fd >= 0);
	ssize_t n = read(fd, out, size);
	close(fd);
	assert_true(n >= WAV_HEADER_BYTES);
	return (size_t)n;
}

static uint8_t sample(const uint8_t *wav, uint64_t frame, unsigned channel)
{
	return wav[WAV_HEADER_BYTES + frame * WAV_CHANNELS + channel];
}

static void expect_frame(const uint8_t *wav, uint64_t at, unsigned channel, unsigned frame)
{
	for (unsigned i = 0; i < FRAME; i++)
		if (sample(wav, at + i, channel) != octet(channel, frame, i))
			fail_msg("channel %u frame %u: sample %u differs", channel, frame, i);
}

static void expect_silence(const uint8_t *wav, uint64_t at, unsigned channel, uint8_t silence)
{
	for (unsigned i = 0; i < FRAME; i++)
		assert_int_equal(sample(wav, at + i, channel), silence);
}

#define FRAMES   50
#define MISSING  20
#define AGENT_AT 5 /* frames after the caller */

static void put_call(struct fixture *f)
{
	uint64_t t0 = 77 * TD_NSEC_PER_SEC;

	assert_int_equal(recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMA), 0);
	for (unsigned i = 0; i < FRAMES; i++) {
		struct packet caller = {
			0, i, 0xAAAA, UINT32_MAX - 5 * FRAME, t0 + i * 20 * MS, TD_CODEC_PCMA};
		struct packet agent = {
			1, i, 0xBBBB, 1000, t0 + (i + AGENT_AT) * 20 * MS, TD_CODEC_PCMA};

		if (i != MISSING)
			put(f, &caller);
		/* Every fourth pair comes in the wrong order. */
		if (i % 4 == 2) {
			struct packet next = agent;

			next.frame++;
			put(f, &next);
		}
		if (i % 4 != 3)
			put(f, &agent);
	}
}

static void expect_call(struct fixture *f, bool recovered)
{
	static uint8_t wav[1 << 20];
	unsigned char header[WAV_HEADER_BYTES];
	struct td_ev_recording ev = {0};

	await(f, TD_EV_RECORDING, &ev, sizeof(ev));
	assert_string_equal(ev.call, CALL);
	assert_string_equal(ev.file, WAV_PATH);
	assert_int_equal(ev.recording, 1);
	assert_int_equal(ev.codec, TD_CODEC_PCMA);
	assert_int_equal(ev.recovered, recovered);
	assert_int_equal(ev.samples, (FRAMES + AGENT_AT) * FRAME);
	assert_int_equal(ev.missing, FRAME);

	size_t n = wav_read(f, WAV_PATH, wav, sizeof(wav));
	assert_int_equal(n, WAV_HEADER_BYTES + 2 * ev.samples);
	wav_header(header, TD_CODEC_PCMA, ev.samples);
	assert_memory_equal(wav, header, sizeof(header));
	for (unsigned i = 0; i < FRAMES; i++) {
		if (i == MISSING)
			expect_silence(wav, i * FRAME, 0, 0xD5);
		else
			expect_frame(wav, i * FRAME, 0, i);
		expect_frame(wav, (i + AGENT_AT) * FRAME, 1, i);
	}
	for (unsigned i = 0; i < AGENT_AT; i++) {
		expect_silence(wav, i * FRAME, 1, 0xD5);
		expect_silence(wav, (FRAMES + i) * FRAME, 0, 0xD5);
	}
}

static void stereo_in_step(void **state)
{
	struct fixture *f = *state;
	struct recorder_stats stats;

	start(f, 1);
	put_call(f);
	end(f, 0);
	end(f, 1);
	recorder_end(f->recorder, 1);
	expect_call(f, false);
	recorder_stats(f->recorder, &stats);
	assert_int_equal(stats.shown.made, 1);
	assert_int_equal(stats.shown.live, 0);
	stop(f);
	/* In order: nothing is left to recover, and nothing is recovered. */
	start(f, 1);
	stop(f);
	struct journal_reader *r = journal_reader_open(f->journal_dir);
	struct td_rec rec;
	const void *payload;
	unsigned recordings = 0;
	while (journal_reader_next(r, &rec, &payload) == 1)
		recordings += rec.type == TD_EV_RECORDING;
	assert_int_equal(recordings, 1);
	journal_reader_close(r);
}

static void channels_of_two_workers(void **state)
{
	struct fixture *f = *state;

	f->apart = true;
	start(f, 1);
	put_call(f);
	end(f, 1);
	end(f, 0);
	recorder_end(f->recorder, 1);
	expect_call(f, false);
	stop(f);
}

/* Without an END the recording ends 2 s after the engine said so. */
static void ends_without_end(void **state)
{
	struct fixture *f = *state;

	start(f, 1);
	put_call(f);
	recorder_end(f->recorder, 1);
	expect_call(f, false);
	stop(f);
}

static void stopped_engine_finishes(void **state)
{
	struct fixture *f = *state;

	start(f, 1);
	put_call(f);
	clock_nap(50 * MS);
	recorder_stop(f->recorder);
	expect_call(f, false);
	journal_stop(f->journal, false);
	journal_reader_close(f->reader);
	tap_free(f->tap[0]);
	tap_free(f->tap[1]);
}

/* Until the disk has had all: nothing new was written for half a second. */
static void wait_written(struct fixture *f)
{
	struct recorder_stats last = {0}, now;
	unsigned same = 0;

	while (same < 5) {
		clock_nap(100 * MS);
		recorder_stats(f->recorder, &now);
		same = now.written && now.written == last.written && now.taken == last.taken
			       ? same + 1
			       : 0;
		last = now;
	}
}

static void killed_engine_is_recovered(void **state)
{
	struct fixture *f = *state;
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		start(f, 1);
		put_call(f);
		wait_written(f);
		assert_int_equal(write(ready[1], "", 1), 1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	start(f, 1);
	expect_call(f, true);
	stop(f);
	char left[160];
	snprintf(left, sizeof(left), "%s/%s.part", f->recording_dir, WAV_PATH);
	assert_int_equal(access(left, F_OK), -1);
}

/* A new SSRC, and a time stamp out of its mind, are placed by arrival. */
static void new_source_goes_on(void **state)
{
	static uint8_t wav[1 << 20];
	struct fixture *f = *state;
	struct td_ev_recording ev = {0};
	uint64_t t0 = TD_NSEC_PER_SEC;

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMU);
	for (unsigned i = 0; i < 30; i++) {
		struct packet p = {0, i, i < 10 ? 1 : 2, i < 20 ? 123456789u * (i / 10) : 99,
			t0 + (i + i / 10 * 2) * 20 * MS, TD_CODEC_PCMU};

		put(f, &p);
	}
	end(f, 0);
	recorder_end(f->recorder, 1);
	await(f, TD_EV_RECORDING, &ev, sizeof(ev));
	assert_int_equal(ev.samples, 34 * FRAME);
	assert_int_equal(ev.missing, 0);
	wav_read(f, ev.file, wav, sizeof(wav));
	for (unsigned i = 0; i < 30; i++)
		expect_frame(wav, (i + i / 10 * 2) * FRAME, 0, i);
	expect_silence(wav, 10 * FRAME, 0, 0xFF);
	stop(f);
}

/* 20 packets without a loss, from frame `from` of the time stamps, `late` frames after their time.
 */
static void say(struct fixture *f, unsigned from, int skew, unsigned late, uint32_t ssrc)
{
	for (unsigned i = from; i < from + 20; i++) {
		struct packet p = {
			0, i, ssrc, 0, TD_NSEC_PER_SEC + (i + late) * 20 * MS, TD_CODEC_PCMU, skew};

		put(f, &p);
	}
}

static uint64_t missing_of(struct fixture *f)
{
	struct td_ev_recording ev = {0};

	end(f, 0);
	recorder_end(f->recorder, 1);
	await(f, TD_EV_RECORDING, &ev, sizeof(ev));
	return ev.missing;
}

/* A sender that suppresses silence, or was stalled, has lost nothing: its numbers go on. */
static void a_pause_is_no_loss(void **state)
{
	struct fixture *f = *state;

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMU);
	say(f, 0, -10, 0, 7);       /* from -10: the numbers wrap */
	say(f, 520, -510, 0, 7);    /* 10 s later, the time stamp too */
	say(f, 540, -510, 75, 7);   /* 1.5 s that the time stamps do not have */
	say(f, 100, 9000, 1000, 7); /* the sender has begun anew */
	say(f, 120, 20, 1000, 8);
	assert_int_equal(missing_of(f), 0);
	stop(f);
}

/* In a pause, too, what is lost is lost: two packets of 20 ms, whatever the time stamps say. */
static void a_loss_in_a_pause_is_counted(void **state)
{
	struct fixture *f = *state;

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMU);
	say(f, 0, 0, 0, 7);
	say(f, 520, -498, 0, 7);
	assert_int_equal(missing_of(f), 2 * FRAME);
	stop(f);
}

/* A digit of 10 packets, and what was not to be recorded. */
static void what_is_not_recorded_is_no_loss(void **state)
{
	struct fixture *f = *state;

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMU);
	say(f, 0, 0, 0, 7);
	for (unsigned i = 20; i < 30; i++) {
		struct packet p = {
			0, i, 7, 0, TD_NSEC_PER_SEC + i * 20 * MS, TD_CODEC_PCMU, .empty = true};

		put(f, &p);
	}
	say(f, 30, 0, 0, 7);
	end(f, 0);
	say(f, 550, 0, 0, 7);
	assert_int_equal(missing_of(f), 0);
	stop(f);
}

/* Longer than the window, and with a hole longer than it. */
static void long_recording(void **state)
{
	enum { HOLE = 500, TOTAL = 1200 };
	static uint8_t wav[1 << 20];
	struct fixture *f = *state;
	struct td_ev_recording ev = {0};

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMU);
	for (unsigned i = 0; i < TOTAL; i++) {
		struct packet p = {1, i, 7, 0, (i + 1) * 20 * MS, TD_CODEC_PCMU};

		if (i < 100 || i >= 100 + HOLE)
			put(f, &p);
		if (i % 300 == 0)
			clock_nap(30 * MS);
	}
	end(f, 1);
	recorder_end(f->recorder, 1);
	await(f, TD_EV_RECORDING, &ev, sizeof(ev));
	assert_int_equal(ev.samples, TOTAL * FRAME);
	assert_int_equal(ev.missing, HOLE * FRAME);
	wav_read(f, ev.file, wav, sizeof(wav));
	for (unsigned i = 0; i < TOTAL; i++) {
		if (i < 100 || i >= 100 + HOLE)
			expect_frame(wav, (uint64_t)i * FRAME, 1, i);
		else
			expect_silence(wav, (uint64_t)i * FRAME, 1, 0xFF);
	}
	stop(f);
}

static void other_law_is_converted(void **state)
{
	static uint8_t wav[1 << 16];
	struct fixture *f = *state;
	struct td_ev_recording ev = {0};
	struct packet p = {0, 3, 1, 0, TD_NSEC_PER_SEC, TD_CODEC_PCMU};

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMA);
	put(f, &p);
	end(f, 0);
	recorder_end(f->recorder, 1);
	await(f, TD_EV_RECORDING, &ev, sizeof(ev));
	wav_read(f, ev.file, wav, sizeof(wav));
	for (unsigned i = 0; i < FRAME; i++)
		assert_int_equal(sample(wav, i, 0), g711_alaw(g711_ulaw_linear[octet(0, 3, i)]));
	stop(f);
}

/* A codec without a WAV format of its own is recorded in the default one; packets of a codec that
 * no one knows are silence, never another one's noise. */
static void codec_without_wav_is_the_default(void **state)
{
	static uint8_t wav[1 << 16];
	struct fixture *f = *state;
	struct td_ev_recording ev = {0};
	struct packet known = {0, 3, 1, 0, TD_NSEC_PER_SEC, TD_CODEC_PCMU};
	struct packet unknown = {0, 4, 1, 0, TD_NSEC_PER_SEC + 20 * MS, TD_CODEC_COUNT};

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_NONE);
	put(f, &known);
	put(f, &unknown);
	end(f, 0);
	recorder_end(f->recorder, 1);
	await(f, TD_EV_RECORDING, &ev, sizeof(ev));
	assert_int_equal(ev.codec, TD_CODEC_DEFAULT);
	assert_int_equal(ev.samples, FRAME);
	wav_read(f, ev.file, wav, sizeof(wav));
	for (unsigned i = 0; i < FRAME; i++)
		assert_int_equal(sample(wav, i, 0), g711_alaw(g711_ulaw_linear[octet(0, 3, i)]));
	stop(f);
}

static void full_disk_is_an_alarm(void **state)
{
	struct fixture *f = *state;
	struct recorder_stats stats;
	struct td_ev_alarm alarm;

	start(f, 1ull << 60);
	await(f, TD_EV_ALARM, &alarm, sizeof(alarm));
	assert_string_equal(alarm.name, alarm_name(TD_ALARM_RECORDING_DISK_FULL));
	assert_int_equal(alarm.raised, 1);
	assert_int_equal(recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMA), -ENOSPC);
	recorder_stats(f->recorder, &stats);
	assert_true(stats.shown.disk_full);
	assert_int_equal(stats.shown.failed, 1);
	assert_int_equal(stats.shown.made, 0);
	stop(f);
	/* Room again: recordings are made. */
	start(f, 1);
	put_call(f);
	end(f, 0);
	end(f, 1);
	recorder_end(f->recorder, 1);
	expect_call(f, false);
	stop(f);
}

/* The same call recorded twice gets two files. */
static void names_do_not_collide(void **state)
{
	struct fixture *f = *state;
	struct td_ev_recording ev = {0};

	start(f, 1);
	recorder_begin(f->recorder, WALL, 1, CALL, TD_CODEC_PCMA);
	recorder_begin(f->recorder, WALL, 2, CALL, TD_CODEC_PCMA);
	recorder_begin(f->recorder, WALL, 3, "../../etc/passwd", TD_CODEC_PCMA);
	recorder_end(f->recorder, 1);
	recorder_end(f->recorder, 2);
	for (int i = 0; i < 2; i++) {
		await(f, TD_EV_RECORDING, &ev, sizeof(ev));
		assert_string_equal(
			ev.file, ev.recording == 1 ? WAV_PATH : "2024-11-21/" CALL "-2.wav");
	}
	stop(f);
}

static void refuses_a_bad_directory(void **state)
{
	struct recorder_params p = {.dir = "/dev/null/recordings"};
	struct td_text err;

	assert_null(recorder_start(&p, &err));
	assert_int_equal(errno, ENOTDIR);
	assert_non_null(strstr(err.s, "/dev/null/recordings"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(stereo_in_step, setup, teardown),
		cmocka_unit_test_setup_teardown(channels_of_two_workers, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(stopped_engine_finishes, setup, teardown),
		cmocka_unit_test_setup_teardown(killed_engine_is_recovered, setup, teardown),
		cmocka_unit_test_setup_teardown(new_source_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(a_pause_is_no_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(a_loss_in_a_pause_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_not_recorded_is_no_loss, setup, teardown),
		cmocka_unit_test_setup_teardown(long_recording, setup, teardown),
		cmocka_unit_test_setup_teardown(other_law_is_converted, setup, teardown),
		cmocka_unit_test_setup_teardown(codec_without_wav_is_the_default, setup, teardown),
		cmocka_unit_test_setup_teardown(full_disk_is_an_alarm, setup, teardown),
		cmocka_unit_test_setup_teardown(names_do_not_collide, setup, teardown),
		cmocka_unit_test(refuses_a_bad_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
