/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engine: SIP, calls, queues and agents as one sans-I/O state machine.
 *
 * It reads no clock, opens nothing and starts no thread; the same inputs with the same octets
 * of .random give the same outputs. The host (engine/host) feeds it from DPDK; tests feed it from a
 * script. One thread at a time may call into one engine; it is the signalling lcore's. Outputs are
 * made by calling struct td_engine_io from within an input; these callbacks must not call the
 * engine. Memory is taken at td_engine_alloc() and in td_engine_config(); never on the way of a
 * call.
 */
#ifndef TANDEM_ENGINE_H
#define TANDEM_ENGINE_H

#include <tandem/acd.h>
#include <tandem/checkpoint.h>
#include <tandem/config.h>
#include <tandem/contact.h>
#include <tandem/flow.h>
#include <tandem/media.h>
#include <tandem/party.h>
#include <tandem/text.h>
#include <tandem/types.h>

struct td_engine;
struct td_buf; /* engine/base/buf.h */

struct td_engine_io {
	void *ctx;
	/*
	 * A SIP message to send by a flow, marked with `dscp`. `data` is borrowed. A stream's goes
	 * over flow->connection while that is open, else over one that was made to flow->remote
	 * before, else over a new one; its number is put into flow->connection.
	 * 0: on its way; what fails later comes as td_engine_flow_failed(). -EAGAIN: there was no
	 * room now; over UDP the engine's timers send it again, over a stream it has failed. Any
	 * other: the flow cannot carry it.
	 */
	int (*sip)(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len);
	/*
	 * A telephone is registered by the connection of this flow (`held`, at each REGISTER), or
	 * none is any more: its last binding there has ended, or it has come by another connection.
	 * So the host knows whose place it may give to others. NULL: nobody wants to know.
	 */
	void (*hold)(void *ctx, const struct td_flow *flow, bool held);
	/* A command to the worker that owns cmd->leg. */
	void (*media)(void *ctx, const struct td_media_cmd *cmd);
	/* A journal record, enum td_event_type. `payload` is borrowed. */
	void (*event)(void *ctx, uint16_t type, const void *payload, uint16_t len);
	/*
	 * What the next run must know has changed: the record of this kind and number is this one
	 * now; NULL: there is none any more. Told before the input ends, behind the journal's
	 * records of it. `record` is borrowed. NULL: nobody keeps it.
	 */
	void (*checkpoint)(void *ctx, enum td_checkpoint_kind kind, uint32_t number,
		const void *record, uint16_t len);
	/* A recording begins (`call` is the call's id) or ends (`call` is NULL). Its TAPs go by
	 * .media. 0, or a negative errno: it cannot begin, and nothing more comes of it. */
	int (*record)(void *ctx, uint32_t recording, const char *call, enum td_codec codec);
	/*
	 * Which addresses has this host name? The host answers by td_engine_resolved() with this
	 * number, at any time or never: the engine waits for nothing. `name` is borrowed.
	 */
	void (*resolve)(void *ctx, uint32_t request, const char *name);
	/* A SIP message, while tracing is on. `in`: received, else sent. `call` may be empty. */
	void (*trace)(void *ctx, const char *call, bool in, const struct td_flow *flow,
		const uint8_t *data, size_t len);
	/* Octets that nobody can guess: at td_engine_alloc() the key of every number that the
	 * engine chooses (tags, branches, SSRCs, nonces), later SRTP keys. They never go to the
	 * journal, and a replay needs none of them. */
	void (*random)(void *ctx, uint8_t *out, size_t n);
};

struct td_engine_params {
	uint64_t wall_offset; /* wall - monotonic, nanoseconds */
	uint32_t max_calls;   /* these size all tables */
	struct td_limits max;
};

/* NULL with errno ENOMEM, EINVAL. `io` is copied. */
struct td_engine *td_engine_alloc(
	const struct td_engine_params *params, const struct td_engine_io *io);
void td_engine_free(struct td_engine *e); /* NULL is fine */

/*
 * What the host has kept of an earlier run, before the first td_engine_config(): that one restores
 * what the configuration has a place for, so nothing happens in between. What that run left open
 * ends now, at the time when it was seen last.
 */
void td_engine_restore(struct td_engine *e, const struct td_restore *r);
const struct td_restored *td_engine_restored(const struct td_engine *e);
/* How many records of a kind there can be: their numbers are less. */
uint32_t td_engine_checkpoint_count(const struct td_engine *e, enum td_checkpoint_kind kind);
/* The host has lost records of the checkpoint: all are told once more, some with each input. */
void td_engine_checkpoint_again(struct td_engine *e);

/*
 * Applies compiled lines ("set KIND NAME ...", "del KIND NAME", include/tandem/config.h), all or
 * nothing. 0, or -EINVAL/-ENOMEM with one line of reason in err. Objects that go away let their
 * live calls end.
 */
int td_engine_config(
	struct td_engine *e, uint64_t now, const char *text, size_t len, struct td_text *err);
/* Writes the text in force (lines without "set "), with a 0 for each character of a secret. 0 or
 * -ENOMEM. */
int td_engine_config_text(const struct td_engine *e, struct td_buf *out);

