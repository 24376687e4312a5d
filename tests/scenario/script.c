/* SPDX-License-Identifier: BSD-3-Clause */
/* The language: a line is a step. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <engine/acd/acd.h>
#include <engine/base/addr.h>
#include <engine/base/number.h>
#include <tests/scenario/script.h>

#define WORDS    24
#define TIME_MAX 1e6 /* in any unit: a wait that long is a slip */

/* Words; "..." is one word, so is key="...". */
static unsigned split(char *line, char *word[WORDS])
{
	unsigned n = 0;

	for (char *at = line; n < WORDS;) {
		char *to;
		bool quoted = false;

		at += strspn(at, " \t\n");
		if (!*at || *at == '#')
			break;
		word[n++] = to = at;
		for (; *at && (quoted || !isspace((unsigned char)*at)); at++) {
			if (*at == '"')
				quoted = !quoted;
			else
				*to++ = *at;
		}
		if (*at)
			at++;
		*to = '\0';
	}
	return n;
}

/* "500ms" "5s" "2m" -> ns; 0 is no time. */
static uint64_t duration(const char *text)
{
	double value = 0;
	const char *unit = number_decode(text, &value);

	if (!unit || value > TIME_MAX)
		return 0;
	if (strcmp(unit, "ms") == 0)
		return (uint64_t)(value * 1e6);
	if (strcmp(unit, "s") == 0)
		return (uint64_t)(value * 1e9);
	return strcmp(unit, "m") == 0 ? (uint64_t)(value * 60e9) : 0;
}

static void do_agent(struct script *s, char *word[], unsigned n)
{
	struct td_text err = {""};

	if (td_engine_agent(s->world->engine, s->world->now, word[1], acd_action_lookup(word[2]),
		    n > 3 ? word[3] : "", &err) < 0)
		complain(s, "agent: %s", err.s);
	world_run(s->world, s->world->now);
}

static uint32_t number_of(char *word[], unsigned n, const char *key)
{
	size_t k = strlen(key);

	for (unsigned i = 2; i < n; i++)
		if (strncmp(word[i], key, k) == 0 && word[i][k] == '=')
			return (uint32_t)strtoul(word[i] + k + 1, NULL, 0);
	return 0;
}

/* What a worker says of a leg: first a; silent a 1500 [never]; heard a 3000; stats a in=250 ... */

static void do_first(struct script *s, char *word[], unsigned n)
{
	world_media(s->world, said_leg(s, word[1]),
		&(struct td_media_event){.type = TD_MEDIA_FIRST_RTP});
}

static void do_silence(struct script *s, char *word[], unsigned n)
{
	struct td_media_event ev = {.type = word[0][0] == 's' ? TD_MEDIA_SILENT : TD_MEDIA_HEARD};

	ev.silence.ms = (uint32_t)strtoul(word[2], NULL, 10);
	ev.silence.never = n > 3;
	world_media(s->world, said_leg(s, word[1]), &ev);
}

static void do_stats(struct script *s, char *word[], unsigned n)
{
	struct td_media_event ev = {.type = TD_MEDIA_LEG_STATS};

	ev.stats = (struct td_leg_stats){.in_expected = number_of(word, n, "in"),
		.in_lost = (int32_t)number_of(word, n, "lost"),
		.in_jitter = number_of(word, n, "jitter"),
		.out_reports = number_of(word, n, "reports"),
		.out_seq_max = number_of(word, n, "seq"),
		.out_lost = (int32_t)number_of(word, n, "out-lost"),
		.rtt_us = number_of(word, n, "rtt")};
	world_media(s->world, said_leg(s, word[1]), &ev);
}

static void configure(struct script *s)
{
	struct td_text err;

	if (!s->pending[0])
		return;
	if (world_config(s->world, s->pending, &err) < 0)
		complain(s, "%s", err.s);
	s->pending[0] = '\0';
}

static void do_peer(struct script *s, char *word[], unsigned n)
{
	if (n > 3 && strcmp(word[3], "tcp") != 0)
		complain(s, "%s is no transport of a peer", word[3]);
	phone_add(s, word[1], word[2], n > 3 ? TD_TRANSPORT_TCP : TD_TRANSPORT_UDP);
}

static struct peer *peer_of(struct script *s, const char *name)
{
	struct peer *p = phone_find(s, name);

	if (!p)
		complain(s, "there is no peer %s", name);
	return p;
}

static void do_break(struct script *s, char *word[], unsigned n)
{
	struct peer *p = peer_of(s, word[1]);

	if (p)
		phone_break(s, p, n > 2 && strcmp(word[2], "silently") == 0);
}

static void do_move(struct script *s, char *word[], unsigned n)
{
	struct peer *p = peer_of(s, word[1]);

	if (p)
		phone_move(s, p, word[2]);
}

static void do_reachable(struct script *s, char *word[], unsigned n)
{
	struct peer *p = peer_of(s, word[1]);

	if (p)
		p->unreachable = strcmp(word[0], "unreachable") == 0;
}

