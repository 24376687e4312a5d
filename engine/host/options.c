/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/options.h>
#include <stddef.h>
#include <tandem/api.h>

#define FIELD(name) offsetof(struct engine_options, name)

enum { CONFIG = OPTION_LONG, SOCKET, LOG, FILE_PREFIX };

const struct option_row engine_options[] = {
	{CONFIG, "config", "FILE", OPTIONS_COMPILED,
		"The compiled configuration, which tandemd has written.", FIELD(config)},
	{SOCKET, "socket", "PATH", TD_ENGINE_SOCKET,
		"The socket on which tandemd and tandemctl find the engine.", FIELD(socket)},
	{LOG, "log", "DEST", "what the configuration says", "`journal`, `stderr` or a file.",
		FIELD(log)},
	{FILE_PREFIX, "file-prefix", "NAME", NULL,
		"Prefix of DPDK's shared files. Give each engine on a machine its own.",
		FIELD(file_prefix)},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

int engine_options_read(struct engine_options *o, int argc, char **argv)
{
	static const struct option_program program = {.name = "tandem-engine",
		.version = TD_VERSION,
		.rows = engine_options,
		.about = "Moves packets, runs calls, and matches callers to agents.",
		.more = "At SIGTERM the engine takes no new calls and ends after the last one. At "
			"a "
			"second\n"
			"SIGTERM it ends at once.\n"
			"SIGHUP opens the log file anew. Exit status: 0 stopped in order, 2 a "
			"configuration or a\n"
			"port that cannot be used, 1 any other failure."};

	*o = (struct engine_options){.config = OPTIONS_COMPILED, .socket = TD_ENGINE_SOCKET};
	return options_read(&program, argc, argv, o);
}