/* A SIP message came in: a datagram, or of a stream what its Content-Length bounds. Garbage is
 * counted and otherwise ignored. */
void td_engine_sip(struct td_engine *e, uint64_t now, const struct td_flow *flow,
	const uint8_t *data, size_t len);
/*
 * A connection has ended, or could not be made; a peer's address cannot be reached (ICMP). Requests
 * that wait for an answer by this flow have failed with 503 (RFC 3261 section 8.1.3.1): the next
 * target is tried at once. Callers whose INVITE is not over are told by a new flow, or have hung up
 * when there is none (section 17.2.4). Telephones that registered by the connection are no longer
 * reachable (RFC 5626 section 5.3).
 */
void td_engine_flow_failed(struct td_engine *e, uint64_t now, const struct td_flow *flow);
void td_engine_media(struct td_engine *e, uint64_t now, const struct td_media_event *ev);

/* What the host found for a name. */
struct td_resolved {
	uint32_t request;                /* of struct td_engine_io.resolve */
	const struct td_addr *addresses; /* best first; their ports do not count */
	uint32_t count;                  /* 0: none, and */
	const char *error;               /* says why, in a few words */
	uint32_t ttl_s;                  /* how long they hold, as the name server says */
};
/* An answer to a question that has been asked again since is ignored. */
void td_engine_resolved(struct td_engine *e, uint64_t now, const struct td_resolved *r);

/* Fires what is due. Returns the next deadline (monotonic ns), TD_NEVER when there is none. Call
 * it after each batch of inputs too. */
uint64_t td_engine_advance(struct td_engine *e, uint64_t now);

/* The offset of the wall clock has changed: by a step, or by drift, which is told once a minute. */
void td_engine_wall(struct td_engine *e, uint64_t now, uint64_t wall_offset);

/* Operators' commands; -ENOENT, -EINVAL, -EBUSY with a line in err. */
int td_engine_agent(struct td_engine *e, uint64_t now, const char *agent,
	enum td_agent_action action, const char *reason, struct td_text *err);
int td_engine_hangup(struct td_engine *e, uint64_t now, const char *call, struct td_text *err);
/* Somebody joins a talk, takes it over, or leaves it. -EBUSY: nobody talks to the caller,
 * somebody is rung already, nobody of those named can be rung, or the queue is full. -ENOENT: there
 * is no such call, agent, queue, party or route. -EINVAL: what can never be right. err has a line.
 */
int td_engine_party(
	struct td_engine *e, uint64_t now, const struct td_party_request *r, struct td_text *err);
/*
 * A contact without media is made or led on, or data are attached to a contact; `id` gets the
 * contact's id, which is of the same kind as a call's. When this returns, an accept holds: there is
 * no answer that crosses the end of the ring time.
 * -ENOENT: no such contact, queue or agent. -ESTALE: the contact is not offered to this agent, or
 * not the agent's, or not any more: whoever is late gets it, and nothing is wrong. -ENOSPC: the
 * data's limits. -EBUSY: as many contacts without media as max_calls are there, or the engine
 * drains, or the agent is in a call of its own, or the queue is full. -EALREADY: it waits in that
 * queue already. -EINVAL: what can never be right: a field is missing, a key is none, the contact
 * is a call, a call is to be created. Then nothing has changed, and err has a line.
 */
int td_engine_contact(struct td_engine *e, uint64_t now, const struct td_contact_request *r,
	char id[static TD_CALL_ID_BYTES], struct td_text *err);
/* on: new calls get 503 from now on, and new contacts are refused; td_engine_calls() says when the
 * last one has ended. Off: they are taken again. */
void td_engine_drain(struct td_engine *e, uint64_t now, bool on);
/* The same, and running calls get BYE; contacts without media end. Their CDRs follow once the
 * workers have reported their last statistics. */
void td_engine_hangup_all(struct td_engine *e, uint64_t now);
/* The last input. Calls whose last statistics have not come get their CDRs, and each agent's stay
 * in its state ends; the journal gets both. */
void td_engine_stop(struct td_engine *e, uint64_t now);
/* Calls, and contacts without media, whose CDR is not written. */
uint32_t td_engine_calls(const struct td_engine *e);
uint32_t td_engine_contacts(const struct td_engine *e); /* of those: without media */
void td_engine_trace(struct td_engine *e, bool on);

/* Who is at the other end of a flow. */
struct td_peer {
	struct td_flow flow;
	char trunk[TD_NAME_BYTES], agent[TD_NAME_BYTES]; /* empty: none, or not known */
};
/* Fills in the names. */
void td_engine_peers(const struct td_engine *e, struct td_peer *peers, unsigned count);

/*
 * Appends up to `max` rows, JSON objects separated by commas, and moves *cursor (0 at first) on.
 * 1 when there may be more, 0 when this was the last, -EINVAL for a `what` it does not know, or
 * -ENOMEM.
 * `what` is the name of one of TD_VIEWS_SIGNALLING (include/tandem/view.h).
 */
int td_engine_show(struct td_engine *e, uint64_t now, const char *what, uint32_t *cursor,
	unsigned max, struct td_buf *out);

#endif
