/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/journal/record.h>
#include <system/journal/segment.h>
#include <system/journal/writer.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_MAX (8ull << 20)
#define SEGMENT_MIN (64ull << 10)
#define SEGMENTS_KEPT                                                              \
	16 /* a full reserve has about this many, so an acknowledgement frees 1/16 \
	    */
#define PENDING_BYTES (256u << 10)

struct segment {
	uint64_t first;
	uint64_t bytes; /* written; of the last one too, what is pending not counted */
};

struct journal_writer {
	int dirfd, fd; /* fd: of the last segment, -1 none open */
	uint64_t reserve, segment_bytes;
	uint64_t next;    /* number of the next record */
	uint64_t written; /* last number in the file */
	uint64_t acked;
	uint64_t closed_bytes; /* of all segments but the last */
	struct segment *segments;
	size_t count, cap;
	size_t pending; /* bytes in buffer */
	bool dirty;     /* written since the last sync */
	_Alignas(RECORD_ALIGN) unsigned char buffer[PENDING_BYTES];
};

static int segment_add(struct journal_writer *w, uint64_t first, uint64_t bytes)
{
	if (w->count == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : SEGMENTS_KEPT * 2;
		struct segment *more = realloc(w->segments, cap * sizeof(*more));

		if (!more)
			return -ENOMEM;
		w->segments = more;
		w->cap = cap;
	}
	if (w->count)
		w->closed_bytes += w->segments[w->count - 1].bytes;
	w->segments[w->count++] = (struct segment){.first = first, .bytes = bytes};
	return 0;
}

/* There is one: the caller knows. */
static struct segment *segment_last(const struct journal_writer *w)
{
	assert(w->segments && w->count);
	return &w->segments[w->count - 1];
}

static void segment_drop_oldest(struct journal_writer *w)
{
	if (w->count > 1)
		w->closed_bytes -= w->segments[0].bytes;
	memmove(w->segments, w->segments + 1, --w->count * sizeof(*w->segments));
}

