/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/options.h>
#include <system/exit.h>
#include <getopt.h>
#include <stdio.h>
#include <tandem/api.h>

enum { CONFIG = OPTION_LONG, SOCKET, LOG, FILE_PREFIX };

const struct option_row engine_options[] = {
	{CONFIG, "config", "FILE", OPTIONS_COMPILED,
		"The compiled configuration, which tandemd has written."},
	{SOCKET, "socket", "PATH", TD_ENGINE_SOCKET,
		"The socket on which tandemd and tandemctl find the engine."},
	{LOG, "log", "DEST", "what the configuration says", "`journal`, `stderr` or a file."},
	{FILE_PREFIX, "file-prefix", "NAME", NULL,
		"Prefix of DPDK's shared files. Give each engine on a machine its own."},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

static void usage(FILE *out)
{
	fputs("usage: tandem-engine [options]\n"
	      "Moves packets, runs calls, and matches callers to agents.\n\n",
		out);
	options_usage(engine_options, out);
	fputs("\nAt SIGTERM the engine takes no new calls and ends after the last one. At a "
	      "second\n"
	      "SIGTERM it ends at once.\n"
	      "SIGHUP opens the log file anew. Exit status: 0 stopped in order, 2 a configuration "
	      "or a\n"
	      "port that cannot be used, 1 any other failure.\n",
		out);
}

int options_parse(struct options *o, int argc, char **argv)
{
	int option;

	*o = (struct options){.config = OPTIONS_COMPILED, .socket = TD_ENGINE_SOCKET};
	while ((option = options_next(engine_options, argc, argv)) != OPTION_END) {
		switch (option) {
		case CONFIG:
			o->config = optarg;
			break;
		case SOCKET:
			o->socket = optarg;
			break;
		case LOG:
			o->log = optarg;
			break;
		case FILE_PREFIX:
			o->file_prefix = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("tandem-engine " TD_VERSION);
			return 0;
		default:
			usage(stderr);
			return EXIT_CONFIG;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "tandem-engine: \"%s\": no arguments are taken; see --help\n",
			argv[optind]);
		return EXIT_CONFIG;
	}
	return -1;
}
