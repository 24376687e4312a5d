/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the engine can write where the site says: journal, recordings, log. That is asked only on
 * the machine that the site is for, as a site may be checked on another one.
 */
#include <control/config/config.h>
#include <control/config/reader.h>
#include <system/file.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define ENGINE_USER "tandem" /* control/systemd/tandem-engine.service.in */
#define GROUPS_MAX  32
#define MEGA        1000000ul

/* Who writes: the engine's user, or, on a machine without that user, whoever asks. */
struct writer {
	const char *name; /* NULL: whoever asks */
	uid_t uid;
	gid_t group[GROUPS_MAX];
	int groups;
};

static void writer_find(struct writer *w)
{
	struct passwd user, *found = NULL;
	char text[1024];

	*w = (struct writer){.groups = GROUPS_MAX};
	if (getpwnam_r(ENGINE_USER, &user, text, sizeof(text), &found) || !found)
		return;
	w->name = ENGINE_USER;
	w->uid = user.pw_uid;
	if (getgrouplist(ENGINE_USER, user.pw_gid, w->group, &w->groups) < 0)
		w->groups = GROUPS_MAX; /* of more, these */
}

static bool in_group(const struct writer *w, gid_t group)
{
	for (int i = 0; i < w->groups; i++)
		if (w->group[i] == group)
			return true;
	return false;
}

/* A folder needs x too: a file is made in it. */
static bool can_write(const struct writer *w, const char *path, const struct stat *st)
{
	mode_t want = S_ISDIR(st->st_mode) ? S_IWOTH | S_IXOTH : S_IWOTH;

	if (!w->name)
		return faccessat(AT_FDCWD, path, S_ISDIR(st->st_mode) ? W_OK | X_OK : W_OK,
			       AT_EACCESS) == 0;
	if (st->st_uid == w->uid)
		want <<= 6;
	else if (in_group(w, st->st_gid))
		want <<= 3;
	return (st->st_mode & want) == want;
}

__attribute__((format(printf, 3, 4))) static void advise(
	struct reader *r, const char *key, const char *fmt, ...)
{
	struct conf_fault fault = {.kind = TD_KIND_SITE,
		.key = conf_key_lookup(TD_KIND_SITE, str_of(key)),
		.item = -1};
	struct td_text what;
	va_list args;

	va_start(args, fmt);
	td_text_vset(&what, fmt, args);
	va_end(args);
	fault.what = what.s;
	reader_fault(r, &fault);
}

/* False: it has been told. */
static bool written(struct reader *r, const struct writer *w, const char *key, const char *path,
	const struct stat *st)
{
	struct statvfs fs;

	if (statvfs(path, &fs) == 0 && fs.f_flag & ST_RDONLY) {
		advise(r, key, "%s of this machine is on a file system that is read-only", path);
		return false;
	}
	if (can_write(w, path, st))
		return true;
	if (w->name)
		advise(r, key,
			"the user %s, as whom the engine runs, cannot write to %s; chown %s %s",
			w->name, path, w->name, path);
	else
		advise(r, key, "%s of this machine cannot be written to", path);
	return false;
}

/* What is not there is made, when the folder that it lies in is there. The folder; NULL: it has
 * been told. */
static const char *parent_of(
	struct reader *r, const char *key, const char *path, char copy[static PATH_MAX])
{
	const char *dir;
	struct stat st;

	snprintf(copy, PATH_MAX, "%s", path);
	dir = dirname(copy);
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return dir;
	advise(r, key, "%s: %s is no folder of this machine; mkdir -p %s", path, dir, dir);
	return NULL;
}

/* The path, or the folder where it will be made. NULL: it has been told, or is not known, as this
 * user may not look there. */
static const char *place_of(struct reader *r, const struct writer *w, const char *key,
	const char *path, bool dir, char copy[static PATH_MAX])
{
	struct stat st;

	if (stat(path, &st)) {
		if (errno != ENOENT && errno != ENOTDIR)
			return NULL;
		path = parent_of(r, key, path, copy);
		if (!path || stat(path, &st))
			return NULL;
	} else if (S_ISDIR(st.st_mode) != dir) {
		advise(r, key,
			dir ? "%s of this machine is no folder; name another path, or move it away"
			    : "%s of this machine is a folder; name a file",
			path);
		return NULL;
	}
	return written(r, w, key, path, &st) ? path : NULL;
}

/* Bytes that this user may still write there. UINT64_MAX: not known. */
static uint64_t room_of(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) ? UINT64_MAX : (uint64_t)fs.f_bavail * fs.f_frsize;
}

/* The journal's segments are there already, or are going to be. */
static uint64_t used_of(const char *path)
{
	const struct dirent *entry;
	DIR *dir = opendir(path);
	uint64_t used = 0;
	struct stat st;

	while (dir && (entry = readdir(dir)))
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(st.st_mode))
			used += (uint64_t)st.st_blocks * 512;
	if (dir)
		closedir(dir);
	return used;
}

static void journal_advise(struct reader *r, const struct writer *w, const struct td_conf_site *s)
{
	char copy[PATH_MAX];
	const char *place = place_of(r, w, "journal_dir", s->journal_dir, true, copy);
	uint64_t room = place ? room_of(place) : UINT64_MAX, used;

	used = room < s->journal_reserve ? used_of(s->journal_dir) : 0;
	if (room < s->journal_reserve && room + used < s->journal_reserve)
		advise(r, "journal_dir",
			"%lu MB are free in %s of this machine, and journal_reserve is %lu MB; "
			"make room, or reserve less",
			(room + used) / MEGA, place, s->journal_reserve / MEGA);
}

static void recordings_advise(
	struct reader *r, const struct writer *w, const struct td_conf_site *s)
{
	char copy[PATH_MAX];
	const char *place = place_of(r, w, "recording_dir", s->recording_dir, true, copy);
	uint64_t room = place ? room_of(place) : UINT64_MAX;

	if (room < TD_RECORDING_FREE_MIN)
		advise(r, "recording_dir",
			"%lu MB are free in %s of this machine; with less than %lu MB nothing is "
			"recorded; make room",
			room / MEGA, place, (uint64_t)TD_RECORDING_FREE_MIN / MEGA);
	if (strcmp(s->recording_dir, s->journal_dir) != 0 &&
		file_same(s->recording_dir, s->journal_dir))
		advise(r, "recording_dir",
			"%s is the folder of the journal on this machine; give each its own",
			s->recording_dir);
}

/* "journal" and "stderr" are no files, and a relative path begins where the engine is started. */
static void log_advise(struct reader *r, const struct writer *w, const struct td_conf_site *s)
{
	char copy[PATH_MAX];

	if (s->log[0] == '/')
		(void)place_of(r, w, "log", s->log, false, copy);
}

void reader_folders_advise(struct reader *r, const struct td_conf *conf)
{
	const struct td_conf_site *s = conf_site(conf);
	struct writer w;

	if (!r->source->here && !reader_is_here(conf))
		return;
	writer_find(&w);
	journal_advise(r, &w, s);
	recordings_advise(r, &w, s);
	log_advise(r, &w, s);
}
