/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/cli/cli.h>
#include <control/cli/when.h>
#include <engine/base/codec.h>
#include <engine/base/rate.h>
#include <engine/base/view.h>
#include <engine/conf/schema.h>
#include <stdio.h>
#include <string.h>
#include <tandem/alarm.h>

const char *const cli_groups[CLI_GROUPS] = {
	[CLI_IS] = "What happens now",
	[CLI_WAS] = "What has happened",
	[CLI_SHALL] = "Changes",
	[CLI_HERE] = "tandemctl itself",
};

const struct option_row cli_options[] = {
	{CLI_OPTION_JSON, "json", NULL, NULL,
		"Prints JSON with all fields, for programs. It may also stand behind the command."},
	{CLI_OPTION_ENGINE, "engine", "SOCKET", "TANDEM_ENGINE_SOCKET, or " TD_ENGINE_SOCKET,
		"The socket of tandem-engine."},
	{CLI_OPTION_TANDEMD, "tandemd", "SOCKET", "TANDEM_TANDEMD_SOCKET, or " TD_TANDEMD_SOCKET,
		"The socket of tandemd."},
	OPTION_HELP,
	OPTION_VERSION,
	{0},
};

/* Which rows of the store. */
#define LIMIT                                                                                      \
	{                                                                                          \
		.name = "--limit", .letter = "-n", .kind = ARG_NUMBER, .value = "COUNT", .min = 1, \
		.max = TD_API_ROWS_MAX, .step = 1,                                                 \
		.help = "How many of the newest; otherwise " OPTION_TEXT(TD_API_ROWS) "."          \
	}
#define OF_QUEUE                                                                        \
	{                                                                               \
		.name = "--queue", .letter = "-q", .kind = ARG_QUEUE, .value = "QUEUE", \
		.help = "Only those of this queue."                                     \
	}
#define CALL                                                                            \
	{                                                                               \
		.name = "--call", .letter = "-c", .kind = ARG_CONTACT, .value = "CALL", \
		.help = "Only those of this call."                                      \
	}

#define SINCE                                                           \
	{                                                               \
		.name = "--since", .kind = ARG_TIME, .value = "TIME",   \
		.help = "Only those from this time on: " WHEN_FORMS "." \
	}
#define UNTIL                                                         \
	{                                                             \
		.name = "--until", .kind = ARG_TIME, .value = "TIME", \
		.help = "Only those before this time."                \
	}
#define OF_CALLER                                                         \
	{                                                                 \
		.name = "--caller", .kind = ARG_TEXT, .value = "NUMBER",  \
		.help = "Only those of this caller, the number as shown." \
	}
#define DISPOSITION                                                                \
	{                                                                          \
		.name = "--disposition", .kind = ARG_WORD, .value = "DISPOSITION", \
		.words = &(TD_DISPOSITIONS(TD_SPACED))[1],                         \
		.help = "Only those that came out like this."                      \
	}
#define OF_ALARM                                                                \
	{                                                                       \
		.name = "--name", .kind = ARG_WORD, .value = "ALARM",           \
		.words = &(TD_ALARMS(TD_SPACED))[1], .help = "Only this alarm." \
	}

/* Which rows of a view. */
#define OF_AGENT                                                                        \
	{                                                                               \
		.name = "--agent", .letter = "-a", .kind = ARG_AGENT, .value = "AGENT", \
		.help = "Only those of this agent."                                     \
	}
#define OF_TRUNK                                                                        \
	{                                                                               \
		.name = "--trunk", .letter = "-t", .kind = ARG_TRUNK, .value = "TRUNK", \
		.help = "Only those of this trunk."                                     \
	}
#define IN_STATE                                                        \
	{                                                               \
		.name = "--state", .kind = ARG_STATE, .value = "STATE", \
		.help = "Only those in this state."                     \
	}
#define SORT                                                                              \
	{                                                                                 \
		.name = "--sort", .letter = "-s", .kind = ARG_COLUMN, .value = "COLUMN",  \
		.help = "In the order of this column, which has its name as in JSON, or " \
			"as in the table; with `-COLUMN` what is most comes first."       \
	}
