/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * recorder: N calls recorded at once by the engine's own recorder, rings and files. Then the files
 * are read back and compared octet by octet with what was put into the ring.
 *
 * A thread takes a worker's place and puts what 2 N legs would: 160 octets each 20 ms, evenly
 * spread over the 20 ms. With --kill, this thread and the recorder are a process of their own,
 * which is killed in the middle. Then the recordings are recovered. What they lack is what the kill
 * cost.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <bench/bench.h>
#include <engine/host/clock.h>
#include <engine/host/record/recorder.h>
#include <dataplane/tap.h>
#include <engine/base/wav.h>

#define CALLS        10000
#define FRAME        160 /* octets, and samples, of a packet */
#define PHASES       20  /* a tick of 1 ms each: the packets of one come together */
#define TICK_NS      TD_NSEC_PER_MSEC
#define FRAME_MS     20
#define RING_BYTES   (64u << 20)
#define RECORD_FRAME 218 /* bytes with FCS, of which FRAME are recorded */
#define RECORD       (sizeof(struct tap_rec) + FRAME)
#define CHANNELS     WAV_CHANNELS
#define BEGIN_WALL   (1800000000ull * TD_NSEC_PER_SEC) /* any day will do */
#define RESERVE      (64ull << 20)                     /* of the journal */

/* What outlives the process that is killed. */
struct book {
	_Atomic uint64_t lost; /* found no room in the ring */
	_Atomic uint64_t late; /* ns, the worst that the generator was behind */
	_Atomic uint64_t ring; /* bytes, high-water */
	_Atomic bool begun, done;
	uint64_t cpu, spent, finishing, written, writes; /* ns; of the recorder */
	_Atomic uint32_t made[];                         /* frames, by call */
};

struct run {
	const struct bench_options *o;
	struct book *book;
	struct tap *tap;
	struct journal *journal;
	struct recorder *recorder;
	char dir[TD_PATH_BYTES], journal_dir[TD_PATH_BYTES], wav_dir[TD_PATH_BYTES];
	uint64_t put; /* generator: records */
	uint64_t generator_cpu;
};

struct found {
	uint64_t right, lost, worst; /* frames; worst of a channel */
	unsigned files;
};

/* The octets of a frame: no two frames of any channel are alike. */
static void frame_fill(uint8_t out[static FRAME], uint32_t call, unsigned channel, uint32_t frame)
{
	uint64_t x =
		((uint64_t)call << 33 | (uint64_t)channel << 32 | frame) * 0x9E3779B97F4A7C15u + 1;

	for (unsigned i = 0; i < FRAME; i += sizeof(x)) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		memcpy(out + i, &x, sizeof(x));
	}
}

static void call_name(char out[static 16], uint32_t call)
{
	snprintf(out, 16, "bench.%u", call);
}

static void put_frame(struct run *r, uint32_t call, uint32_t frame, uint64_t now)
{
	uint8_t octets[FRAME];

	for (unsigned channel = 0; channel < CHANNELS; channel++) {
		struct tap_rec rec = {.kind = TAP_AUDIO,
			.len = FRAME,
			.recording = call + 1,
			.channel = (uint8_t)channel,
			.codec = TD_CODEC_PCMA,
			.seq = (uint16_t)frame,
			.ts = frame * FRAME,
			.ssrc = call * CHANNELS + channel,
			.now = now};

		frame_fill(octets, call, channel, frame);
		if (tap_put(r->tap, &rec, octets))
			r->put++;
		else
			atomic_fetch_add(&r->book->lost, 1);
	}
	atomic_store_explicit(&r->book->made[call], frame + 1, memory_order_relaxed);
}

/* What the ring holds: put, and not taken yet. */
static void note_ring(struct run *r)
{
	struct recorder_stats s;
	uint64_t held;

	recorder_stats(r->recorder, &s);
	held = (r->put - s.taken) * RECORD;
	if (held > atomic_load(&r->book->ring))
		atomic_store(&r->book->ring, held);
}

static void *generate(void *arg)
{
	struct run *r = arg;
	struct book *b = r->book;
	uint64_t start = clock_monotonic(), ticks = r->o->window / TICK_NS;

	prctl(PR_SET_TIMERSLACK, 1000ul);
	atomic_store(&b->begun, true);
	for (uint64_t tick = 0; tick < ticks; tick++) {
		uint64_t due = start + tick * TICK_NS, now = clock_monotonic();

		if (now < due)
			clock_nap(due - now);
		else if (now - due > atomic_load(&b->late))
			atomic_store(&b->late, now - due);
		for (uint32_t call = tick % PHASES; call < r->o->calls; call += PHASES)
			put_frame(r, call, (uint32_t)(tick / PHASES), due);
		note_ring(r);
	}
	r->generator_cpu = clock_read(CLOCK_THREAD_CPUTIME_ID);
	return NULL;
}

