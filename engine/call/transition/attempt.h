/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one place that rings somebody for a call: one after the other, or all at once, and the first
 * who answers is taken. A call has one attempt at a time. Whose it is hears by attempt_ops what
 * becomes of it:
 *     180..183 rings · 2xx with usable SDP answered · all else, time-outs and a 2xx that we cannot
 *     use failed · nobody left over
 * The SDP may have come before, in a provisional response of the same dialog: the first one is the
 * answer (RFC 3261 section 13.2.1).
 */
#ifndef TANDEM_ENGINE_CALL_TRANSITION_ATTEMPT_H
#define TANDEM_ENGINE_CALL_TRANSITION_ATTEMPT_H

#include <engine/call/state/state.h>
#include <engine/call/transition/target.h>
#include <engine/sip/msg/msg.h>

#define ATTEMPT_UNUSABLE 502 /* as the code of one who answered with SDP that we cannot use */

/* Each may start another attempt of the call, but `answered`. */
struct attempt_ops {
	void (*refused)(struct td_engine *e, struct call *c, const struct target *t,
		const struct target_refusal *no); /* it was not rung; NULL: does not matter */
	void (*rings)(struct td_engine *e, struct call *c, struct party *p);
	/* False: the time of the ring is over, and the party is hung up. True: the others are, and
	 * the party is the call's. */
	bool (*answered)(struct td_engine *e, struct call *c, struct party *p);
	/* It has left the call. True: the next one may be tried. */
	bool (*failed)(
		struct td_engine *e, struct call *c, const struct target *t, int code, bool rang);
	/* Nobody is left: the last one's code, and whether it or we have ended it. NULL: does not
	 * matter. */
	void (*over)(struct td_engine *e, struct call *c, int code, enum td_ended_by by);
};

/* `t` has up to TD_CONF_LIST targets, `code` is what `over` gets when none can be rung. */
struct attempt_plan {
	const struct target *t;
	uint8_t count;
	bool at_once;
	const char *number; /* that trunks are asked for; NULL: there are only agents */
	int code;
};
void attempt_start(struct td_engine *e, struct call *c, const struct attempt_ops *ops,
	const struct attempt_plan *plan);
/* Whoever rings is hung up and told the cause; the attempt's owner is told nothing. */
void attempt_stop(struct td_engine *e, struct call *c, enum sip_cause cause);
/* One of several who ring is hung up; the others ring on. False: it is the only one. */
bool attempt_drop(struct td_engine *e, struct party *p, enum sip_cause cause);

/* What they say whom we ring. */
void attempt_progress(struct td_engine *e, struct party *p, int code, const struct sip_msg *m);
void attempt_answered(struct td_engine *e, struct party *p, const struct sip_msg *m);
/* m: its final response; NULL: none came. */
void attempt_failed(struct td_engine *e, struct party *p, int code, const struct sip_msg *m);

#endif