#define FIRST                                                                                      \
	{                                                                                          \
		.name = "--limit", .letter = "-n", .kind = ARG_NUMBER, .value = "COUNT", .min = 1, \
		.max = 1e9, .step = 1, .help = "How many of the first at most."                    \
	}
#define WATCH                                                                               \
	{                                                                                   \
		.name = CLI_WATCH, .letter = "-w", .kind = ARG_SECONDS, .value = "SECONDS", \
		.min = 0.1, .max = 3600,                                                    \
		.help = "Again and again, so many seconds apart, until Ctrl-C; with "       \
			"`--json` a line each."                                             \
	}

/* Which contact, in whose name, and what is attached. */
#define CONTACT                                                                    \
	{                                                                          \
		"CONTACT", .key = "contact", .kind = ARG_WRITTEN, .required = true \
	}
#define IN_NAME                                                              \
	{                                                                    \
		"AGENT", .key = "agent", .kind = ARG_AGENT, .required = true \
	}
#define CONTACT_DATA(must)                                                          \
	{                                                                           \
		"KEY=VALUE...", .key = "data", .kind = ARG_REST, .required = (must) \
	}

/* Of the history. */
#define NUMBER_OF(name_, key_)                                                                    \
	{                                                                                         \
		.name = name_, .key = key_, .kind = ARG_NUMBER, .min = 1, .max = 9e15, .step = 1, \
	}
#define ROLLBACK_TO                                                                           \
	{                                                                                     \
		.name = "N", .key = "number", .kind = ARG_NUMBER, .required = true, .min = 1, \
		.max = 9e15, .step = 1,                                                       \
	}

#define LAYER_HELP(id, word, bytes, help) " `" word "`: " help "."
#define ALARM_WORD(id, name, ...)         " `" name "`"

#define ACTION_WORDS                             &(TD_AGENT_ACTIONS(TD_SPACED))[1]
#define ACTION_HELP(id, word, input, verb, help) " `" word "`: " help "."
#define PARTY_HELP(id, word, whom, help)         " `" word "`: " help "."
#define PARTY_KIND_HELP(id, word, help)          " `" word "`: " help "."

