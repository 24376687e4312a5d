/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines as Asterisk's app_queue writes them to queue_log, which reporting tools read. Names, order
 * of the fields and units (seconds, but RINGNOANSWER and RINGCANCELED in ms) are Asterisk's.
 */
#ifndef TANDEM_ENGINE_CALL_EVENTS_QUEUELOG_H
#define TANDEM_ENGINE_CALL_EVENTS_QUEUELOG_H

#include <engine/call/state/state.h>

void queuelog_system(struct td_engine *e, const char *event); /* QUEUESTART, CONFIGRELOAD */
void queuelog_enter(struct td_engine *e, const struct call *c);
/* ABANDON, EXITWITHTIMEOUT, EXITEMPTY, WITHDRAW */
void queuelog_exit(struct td_engine *e, const struct call *c, const char *event);
/* RINGNOANSWER, RINGCANCELED */
void queuelog_ring(
	struct td_engine *e, const struct call *c, const struct agent *a, const char *event);
void queuelog_connect(struct td_engine *e, const struct call *c, const struct party *p);
/* The end of what CONNECT began, one of these: */
void queuelog_complete(
	struct td_engine *e, const struct call *c, const struct party *p, bool by_agent);
/* ATTENDEDTRANSFER when others talk on, else BLINDTRANSFER; `to` has the caller now. */
void queuelog_transfer(
	struct td_engine *e, const struct call *c, const struct party *p, const char *to);
void queuelog_login(struct td_engine *e, const struct agent *a, const char *channel);
void queuelog_logoff(struct td_engine *e, const struct agent *a, const char *channel);
void queuelog_pause(struct td_engine *e, const struct agent *a, bool pause);

#endif
