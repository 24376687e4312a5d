/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/config.h>
#include <control/options.h>
#include <system/exit.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/api.h>

#define SITE_FILE "/etc/tandem/site.yaml"
#define KEEP_DAYS 30

enum { SITE = OPTION_LONG, COMPILED, STORE, JOURNAL, ENGINE, SOCKET, LOG, KEEP };

const struct option_row tandemd_options[] = {
	{SITE, "site", "FILE", SITE_FILE, "The site's configuration, site.yaml(5)."},
	{COMPILED, "compiled", "FILE", OPTIONS_COMPILED, "What the engine starts from."},
	{STORE, "store", "FILE", OPTIONS_STORE, "The store, an SQLite database."},
	{JOURNAL, "journal", "DIR", "what the site says", "The engine's journal."},
	{ENGINE, "engine", "SOCKET", TD_ENGINE_SOCKET, "The engine's socket."},
	{SOCKET, "socket", "PATH", TD_TANDEMD_SOCKET,
		"The socket on which tandemctl finds tandemd."},
	{LOG, "log", "DEST", "what the site says", "`journal`, `stderr` or a file."},
	{KEEP, "keep-days", "DAYS", OPTION_TEXT(KEEP_DAYS),
		"For how many days the store keeps the steps of calls and the records of the "
		"distributor (tables `story`, `acd_in`, `acd_out`); 0: for ever. A replay of the "
		"store reaches back only so far. All other records are kept for ever."},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

static void usage(FILE *out)
{
	fputs("usage: tandemd [options]\n"
	      "Configures tandem-engine, stores what happened, serves tandemctl.\n\n",
		out);
	options_usage(tandemd_options, out);
}

static int usage_error(const char *option, const char *value)
{
	fprintf(stderr, "tandemd: --%s %s is wrong; see tandemd --help\n", option, value);
	return EXIT_CONFIG + 1;
}

int options_read(struct tandemd_options *o, int argc, char **argv)
{
	uint64_t days;
	int option;

	*o = (struct tandemd_options){.site = SITE_FILE,
		.compiled = OPTIONS_COMPILED,
		.engine = TD_ENGINE_SOCKET,
		.socket = TD_TANDEMD_SOCKET,
		.store = OPTIONS_STORE,
		.keep_days = KEEP_DAYS};
	while ((option = options_next(tandemd_options, argc, argv)) != OPTION_END) {
		switch (option) {
		case SITE:
			o->site = optarg;
			break;
		case COMPILED:
			o->compiled = optarg;
			break;
		case ENGINE:
			o->engine = optarg;
			break;
		case SOCKET:
			o->socket = optarg;
			break;
		case STORE:
			o->store = optarg;
			break;
		case JOURNAL:
			o->journal = optarg;
			break;
		case LOG:
			o->log = optarg;
			break;
		case KEEP:
			if (!str_u64(str_of(optarg), 36500, &days))
				return usage_error("keep-days", optarg);
			o->keep_days = (unsigned)days;
			break;
		case 'h':
			usage(stdout);
			return 1;
		case 'V':
			puts("tandemd " TD_VERSION);
			return 1;
		default:
			return EXIT_CONFIG + 1;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "tandemd: '%s' is not an option; see tandemd --help\n",
			argv[optind]);
		return EXIT_CONFIG + 1;
	}
	return 0;
}