const struct cli_command cli_commands[] = {
	/* clang-format off */
	{"show", CLI_IS, "what is at this moment",
		"`drops` names each reason for which packets were dropped, and what it means. "
		"`ports` carries the packet balance: in + originated = out + consumed + dropped + "
		"held. `calls` tells how each sounds at the moment: MOS of its worst direction, "
		"and whether both sides are heard.",
		cmd_show, TD_API_SHOW,
		.arg = {{"VIEW", .kind = ARG_VIEW, .required = true}, OF_QUEUE, OF_AGENT, OF_TRUNK,
			IN_STATE, SORT, FIRST, WATCH}},
	{"top", CLI_IS, "queues, agents and calls, live",
		"At a terminal the picture fits it, and what matters comes first: queues that nobody "
		"serves or in which somebody has waited longest, agents who do not respond or have "
		"paused longest, calls that wait. Alarms that stand are above. It goes on when the "
		"engine or tandemd has gone, and says since when. TAB chooses queues, agents or "
		"calls; there the arrow and page keys scroll, and `s` sorts by the next column. `/` "
		"and a text leaves the rows that have it. `q` ends.",
		cmd_top, TD_API_SHOW,
		.arg = {{"--delay", "-d", .kind = ARG_SECONDS, .value = "SECONDS", .min = 0.1,
				.max = 3600, .help = "Seconds between two pictures; otherwise 1."},
			{"--times", "-n", .kind = ARG_NUMBER, .value = "TIMES", .min = 0,
				.max = 1e9, .step = 1,
				.help = "How many pictures. 0, or not given: no end."}}},
	{"bandwidth", CLI_IS, "packets and bytes by codec, trunk, queue, link and direction", NULL,
		cmd_view, TD_API_SHOW, TD_VIEW_ID_BANDWIDTH,
		.arg = {OF_QUEUE, OF_TRUNK, SORT, FIRST, WATCH}},
	{"bandwidth links", CLI_IS, "limits of links and trunks, and what they carry now",
		"Each link and trunk: its limit, what is reserved of it, what it carries now, in "
		"bits a second in each direction at its layer; its calls, and how many were "
		"refused.",
		cmd_view, TD_API_SHOW, TD_VIEW_ID_LINKS, .arg = {SORT, FIRST, WATCH}},
	{"bandwidth ports", CLI_IS, "what each port carried, by kind and direction",
		"The sum is what the interface's own counters say.",
		cmd_view, TD_API_SHOW, TD_VIEW_ID_PORT_BANDWIDTH, .arg = {SORT, FIRST, WATCH}},
	{"bandwidth plan", CLI_IS, "how many calls a link carries",
		"`BITS` is " CONF_RATE_FORM ", powers of ten. Plan with the layer `wire`."
		TD_LAYERS(LAYER_HELP),
		cmd_plan,
		.arg = {{"--link", .kind = ARG_BITS, .value = "BITS", .required = true},
			{"--codec", .kind = ARG_CODEC, .value = "CODEC"},
			{"--ptime", .kind = ARG_NUMBER, .value = "MS", .min = 10, .max = 60,
				.step = 10, .help = "Milliseconds in a packet; otherwise 20."},
			{"--layer", .kind = ARG_LAYER, .value = "LAYER"},
			{"--ipv6"},
			{"--srtp"}}},
	{"trace", CLI_IS, "SIP messages as they pass",
		"They come as text, or as a capture that Wireshark opens. Ends with Ctrl-C.",
		cmd_trace, TD_API_TRACE_SIP,
		.arg = {{"--sip", .required = true},
			{"--call", .kind = ARG_CALL, .value = "CALL", .help = "Of this call alone."},
			{"--write", "-w", .kind = ARG_FILE, .value = "FILE.pcap"}}},
	{"status", CLI_IS, "whether tandemd reaches the engine, and how far its store is", NULL,
		cmd_status, TD_API_STATUS, .arg = {WATCH}},

	{"call", CLI_WAS, "a call's whole story with time stamps, and its record",
		"The exit status is 1 when a part of the story cannot be read.", cmd_call,
		TD_API_CALL, .arg = {{"CALL", .key = "call", .kind = ARG_CONTACT, .required = true}}},
	{"cdr", CLI_WAS, "calls that ended, newest last", NULL, cmd_cdr, TD_API_CDR,
		.arg = {{"CALL", .key = "id", .kind = ARG_CONTACT, .help = "All of this call's record."},
			LIMIT, SINCE, UNTIL, OF_QUEUE, OF_AGENT, OF_CALLER, OF_TRUNK,
			DISPOSITION, CALL},
		.event = TD_EV_CDR, .empty = "no such calls"},
	{"queue-log", CLI_WAS, "what happened in the queues",
		"Events have the names and fields of Asterisk's queue_log.", cmd_rows,
		TD_API_QUEUE_LOG, .arg = {LIMIT, SINCE, UNTIL, OF_QUEUE, OF_AGENT, CALL},
		.event = TD_EV_QUEUE_LOG, .empty = "no such events"},
	{"alarms", CLI_WAS, "what an operator should know, newest last",
		"When each was raised and cleared. There are:" TD_ALARMS(ALARM_WORD) ".",
		cmd_rows, TD_API_ALARMS, .arg = {LIMIT, SINCE, UNTIL, OF_ALARM},
		.event = TD_EV_ALARM, .empty = "no alarms"},
	{"replay", CLI_WAS, "repeat the ACD's decisions",
		"Makes each decision again from its recorded inputs, and compares it with the "
		"recorded decision. Reads the store of the tandemd that runs, another one, or an "
		"engine's journal. The exit status is 1 when a decision differs, and when a place "
		"is damaged.",
		cmd_replay,
		.arg = {{"--verify", .required = true},
			{"--store", .kind = ARG_FILE, .value = "FILE"},
			{"--journal", .kind = ARG_DIRECTORY, .value = "DIR"}}},

	{"agent", CLI_SHALL, "change the state of agents",
		&(TD_AGENT_ACTIONS(ACTION_HELP)
			" Several at once: `alice,bob`, or all agents of a queue whom the action concerns: "
			"`login` those who are logged out, `unpause` those who are paused or not "
			"responding, `ready` those in wrap-up, and the others all who are logged in. A "
			"line tells each failure, and the others are done. The exit status is that of "
			"the first failure.")[1],
		cmd_agent, TD_API_AGENT,
		.arg = {{"NAME", .key = "agent", .kind = ARG_AGENTS, .required = true,
				.unless = "--queue", .help = "One agent, or several with commas."},
			{"ACTION", .key = "do", .kind = ARG_WORD, .required = true,
				.words = ACTION_WORDS},
			{"--queue", "-q", .kind = ARG_QUEUE, .value = "QUEUE",
				.help = "All agents of this queue, in place of NAME."},
			{"--reason", .kind = ARG_TEXT, .value = "TEXT", .when = "pause",
				.help = "Why, with `pause`."}}},
	{"party", CLI_SHALL, "change who takes part in a call",
		&(TD_PARTY_ACTIONS(PARTY_HELP))[1],
		NULL, TD_API_PARTY,
		.arg = {{"CALL", .key = "call", .kind = ARG_CALL, .required = true},
			{"ACTION", .key = "do", .kind = ARG_WORD, .required = true,
				.words = &(TD_PARTY_ACTIONS(TD_SPACED))[1]},
			{"BY", .key = "by", .kind = ARG_WORD, .required = true,
				.words = &(TD_PARTY_KINDS(TD_SPACED))[1],
				.help = &(TD_PARTY_KINDS(PARTY_KIND_HELP))[1]},
			{"NAME", .key = "name", .kind = ARG_PARTY, .required = true}}},
	{"contact create", CLI_SHALL, "a contact without media enters a queue",
		"Prints its id alone. It waits in the queue with the calls, and is offered to the agents whose "
		"`channels` name its channel. At most " OPTION_TEXT(TD_CONTACT_DATA_MAX) " keys, and "
		OPTION_TEXT(TD_CONTACT_DATA_BYTES) " octets in all.",
		cmd_contact, TD_API_CONTACT,
		.arg = {{"QUEUE", .key = "queue", .kind = ARG_QUEUE, .required = true},
			{"--customer", .kind = ARG_TEXT, .value = "TEXT", .help = "Who asks."},
			{"--tenant", .kind = ARG_TEXT, .value = "NAME", .help = "Whose contact it is."},
			{"--channel", .kind = ARG_WORD, .value = "CHANNEL",
				.words = &(TD_CHANNELS(TD_CHANNEL_MEDIALESS_WORD))[1],
				.help = "What it comes by; otherwise `message`."},
			CONTACT_DATA(false)}},
	{"contact data", CLI_SHALL, "attach keys and values to a contact, which may be a call",
		"`KEY=` takes the key away.",
		cmd_contact, TD_API_CONTACT,
		.arg = {{"CONTACT", .key = "contact", .kind = ARG_CONTACT, .required = true},
			CONTACT_DATA(true)}},
	{"contact accept", CLI_SHALL, "the agent who has the offer takes the contact", NULL,
		cmd_contact, TD_API_CONTACT, .arg = {CONTACT, IN_NAME}},
	{"contact decline", CLI_SHALL, "the agent who has the offer refuses the contact",
		"The next agent has the offer then, and this one gets none for the queue's `busy_backoff`.",
		cmd_contact, TD_API_CONTACT, .arg = {CONTACT, IN_NAME}},
	{"contact conclude", CLI_SHALL, "the agent who has the contact is done with it",
		"The wrap-up of its queue begins.",
		cmd_contact, TD_API_CONTACT, .arg = {CONTACT, IN_NAME}},
	{"contact withdraw", CLI_SHALL, "the customer of the contact is gone",
		"While it waits it is abandoned.",
		cmd_contact, TD_API_CONTACT, .arg = {CONTACT}},
	{"contact requeue", CLI_SHALL, "an operator moves a contact to another queue",
		"It waits there, with the time waited so far, whether it waited, was offered to an agent or had "
		"one; the agent's wrap-up begins. A call can be moved while it waits; "
		"`party CALL transfer queue NAME` moves one that talks.",
		cmd_contact, TD_API_CONTACT,
		.arg = {{"CONTACT", .key = "contact", .kind = ARG_CONTACT, .required = true},
			{"QUEUE", .key = "queue", .kind = ARG_QUEUE, .required = true}}},
	{"hangup", CLI_SHALL, "end a call, or a contact without media", NULL, NULL, TD_API_HANGUP,
		.arg = {{"CALL", .key = "call", .kind = ARG_CONTACT, .required = true}}},
	{"check", CLI_SHALL, "is this site.yaml right? Changes nothing",
		"Says all that is wrong with it, a line each; with `--json` as a list of `file`, "
		"`line`, `column` and `text`. Warns of what keeps a site from serving: no ports, "
		"fewer RTP ports than calls, two ports in one network, an interface of this "
		"machine without the port's address, queues that nobody reaches or serves. `-` "
		"reads the file from the standard input. Needs no running Tandem.", cmd_check,
		.arg = {{"FILE", .kind = ARG_FILE, .required = true},
			{"--strict", .help = "A warning is an error."}}},
	{"apply", CLI_SHALL, "make this site.yaml the running one",
		"Checks it first, then changes what differs. When anything is wrong, nothing "
		"changes. Values that need a restart wait for the engine's next start: each is "
		"named with its line, and the rest is applied.",
		cmd_apply, TD_API_APPLY,
		.arg = {{"FILE", .kind = ARG_FILE, .required = true},
			{"--diff", .help = "Names what changes, object by object."},
			{"--dry-run", .help = "Names what would change, and changes nothing."}}},
	{"config diff", CLI_SHALL, "what differs from what is applied, object by object",
		"Without a number: what `apply` of the site's file would change. `N`: what has "
		"changed since that number of the history. `N M`: what changed between the two.",
		cmd_config_diff, TD_API_CONFIG_DIFF,
		.arg = {NUMBER_OF("N", "from"), NUMBER_OF("M", "to")}},
	{"config history", CLI_SHALL, "the last ten sites that were applied", NULL,
		cmd_config_history, TD_API_CONFIG_HISTORY},
	{"config rollback", CLI_SHALL, "apply one of the history again",
		"It becomes the newest of the history. The site's file stays as it is, so it "
		"differs then from what is applied.",
		cmd_config_rollback, TD_API_CONFIG_ROLLBACK, .arg = {ROLLBACK_TO}},
	{"drain", CLI_SHALL, "take no new calls and contacts; those that are there go on",
		"Says how many are there. Before a restart: `drain --then-exit`.",
		cmd_drain, TD_API_DRAIN,
		.arg = {{"--then-exit", .help = "The engine ends with the last one."},
			{"--wait", .help = "Prints a line at each change, until none is left."},
			{"--off", .help = "New calls and contacts are taken again."}}},

	{"shell", CLI_HERE, "these commands at a prompt", NULL, cmd_shell},
	{"complete", CLI_HERE, "names for a shell's completion",
		"KIND: lists all names of that kind. `--line`: lists what the last word can "
		"become.",
		cmd_complete,
		.arg = {{"KIND", .kind = ARG_WORD,
				.words = &(CLI_KINDS(TD_SPACED))[1]},
			{"--line", .kind = ARG_REST, .value = "WORD..."}}},
	{"help", CLI_HERE, "this list, or a command's arguments", NULL, cmd_help,
		.arg = {{"COMMAND", .kind = ARG_COMMAND}}},
	{0},
	/* clang-format on */
};

