/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/site.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (64u << 20)

static int file_append(int fd, struct td_buf *text)
{
	char part[16384];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf_put(text, part, (size_t)n);
		if (text->len > FILE_MAX)
			return -EFBIG;
	}
	return text->error;
}

int site_read(const char *path, struct td_conf **conf, struct td_text *err)
{
	struct td_text reason;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct td_buf text;
	int rc;

	if (fd < 0) {
		rc = -errno;
		td_text_set(err, "%s: %s; tandemd writes it from site.yaml", path, strerror(-rc));
		return rc;
	}
	buf_init(&text);
	rc = file_append(fd, &text);
	close(fd);
	if (rc) {
		td_text_set(err, "%s: %s", path, strerror(-rc));
	} else {
		rc = conf_parse(conf, text.data, text.len, &reason);
		if (rc)
			td_text_set(err, "%s: %s", path, reason.s);
	}
	buf_free(&text);
	return rc;
}

void site_place(const char *path, const char *reason, char *out, size_t size)
{
	size_t head = strcspn(reason, ":"), cap = 0; /* "port carrier" */
	FILE *f = reason[head] ? fopen(path, "re") : NULL;
	char *line = NULL;

	out[0] = '\0';
	for (unsigned n = 1; f && getline(&line, &cap, f) > 0; n++) {
		if (strncmp(line, reason, head) == 0 && line[head] == ' ') {
			snprintf(out, size, "%s:%u: ", path, n);
			break;
		}
	}
	free(line);
	if (f)
		fclose(f);
}
