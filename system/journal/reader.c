/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/journal/reader.h>
#include <system/journal/record.h>
#include <system/journal/segment.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define BUFFER_BYTES (256u << 10)
/* A record that is being written is whole within microseconds. */
#define TORN_LOOKS    10
#define TORN_PAUSE_US 10000

_Static_assert(BUFFER_BYTES >= RECORD_BYTES_MAX, "a record fits");

struct journal_reader {
	int dirfd, fd, inotify; /* fd: the segment being read, -1 none */
	uint64_t first;         /* of that segment */
	uint64_t want;          /* give out nothing below */
	off_t offset;           /* in the file, of buffer[0] */
	size_t at, have;        /* in the buffer: next record, bytes valid */
	_Alignas(RECORD_ALIGN) unsigned char buffer[BUFFER_BYTES];
};

struct journal_reader *journal_reader_open(const char *dir)
{
	struct journal_reader *r = malloc(sizeof(*r));
	int err;

	if (!r)
		return NULL;
	r->fd = -1;
	r->first = r->want = 0;
	r->offset = 0;
	r->at = r->have = 0;
	r->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0) {
		err = errno;
		goto fail;
	}
	r->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (r->inotify >= 0 && inotify_add_watch(r->inotify, dir, IN_MODIFY | IN_CREATE) < 0) {
		close(r->inotify);
		r->inotify = -1;
	}
	return r;
fail:
	free(r);
	errno = err;
	return NULL;
}

void journal_reader_close(struct journal_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	if (r->inotify >= 0)
		close(r->inotify);
	close(r->dirfd);
	free(r);
}