const struct cli_command *cli_lookup(int argc, const char *const *argv, int *words)
{
	const struct cli_command *found = NULL;

	for (const struct cli_command *c = cli_commands; c->name && argc > 0; c++) {
		const char *second = strchr(c->name, ' ');
		size_t n = second ? (size_t)(second - c->name) : strlen(c->name);

		if (strlen(argv[0]) != n || memcmp(argv[0], c->name, n) != 0)
			continue;
		if (second && (argc < 2 || strcmp(argv[1], second + 1) != 0))
			continue;
		if (!found || second) {
			found = c;
			*words = second ? 2 : 1;
		}
	}
	return found;
}

const struct cli_command *cli_own_next(const struct cli_command *c, const struct cli_command *own)
{
	size_t n = strlen(c->name);

	own++;
	return own->name && strncmp(own->name, c->name, n) == 0 && own->name[n] == ' ' ? own : NULL;
}

bool arg_is_option(const struct cli_arg *a)
{
	return a->name[0] == '-';
}

const struct td_view *arg_names(enum arg_kind kind, const char **key)
{
	static const struct {
		enum arg_kind kind;
		enum td_view_id view;
		const char *key;
	} all[] = {
		{ARG_AGENT, TD_VIEW_ID_AGENTS, "name"},
		{ARG_AGENTS, TD_VIEW_ID_AGENTS, "name"},
		{ARG_QUEUE, TD_VIEW_ID_QUEUES, "name"},
		{ARG_TRUNK, TD_VIEW_ID_TRUNKS, "name"},
		{ARG_CALL, TD_VIEW_ID_CALLS, "id"},
		{ARG_CONTACT, TD_VIEW_ID_CONTACTS, "id"},
		{ARG_WRITTEN, TD_VIEW_ID_CONTACTS, "id"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].kind == kind) {
			*key = all[i].key;
			return &td_views[all[i].view];
		}
	return NULL;
}