static int begin_all(struct run *r)
{
	char name[16];

	for (uint32_t call = 0; call < r->o->calls; call++) {
		call_name(name, call);
		while (recorder_begin(r->recorder, BEGIN_WALL, call + 1, name, TD_CODEC_PCMA) < 0)
			clock_nap(TD_NSEC_PER_MSEC);
	}
	for (;;) {
		struct recorder_stats s;

		recorder_stats(r->recorder, &s);
		if (s.shown.failed) {
			fprintf(stderr, "tandem-bench: recorder: a recording was refused; see the "
					"lines above\n");
			return -EIO;
		}
		if (s.shown.live == r->o->calls)
			return 0;
		clock_nap(TD_NSEC_PER_MSEC);
	}
}

static void end_all(struct run *r)
{
	struct recorder_stats s;

	for (uint32_t call = 0; call < r->o->calls; call++) {
		for (unsigned channel = 0; channel < CHANNELS; channel++) {
			struct tap_rec rec = {.kind = TAP_END,
				.recording = call + 1,
				.channel = (uint8_t)channel};

			while (!tap_put(r->tap, &rec, NULL))
				clock_nap(TD_NSEC_PER_MSEC);
		}
		while (recorder_end(r->recorder, call + 1) < 0)
			clock_nap(TD_NSEC_PER_MSEC);
	}
	do {
		clock_nap(TD_NSEC_PER_MSEC);
		recorder_stats(r->recorder, &s);
	} while (s.shown.live);
}

static int start(struct run *r)
{
	struct recorder_params p = {.dir = r->wav_dir, .taps = &r->tap, .tap_count = 1};
	struct td_text err;

	r->tap = tap_alloc(RING_BYTES);
	if (!r->tap)
		return -ENOMEM;
	r->journal = journal_start(r->journal_dir, RESERVE, &err);
	if (r->journal) {
		p.journal = r->journal;
		r->recorder = recorder_start(&p, &err);
	}
	if (r->recorder)
		return 0;
	fprintf(stderr, "tandem-bench: %s\n", err.s);
	return -errno;
}

static void stop(struct run *r)
{
	recorder_stop(r->recorder);
	journal_stop(r->journal, true);
	tap_free(r->tap);
	r->recorder = NULL;
	r->journal = NULL;
	r->tap = NULL;
}

/* One run of recorder and generator; in a process of its own when it is to be killed. */
static int record(struct run *r)
{
	struct book *b = r->book;
	struct recorder_stats s;
	pthread_t generator;
	uint64_t from, cpu;
	int rc = start(r);

	if (!rc)
		rc = begin_all(r);
	if (rc)
		return rc;
	from = clock_monotonic();
	cpu = clock_read(CLOCK_PROCESS_CPUTIME_ID);
	rc = -pthread_create(&generator, NULL, generate, r);
	if (rc)
		return rc;
	pthread_join(generator, NULL);
	/* Of the whole process, its io_uring threads too, but for the generator. */
	b->cpu = clock_read(CLOCK_PROCESS_CPUTIME_ID) - cpu - r->generator_cpu;
	b->spent = clock_monotonic() - from;
	recorder_stats(r->recorder, &s);
	b->written = s.written;
	b->writes = s.writes;
	from = clock_monotonic();
	end_all(r);
	b->finishing = clock_monotonic() - from;
	stop(r);
	atomic_store(&b->done, true);
	return 0;
}

static int record_and_kill(struct run *r)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(record(r) ? 1 : 0);
	while (!atomic_load(&r->book->begun))
		if (waitpid(pid, &status, WNOHANG) == pid)
			return -ECHILD;
		else
			clock_nap(TD_NSEC_PER_MSEC);
	clock_nap(r->o->window / 2);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (atomic_load(&r->book->done))
		return -ETIME;
	/* The next engine's start recovers; its end waits for that. */
	status = start(r);
	if (!status)
		stop(r);
	return status;
}

static void compare(
	struct found *f, const uint8_t *frames, size_t bytes, uint32_t call, uint32_t made)
{
	uint8_t want[FRAME], got[FRAME];

	for (unsigned channel = 0; channel < CHANNELS; channel++) {
		uint64_t right = 0;

		for (uint32_t n = 0; n < made && (n + 1ull) * FRAME * CHANNELS <= bytes; n++) {
			const uint8_t *from = frames + (size_t)n * FRAME * CHANNELS + channel;

			for (unsigned i = 0; i < FRAME; i++)
				got[i] = from[i * CHANNELS];
			frame_fill(want, call, channel, n);
			right += !memcmp(got, want, FRAME);
		}
		f->right += right;
		f->lost += made - right;
		if (made - right > f->worst)
			f->worst = made - right;
	}
}

