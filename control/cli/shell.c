/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl` without a command: the same commands at a prompt, with history and completion. */
#include <control/cli/cli.h>
#include <histedit.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define HISTORY_LINES 1000
#define LINE_BYTES    512 /* longer ones are not completed */
#define WORDS         16

static char *prompt(EditLine *el)
{
	(void)el;
	return (char *)"tandem> ";
}

/* How many of the names begin with the n characters at `word`; *match is one, *common what all of
 * these begin with. */
static size_t candidates(
	const json_t *names, const char *word, size_t n, const char **match, size_t *common)
{
	json_t *name;
	size_t i, count = 0;

	json_array_foreach(names, i, name)
	{
		const char *text = json_string_value(name);
		size_t same = 0;

		if (strncmp(text, word, n) != 0)
			continue;
		if (count++ == 0) {
			*match = text;
			*common = strlen(text);
			continue;
		}
		while (same < *common && text[same] == (*match)[same])
			same++;
		*common = same;
	}
	return count;
}

static void print_names(const json_t *names, const char *word, size_t n)
{
	json_t *name;
	size_t i;

	putchar('\n');
	json_array_foreach(names, i, name)
	{
		if (strncmp(json_string_value(name), word, n) == 0)
			printf("%s  ", json_string_value(name));
	}
	putchar('\n');
}

/* TAB: the word before the cursor, by what stands before it. */
static unsigned char complete(EditLine *el, int ch)
{
	const struct cli *cli = NULL;
	const LineInfo *line = el_line(el);
	char text[LINE_BYTES], typed[LINE_BYTES], *word[WORDS], *rest = text, insert[LINE_BYTES];
	size_t len = (size_t)(line->cursor - line->buffer), n, count, common = 0;
	const char *match = NULL, *last;
	unsigned char rc = CC_ERROR;
	enum arg_kind kind;
	json_t *names;
	int words = 0;

	(void)ch;
	if (len >= sizeof(text) || el_get(el, EL_CLIENTDATA, &cli) != 0)
		return CC_ERROR;
	memcpy(text, line->buffer, len);
	text[len] = '\0';
	last = strrchr(text, ' ') ? strrchr(text, ' ') + 1 : text;
	n = strlen(last);
	memcpy(typed, last, n + 1);
	last = line->cursor - n;
	text[len - n] = '\0';
	while (words < WORDS && (word[words] = strtok_r(rest, " ", &rest)))
		words++;
	names = cli_complete(cli, words, (const char *const *)word, typed, &kind);
	count = candidates(names, last, n, &match, &common);
	if (count == 1 || (count > 1 && common > n)) {
		snprintf(insert, sizeof(insert), "%.*s%s", (int)(common - n), match + n,
			count == 1 ? " " : "");
		el_insertstr(el, insert);
		rc = CC_REFRESH;
	} else if (count > 1) {
		print_names(names, last, n);
		rc = CC_REDISPLAY;
	}
	json_decref(names);
	return rc;
}

/* False: there is no history, because it would lie where others can read or lay it. */
static bool history_path(char *out, size_t size)
{
	const char *home = getenv("HOME");

	return home && home[0] == '/' &&
	       snprintf(out, size, "%s/.tandemctl_history", home) < (int)size;
}

/* A command runs in a child, so that Ctrl-C ends `top` or `trace` and not the shell. */
static void run_line(const struct cli *cli, int argc, const char **argv)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		exit(cli_end(cli_run(cli, argc, argv)));
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	else
		perror("tandemctl: fork");
}

int cmd_shell(const struct cli *cli, const struct cli_args *args)
{
	EditLine *el = el_init("tandemctl", stdin, stdout, stderr);
	History *past = history_init();
	Tokenizer *words = tok_init(NULL);
	HistEvent event;
	char file[PATH_MAX];
	bool kept = history_path(file, sizeof(file));
	const char *line;
	int n;

	(void)args;
	history(past, &event, H_SETSIZE, HISTORY_LINES);
	history(past, &event, H_SETUNIQUE, 1);
	if (kept)
		history(past, &event, H_LOAD, file);
	el_set(el, EL_PROMPT, prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 1);
	el_set(el, EL_HIST, history, past);
	el_set(el, EL_ADDFN, "tandem-complete", "complete a word", complete);
	el_set(el, EL_CLIENTDATA, (void *)cli);
	el_set(el, EL_BIND, "^I", "tandem-complete", NULL);
	el_source(el, NULL);
	signal(SIGINT, SIG_IGN);
	if (isatty(STDIN_FILENO))
		puts("tandemctl: help lists the commands, Ctrl-D leaves");
	for (;;) {
		int count = 0;
		const char **word = NULL;

		line = el_gets(el, &n);
		if (!line || n <= 0) {
			if (isatty(STDIN_FILENO))
				putchar('\n'); /* Ctrl-D has left the prompt there */
			break;
		}

		tok_reset(words);
		if (tok_str(words, line, &count, &word) != 0) {
			fputs("tandemctl: an open quote; close it\n", stderr);
			continue;
		}
		if (count == 0)
			continue;
		history(past, &event, H_ENTER, line);
		if (kept)
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