const char *arg_key(const struct cli_arg *a)
{
	return a->key ? a->key : arg_is_option(a) ? a->name + 2 : a->name;
}

bool arg_words(const struct cli_arg *a, const char *between, struct td_buf *out)
{
	const char *comma = "";

	switch (a->kind) {
	case ARG_WORD:
		for (const char *p = a->words; *p; p++)
			buf_str(out, *p == ' ' ? str_of(between) : (struct str){p, 1});
		return true;
	case ARG_VIEW:
		view_names(between, out);
		return true;
	case ARG_CODEC:
		codec_names(out, between);
		return true;
	case ARG_LAYER:
		for (unsigned i = 0; i < TD_LAYER_COUNT; i++, comma = between)
			buf_printf(out, "%s%s", comma, rate_layers[i].name);
		return true;
	default:
		return false;
	}
}

static void synopsis_arg(const struct cli_arg *a, struct td_buf *out)
{
	if (arg_is_option(a))
		buf_str(out, str_of(a->letter ? a->letter : a->name));
	if (arg_is_option(a) && a->kind != ARG_FLAG)
		buf_str(out, STR(" "));
	if (a->kind != ARG_FLAG && !arg_words(a, "|", out))
		buf_str(out, str_of(arg_is_option(a) ? a->value : a->name));
}

