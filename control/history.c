/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/compiled.h>
#include <control/history.h>
#include <engine/base/utf8.h>
#include <system/file.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MADE   "# Made by tandemd from the site's YAML, and made anew: change that.\n"
#define LINE   "# applied number="
#define SUFFIX ".conf"

static void iso_time(time_t at, char out[static 32])
{
	struct tm tm;
	size_t n;

	localtime_r(&at, &tm);
	n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S%z", &tm); /* +0200, and ISO 8601 wants +02:00 */
	memmove(out + n - 1, out + n - 2, 3);
	out[n - 2] = ':';
}

void applied_set(struct applied *a, uint64_t number, time_t at, const char *from)
{
	struct td_buf shown;

	*a = (struct applied){.number = number};
	iso_time(at, a->at);
	buf_init_fixed(&shown, a->from, sizeof(a->from) - 1);
	utf8_printable(&shown, str_of(from), UTF8_ONE_LINE);
	a->from[shown.len] = '\0';
}

int applied_prepare(const char *path, const struct applied *a, const struct td_conf *conf)
{
	struct td_buf head;
	int rc;

	buf_init(&head);
	buf_str(&head, STR(MADE));
	buf_printf(&head, LINE "%lu at=%s set=%u deleted=%u from=%s\n", a->number, a->at, a->set,
		a->deleted, a->from);
	rc = compiled_prepare(path, &head, conf);
	buf_free(&head);
	return rc;
}

/* "key=value " off the front. */
static bool value_cut(struct str *rest, struct str key, struct str *value)
{
	struct str pair = str_cut(rest, ' ');

	if (pair.n < key.n || memcmp(pair.p, key.p, key.n) != 0)
		return false;
	*value = (struct str){pair.p + key.n, pair.n - key.n};
	return true;
}

static bool line_read(struct str line, struct applied *a)
{
	uint64_t set, deleted;
	struct str number, at, sets, dels;

	*a = (struct applied){0};
	if (line.n < strlen(LINE) || memcmp(line.p, LINE, strlen(LINE)) != 0)
		return false;
	line = (struct str){line.p + strlen("# applied "), line.n - strlen("# applied ")};
	if (!value_cut(&line, STR("number="), &number) || !value_cut(&line, STR("at="), &at) ||
		!value_cut(&line, STR("set="), &sets) || !value_cut(&line, STR("deleted="), &dels))
		return false;
	if (!str_u64(number, UINT64_MAX - 1, &a->number) || !str_u64(sets, UINT32_MAX, &set) ||
		!str_u64(dels, UINT32_MAX, &deleted) || line.n < 5)
		return false;
	a->set = (uint32_t)set;
	a->deleted = (uint32_t)deleted;
	str_copy(a->at, sizeof(a->at), at);
	str_copy(a->from, sizeof(a->from), (struct str){line.p + 5, line.n - 5}); /* from= */
	return true;
}

/* The comments in front say it; without them, the file's own time does. */
static void lines_read(const char *path, struct str text, struct applied *a)
{
	struct stat st;

	while (text.n && text.p[0] == '#')
		if (line_read(str_cut(&text, '\n'), a))
			return;
	applied_set(a, 0, stat(path, &st) == 0 ? st.st_mtime : 0, "");
}

int applied_read(const char *path, struct applied *a, struct td_conf **conf, struct td_text *err)
{
	unsigned char *text;
	struct td_text why;
	size_t len;
	int rc = file_read(path, CONF_FILE_MAX, &text, &len, &why);

	if (rc == 0) {
		rc = conf_parse(conf, (const char *)text, len, &why);
		lines_read(path, (struct str){(const char *)text, len}, a);
		free(text);
	}
	if (rc)
		td_text_set(err, "%s: %s", path, why.s);
	return rc;
}

static bool history_dir(const char *compiled, char out[static PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s-history", compiled) < PATH_MAX;
}

static bool history_file(const char *compiled, uint64_t number, char out[static PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s-history/%lu" SUFFIX, compiled, number) < PATH_MAX;
}

static uint64_t number_of(const char *name)
{
	struct str text = str_of(name);
	uint64_t number;

	if (text.n <= strlen(SUFFIX) || strcmp(name + text.n - strlen(SUFFIX), SUFFIX) != 0 ||
		name[0] == '0')
		return 0;
	text.n -= strlen(SUFFIX);
	return str_u64(text, UINT64_MAX - 1, &number) ? number : 0;
}

/* What is there, ascending, in *list. Their count or a negative errno. */
static long history_numbers(const char *compiled, uint64_t **list)
{
	char dir[PATH_MAX];
	long count;
	int fd;

	if (!history_dir(compiled, dir))
		return -ENAMETOOLONG;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	count = file_numbers(fd, number_of, list);
	close(fd);
	return count;
}

static void history_trim(const char *compiled)
{
	char file[PATH_MAX];
	uint64_t *list = NULL;
	long count = history_numbers(compiled, &list);

	if (count <= 0 || !list)
		return;
	for (long i = 0; i < count - HISTORY_MAX; i++)
		if (history_file(compiled, list[i], file))
			unlink(file);
	free(list);
}

int history_keep(const char *compiled, const struct applied *a, const struct td_conf *conf)
{
	char dir[PATH_MAX], file[PATH_MAX];
	int rc;

	if (!history_dir(compiled, dir) || !history_file(compiled, a->number, file))
		return -ENAMETOOLONG;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	rc = applied_prepare(file, a, conf);
	if (rc == 0)
		rc = compiled_commit(file);
	if (rc == 0)
		history_trim(compiled);
	return rc;
}

/* The lines alone; false: it is none of ours. */
static bool head_read(const char *path, struct applied *a)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool found = false;

	while (f && !found && (n = getline(&line, &cap, f)) > 0 && line[0] == '#')
		found = line_read(str_trim((struct str){line, (size_t)n}), a);
	free(line);
	if (f)
		fclose(f);
	return found;
}

int history_list(const char *compiled, struct applied out[static HISTORY_MAX])
{
	char file[PATH_MAX];
	uint64_t *list = NULL;
	long count = history_numbers(compiled, &list), first;
	int found = 0;

	if (count <= 0 || !list)
		return count == -ENOENT ? 0 : (int)count;
	first = count > HISTORY_MAX ? count - HISTORY_MAX : 0;
	for (long i = first; i < count; i++)
		if (history_file(compiled, list[i], file) && head_read(file, &out[found]))
			found++;
	free(list);
	return found;
}

int history_read(const char *compiled, uint64_t number, struct applied *a, struct td_conf **conf,
	struct td_text *err)
{
	char file[PATH_MAX];

	if (!history_file(compiled, number, file)) {
		td_text_set(err, "%s: the name is too long", compiled);
		return -ENAMETOOLONG;
	}
	if (access(file, F_OK)) {
		td_text_set(err, "no number %lu is kept; see tandemctl config history", number);
		return -ENOENT;
	}
	return applied_read(file, a, conf, err);
}
