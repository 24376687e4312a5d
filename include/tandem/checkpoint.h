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
	uint32_t refused; /* damaged, or of a kind or version that is not known */
};

#endif