void cli_synopsis(const struct cli_command *c, struct td_buf *out)
{
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++) {
		buf_printf(out, a > c->arg ? " %s" : "%s", a->required ? "" : "[");
		synopsis_arg(a, out);
		buf_str(out, str_of(a->required ? "" : "]"));
	}
}

static bool option_like(const struct cli_arg *a, const char *word, size_t n)
{
	return arg_is_option(a) && n > 2 && strncmp(word, a->name, n) == 0;
}

void arg_options_like(const struct cli_command *c, const char *word, struct td_buf *out)
{
	size_t n = strcspn(word, "=");

	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++)
		if (option_like(a, word, n))
			buf_printf(out, "%s%s", out->len ? " or " : "", a->name);
}

const struct cli_arg *arg_option(const struct cli_command *c, const char *word, size_t *len)
{
	const struct cli_arg *found = NULL;
	size_t n = strcspn(word, "=");

	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++) {
		if (!arg_is_option(a))
			continue;
		if (word[1] != '-') {
			if (!a->letter || word[1] != a->letter[1])
				continue;
			*len = 2;
			return a;
		}
		if (!option_like(a, word, n))
			continue;
		*len = n;
		if (strlen(a->name) == n)
			return a;
		if (found)
			return NULL;
		found = a;
	}
	return found;
}

/* Whether an option is given with which this word is not there. */
static bool word_falls(const struct cli_command *c, const struct cli_arg *a, const bool *given)
{
	for (unsigned i = 0; a->unless && i < CLI_ARGS && c->arg[i].name; i++)
		if (given[i] && strcmp(c->arg[i].name, a->unless) == 0)
			return true;
	return false;
}

const struct cli_arg *arg_word(const struct cli_command *c, unsigned place, const bool *given)
{
	for (const struct cli_arg *a = c->arg; a < c->arg + CLI_ARGS && a->name; a++)
		if (!arg_is_option(a) && !word_falls(c, a, given) && place-- == 0)
			return a;
	return NULL;
}

bool word_is_option(const char *word)
{
	return word[0] == '-' && word[1];
}
