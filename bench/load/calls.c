/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bench/load/calls.h>
#include <engine/base/addr.h>

static bool call_decode(struct load_call *c, struct str line)
{
	struct td_addr *const end[] = {&c->a, &c->b, &c->relay_a, &c->relay_b};

	for (unsigned i = 0; i < sizeof(end) / sizeof(*end); i++) {
		struct str part = str_cut(&line, ' ');

		if (addr_decode(end[i], part) || end[i]->family != 4 || !end[i]->port ||
			end[i]->port % 2)
			return false;
	}
	return !line.n;
}

static int calls_add(struct load_call **calls, uint32_t *count, const struct load_call *c)
{
	struct load_call *more;

	if (!(*count & (*count - 1))) { /* room for the next power of two */
		more = realloc(*calls, (*count ? *count * 2 : 1) * sizeof(**calls));
		if (!more)
			return -ENOMEM;
		*calls = more;
	}
	(*calls)[(*count)++] = *c;
	return 0;
}

struct load_call *calls_read(const char *path, uint32_t *count, struct td_text *err)
{
	struct load_call *calls = NULL, c;
	FILE *f = fopen(path, "re");
	char line[256];
	int rc = f ? 0 : -errno;

	*count = 0;
	td_text_set(err, "%s: %s", path, f ? "it has no calls" : strerror(-rc));
	while (!rc && fgets(line, sizeof(line), f)) {
		c = (struct load_call){0};
		if (!call_decode(&c, str_trim(str_of(line))) || *count == CALLS_MAX) {
			td_text_set(err,
				"%s:%u: give A B RELAY_A RELAY_B, IPv4 addresses with even ports, "
				"in "
				"%u lines at most",
				path, *count + 1, CALLS_MAX);
			rc = -EINVAL;
		} else if (calls_add(&calls, count, &c)) {
			td_text_set(err, "%s: out of memory", path);
			rc = -ENOMEM;
		}
	}
	if (f)
		fclose(f);
	if (!rc && !*count)
		rc = -EINVAL;
	if (!rc)
		return calls;
	free(calls);
	errno = -rc;
	return NULL;
}