static int verify(struct run *r, struct found *f)
{
	char path[TD_PATH_BYTES + 64], name[16];
	struct stat st;

	*f = (struct found){0};
	for (uint32_t call = 0; call < r->o->calls; call++) {
		uint32_t made = atomic_load(&r->book->made[call]);
		size_t bytes = 0;
		void *map = MAP_FAILED;

		call_name(name, call);
		snprintf(path, sizeof(path), "%s/2027-01-15/%s.wav", r->wav_dir, name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && !fstat(fd, &st) && st.st_size > WAV_HEADER_BYTES) {
			bytes = (size_t)st.st_size;
			map = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
		}
		if (map != MAP_FAILED) {
			f->files++;
			compare(f, (uint8_t *)map + WAV_HEADER_BYTES, bytes - WAV_HEADER_BYTES,
				call, made);
			munmap(map, bytes);
		} else {
			compare(f, NULL, 0, call, made);
		}
		if (fd >= 0)
			close(fd);
	}
	return f->files == r->o->calls ? 0 : -ENOENT;
}

static void tell(const struct run *r, const char *metric, const char *unit, double value)
{
	struct bench_result result = {.bench = "recorder",
		.metric = metric,
		.unit = unit,
		.frame_bytes = RECORD_FRAME,
		.of = {{.name = "calls", .number = r->o->calls},
			{.name = "seconds", .number = (double)r->o->window / 1e9}},
		.median = value,
		.min = value,
		.runs = 1};

	report_result(r->o, &result);
}

static void tell_run(const struct run *r)
{
	const struct book *b = r->book;
	double seconds = (double)b->spent / 1e9;

	tell(r, "cpu", "% of a core", 100.0 * (double)b->cpu / (double)b->spent);
	tell(r, "cpu_per_call", "us a second", (double)b->cpu / 1e3 / seconds / r->o->calls);
	tell(r, "written", "MB/s", (double)b->written / 1e6 / seconds);
	tell(r, "writes", "writes/s", (double)b->writes / seconds);
	tell(r, "ring_high_water", "MB", (double)atomic_load(&b->ring) / 1e6);
	tell(r, "ring_lost", "packets", (double)atomic_load(&b->lost));
	tell(r, "generator_late", "ms", (double)atomic_load(&b->late) / 1e6);
	tell(r, "finishing", "s", (double)b->finishing / 1e9);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int prepare(struct run *r)
{
	size_t bytes = sizeof(struct book) + r->o->calls * sizeof(_Atomic uint32_t);
	struct rlimit files;

	snprintf(r->dir, sizeof(r->dir), "%s/tandem-bench-XXXXXX", r->o->dir ? r->o->dir : ".");
	if (!mkdtemp(r->dir)) {
		fprintf(stderr, "tandem-bench: --dir %s: %s\n", r->o->dir, strerror(errno));
		return -errno;
	}
	snprintf(r->journal_dir, sizeof(r->journal_dir), "%s/journal", r->dir);
	snprintf(r->wav_dir, sizeof(r->wav_dir), "%s/recordings", r->dir);
	r->book = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->book == MAP_FAILED)
		return -errno;
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	return 0;
}

static int run(const struct bench_options *given)
{
	struct bench_options options = *given, *o = &options;
	struct run r = {.o = o};
	struct found f;
	int rc;

	if (!o->calls)
		o->calls = CALLS;
	rc = prepare(&r);

	if (!rc)
		rc = o->kill ? record_and_kill(&r) : record(&r);
	if (!rc)
		rc = verify(&r, &f);
	if (!rc && !o->kill)
		tell_run(&r);
	if (!rc) {
		tell(&r, "frames_right", "frames", (double)f.right);
		tell(&r, "frames_lost", "frames", (double)f.lost);
		tell(&r, "lost_worst", "ms of a channel", (double)f.worst * FRAME_MS);
		tell(&r, "lost_mean", "ms a channel",
			(double)f.lost * FRAME_MS / o->calls / CHANNELS);
		if (!o->kill && f.lost)
			rc = -EBADMSG;
	}
	if (rc)
		fprintf(stderr, "tandem-bench: recorder: %s\n", strerror(-rc));
	(void)nftw(r.dir, remove_one, 64, FTW_DEPTH | FTW_PHYS);
	return rc;
}

const struct bench bench_recorder = {.name = "recorder",
	.what = "many calls recorded at once, then compared octet by octet",
	.run = run};
