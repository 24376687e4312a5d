/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/buf.h>
#include <engine/base/str.h>
#include <engine/host/journal/standing.h>
#include <system/file.h>
#include <system/log.h>
#include <tandem/config.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NEW STANDING_FILE ".new"
#define FILE_MAX (1u << 20) /* a line has 80 bytes at most: 13,000 alarms */

static struct td_ev_alarm *lookup(
	const struct standing *s, const char name[TD_NAME_BYTES], const char *object)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->row[i].name, name) == 0 && strcmp(s->row[i].object, object) == 0)
			return &s->row[i];
	return NULL;
}

/* Without memory it is not kept: a row that clears it may be missing one day. */
static void add(struct standing *s, const struct td_ev_alarm *ev)
{
	unsigned cap = s->cap ? 2 * s->cap : 16;
	struct td_ev_alarm *more;

	if (s->count == s->cap) {
		more = realloc(s->row, cap * sizeof(*more));
		if (!more)
			return;
		s->row = more;
		s->cap = cap;
	}
	s->row[s->count++] = *ev;
}

/* A line: the name, a space, and the object, which may be empty or have spaces. */
static void line_read(struct standing *s, struct str line)
{
	struct str name = str_cut(&line, ' ');
	struct td_ev_alarm ev;

	memset(&ev, 0, sizeof(ev));
	if (!name.n || name.n >= sizeof(ev.name) || line.n >= sizeof(ev.object))
		return;
	memcpy(ev.name, name.p, name.n);
	memcpy(ev.object, line.p, line.n);
	if (!lookup(s, ev.name, ev.object))
		add(s, &ev);
}

static void file_take(struct standing *s, const char *dir)
{
	char path[TD_PATH_BYTES + sizeof(STANDING_FILE)];
	unsigned char *data = NULL;
	struct td_text why;
	struct str rest;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, STANDING_FILE);
	if (access(path, F_OK) && errno == ENOENT)
		return;
	if (file_read(path, FILE_MAX, &data, &n, &why)) {
		log_line(LOG_WARNING, "alarms of the last run are not known",
			"file=%s reason=\"%s\"", path, why.s);
		return;
	}
	rest = (struct str){(const char *)data, n};
	while (rest.n)
		line_read(s, str_cut(&rest, '\n'));
	free(data);
}

void standing_open(struct standing *s, const char *dir)
{
	*s = (struct standing){.dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	if (s->dirfd >= 0)
		file_take(s, dir);
}

void standing_close(struct standing *s)
{
	standing_save(s);
	if (s->dirfd >= 0)
		close(s->dirfd);
	free(s->row);
	*s = (struct standing){.dirfd = -1};
}

static int text_write(int fd, const struct td_buf *text)
{
	size_t at = 0;

	while (at < text->len) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += (size_t)n;
	}
	return fdatasync(fd) < 0 ? -errno : 0;
}

static int file_write(const struct standing *s)
{
	struct td_buf text;
	int fd, rc;

	buf_init(&text);
	for (unsigned i = 0; i < s->count; i++)
		buf_printf(&text, "%s %s\n", s->row[i].name, s->row[i].object);
	rc = text.error;
	fd = rc ? rc : file_create(s->dirfd, FILE_NEW, O_WRONLY, 0640);
	if (fd >= 0) {
		rc = text_write(fd, &text);
		close(fd);
	} else {
		rc = fd;
	}
	buf_free(&text);
	if (!rc && renameat(s->dirfd, FILE_NEW, s->dirfd, STANDING_FILE) < 0)
		rc = -errno;
	return rc;
}

static void save(struct standing *s)
{
	int rc = s->dirfd >= 0 ? file_write(s) : 0;

	s->dirty = false; /* the next alarm tries again */
	if (rc && !s->told)
		log_line(LOG_WARNING, "the alarms that stand are not kept for the next run",
			"reason=\"%s\"", strerror(-rc));
	s->told = rc != 0;
}

void standing_note(struct standing *s, const struct td_ev_alarm *ev)
{
	struct td_ev_alarm *there = lookup(s, ev->name, ev->object);

	if (ev->raised && !there) {
		add(s, ev);
		save(s);
	} else if (!ev->raised && there) {
		*there = s->row[--s->count];
		s->dirty = true;
	}
}

void standing_save(struct standing *s)
{
	if (s->dirty)
		save(s);
}

bool standing_get(const struct standing *s, const char *why, struct td_ev_alarm *ev)
{
	if (!s->count)
		return false;
	*ev = s->row[s->count - 1];
	ev->raised = 0;
	memset(ev->text, 0, sizeof(ev->text));
	snprintf(ev->text, sizeof(ev->text), "%s", why);
	return true;
}
