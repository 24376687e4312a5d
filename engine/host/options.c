/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/options.h>
#include <system/exit.h>
#include <getopt.h>
#include <stdio.h>
#include <tandem/api.h>

static const char help[] =
	"Usage: tandem-engine [--config FILE] [--socket PATH] [--log DEST] [--file-prefix NAME]\n"
	"\n"
	"  --config FILE       compiled configuration, written by tandemd (" OPTIONS_CONFIG ")\n"
	"  --socket PATH       where tandemd and tandemctl find it (" TD_ENGINE_SOCKET ")\n"
	"  --log DEST          stderr, journal or a file, instead of what the site says\n"
	"  --file-prefix NAME  of DPDK's files, when several engines run on one machine\n"
	"  --help, --version\n"
	"\n"
	"SIGTERM drains: no new calls, end with the last one; a second SIGTERM ends at once.\n"
	"SIGHUP opens the log file anew. Exit status: 0 stopped in order, 2 a configuration or a\n"
	"port that cannot be used, 1 any other failure.\n";

int options_parse(struct options *o, int argc, char **argv)
{
	static const struct option list[] = {
		{"config", required_argument, NULL, 'c'},
		{"socket", required_argument, NULL, 's'},
		{"log", required_argument, NULL, 'l'},
		{"file-prefix", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{0},
	};
	int option;

	*o = (struct options){.config = OPTIONS_CONFIG, .socket = TD_ENGINE_SOCKET};
	while ((option = getopt_long(argc, argv, "", list, NULL)) >= 0) {
		switch (option) {
		case 'c':
			o->config = optarg;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 'l':
			o->log = optarg;
			break;
		case 'p':
			o->file_prefix = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'v':
			puts("tandem-engine " TD_VERSION);
			return 0;
		default:
			fputs(help, stderr);
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
