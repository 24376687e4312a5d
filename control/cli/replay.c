/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `tandemctl replay --verify`: the ACD decides again what it decided, and must decide the same.
 * The records come from tandemd's store, which keeps them for days, or from a journal directory.
 */
#include <control/cli/cli.h>
#include <control/options.h>
#include <engine/acd/acd.h>
#include <engine/acd/replay.h>
#include <engine/base/buf.h>
#include <system/journal/reader.h>
#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void print_output(const char *who, bool has, const struct td_acd_out *o)
{
	char storage[256];
	struct td_buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	if (has)
		acd_out_encode(&text, o);
	else
		buf_str(&text, STR("nothing"));
	printf("  %s: %.*s\n", who, (int)text.len, text.data);
}

static int print_result(const struct cli *cli, const struct acd_replay_result *r, uint64_t damaged)
{
	if (cli->json) {
		printf("{\"runs\": %llu, \"inputs\": %llu, \"outputs\": %llu, \"decisions\": %llu, "
		       "\"skipped\": %llu, \"cut\": %llu, \"damaged\": %llu, \"differs\": %s}\n",
			(unsigned long long)r->runs, (unsigned long long)r->inputs,
			(unsigned long long)r->outputs, (unsigned long long)r->decisions,
			(unsigned long long)r->skipped, (unsigned long long)r->cut,
			(unsigned long long)damaged, r->differs ? "true" : "false");
	} else {
		printf("%llu runs: %llu inputs repeated, %llu outputs equal, %llu of them offers; "
		       "%llu records outside of a run, %llu damaged places\n",
			(unsigned long long)r->runs, (unsigned long long)r->inputs,
			(unsigned long long)r->outputs, (unsigned long long)r->decisions,
			(unsigned long long)r->skipped, (unsigned long long)damaged);
		if (r->differs) {
			printf("record %llu differs:\n", (unsigned long long)r->seq);
			print_output("decided", r->has_expected, &r->expected);
			print_output("replay ", r->has_got, &r->got);
		}
	}
	if (r->runs > 0)
		return r->differs ? CLI_NO : CLI_OK;
	fputs("tandemctl: replay: no start of an engine is kept there: nothing was verified\n",
		stderr);
	return CLI_NO;
}

static int refused(uint64_t seq, int rc)
{
	fprintf(stderr, "tandemctl: replay: record %llu: %s\n", (unsigned long long)seq,
		strerror(-rc));
	return CLI_USAGE;
}

static int from_journal(const struct cli *cli, struct acd_replay *replay, const char *dir)
{
	struct journal_reader *reader = journal_reader_open(dir);
	uint64_t damaged = 0;
	const void *payload;
	struct td_rec rec = {0};
	int rc = 0, more, status = CLI_USAGE;

	if (!reader) {
		cli_say("tandemctl: replay: %s: %s; --journal names the engine's journal_dir", dir,
			strerror(errno));
		return CLI_USAGE;
	}
	while (rc == 0 && (more = journal_reader_next(reader, &rec, &payload)) != 0) {
		if (more == -EBADMSG) {
			damaged++;
			continue;
		}
		if (more < 0) {
			cli_say("tandemctl: replay: %s: %s", dir, strerror(-more));
			goto out;
		}
		rc = acd_replay_record(replay, rec.seq, rec.type, payload, rec.len);
	}
	if (rc < 0)
		status = refused(rec.seq, rc);
	else
		status = print_result(cli, acd_replay_end(replay), damaged);
out:
	journal_reader_close(reader);
	return status;
}

/* A gap's counts are all that the replay wants of it; a missing number is a gap like any other. */
static int from_store(const struct cli *cli, struct acd_replay *replay, const char *file)
{
	static const char select[] = "SELECT seq, 1, NULL, 0, 0 FROM start UNION ALL "
				     "SELECT seq, 2, NULL, 0, 0 FROM stop UNION ALL "
				     "SELECT seq, 3, NULL, lost, lost_diag FROM gap UNION ALL "
				     "SELECT seq, 3, NULL, count, 0 FROM missing UNION ALL "
				     "SELECT seq, 10, data, 0, 0 FROM acd_in UNION ALL "
				     "SELECT seq, 11, data, 0, 0 FROM acd_out ORDER BY 1";
	struct td_ev_start start = {0};
	sqlite3_stmt *rows = NULL;
	sqlite3 *db = NULL;
	uint64_t seq = 0;
	int rc = 0, step = SQLITE_DONE, status = CLI_USAGE;

	_Static_assert(TD_EV_START == 1 && TD_EV_STOP == 2 && TD_EV_GAP == 3 &&
			       TD_EV_ACD_IN == 10 && TD_EV_ACD_OUT == 11,
		"the numbers in the SELECT");
	if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, select, -1, &rows, NULL) != SQLITE_OK) {
		cli_say("tandemctl: replay: %s: %s; --store names tandemd's store, "
			"--journal a journal",
			file, sqlite3_errmsg(db));
		goto out;
	}
	while (rc == 0 && (step = sqlite3_step(rows)) == SQLITE_ROW) {
		struct td_ev_gap gap = {.lost = (uint64_t)sqlite3_column_int64(rows, 3),
			.lost_diag = (uint64_t)sqlite3_column_int64(rows, 4)};
		uint16_t type = (uint16_t)sqlite3_column_int(rows, 1);
		const void *payload = sqlite3_column_blob(rows, 2);
		size_t len = (size_t)sqlite3_column_bytes(rows, 2);

		if (type == TD_EV_START) {
			payload = &start;
			len = sizeof(start);
		} else if (type == TD_EV_GAP) {
			payload = &gap;
			len = sizeof(gap);
		}
		seq = (uint64_t)sqlite3_column_int64(rows, 0);
		rc = acd_replay_record(replay, seq, type, payload, len);
	}
	if (rc < 0)
		status = refused(seq, rc);
	else if (rc == 0 && step != SQLITE_DONE)
		cli_say("tandemctl: replay: %s: %s", file, sqlite3_errmsg(db));
	else
		status = print_result(cli, acd_replay_end(replay), 0);
out:
	sqlite3_finalize(rows);
	sqlite3_close(db);
	return status;
}

/* The store of the tandemd that runs, if one does. */
static void store_find(const struct cli *cli, char *out, size_t size)
{
	struct cli quiet = *cli;
	const char *path;
	json_t *status;

	quiet.quiet = true;
	snprintf(out, size, "%s", OPTIONS_STORE);
	if (cli_ask(&quiet, TD_API_STATUS, json_object(), &status) == CLI_OK) {
		path = json_string_value(json_object_get(status, "store"));
		if (path)
			snprintf(out, size, "%s", path);
		json_decref(status);
	}
}

int cmd_replay(const struct cli *cli, const struct cli_args *args)
{
	const char *store = cli_arg(args, "store"), *journal = cli_arg(args, "journal");
	char running[PATH_MAX];
	struct acd_replay *replay;
	int status;

	replay = acd_replay_alloc();
	if (!replay) {
		fprintf(stderr, "tandemctl: replay: %s\n", strerror(errno));
		return CLI_USAGE;
	}
	if (!store && !journal) {
		store_find(cli, running, sizeof(running));
		store = running;
	}
	status = journal ? from_journal(cli, replay, journal) : from_store(cli, replay, store);
	acd_replay_free(replay);
	return status;
}
