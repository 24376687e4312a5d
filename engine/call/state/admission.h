/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Admission: what of a limit is reserved, and by whom. Pure arithmetic; reserve.h is how the engine
 * uses it.
 *
 * A leg takes what its streams need, in each direction, of the trunk's budget and of the link's, or
 * of neither. What is reserved never passes a limit by a take or a change; a limit that is lowered
 * below what is reserved lets live calls end and grants nothing until then. A budget without a
 * limit counts all the same.
 */
#ifndef TANDEM_ENGINE_CALL_STATE_ADMISSION_H
#define TANDEM_ENGINE_CALL_STATE_ADMISSION_H

#include <engine/base/rate.h>
#include <tandem/config.h>

struct budget {
	enum td_kind kind;     /* TD_KIND_LINK or TD_KIND_TRUNK */
	const char *name;      /* the object's, borrowed */
	uint64_t limit_bps;    /* 0 without limit */
	uint32_t limit_calls;  /* 0 without limit */
	uint8_t layer;         /* enum td_layer, at which bits are counted */
	bool alarm;            /* raised */
	uint64_t reserved_bps; /* the sum over the grants */
	uint32_t calls;        /* grants */
	uint32_t calls_out;    /* of them, of legs that we call */
	uint64_t refused;      /* takes and changes that found no room */
};

enum { GRANT_TRUNK, GRANT_LINK, GRANT_BUDGETS };

/* What a leg holds; all zeros: nothing. */
struct grant {
	struct budget *of[GRANT_BUDGETS]; /* NULL: none */
	struct rate rate;
	bool out; /* of a leg that we call */
};

bool budget_limited(const struct budget *b);
/* How many more streams of so many bits a second, at the budget's layer; UINT32_MAX at most. */
uint32_t budget_room(const struct budget *b, uint64_t bps);
/* More than nine tenths of a limit are reserved. */
bool budget_crowded(const struct budget *b);

/* NULL, and *g holds it; or the budget that has no room, and nothing has changed but its count of
 * refusals. *g held nothing; trunk and link may be NULL. */
struct budget *admission_take(struct grant *g, struct budget *trunk, struct budget *link,
	const struct rate *rate, bool out);
/* Another rate for what *g holds; less always fits. As above. */
struct budget *admission_change(struct grant *g, const struct rate *rate);
void admission_release(struct grant *g); /* it holds nothing then; may be none already */

#endif
