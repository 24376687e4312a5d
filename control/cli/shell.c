/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl` without a command: the same commands at a prompt, with history and completion. */
#include <control/cli/cli.h>
#include <histedit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define HISTORY_LINES 1000

static char *prompt(EditLine *el)
{
	(void)el;
	return (char *)"tandem> ";
}

/* TAB: completes the first word from the commands. */
static unsigned char complete(EditLine *el, int ch)
{
	const LineInfo *line = el_line(el);
	size_t n = (size_t)(line->cursor - line->buffer), count = 0;
	const char *match = NULL;

	(void)ch;
	if (memchr(line->buffer, ' ', n))
		return CC_ERROR;
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		if (strncmp(c->name, line->buffer, n) == 0) {
			match = c->name;
			count++;
		}
	}
	if (count == 1) {
		el_insertstr(el, match + n);
		el_insertstr(el, " ");
		return CC_REFRESH;
	}
	if (count > 1) {
		putchar('\n');
		for (const struct cli_command *c = cli_commands; c->name; c++)
			if (strncmp(c->name, line->buffer, n) == 0)
				printf("%s  ", c->name);
		putchar('\n');
		return CC_REDISPLAY;
	}
	return CC_ERROR;
}

static void history_path(char *out, size_t size)
{
	const char *home = getenv("HOME");

	snprintf(out, size, "%s/.tandemctl_history", home ? home : "/tmp");
}

/* A command runs in a child, so that Ctrl-C ends `top` or `trace` and not the shell. */
static void run_line(const struct cli *cli, int argc, const char **argv)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		exit(cli_run(cli, argc, (char **)argv));
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	else
		perror("tandemctl: fork");
}

int cmd_shell(const struct cli *cli, int argc, char **argv)
{
	EditLine *el = el_init("tandemctl", stdin, stdout, stderr);
	History *past = history_init();
	Tokenizer *words = tok_init(NULL);
	HistEvent event;
	char file[256];
	const char *line;
	int n;

	(void)argc;
	(void)argv;
	history_path(file, sizeof(file));
	history(past, &event, H_SETSIZE, HISTORY_LINES);
	history(past, &event, H_SETUNIQUE, 1);
	history(past, &event, H_LOAD, file);
	el_set(el, EL_PROMPT, prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 1);
	el_set(el, EL_HIST, history, past);
	el_set(el, EL_ADDFN, "tandem-complete", "complete a command", complete);
	el_set(el, EL_BIND, "^I", "tandem-complete", NULL);
	el_source(el, NULL);
	signal(SIGINT, SIG_IGN);
	if (isatty(STDIN_FILENO))
		puts("tandemctl: help lists the commands, Ctrl-D leaves");
	while ((line = el_gets(el, &n)) != NULL && n > 0) {
		int count = 0;
		const char **word = NULL;

		tok_reset(words);
		if (tok_str(words, line, &count, &word) != 0) {
			fputs("tandemctl: an open quote; close it\n", stderr);
			continue;
		}
		if (count == 0)
			continue;
		history(past, &event, H_ENTER, line);
		history(past, &event, H_SAVE, file);
		if (strcmp(word[0], "quit") == 0 || strcmp(word[0], "exit") == 0)
			break;
		run_line(cli, count, word);
	}
	tok_end(words);
	history_end(past);
	el_end(el);
	return CLI_OK;
}
