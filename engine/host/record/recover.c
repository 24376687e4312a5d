/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/hash.h>
#include <engine/base/str.h>
#include <engine/host/record/recover.h>
#include <engine/host/record/report.h>
#include <engine/host/record/taplog.h>
#include <system/file.h>
#include <system/log.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE_BUCKETS 4096

struct found {
	struct hash_node node;
	struct found *next; /* in the order they began */
	uint32_t recording;
	bool done;
	struct split *split;
};

struct recover {
	int dirfd, logfd;
	struct journal *journal;
	struct disk disk;
	struct hash table;
	struct found *first, **last;
	long count;
	int error;
};

static uint64_t number_of(const char *name)
{
	return taplog_number(name);
}

long recover_list(int logfd, uint64_t **list)
{
	return file_numbers(logfd, number_of, list);
}

static struct str key_of(const uint32_t *recording)
{
	return (struct str){(const char *)recording, sizeof(*recording)};
}

static struct found *lookup(struct recover *r, uint32_t recording)
{
	struct hash_node *n = hash_first(&r->table, key_of(&recording));

	/* node is the first member */
	while (n && ((struct found *)n)->recording != recording)
		n = hash_next(n);
	return (struct found *)n;
}

/* First pass: which recordings there are, and which of them are done. */
static int note(struct recover *r, const struct tap_rec *rec, const void *payload)
{
	struct found *f = lookup(r, rec->recording);

	if (rec->kind == TAPLOG_DONE && f)
		f->done = true;
	if (rec->kind != TAPLOG_START || f)
		return 0;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->recording = rec->recording;
	hash_add(&r->table, &f->node, key_of(&f->recording));
	*r->last = f;
	r->last = &f->next;
	return 0;
}

/* A name that split_path() could have made: below the folder, nothing hidden. A log that someone
 * else wrote must not make us write elsewhere. */
static bool path_sound(const char *path)
{
	struct str rest = str_of(path), part;
	bool wav = rest.n > 4 && str_eq((struct str){path + rest.n - 4, 4}, STR(".wav"));

	do {
		part = str_cut(&rest, '/');
		if (part.n == 0 || part.p[0] == '.')
			return false;
	} while (rest.p);
	return wav;
}

/* Second pass: writes those that are not. */
static int rewrite(struct recover *r, const struct tap_rec *rec, const void *payload)
{
	struct found *f = lookup(r, rec->recording);
	struct taplog_start start;
	struct split_info info;

	if (!f || f->done)
		return 0;
	if (rec->kind == TAP_AUDIO && f->split)
		split_audio(f->split, rec, payload);
	if (rec->kind == TAP_END && f->split)
		split_pause(f->split, rec->channel);
	if (rec->kind != TAPLOG_START || f->split || rec->len != sizeof(start))
		return 0;
	memcpy(&start, payload, sizeof(start));
	info = (struct split_info){.recording = rec->recording, .codec = rec->codec};
	memcpy(info.call, start.call, sizeof(info.call) - 1);
	memcpy(info.path, start.path, sizeof(info.path) - 1);
	if (!path_sound(info.path)) {
		log_line(LOG_ERR, "recording not recovered: its file has a name that is not ours",
			"recording=%" PRIu32, rec->recording);
		f->done = true;
		return 0;
	}
	f->split = split_alloc(&r->disk, r->dirfd, &info);
	if (!f->split) {
		int rc = -errno;
		log_line(LOG_ERR, "recording not recovered", "call=%s file=%s reason=\"%s\"",
			info.call, info.path, strerror(errno));
		return rc;
	}
	return 0;
}

/* Hands each record to fn. A record that a crash tore ends the segment. 0, or what fn returned. */
static int walk_bytes(struct recover *r, const unsigned char *p, size_t n,
	int (*fn)(struct recover *r, const struct tap_rec *rec, const void *payload))
{
	struct tap_rec rec;
	size_t at = 0, bytes;
	int rc = 0;

	while (!rc && at < n) {
		bytes = taplog_decode(p + at, n - at, &rec);
		if (bytes)
			rc = fn(r, &rec, p + at + sizeof(rec));
		else if (rec.kind == TAP_PAD && at % TAPLOG_BLOCK)
			bytes = TAPLOG_BLOCK - at % TAPLOG_BLOCK; /* the next write's */
		else
			break;
		at += bytes;
	}
	return rc;
}

static int walk(struct recover *r, const uint64_t *list, size_t count,
	int (*fn)(struct recover *r, const struct tap_rec *rec, const void *payload))
{
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++) {
		char name[TAPLOG_NAME];
		struct stat st;
		int fd = openat(
			r->logfd, taplog_name((uint32_t)list[i], name), O_RDONLY | O_CLOEXEC);
		void *map;

		if (fd < 0)
			return -errno;
		if (fstat(fd, &st) < 0) {
			rc = -errno;
		} else if (st.st_size > 0) {
			/* Only read, and nobody writes the file any more, so there can be no
			 * SIGBUS. */
			map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
			if (map == MAP_FAILED) {
				rc = -errno;
			} else {
				rc = walk_bytes(r, map, (size_t)st.st_size, fn);
				munmap(map, (size_t)st.st_size);
			}
		}
		close(fd);
	}
	return rc;
}

static void recovered(void *ctx, const struct split_info *info, const struct split_result *result)
{
	struct recover *r = ctx;

	report_file(r->journal, JOURNAL_RECOVERY, info, result, true);
	if (result->error)
		r->error = result->error;
	else
		r->count++;
}

long recover_run(int dirfd, int logfd, const uint64_t *list, size_t count, struct journal *journal)
{
	struct recover r = {.dirfd = dirfd, .logfd = logfd, .journal = journal};
	char name[TAPLOG_NAME];
	int rc;

	r.last = &r.first;
	rc = hash_init(&r.table, TABLE_BUCKETS, 0);
	if (rc)
		return rc;
	disk_init(&r.disk);
	rc = walk(&r, list, count, note);
	if (!rc)
		rc = walk(&r, list, count, rewrite);
	while (r.first) {
		struct found *f = r.first;

		r.first = f->next;
		if (f->split)
			split_finish(f->split, recovered, &r);
		free(f);
	}
	disk_drain(&r.disk);
	disk_fini(&r.disk);
	hash_fini(&r.table);
	if (!rc)
		rc = r.error;
	if (rc)
		return rc;
	for (size_t i = 0; i < count; i++)
		unlinkat(logfd, taplog_name((uint32_t)list[i], name), 0);
	return r.count;
}
