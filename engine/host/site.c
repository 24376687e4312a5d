/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/site.h>
#include <system/file.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int site_read(const char *path, struct td_conf **conf, struct td_text *err)
{
	struct td_text reason;
	unsigned char *text;
	size_t len;
	int rc = file_read(path, CONF_FILE_MAX, &text, &len, &reason);

	if (rc) {
		td_text_set(err, "%s: %s; tandemd writes it from site.yaml", path, reason.s);
		return rc;
	}
	rc = conf_parse(conf, (const char *)text, len, &reason);
	if (rc)
		td_text_set(err, "%s: %s", path, reason.s);
	free(text);
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
