/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl` without a command: the same commands at a prompt, with history and completion. */
#include <control/cli/cli.h>
#include <errno.h>
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

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* A command runs in a child, so that Ctrl-C ends `top` or `trace` and not the shell. Returns its
 * status. */
static int run_line(const struct cli *cli, int argc, const char **argv)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		exit(cli_end(cli_run(cli, argc, argv)));
	}
	if (pid < 0) {
		cli_say("tandemctl: fork: %s", strerror(errno));
		return CLI_USAGE;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_NO;
}

struct shell {
	const struct cli *cli;
	EditLine *el;
	History *past;
	Tokenizer *words;
	char file[PATH_MAX]; /* of the history; "": none */
	bool tty;
	int failed; /* the last status that is not CLI_OK */
};

static void shell_init(struct shell *s)
{
	struct sigaction action = {.sa_handler = interrupt}; /* no SA_RESTART: reading ends */
	HistEvent event;

	if (!history_path(s->file, sizeof(s->file)))
		s->file[0] = '\0';
	history(s->past, &event, H_SETSIZE, HISTORY_LINES);
	history(s->past, &event, H_SETUNIQUE, 1);
	if (s->file[0])
		history(s->past, &event, H_LOAD, s->file);
	el_set(s->el, EL_PROMPT, prompt);
	el_set(s->el, EL_EDITOR, "emacs");
	el_set(s->el, EL_SIGNAL, 1);
	el_set(s->el, EL_HIST, history, s->past);
	el_set(s->el, EL_ADDFN, "tandem-complete", "complete a word", complete);
	el_set(s->el, EL_CLIENTDATA, (void *)s->cli);
	el_set(s->el, EL_BIND, "^I", "tandem-complete", NULL);
	el_source(s->el, NULL);
	sigaction(SIGINT, &action, NULL);
}

/* The next line, NULL at the end. Ctrl-C gives the line up, and not the shell. */
static const char *read_line(struct shell *s)
{
	const char *line;
	int n;

	do {
		interrupted = 0;
		line = el_gets(s->el, &n);
		if ((!line || n <= 0) && s->tty)
			putchar('\n'); /* Ctrl-C and Ctrl-D have left the prompt there */
	} while (!line && interrupted);
	return n > 0 ? line : NULL;
}

/* False: the line ends the shell. */
static bool line_run(struct shell *s, const char *line)
{
	const char **word = NULL;
	HistEvent event;
	int count = 0, rc;

	tok_reset(s->words);
	if (tok_str(s->words, line, &count, &word) != 0) {
		cli_say("tandemctl: an open quote; close it");
		s->failed = CLI_USAGE;
		return true;
	}
	if (count == 0)
		return true;
	history(s->past, &event, H_ENTER, line);
	if (s->file[0])
		history(s->past, &event, H_SAVE, s->file);
	if (strcmp(word[0], "quit") == 0 || strcmp(word[0], "exit") == 0)
		return false;
	rc = run_line(s->cli, count, word);
	if (rc != CLI_OK)
		s->failed = rc;
	return true;
}

int cmd_shell(const struct cli *cli, const struct cli_args *args)
{
	struct shell s = {
		.cli = cli,
		.el = el_init("tandemctl", stdin, stdout, stderr),
		.past = history_init(),
		.words = tok_init(NULL),
		.tty = isatty(STDIN_FILENO),
	};
	const char *line;

	(void)args;
	shell_init(&s);
	if (s.tty)
		puts("tandemctl: help lists the commands, Ctrl-D leaves");
	do
		line = read_line(&s);
	while (line && line_run(&s, line));
	tok_end(s.words);
	history_end(s.past);
	el_end(s.el);
	return s.tty ? CLI_OK : s.failed; /* whoever types has read what failed */
}
