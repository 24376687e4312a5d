/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The signalling lcore's turn: takes a bounded batch from each ring, gives it to the engine, and
 * carries out what the engine wants done. It owns the engine while the workers run. It makes two
 * system calls, and neither blocks: one wakes a host thread that has something to do (answers to
 * operators, traces, questions for names, messages for the kernel's sockets), getrandom() makes
 * keys of SRTP.
 */
#ifndef TANDEM_ENGINE_HOST_TURN_H
#define TANDEM_ENGINE_HOST_TURN_H

#include <engine/base/buf.h>
#include <engine/host/journal/journal.h>
#include <tandem/engine.h>
#include <tandem/view.h>
#include <system/loop.h>

struct dp;
struct kernel_sip;
struct recorder;
struct tcp;
struct turn;

#define TURN_ROWS   64  /* of one answer to SHOW */
#define TURN_FLIGHT 128 /* requests on their way at once */

enum request_op {
	REQUEST_SHOW,        /* .what, .cursor -> .rows */
	REQUEST_AGENT,       /* .name, .action, .reason */
	REQUEST_HANGUP,      /* .name */
	REQUEST_PARTY,       /* .party */
	REQUEST_CONTACT,     /* .contact -> .name: its id */
	REQUEST_CONFIG,      /* .text */
	REQUEST_CONFIG_TEXT, /* -> .rows: the text in force */
	REQUEST_DRAIN,       /* .on -> .calls, .contacts */
	REQUEST_HANGUP_ALL,
	REQUEST_CALLS, /* -> .calls, .contacts: those that there are */
	REQUEST_TRACE, /* .on */
	REQUEST_PEERS, /* .peers, .peer_count -> their names */
};

/* Made and freed by main, filled by signalling; between the two it belongs to signalling. */
struct request {
	enum request_op op;
	const char *what;
	char name[TD_NAME_BYTES];
	char reason[TD_NAME_BYTES];
	enum td_agent_action action;
	struct td_party_request party;
	struct td_contact_request contact; /* its data stay the asker's */
	bool on;
	const char *text;
	size_t len;
	uint32_t cursor;
	struct td_peer *peers; /* the asker's */
	unsigned peer_count;
	uint32_t calls, contacts; /* the latter without media, and not in the former */

	int rc;
	struct td_buf rows;
	struct td_text err;

	void (*done)(struct request *r); /* main, with the answer; frees it */
	void *ctx;
};

/* What tracing gives to main, the message behind it. */
struct trace {
	uint64_t wall;
	struct td_flow flow;
	bool in;
	char call[TD_CALL_ID_BYTES];
	uint32_t len;
};

struct turn_params {
	struct journal *journal;
	struct loop *loop;
	struct loop_work *kick; /* posted when an answer, a trace or a question waits for main */
	struct td_engine_params engine;
};

struct turn *turn_alloc(const struct turn_params *p); /* NULL with errno */
void turn_free(struct turn *t);
/* main, before the workers start: what needs the turn to be there first. */
void turn_connect(struct turn *t, struct dp *dp, struct recorder *recorder, struct kernel_sip *ks,
	struct tcp *tcp);
/* main, before the workers start or after they stopped. */
struct td_engine *turn_engine(struct turn *t);

/* For struct dp_params. */
uint64_t turn_run(void *turn, uint64_t now);

/* main. -EBUSY when TURN_FLIGHT are on their way; r stays the caller's then. */
int turn_request(struct turn *t, struct request *r);
/* main, after the workers stopped: what the engine has to journal at the end. */
void turn_stop(struct turn *t);
void turn_answers(struct turn *t); /* calls done() of each that is answered */
void turn_abort(struct turn *t);   /* after the workers stopped: answers the rest, -ESHUTDOWN */
/* A host name whose addresses the engine wants. */
struct name_question {
	uint32_t request;
	char name[TD_HOST_BYTES];
};
const struct name_question *turn_question_peek(struct turn *t); /* NULL: none */
void turn_question_consume(struct turn *t);
/* The answer. One for which there is no room is lost, and the engine asks again. */
void turn_resolved(struct turn *t, const struct td_resolved *r);
const struct trace *turn_trace_peek(struct turn *t); /* NULL: none */
void turn_trace_consume(struct turn *t);
void turn_wall(struct turn *t, uint64_t wall_offset); /* journal and engine use it from now on */

struct turn_stats {
	struct td_section_sip sip; /* what operators see of it */
	struct td_section_tcp tcp;
	uint64_t media_failed;  /* commands refused: a fault of ours */
	uint64_t record_failed; /* recordings not begun: the recorder's ring was full */
	uint64_t trace_lost;
};
void turn_stats(const struct turn *t, struct turn_stats *out); /* any thread: racy */

#endif
