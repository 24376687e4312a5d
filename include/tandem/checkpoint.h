/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The checkpoint: what the next run of the engine must know of this one, whatever ends it. The
 * engine tells each change of it (struct td_engine_io.checkpoint); the host keeps the last record
 * of each kind and number, and gives all of them to the next run (td_engine_restore()).
 *
 * Records are plain data of fixed size, little endian, without holes. They hold no secret: no
 * password, no digest of one, no key. Times are nanoseconds of the run's own monotonic clock,
 * unless a field says wall time; the host knows how the clocks of two runs differ.
 */
#ifndef TANDEM_CHECKPOINT_H
#define TANDEM_CHECKPOINT_H

#include <tandem/acd.h>
#include <tandem/event.h>
#include <tandem/flow.h>

/*
 * X(number, ID, name, version, one, many): files keep the number: add at the end, never reorder.
 * Fields are only ever added at the end of a record, with a new version of its kind; a record of an
 * earlier version has zeros there.
 */
/* clang-format off */
#define TD_CHECKPOINTS(X)                                                     \
	X(1, AGENT, agent, 1, "agent", "agents")                              \
	X(2, BINDING, binding, 1, "registration", "registrations")            \
	X(3, BLOCK, block, 1, "block", "blocks")                              \
	X(4, CONTACT, contact, 1, "call or contact", "calls and contacts")    \
	X(5, PARTY, party, 1, "party", "parties")                             \
	X(6, RUN, run, 2, "run", "runs")                                      \
	/* the next kind goes above this line */
/* clang-format on */

#define TD_CHECKPOINT_ID(number, id, ...) TD_CHECKPOINT_##id = (number),
enum td_checkpoint_kind { TD_CHECKPOINTS(TD_CHECKPOINT_ID) TD_CHECKPOINT_END };

/* Number: the agent's. */
struct td_checkpoint_agent {
	char name[TD_NAME_BYTES];
	char queue[TD_NAME_BYTES];  /* .acd.queue, by its name; empty: none */
	char resume[TD_NAME_BYTES]; /* of a pause that goes on when the telephone is back */
	struct td_acd_restore acd;  /* .queue: 0 */
	uint64_t since;             /* in its state */
	uint64_t from;              /* the begin of its next row of `agent_session`; 0: none due */
	uint64_t login;             /* when it logged in */
	uint64_t away;              /* until when a lost telephone may come back; 0: none is */
	uint8_t reachable, by_hand, resumes, with_telephone;
	uint32_t unused;
};

/* Number: the agent's, times TD_CHECKPOINT_BINDINGS, and the place. */
#define TD_CHECKPOINT_BINDINGS 4
#define TD_CONTACT_URI_BYTES   256 /* longest, with NUL */
struct td_checkpoint_binding {
	char agent[TD_NAME_BYTES];
	char contact[TD_CONTACT_URI_BYTES];
	struct td_addr local, remote;
	uint64_t expires;
	uint64_t order; /* the greatest is the newest */
	uint8_t transport;
	uint8_t unused[7];
};

/* Number: the place in the block list. */
struct td_checkpoint_block {
	char user[TD_NAME_BYTES]; /* empty: none */
	struct td_addr source;    /* family 0: none */
	uint32_t kind;            /* enum guard_kind */
	uint64_t until;
};

/*
 * A call or another contact: its record as far as it has come, and what of it is open. `cdr` has
 * wall times, and an end only when the last statistics are still waited for; `segment` has times of
 * the run's clock. What its legs have carried is not known. Number: its place in the engine.
 */
struct td_checkpoint_contact {
	struct td_ev_cdr cdr;
	struct td_ev_segment segment; /* in a queue, or handled; number 0: none is open */
	char queue[TD_NAME_BYTES];    /* the last one */
	char rung[TD_NAME_BYTES];     /* the agent to whom the queue offers it; empty: nobody */
	char agent[TD_NAME_BYTES];    /* who handles one without media; empty: nobody */
	uint64_t entered;             /* the queue; 0: it does not wait */
	uint64_t rung_since, talk_since;
	uint64_t queued;    /* the entry into the last queue, whether it waits or not */
	uint32_t waited_ms; /* in earlier queues */
	uint32_t position, first_position;
	uint32_t unused;
};

/* Who has joined a call, or had: the record with times of the run's clock. Number: likewise. */
struct td_checkpoint_party {
	struct td_ev_party party;  /* ended 0: it is there */
	struct td_ev_segment talk; /* number 0: none is open */
	uint64_t joined;
	uint8_t by_queue; /* a queue gave the agent this talk */
	uint8_t unused[7];
};

/* Number 0. */
struct td_checkpoint_run {
	uint64_t start_s;        /* in the ids of its calls */
	uint32_t last_recording; /* the number that a recording got last; version 2 */
	uint32_t unused;
};

union td_checkpoint_any {
#define TD_CHECKPOINT_MEMBER(number, id, name, ...) struct td_checkpoint_##name name;
	TD_CHECKPOINTS(TD_CHECKPOINT_MEMBER)
#undef TD_CHECKPOINT_MEMBER
};

/* A record of an earlier run. */
struct td_checkpoint {
	uint16_t kind, version;
	uint32_t number;
	uint32_t len;
	const void *record;
};

/* What an earlier run has left. */
struct td_restore {
	const struct td_checkpoint
		*records; /* borrowed until the first td_engine_config() is over */
	uint32_t count;
	int64_t shift;        /* this run's clock - that run's */
	uint64_t ended;       /* when it was seen last, by its own clock */
	uint64_t wall_offset; /* wall - its own clock */
};

/* What became of it. */
struct td_restored {
	uint32_t restored[TD_CHECKPOINT_END]; /* by kind */
	uint32_t over[TD_CHECKPOINT_END];     /* their time was over, or their connection is gone */
	uint32_t dropped[TD_CHECKPOINT_END];  /* the configuration has no place for them any more */
	uint32_t refused;                   /* damaged, or of a kind or version that is not known */
	uint32_t lost_calls, lost_contacts; /* that were there; the latter without media */
};

#endif