/* Where the whole records from *end on end; *next is the number that follows the last one. */
static int segment_scan(int fd, uint64_t *end, uint64_t *next)
{
	size_t have = 0, at = 0;
	uint64_t offset = *end;
	unsigned char *buffer = malloc(PENDING_BYTES);
	int rc = 0;

	if (!buffer)
		return -ENOMEM;
	for (;;) {
		struct td_rec rec;
		long n = record_decode(buffer + at, have - at, &rec);

		if (n > 0 && rec.seq == *next) {
			at += (size_t)n;
			(*next)++;
			continue;
		}
		if (n != -EAGAIN)
			break;
		memmove(buffer, buffer + at, have - at);
		offset += at;
		have -= at;
		at = 0;
		ssize_t got =
			pread(fd, buffer + have, PENDING_BYTES - have, (off_t)(offset + have));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			rc = -errno;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	*end = offset + at;
	free(buffer);
	return rc;
}

/* Whole records behind `end`, where something is damaged: 1, and *next follows the last one of
 * them. 0: there are none. */
static int segment_scan_behind(int fd, uint64_t end, uint64_t *next)
{
	uint64_t at = end + RECORD_ALIGN, number;
	struct td_rec rec;
	int found = 0, rc;

	while ((rc = segment_search(fd, &at, &rec)) > 0) {
		number = rec.seq;
		rc = segment_scan(fd, &at, &number);
		if (rc)
			return rc;
		found |= number > *next;
		*next = number > *next ? number : *next;
	}
	return rc < 0 ? rc : found;
}

/* Goes on in the newest segment. What lies behind its last whole record was never acknowledged to
 * anyone. It is cut off and allocated again as zeros. Where whole records lie behind damage, the
 * segment stays as it is: readers find them, and the first put makes a new segment. */
static int segment_resume(struct journal_writer *w, uint64_t first)
{
	char name[SEGMENT_NAME];
	uint64_t end = 0;
	int rc;

	w->fd = openat(w->dirfd, segment_name(first, name), O_RDWR | O_CLOEXEC);
	if (w->fd < 0)
		return -errno;
	w->next = first;
	rc = segment_scan(w->fd, &end, &w->next);
	if (rc)
		return rc;
	rc = segment_scan_behind(w->fd, end, &w->next);
	if (rc < 0)
		return rc;
	if (rc) {
		close(w->fd);
		w->fd = -1;
		return 0;
	}
	if (ftruncate(w->fd, (off_t)end) < 0)
		return -errno;
	/* On a full disk the first put makes a new segment, or fails and says so. */
	if (end < w->segment_bytes && posix_fallocate(w->fd, 0, (off_t)w->segment_bytes) != 0) {
		close(w->fd);
		w->fd = -1;
	}
	segment_last(w)->bytes = end;
	return 0;
}

static int segments_find(struct journal_writer *w)
{
	uint64_t *list;
	long n = segment_list(w->dirfd, &list);
	int rc = n < 0 ? (int)n : 0;

	for (long i = 0; i < n && !rc; i++) {
		char name[SEGMENT_NAME];
		struct stat st = {0};

		if (fstatat(w->dirfd, segment_name(list[i], name), &st, 0) < 0)
			rc = -errno;
		else
			rc = segment_add(w, list[i], (uint64_t)st.st_size);
	}
	if (!rc && n > 0)
		rc = segment_resume(w, list[n - 1]);
	free(list);
	return rc;
}

static uint64_t segment_size(uint64_t reserve)
{
	uint64_t bytes = reserve / SEGMENTS_KEPT & ~4095ull;

	if (bytes > SEGMENT_MAX)
		return SEGMENT_MAX;
	return bytes < SEGMENT_MIN ? SEGMENT_MIN : bytes;
}

/* The directory, for this writer alone. 0, or a negative errno with a line in err. */
static int directory_take(struct journal_writer *w, const char *dir, struct td_text *err)
{
	int rc;

	if (mkdir(dir, 0750) < 0 && errno != EEXIST) {
		rc = -errno;
		td_text_set(err, "journal %s: %s; make its parent, writable for this user", dir,
			strerror(-rc));
		return rc;
	}
	w->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dirfd < 0) {
		rc = -errno;
		td_text_set(err, "journal %s: %s; give a directory", dir, strerror(-rc));
		return rc;
	}
	if (flock(w->dirfd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
	td_text_set(err, "journal %s: %s", dir,
		rc == -EBUSY ? "another tandem-engine writes it; stop that, or give each its own"
			     : strerror(-rc));
	close(w->dirfd);
	return rc;
}

struct journal_writer *journal_writer_open(const char *dir, uint64_t reserve, struct td_text *err)
{
	struct journal_writer *w = calloc(1, sizeof(*w));
	int rc = -ENOMEM;

	if (!w) {
		td_text_set(err, "journal %s: no memory", dir);
		goto fail;
	}
	w->fd = -1;
	w->next = 1;
	w->reserve = reserve;
	w->segment_bytes = segment_size(reserve);
	rc = directory_take(w, dir, err);
	if (rc)
		goto free_w;
	if (faccessat(w->dirfd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		rc = -errno;
	else
		rc = segments_find(w);
	if (rc) {
		td_text_set(
			err, "journal %s: %s; make it writable for this user", dir, strerror(-rc));
		goto close_fd;
	}
	w->written = w->next - 1;
	w->acked = w->count ? w->segments[0].first - 1 : 0;
	return w;
close_fd:
	if (w->fd >= 0)
		close(w->fd);
	free(w->segments);
	close(w->dirfd);
free_w:
	free(w);
fail:
	errno = -rc;
	return NULL;
}

int journal_writer_flush(struct journal_writer *w)
{
	struct segment *last;
	size_t done = 0;

	if (!w->pending)
		return 0;
	last = segment_last(w);
	while (done < w->pending) {
		ssize_t n = pwrite(
			w->fd, w->buffer + done, w->pending - done, (off_t)(last->bytes + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) /* readers see a torn record until the next call writes all of it again
			    */
			return -errno;
		done += (size_t)n;
	}
	last->bytes += w->pending;
	w->pending = 0;
	w->written = w->next - 1;
	w->dirty = true;
	return 0;
}

int journal_writer_sync(struct journal_writer *w)
{
	if (!w->dirty || w->fd < 0)
		return 0;
	if (fdatasync(w->fd) < 0)
		return -errno;
	w->dirty = false;
	return 0;
}

/* Ends the open segment: nothing touches it after this (the reader relies on it). */
static int segment_close(struct journal_writer *w)
{
	int rc = journal_writer_flush(w);

	if (rc || w->fd < 0)
		return rc;
	if (ftruncate(w->fd, (off_t)w->segments[w->count - 1].bytes) < 0)
		return -errno;
	rc = journal_writer_sync(w);
	if (rc)
		return rc;
	close(w->fd);
	w->fd = -1;
	return 0;
}

static int segment_start(struct journal_writer *w)
{
	char name[SEGMENT_NAME];
	int rc = segment_close(w);

	if (rc)
		return rc;
	segment_name(w->next, name);
	int fd = openat(w->dirfd, name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return -errno;
	rc = -posix_fallocate(fd, 0, (off_t)w->segment_bytes);
	/* An empty one of the same number is there after a start on a full disk. */
	if (!rc && (!w->count || w->segments[w->count - 1].first != w->next))
		rc = segment_add(w, w->next, 0);
	if (rc) {
		close(fd);
		if (!w->count || w->segments[w->count - 1].first != w->next)
			unlinkat(w->dirfd, name, 0);
		return rc;
	}
	fsync(w->dirfd);
	w->fd = fd;
	return 0;
}

static uint64_t used(const struct journal_writer *w)
{
	return w->closed_bytes + (w->count ? w->segments[w->count - 1].bytes : 0) + w->pending;
}

int journal_writer_put(
	struct journal_writer *w, uint64_t wall, uint16_t type, const void *payload, uint32_t len)
{
	size_t bytes = record_bytes(len);
	uint64_t limit = td_event_shed(type) ? w->reserve / 4 * 3 : w->reserve;
	int rc;

	if (len > TD_REC_MAX)
		return -EINVAL;
	if (used(w) + bytes > limit)
		return -ENOBUFS;
	if (w->pending + bytes > PENDING_BYTES) {
		rc = journal_writer_flush(w);
		if (rc)
			return rc;
	}
	if (w->fd < 0 || w->segments[w->count - 1].bytes + w->pending + bytes > w->segment_bytes) {
		rc = segment_start(w);
		if (rc)
			return rc;
	}
	w->pending += record_encode(w->buffer + w->pending, w->next++, wall, type, payload, len);
	return 0;
}

int journal_writer_ack(struct journal_writer *w, uint64_t seq)
{
	int rc;

	if (seq <= w->acked)
		return 0;
	/* The store knows numbers that this directory does not have: the directory lost its end in
	 * a power cut, or it is another directory. Numbers must not come twice, so ours go on
	 * behind the store's. */
	if (seq >= w->next) {
		rc = segment_close(w);
		if (rc)
			return rc;
		w->next = seq + 1;
		w->written = seq;
		rc = segment_start(w);
		if (rc)
			return rc;
	}
	while (w->count > 1 && w->segments[1].first <= seq + 1) {
		char name[SEGMENT_NAME];

		if (unlinkat(w->dirfd, segment_name(w->segments[0].first, name), 0) < 0 &&
			errno != ENOENT)
			return -errno;
		segment_drop_oldest(w);
	}
	w->acked = seq;
	return 0;
}

void journal_writer_usage(const struct journal_writer *w, struct journal_usage *u)
{
	*u = (struct journal_usage){.reserve = w->reserve,
		.used = used(w),
		.last = w->next - 1,
		.written = w->written,
		.acked = w->acked,
		.segments = (uint32_t)w->count};
}

void journal_writer_close(struct journal_writer *w)
{
	if (!w)
		return;
	journal_writer_flush(w);
	journal_writer_sync(w);
	if (w->fd >= 0)
		close(w->fd);
	close(w->dirfd); /* and the lock with it */
	free(w->segments);
	free(w);
}
