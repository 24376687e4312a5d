/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does every link of the engine's records lead back? contact ↔ call ↔ party ↔ leg ↔ agent ↔ queue ↔
 * timer ↔ port; rules.h has the list. It only reads, and never ends the program.
 */
#ifndef TANDEM_ENGINE_CALL_CHECK_CHECK_H
#define TANDEM_ENGINE_CALL_CHECK_CHECK_H

#include <engine/call/state/state.h>

/* Everything, which takes time: for tests, after every input. False: `fault` names who breaks what.
 */
bool engine_check(const struct td_engine *e, struct td_text *fault);

/*
 * After every input of a running system. One in CHECK_INPUTS looks at one object, in turn: a call
 * with its parties, their agents and the distributor's side of both; an agent, a queue, a link, a
 * trunk. What that costs does not depend on how many there are. A fault is counted, and raises the
 * alarm `check-failed`, until a whole round of all objects has found none.
 */
#define CHECK_INPUTS 1000
void check_step(struct td_engine *e);

#endif
