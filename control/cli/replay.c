/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `tandemctl replay --verify`: the ACD decides again what it decided, and must decide the same.
 * The records come from tandemd's store, which keeps them for days, or from a journal directory.
 */
#include <control/cli/cli.h>
#include <control/options.h>
#include <control/store/archive.h>
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
	/* What could not be read was not verified. */
	if (r->runs > 0)
		return r->differs || damaged ? CLI_NO : CLI_OK;
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

/* Some of its records cannot be read: the replay goes on with the next run. */
static int lost(struct acd_replay *replay)
{
	static const struct td_ev_gap gap = {.lost = 1};

	return acd_replay_record(replay, 0, TD_EV_GAP, &gap, sizeof(gap));
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
	while (rc == 0) {
		more = journal_reader_next(reader, &rec, &payload);
		if (more == 0)
			more = journal_reader_end(reader);
		if (more == 0)
			break;
		if (more == -EBADMSG) {
			damaged++;
			rc = lost(replay);
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

/* Records of a store: rows, and what its archive has. */
struct stored {
	sqlite3 *db;
	sqlite3_stmt *rows;
	struct archive_reader archive;
	struct archive_walk walk;
	int row, archived; /* what stands there: 1 a record, 0 no more, or a negative errno */
	uint64_t damaged;
	int64_t gone; /* the file of the archive that was told last not to be there; 0 none */
	bool walks;   /* the store has an archive */
};

/* A gap's counts are all that the replay wants of it; a missing number is a gap like any other. */
#define ROWS                                                             \
	"SELECT seq, 1, NULL, 0, 0, time FROM start UNION ALL "          \
	"SELECT seq, 2, NULL, 0, 0, time FROM stop UNION ALL "           \
	"SELECT seq, 3, NULL, lost, lost_diag, time FROM gap UNION ALL " \
	"SELECT seq, 3, NULL, count, 0, time FROM missing"
/* What releases without an archive kept as rows. */
#define OLD_ROWS                                                             \
	" UNION ALL SELECT seq, 10, data, 0, 0, time FROM acd_in UNION ALL " \
	"SELECT seq, 11, data, 0, 0, time FROM acd_out"
/* Rows can be there before the records of the archive that stand between them. */
#define SAFE                                                        \
	") WHERE seq <= (SELECT value FROM meta WHERE key = 'seq')" \
	" OR time <= (SELECT value FROM meta WHERE key = 'seq_wall') / 1e9 ORDER BY 1"

static bool table_there(sqlite3 *db, const char *name)
{
	return sqlite3_table_column_metadata(db, NULL, name, NULL, NULL, NULL, NULL, NULL, NULL) ==
	       SQLITE_OK;
}

static int stored_open(struct stored *s, const char *file)
{
	bool old;

	if (sqlite3_open_v2(file, &s->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
		sqlite3_exec(s->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return -EIO;
	old = table_there(s->db, "acd_in") && table_there(s->db, "acd_out");
	if (sqlite3_prepare_v2(s->db,
		    old ? "SELECT * FROM (" ROWS OLD_ROWS SAFE : "SELECT * FROM (" ROWS SAFE, -1,
		    &s->rows, NULL) != SQLITE_OK)
		return -EIO;
	s->walks = table_there(s->db, "archive");
	if (!s->walks)
		return 0;
	if (archive_reader_init(&s->archive, s->db, file))
		return -ENOMEM;
	return archive_walk_start(&s->walk, &s->archive);
}

static void stored_close(struct stored *s)
{
	if (s->walks) {
		archive_walk_end(&s->walk);
		archive_reader_fini(&s->archive);
	}
	sqlite3_finalize(s->rows);
	sqlite3_close(s->db);
}

static void row_next(struct stored *s)
{
	int step = sqlite3_step(s->rows);

	s->row = step == SQLITE_ROW ? 1 : step == SQLITE_DONE ? 0 : -EIO;
}

static int row_replay(struct stored *s, struct acd_replay *replay)
{
	uint16_t type = (uint16_t)sqlite3_column_int(s->rows, 1);
	const void *payload = sqlite3_column_blob(s->rows, 2);
	size_t len = (size_t)sqlite3_column_bytes(s->rows, 2);
	struct td_ev_start start = {0};
	struct td_ev_gap gap = {.lost = (uint64_t)sqlite3_column_int64(s->rows, 3),
		.lost_diag = (uint64_t)sqlite3_column_int64(s->rows, 4)};

	_Static_assert(TD_EV_START == 1 && TD_EV_STOP == 2 && TD_EV_GAP == 3 &&
			       TD_EV_ACD_IN == 10 && TD_EV_ACD_OUT == 11,
		"the numbers in the SELECT");
	if (type == TD_EV_START) {
		payload = &start;
		len = sizeof(start);
	} else if (type == TD_EV_GAP) {
		payload = &gap;
		len = sizeof(gap);
	}
	return acd_replay_record(
		replay, (uint64_t)sqlite3_column_int64(s->rows, 0), type, payload, len);
}

/* A line for each block; one for all blocks of a file that is gone. */
static void lost_say(struct stored *s)
{
	bool gone = s->archive.fd < 0;

	if (gone && s->gone == s->archive.segment)
		return;
	s->gone = gone ? s->archive.segment : 0;
	cli_say("tandemctl: replay: %s%s", s->archive.err.s,
		gone ? "; nor can the other blocks of this file" : "");
}

/* A block that cannot be read is a gap. */
static int archive_next(struct stored *s, struct acd_replay *replay)
{
	int rc;

	while ((s->archived = s->walks ? archive_walk_next(&s->walk) : 0) == -EBADMSG) {
		lost_say(s);
		s->damaged++;
		rc = lost(replay);
		if (rc)
			return rc;
	}
	return 0;
}

/* The record with the lower number, and the next one in its place. 0: go on. */
static int stored_next(struct stored *s, struct acd_replay *replay, uint64_t *seq)
{
	const struct td_rec *rec = &s->walk.at.rec;
	int rc;

	if (s->archived == 1 &&
		(s->row != 1 || rec->seq < (uint64_t)sqlite3_column_int64(s->rows, 0))) {
		*seq = rec->seq;
		rc = acd_replay_record(replay, rec->seq, rec->type, s->walk.at.payload, rec->len);
		return rc ? rc : archive_next(s, replay);
	}
	*seq = (uint64_t)sqlite3_column_int64(s->rows, 0);
	rc = row_replay(s, replay);
	row_next(s);
	return rc;
}

static int from_store(const struct cli *cli, struct acd_replay *replay, const char *file)
{
	struct stored s = {0};
	int status = CLI_USAGE, rc;
	uint64_t seq = 0;

	rc = stored_open(&s, file);
	if (rc) {
		cli_say("tandemctl: replay: %s: %s; --store names tandemd's store, "
			"--journal a journal",
			file, rc == -EIO ? sqlite3_errmsg(s.db) : strerror(-rc));
		goto out;
	}
	row_next(&s);
	rc = archive_next(&s, replay);
	while (rc == 0 && (s.row == 1 || s.archived == 1))
		rc = stored_next(&s, replay, &seq);
	if (rc < 0)
		status = refused(seq, rc);
	else if (rc == 0 && (s.row < 0 || s.archived < 0))
		cli_say("tandemctl: replay: %s: %s", file,
			s.archived < 0 ? strerror(-s.archived) : sqlite3_errmsg(s.db));
	else
		status = print_result(cli, acd_replay_end(replay), s.damaged);
out:
	stored_close(&s);
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

	if (store && journal)
		return cli_usage(args->command, "--store or --journal, not both");
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