/* Opens the segment `first`. 0, -ENOENT when it was removed meanwhile, other errnos. */
static int segment_open(struct journal_reader *r, uint64_t first)
{
	char name[SEGMENT_NAME];
	int fd = openat(r->dirfd, segment_name(first, name), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = fd;
	r->first = first;
	r->offset = 0;
	r->at = r->have = 0;
	return 0;
}

/* The oldest segment above `above`: 1 and *first, 0 none, or a negative errno. */
static int segment_after(struct journal_reader *r, uint64_t above, uint64_t *first)
{
	uint64_t *list;
	long n = segment_list(r->dirfd, &list);

	for (long i = 0; i < n; i++) {
		if (list[i] > above) {
			*first = list[i];
			free(list);
			return 1;
		}
	}
	free(list);
	return n < 0 ? (int)n : 0;
}

int journal_reader_seek(struct journal_reader *r, uint64_t seq)
{
	uint64_t *list;
	long n = segment_list(r->dirfd, &list);
	int rc = n < 0 ? (int)n : 0;

	r->want = seq;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->first = 0;
	/* The last segment that begins at or below seq; the oldest when all begin above. */
	long i = n;
	while (i > 1 && list[i - 1] > seq)
		i--;
	if (n > 0) {
		rc = segment_open(r, list[i - 1]);
		if (rc == -ENOENT)
			rc = 0; /* removed meanwhile: next() finds the one after it */
	}
	free(list);
	return rc;
}

/* Reads the file anew from the next record on. 0 or a negative errno. */
static int refill(struct journal_reader *r)
{
	r->offset += (off_t)r->at;
	r->at = r->have = 0;
	while (r->have < BUFFER_BYTES) {
		ssize_t n = pread(r->fd, r->buffer + r->have, BUFFER_BYTES - r->have,
			r->offset + (off_t)r->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		r->have += (size_t)n;
	}
	return 0;
}

/* Like record_decode() for the next record. It looks at the disk again when it must; the end of
 * the file counts as zeros. */
static long decode(struct journal_reader *r, struct td_rec *rec)
{
	long n = record_decode(r->buffer + r->at, r->have - r->at, rec);

	if (n > 0)
		return n;
	int rc = refill(r);
	if (rc)
		return rc;
	n = record_decode(r->buffer, r->have, rec);
	return n == -EAGAIN ? 0 : n;
}

/* Goes to the next whole record of the segment, behind what cannot be read. 1, 0 there is none, or
 * a negative errno. */
static int skip_damage(struct journal_reader *r)
{
	uint64_t offset = (uint64_t)r->offset + r->at + RECORD_ALIGN;
	struct td_rec rec;
	int rc = segment_search(r->fd, &offset, &rec);

	if (rc > 0) {
		r->offset = (off_t)offset;
		r->at = r->have = 0;
	}
	return rc;
}

/*
 * The writer never touches a segment again once a newer one is there. So a record that is still not
 * whole after the newer segment was seen will never be whole: it is the end, or damage. Records may
 * stand behind damage.
 */
static bool whole(long n)
{
	return n > 0;
}

/* What decode() says of the segment that is open: 0 when there is none. */
static long decode_open(struct journal_reader *r, struct td_rec *rec)
{
	return r->fd >= 0 ? decode(r, rec) : 0;
}

/* Behind the end or the damage, which `n` is, of a segment that has a newer one. 1: go on reading;
 * else what the reader returns. */
static int go_on(struct journal_reader *r, uint64_t newer, long n)
{
	int rc = r->fd >= 0 ? skip_damage(r) : 0;

	if (rc)
		return rc < 0 ? rc : -EBADMSG;
	rc = segment_open(r, newer);
	if (rc == -ENOENT)
		return 1;
	if (rc)
		return rc;
	return n == -EBADMSG ? -EBADMSG : 1;
}

int journal_reader_next(struct journal_reader *r, struct td_rec *rec, const void **payload)
{
	for (;;) {
		uint64_t newer = 0;
		long n = decode_open(r, rec);
		int rc;

		if (n < 0 && n != -EBADMSG)
			return (int)n;
		if (!whole(n)) {
			rc = segment_after(r, r->first, &newer);
			if (rc <= 0)
				return rc;
			n = decode_open(r, rec);
			if (n < 0 && n != -EBADMSG)
				return (int)n;
		}
		if (!whole(n)) {
			rc = go_on(r, newer, n);
			if (rc != 1)
				return rc;
			continue;
		}
		*payload = r->buffer + r->at + sizeof(*rec);
		r->at += (size_t)n;
		if (rec->seq < r->want)
			continue;
		r->want = rec->seq + 1;
		return 1;
	}
}

/* Something stands where the next record would, and is none: damaged, or cut off by the file's end.
 */
static bool torn_now(struct journal_reader *r)
{
	static const unsigned char zeros[RECORD_BYTES_MAX];
	struct td_rec rec;
	long n = decode(r, &rec);
	size_t have = r->have - r->at;

	if (n != 0)
		return n == -EBADMSG;
	return have < sizeof(zeros) && memcmp(r->buffer + r->at, zeros, have) != 0 &&
	       record_decode(r->buffer + r->at, have, &rec) == -EAGAIN;
}

static bool torn(struct journal_reader *r)
{
	unsigned looks = 0;

	while (torn_now(r) && ++looks < TORN_LOOKS)
		usleep(TORN_PAUSE_US);
	return looks == TORN_LOOKS;
}

/* The writer writes records in their order. So when a whole one was seen behind this place, and
 * there is still none here, there will never be one. */
int journal_reader_end(struct journal_reader *r)
{
	uint64_t offset = (uint64_t)r->offset + r->at + RECORD_ALIGN;
	struct td_rec rec;
	int found;

	if (r->fd < 0)
		return 0;
	found = segment_search(r->fd, &offset, &rec);
	if (found < 0)
		return found;
	if (whole(decode(r, &rec)) || (!found && !torn(r)))
		return 0;
	r->offset = (off_t)offset;
	r->at = r->have = 0;
	return -EBADMSG;
}

int journal_reader_fd(const struct journal_reader *r)
{
	return r->inotify;
}

void journal_reader_clear(struct journal_reader *r)
{
	_Alignas(struct inotify_event) char events[4096];

	while (r->inotify >= 0 && read(r->inotify, events, sizeof(events)) > 0)
		;
}
