/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of queue_log, as include/tandem/queue_log.h says. */
#ifndef TANDEM_ENGINE_CALL_EVENTS_QUEUELOG_H
#define TANDEM_ENGINE_CALL_EVENTS_QUEUELOG_H

#include <engine/call/state/state.h>
#include <tandem/queue_log.h>

void queuelog_system(struct td_engine *e, enum td_queue_log event); /* QUEUESTART, CONFIGRELOAD */
void queuelog_full(struct td_engine *e, const struct contact *c);   /* and has not entered */
void queuelog_enter(struct td_engine *e, const struct contact *c);
/* ABANDON, EXITWITHTIMEOUT, EXITEMPTY, WITHDRAW */
void queuelog_exit(struct td_engine *e, const struct contact *c, enum td_queue_log event);
/* WITHDRAW, to another queue */
void queuelog_move(struct td_engine *e, const struct contact *c, const char *to);
/* RINGNOANSWER, RINGCANCELED */
void queuelog_ring(struct td_engine *e, const struct contact *c, const struct agent *a,
	enum td_queue_log event);
/* Now. */
void queuelog_connect(struct td_engine *e, const struct contact *c, const struct agent *a);
/* The end of what CONNECT began at `joined`, one of these: */
void queuelog_complete(struct td_engine *e, const struct contact *c, const struct agent *a,
	uint64_t joined, bool by_agent);
/* ATTENDEDTRANSFER when others talk on, else BLINDTRANSFER; `to` has the caller now. */
void queuelog_transfer(
	struct td_engine *e, const struct call *c, const struct party *p, const char *to);
/* BLINDTRANSFER of a contact without media, from the agent to a queue. */
void queuelog_return(struct td_engine *e, const struct contact *c, const struct agent *a,
	uint64_t joined, const char *to);
void queuelog_login(struct td_engine *e, const struct agent *a, const char *channel);
void queuelog_logoff(struct td_engine *e, const struct agent *a, const char *channel);
void queuelog_pause(struct td_engine *e, const struct agent *a, bool pause);

#endif