static void do_wait(struct script *s, char *word[], unsigned n)
{
	uint64_t ns = duration(word[1]);

	if (ns)
		world_run(s->world, s->world->now + ns);
	else
		complain(s, "%s is no time", word[1]);
}

static void do_register(struct script *s, char *word[], unsigned n)
{
	struct peer *p = peer_of(s, word[1]);

	if (p)
		phone_register(
			s, p, n > 2 ? word[2] : "3600", n > 3 && strcmp(word[3], "talking") == 0);
}

/* resolved sip.example 10.20.0.30 10.20.0.31 ttl=60; resolved sip.example error="no such name";
 * "old" after the name: the answer to the question before the last. */
static void do_resolved(struct script *s, char *word[], unsigned n)
{
	struct td_addr to[SCRIPT_PEERS] = {0};
	struct td_resolved r = {.addresses = to, .ttl_s = number_of(word, n, "ttl")};
	unsigned skip = n > 2 && strcmp(word[2], "old") == 0, from = 2 + skip;

	for (unsigned i = 0; i < SCRIPT_QUESTIONS && !r.request; i++)
		if (strcmp(s->question[i].name, word[1]) == 0 && !skip--)
			r.request = s->question[i].request;
	for (unsigned i = from; i < n && i < SCRIPT_PEERS; i++)
		if (strncmp(word[i], "error=", 6) == 0)
			r.error = word[i] + 6;
		else if (addr_decode(&to[r.count], str_of(word[i])) == 0)
			r.count++;
	if (r.request)
		world_resolved(s->world, &r);
	else
		complain(s, "nobody asks for %s", word[1]);
}

static void do_forget(struct script *s, char *word[], unsigned n)
{
	said_free(s);
}

static void do_drain(struct script *s, char *word[], unsigned n)
{
	td_engine_drain(s->world->engine, s->world->now, n == 1);
}

static void do_stop(struct script *s, char *word[], unsigned n)
{
	td_engine_stop(s->world->engine, s->world->now);
}

/* killed, or restarted: in order. "killed \"del agent bob\"": another configuration begins. */
static void do_restart(struct script *s, char *word[], unsigned n)
{
	struct td_text err = {""};

	if (word[0][0] == 'r')
		td_engine_stop(s->world->engine, s->world->now);
	if (world_restart(s->world, n > 1 ? word[1] : "", &err) < 0)
		complain(s, "%s", err.s);
}

static void do_hangup(struct script *s, char *word[], unsigned n)
{
	struct td_text err;

	if (n == 1 && td_engine_hangup(s->world->engine, s->world->now, s->last_call, &err) < 0)
		complain(s, "%s", err.s);
	if (n == 2 && strcmp(word[1], "all") == 0)
		td_engine_hangup_all(s->world->engine, s->world->now);
	else if (n == 2)
		complain(s, "hangup, or hangup all");
	world_run(s->world, s->world->now);
}

/* party add agent bob; "error" or error="text" at the end: it must be refused, with such a line. */
static void do_party(struct script *s, char *word[], unsigned n)
{
	static const char *const actions[] = {TD_PARTY_ACTIONS(TD_WORD) NULL};
	static const char *const kinds[] = {TD_PARTY_KINDS(TD_WORD) NULL};
	struct td_party_request r = {0};
	const char *error = n == 5 ? word[4] + strlen("error") : NULL;
	struct td_text err;
	bool refused;

	while (actions[r.action] && strcmp(actions[r.action], word[1]) != 0)
		r.action++;
	while (kinds[r.kind] && strcmp(kinds[r.kind], word[2]) != 0)
		r.kind++;
	snprintf(r.call, sizeof(r.call), "%s", s->last_call);
	snprintf(r.name, sizeof(r.name), "%s", word[3]);
	refused = td_engine_party(s->world->engine, s->world->now, &r, &err) < 0;
	if (!refused && error)
		complain(s, "it was not refused");
	else if (refused && !(error && strstr(err.s, error + (*error == '='))))
		complain(s, "%s", err.s);
	world_run(s->world, s->world->now);
}

static void do_digit(struct script *s, char *word[], unsigned n)
{
	world_digit(s->world, said_leg(s, word[1]), word[2][0]);
}

/* played a 1: the worker says that play 1 on leg a is over. */
static void do_played(struct script *s, char *word[], unsigned n)
{
	world_media(s->world, said_leg(s, word[1]),
		&(struct td_media_event){
			.type = TD_MEDIA_PLAYED, .play = (uint32_t)strtoul(word[2], NULL, 10)});
}

/* counter NAME VALUE, of `tandemctl show sip`. */
static void do_counter(struct script *s, char *word[], unsigned n)
{
	struct td_buf shown, row;
	uint32_t cursor = 0;

	buf_init(&shown);
	buf_init(&row);
	buf_printf(&row, "\"counter\":\"%s\",\"value\":%s,", word[1], word[2]);
	if (td_engine_show(s->world->engine, s->world->now, "sip", &cursor, UINT32_MAX, &shown) ||
		!strstr(shown.data, row.data))
		complain(s, "%s is not %s", word[1], word[2]);
	buf_free(&row);
	buf_free(&shown);
}

