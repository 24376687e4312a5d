/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Repeats the ACD's decisions from a journal: feeds every TD_EV_ACD_IN to an ACD of its own and
 * compares what comes out with the TD_EV_ACD_OUT records that follow, byte for byte.
 *
 * A run is what an engine did between two TD_EV_START records. It is repeated from its beginning
 * (TD_EV_START, then TD_ACD_IN_LIMITS) or not at all: ACD records before the first START that was
 * kept, and those after a TD_EV_GAP that lost more than diagnostics, are skipped and counted. The
 * journal of an engine that died may end in the middle of an input's outputs. That is no
 * difference, but it is counted (cut). After TD_EV_STOP it would be a difference.
 */
#ifndef TANDEM_ENGINE_ACD_REPLAY_H
#define TANDEM_ENGINE_ACD_REPLAY_H

#include <tandem/event.h>

struct acd_replay;

struct acd_replay_result {
	uint64_t runs;      /* begun: START and LIMITS were there */
	uint64_t inputs;    /* repeated */
	uint64_t outputs;   /* compared and equal */
	uint64_t decisions; /* OFFERs among them */
	uint64_t skipped;   /* ACD records outside of a run */
	uint64_t cut;       /* outputs that were not written any more: the engine died */
	/* The first difference; what follows it is not looked at. */
	bool differs;
	bool has_expected;          /* false: the journal has no output here */
	bool has_got;               /* false: the replay has none here */
	uint64_t seq;               /* record where it showed */
	struct td_acd_out expected; /* the journal's */
	struct td_acd_out got;      /* the replay's */
};

struct acd_replay *acd_replay_alloc(void);  /* NULL with errno ENOMEM */
void acd_replay_free(struct acd_replay *r); /* NULL is fine */

/*
 * Takes the journal's next record, of any type; records that do not matter are ignored. 0: go on.
 * 1: there is a difference, no more records are needed. -EBADMSG: a payload cannot be right; seq
 * says which. -ENOMEM.
 */
int acd_replay_record(
	struct acd_replay *r, uint64_t seq, uint16_t type, const void *payload, size_t len);
/* The journal ends here; the run of the last START may go on. The counts stay. */
const struct acd_replay_result *acd_replay_end(struct acd_replay *r);

#endif
