/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/config.h>
#include <control/options.h>
#include <system/exit.h>
#include <engine/base/str.h>
#include <stddef.h>
#include <stdio.h>
#include <tandem/api.h>

#define SITE_FILE     "/etc/tandem/site.yaml"
#define KEEP_DAYS     30
#define KEEP_DAYS_MAX 36500
#define FIELD(name)   offsetof(struct tandemd_options, name)

enum { SITE = OPTION_LONG, COMPILED, STORE, JOURNAL, ENGINE, SOCKET, LOG, KEEP };

const struct option_row tandemd_options[] = {
	{SITE, "site", "FILE", SITE_FILE, "The site's configuration, site.yaml(5).", FIELD(site)},
	{COMPILED, "compiled", "FILE", OPTIONS_COMPILED, "What the engine starts from.",
		FIELD(compiled)},
	{STORE, "store", "FILE", OPTIONS_STORE,
		"The store, an SQLite database. Its archive is the directory `FILE-archive`.",
		FIELD(store)},
	{JOURNAL, "journal", "DIR", "what the site says", "The engine's journal.", FIELD(journal)},
	{ENGINE, "engine", "SOCKET", TD_ENGINE_SOCKET, "The engine's socket.", FIELD(engine)},
	{SOCKET, "socket", "PATH", TD_TANDEMD_SOCKET,
		"The socket on which tandemctl finds tandemd.", FIELD(socket)},
	{LOG, "log", "DEST", "what the site says", "`journal`, `stderr` or a file.", FIELD(log)},
	{KEEP, "keep-days", "DAYS", OPTION_TEXT(KEEP_DAYS),
		"For how many days the archive keeps the steps of calls, the records of the "
		"distributor and live events; 0: for ever. A replay of the store reaches back only "
		"so far. All other records are rows, and are kept for ever.",
		FIELD(keep)},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

int tandemd_options_read(struct tandemd_options *o, int argc, char **argv)
{
	static const struct option_program program = {.name = "tandemd",
		.version = TD_VERSION,
		.rows = tandemd_options,
		.about = "Configures tandem-engine, stores what happened, serves tandemctl."};
	uint64_t days;
	int status;

	*o = (struct tandemd_options){.site = SITE_FILE,
		.compiled = OPTIONS_COMPILED,
		.engine = TD_ENGINE_SOCKET,
		.socket = TD_TANDEMD_SOCKET,
		.store = OPTIONS_STORE,
		.keep = OPTION_TEXT(KEEP_DAYS)};
	status = options_read(&program, argc, argv, o);
	if (status >= 0)
		return status;
	if (!str_u64(str_of(o->keep), KEEP_DAYS_MAX, &days)) {
		fprintf(stderr,
			"tandemd: --keep-days %s is wrong; write a number of days up to %d\n",
			o->keep, KEEP_DAYS_MAX);
		return EXIT_CONFIG;
	}
	o->keep_days = (unsigned)days;
	return -1;
}
