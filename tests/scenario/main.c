/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs scenario files (README.md has the language) against td_engine in virtual time. Each file is
 * run twice with one seed, and both runs must say the same, byte for byte; then calls must have
 * left nothing behind, and the distributor's journal must replay to the same decisions.
 *
 *     scenario site.conf FILE.scn...
 */
#include <stdio.h>
#include <stdlib.h>
#include <tests/scenario/script.h>

#define SEED      0x7461
#define MAX_CALLS 3
#define SETTLE_NS (120 * TD_NSEC_PER_SEC) /* all transactions and timers end within */

static void end_check(struct script *s)
{
	const char *fault;

	said_all_named(s);
	world_run(s->world, s->world->now + SETTLE_NS);
	fault = world_residue(s->world);
	if (fault)
		complain(s, "left behind: %s", fault);
	fault = world_replay(s->world);
	if (fault)
		complain(s, "replay: %s", fault);
}

/* 0, or 1 when something was not as the script says. The transcript goes to *said. */
static int run(const char *site, const char *file, struct td_buf *said)
{
	struct script *s = calloc(1, sizeof(*s));
	struct world_hooks hooks;
	int rc = 1;

	if (!s)
		return 1;
	hooks = said_hooks(s);
	s->out = calloc(SCRIPT_OUTS, sizeof(*s->out));
	s->world = s->out ? world_alloc(SEED, MAX_CALLS, SCRIPT_LEGS, &hooks) : NULL;
	if (!s->world)
		goto out;
	script_file(s, site);
	said_free(s);
	if (!s->failed)
		script_file(s, file);
	if (!s->failed)
		end_check(s);
	rc = s->failed;
	buf_put(said, s->world->transcript.data, s->world->transcript.len);
out:
	world_free(s->world);
	said_free(s);
	free(s->out);
	free(s);
	return rc;
}

int main(int argc, char **argv)
{
	int rc = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: scenario site.conf FILE.scn...\n");
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		struct td_buf first, second;
		int failed;

		buf_init(&first);
		buf_init(&second);
		failed = run(argv[1], argv[i], &first);
		if (!failed && run(argv[1], argv[i], &second) == 0 &&
			(first.len != second.len ||
				memcmp(first.data, second.data, first.len) != 0)) {
			fprintf(stderr, "%s: a second run with the same seed differs\n", argv[i]);
			failed = 1;
		}
		rc |= failed;
		buf_free(&first);
		buf_free(&second);
	}
	return rc;
}
