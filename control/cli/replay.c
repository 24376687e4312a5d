/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl replay --verify`: the ACD decides again what it decided, and must decide the same. */
#include <control/cli/cli.h>
#include <engine/acd/replay.h>
#include <engine/journal/reader.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define JOURNAL_DIR "/var/lib/tandem/journal"

static void print_output(const char *who, bool has, const struct td_acd_out *o)
{
	if (has)
		printf("  %s: type %u queue %u agent %u contact %u state %u reason %u wait %u ms "
		       "position %u\n",
			who, o->type, o->queue, o->agent, o->contact, o->state, o->reason,
			o->wait_ms, o->position);
	else
		printf("  %s: nothing\n", who);
}

static void print_result(const struct cli *cli, const struct acd_replay_result *r, uint64_t damaged)
{
	if (cli->json) {
		printf("{\"runs\": %llu, \"inputs\": %llu, \"outputs\": %llu, \"decisions\": %llu, "
		       "\"skipped\": %llu, \"cut\": %llu, \"damaged\": %llu, \"differs\": %s}\n",
			(unsigned long long)r->runs, (unsigned long long)r->inputs,
			(unsigned long long)r->outputs, (unsigned long long)r->decisions,
			(unsigned long long)r->skipped, (unsigned long long)r->cut,
			(unsigned long long)damaged, r->differs ? "true" : "false");
		return;
	}
	printf("%llu runs: %llu inputs repeated, %llu outputs equal, %llu of them offers; %llu "
	       "records outside of a run, %llu damaged places\n",
		(unsigned long long)r->runs, (unsigned long long)r->inputs,
		(unsigned long long)r->outputs, (unsigned long long)r->decisions,
		(unsigned long long)r->skipped, (unsigned long long)damaged);
	if (!r->differs)
		return;
	printf("record %llu differs:\n", (unsigned long long)r->seq);
	print_output("journal", r->has_expected, &r->expected);
	print_output("replay ", r->has_got, &r->got);
}

static int verify(const struct cli *cli, const char *dir)
{
	struct journal_reader *reader = journal_reader_open(dir);
	struct acd_replay *replay = acd_replay_alloc();
	const struct acd_replay_result *result;
	uint64_t damaged = 0;
	const void *payload;
	struct td_rec rec;
	int rc = 0, more, status = CLI_USAGE;

	if (!reader || !replay) {
		fprintf(stderr,
			"tandemctl: replay: %s: %s; name the engine's journal_dir with "
			"--journal\n",
			dir, strerror(errno));
		goto out;
	}
	while (rc == 0 && (more = journal_reader_next(reader, &rec, &payload)) != 0) {
		if (more == -EBADMSG) {
			damaged++;
			continue;
		}
		if (more < 0) {
			fprintf(stderr, "tandemctl: replay: %s: %s\n", dir, strerror(-more));
			goto out;
		}
		rc = acd_replay_record(replay, rec.seq, rec.type, payload, rec.len);
	}
	if (rc < 0) {
		fprintf(stderr, "tandemctl: replay: record %llu: %s\n", (unsigned long long)rec.seq,
			strerror(-rc));
		goto out;
	}
	result = acd_replay_end(replay);
	print_result(cli, result, damaged);
	status = result->differs || result->runs == 0 ? CLI_NO : CLI_OK;
	if (result->runs == 0)
		fputs("tandemctl: replay: no engine's start is in this journal: nothing was "
		      "verified\n",
			stderr);
out:
	acd_replay_free(replay);
	journal_reader_close(reader);
	return status;
}

int cmd_replay(const struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{"verify", no_argument, NULL, 'v'},
		{"journal", required_argument, NULL, 'j'},
		{0},
	};
	const char *dir = JOURNAL_DIR;
	bool asked = false;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'v')
			asked = true;
		else if (option == 'j')
			dir = optarg;
		else
			return cli_usage(cli_lookup("replay"));
	}
	if (!asked || optind < argc)
		return cli_usage(cli_lookup("replay"));
	return verify(cli, dir);
}
