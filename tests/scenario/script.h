/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One run of a scenario file. What the engine says lies in `out` until a line of the script names
 * it; the first thing that is not as the script says ends the run.
 */
#ifndef TANDEM_TESTS_SCENARIO_SCRIPT_H
#define TANDEM_TESTS_SCENARIO_SCRIPT_H

#include <tests/scenario/peer.h>
#include <tests/scenario/world.h>

#define SCRIPT_LEGS  4000
#define SCRIPT_PEERS 20
#define SCRIPT_OUTS  1024

enum channel {
	SIP,
	MEDIA,
	LOG,
	CDR,
	SESSION,
	RECORD,
	STORY,
	ALARM,
	RESOLVE,
	SEGMENT,
	PARTY,
	LIVE,
	DATA,
	HOLD,
	CHANNELS
};

#define SCRIPT_CONTACTS  16
#define SCRIPT_QUESTIONS 16

struct question { /* for a host name's addresses */
	uint32_t request;
	char name[64];
};

struct script_contact { /* without media, made by a line of the script */
	char name[TD_NAME_BYTES], id[TD_CALL_ID_BYTES];
};

struct out { /* one thing the engine said that no line of the script has named yet */
	enum channel channel;
	bool taken;
	struct td_flow by; /* of SIP */
	uint8_t dscp;      /* of SIP */
	char *text;        /* owned */
};

struct script {
	const char *file;
	unsigned line;
	struct world *world;
	struct peer peer[SCRIPT_PEERS];
	unsigned peers;
	char leg_name[SCRIPT_LEGS][12];
	struct out *out; /* [SCRIPT_OUTS] */
	unsigned outs;
	char pending[4096]; /* set and del lines, until another line comes */
	char last_call[TD_CALL_ID_BYTES];
	struct script_contact contact[SCRIPT_CONTACTS];
	unsigned contacts;
	uint32_t connections;                       /* the last number given */
	struct question question[SCRIPT_QUESTIONS]; /* the newest first */
	bool failed;
};

/* script.c: the lines of a file, up to its end or the first fault. */
void script_file(struct script *s, const char *file);

/* said.c: what the engine says */
struct world_hooks said_hooks(struct script *s);
void said_free(struct script *s); /* all that the engine has said */
void complain(struct script *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* CHANNELS when it is none; SIP is no word of the language. */
enum channel said_channel(const char *word);
/* "cdr < ...": takes what the line names. */
void said_expect(struct script *s, enum channel channel, char *word[], unsigned n);
void said_all_named(struct script *s);
uint32_t said_leg(struct script *s, const char *name); /* the number of leg a, b, ... */

/* messages.c: contacts without media: "contact NAME create sales ..." */
void do_contact(struct script *s, char *word[], unsigned n);

/* phone.c: telephones and carriers; words as in the line */
struct peer *phone_find(struct script *s, const char *name);
/* The first of that address: of its transport, if there is one. */
struct peer *phone_at(struct script *s, const struct td_flow *flow);
void phone_add(
	struct script *s, const char *name, const char *address, enum td_transport transport);
/* Its connection ends, and the engine is told, or else what it sends by it is lost. */
void phone_break(struct script *s, struct peer *p, bool silently);
void phone_send(struct script *s, struct peer *p, char *word[], unsigned n);
void phone_receive(struct script *s, struct peer *p, char *word[], unsigned n);
/* talking: its dialog goes on. */
void phone_register(struct script *s, struct peer *p, const char *expires, bool talking);
/* It comes from another address from now on. */
void phone_move(struct script *s, struct peer *p, const char *address);

#endif
