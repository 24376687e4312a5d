/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/config.h>
#include <control/options.h>
#include <system/exit.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <tandem/api.h>

static const char usage[] =
	"usage: tandemd [options]\n"
	"Configures tandem-engine, stores what happened, serves tandemctl.\n"
	"\n"
	"  --site FILE       the site's configuration (/etc/tandem/site.yaml)\n"
	"  --compiled FILE   what the engine starts from (/var/lib/tandem/site.conf)\n"
	"  --store FILE      SQLite database (/var/lib/tandem/store.sqlite)\n"
	"  --journal DIR     the engine's journal (engine.journal_dir of the site)\n"
	"  --engine SOCKET   the engine's socket (" TD_ENGINE_SOCKET ")\n"
	"  --socket SOCKET   our socket (" TD_TANDEMD_SOCKET ")\n"
	"  --log DEST        journal, stderr or a file (engine.log of the site)\n"
	"  --keep-days N     keep steps of calls and the distributor's records, which replay\n"
	"                    needs, for N days; 0: for ever (30)\n"
	"  --help, --version\n";

static int usage_error(const char *option, const char *value)
{
	fprintf(stderr, "tandemd: --%s %s is wrong; see tandemd --help\n", option, value);
	return EXIT_CONFIG + 1;
}

int options_read(struct tandemd_options *o, int argc, char **argv)
{
	enum { SITE = 1, COMPILED, ENGINE, SOCKET, STORE, JOURNAL, LOG, KEEP, HELP, VERSION };
	static const struct option known[] = {
		{"site", required_argument, NULL, SITE},
		{"compiled", required_argument, NULL, COMPILED},
		{"engine", required_argument, NULL, ENGINE},
		{"socket", required_argument, NULL, SOCKET},
		{"store", required_argument, NULL, STORE},
		{"journal", required_argument, NULL, JOURNAL},
		{"log", required_argument, NULL, LOG},
		{"keep-days", required_argument, NULL, KEEP},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, VERSION},
		{0},
	};
	uint64_t days;
	int option;

	*o = (struct tandemd_options){.site = "/etc/tandem/site.yaml",
		.compiled = "/var/lib/tandem/site.conf",
		.engine = TD_ENGINE_SOCKET,
		.socket = TD_TANDEMD_SOCKET,
		.store = "/var/lib/tandem/store.sqlite",
		.keep_days = 30};
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
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
		case HELP:
			fputs(usage, stdout);
			return 1;
		case VERSION:
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