static bool row_has(const struct td_buf *row, const char *word)
{
	struct str value = str_of(word), key = str_cut(&value, '=');
	struct td_buf text, number, last;
	bool has;

	buf_init(&text);
	buf_init(&number);
	buf_init(&last);
	buf_printf(&text, "\"%.*s\":\"%.*s\"", STR_FMT(key), STR_FMT(value));
	buf_printf(&number, "\"%.*s\":%.*s,", STR_FMT(key), STR_FMT(value));
	buf_printf(&last, "\"%.*s\":%.*s}", STR_FMT(key), STR_FMT(value));
	has = strstr(row->data, text.data) || strstr(row->data, number.data) ||
	      strstr(row->data, last.data);
	buf_free(&last);
	buf_free(&text);
	buf_free(&number);
	return has;
}

/* show agents name=bob state=available: one row of the view has all of these. */
static void do_show(struct script *s, char *word[], unsigned n)
{
	struct td_buf row;
	uint32_t cursor = 0;
	unsigned i = 0;
	int rc;

	do {
		buf_init(&row);
		rc = td_engine_show(s->world->engine, s->world->now, word[1], &cursor, 1, &row);
		buf_put(&row, "", 1);
		for (i = 2; rc >= 0 && i < n && row_has(&row, word[i]);)
			i++;
		buf_free(&row);
	} while (rc > 0 && i < n);
	if (i < n)
		complain(s, "no row of %s is so", word[1]);
}

static void do_recorder(struct script *s, char *word[], unsigned n)
{
	s->world->recorder_full = strcmp(word[1], "full") == 0;
}

static void do_stale(struct script *s, char *word[], unsigned n)
{
	world_stale(s->world, said_leg(s, word[1]));
}

static const struct step {
	const char *word;
	unsigned least, most; /* words of the line */
	void (*run)(struct script *s, char *word[], unsigned n);
} steps[] = {
	{"peer", 3, 4, do_peer},
	{"break", 2, 3, do_break},
	{"move", 3, 3, do_move},
	{"unreachable", 2, 2, do_reachable},
	{"reachable", 2, 2, do_reachable},
	{"wait", 2, 2, do_wait},
	{"register", 2, 4, do_register},
	{"agent", 3, WORDS, do_agent},
	{"resolved", 3, WORDS, do_resolved},
	{"forget", 1, 1, do_forget},
	{"drain", 1, 2, do_drain},
	{"stop", 1, 1, do_stop},
	{"hangup", 1, 2, do_hangup},
	{"killed", 1, 2, do_restart},
	{"restarted", 1, 2, do_restart},
	{"party", 4, 5, do_party},
	{"contact", 3, WORDS, do_contact},
	{"digit", 3, 3, do_digit},
	{"played", 3, 3, do_played},
	{"counter", 3, 3, do_counter},
	{"show", 3, WORDS, do_show},
	{"recorder", 2, 2, do_recorder},
	{"stale", 2, 2, do_stale},
	{"first", 2, 2, do_first},
	{"silent", 3, 4, do_silence},
	{"heard", 3, 4, do_silence},
	{"stats", 2, WORDS, do_stats},
};

/* "NAME > ...", "NAME < ...", "cdr < ...". */
static bool do_arrow(struct script *s, char *word[], unsigned n)
{
	struct peer *p = phone_find(s, word[0]);
	enum channel channel = said_channel(word[0]);
	bool in = n >= 3 && strcmp(word[1], "<") == 0, out = n >= 3 && strcmp(word[1], ">") == 0;

	if (in && channel < CHANNELS)
		said_expect(s, channel, word, n);
	else if (in && p)
		phone_receive(s, p, word, n);
	else if (out && p)
		phone_send(s, p, word, n);
	else
		return false;
	return true;
}

static void do_line(struct script *s, char *line)
{
	char *word[WORDS];
	unsigned n;

	if (strncmp(line, "set ", 4) == 0 || strncmp(line, "del ", 4) == 0) {
		strncat(s->pending, line, sizeof(s->pending) - strlen(s->pending) - 1);
		return;
	}
	configure(s);
	n = split(line, word);
	if (n == 0 || do_arrow(s, word, n))
		return;
	for (unsigned i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (strcmp(word[0], steps[i].word) == 0 && n >= steps[i].least &&
			n <= steps[i].most) {
			steps[i].run(s, word, n);
			return;
		}
	complain(s, "not understood: %s", word[0]);
}

void script_file(struct script *s, const char *file)
{
	char line[1024];
	FILE *f = fopen(file, "r");

	s->file = file;
	s->line = 0;
	if (!f) {
		complain(s, "cannot be read");
		return;
	}
	while (!s->failed && fgets(line, sizeof(line), f)) {
		s->line++;
		do_line(s, line);
	}
	configure(s);
	fclose(f);
}
