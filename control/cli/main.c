/* SPDX-License-Identifier: BSD-3-Clause */
/* tandemctl: what an operator asks and says. Its own options. */
#include <control/cli/cli.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int run(int argc, char **argv)
{
	const char *engine = getenv("TANDEM_ENGINE_SOCKET");
	const char *tandemd = getenv("TANDEM_TANDEMD_SOCKET");
	struct cli cli = {
		.engine_socket = engine ? engine : TD_ENGINE_SOCKET,
		.tandemd_socket = tandemd ? tandemd : TD_TANDEMD_SOCKET,
		.terminal = isatty(STDOUT_FILENO),
		.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
	static const char *const shell[] = {"shell"};
	int option, at;

	opterr = 0; /* getopt would repeat the word as it is */
	while (at = optind, (option = options_next(cli_options, argc, argv)) != OPTION_END) {
		switch (option) {
		case CLI_OPTION_JSON:
			cli.json = true;
			break;
		case CLI_OPTION_ENGINE:
			cli.engine_socket = optarg;
			break;
		case CLI_OPTION_TANDEMD:
			cli.tandemd_socket = optarg;
			break;
		case 'h':
			cli_help(stdout);
			return CLI_OK;
		case 'V':
			puts("tandemctl " TD_VERSION);
			return CLI_OK;
		default:
			cli_say(optopt >= OPTION_LONG
					? "tandemctl: %s wants a value"
					: "tandemctl: invalid option %s; see tandemctl help",
				argv[at]);
			return CLI_USAGE;
		}
	}
	if (optind == argc)
		return cli_run(&cli, 1, shell);
	return cli_run(&cli, argc - optind, (const char *const *)argv + optind);
}

int main(int argc, char **argv)
{
	return cli_end(run(argc, argv));
}
