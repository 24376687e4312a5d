/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding a contact by its id, and by what the distributor calls it; the parties of a call. */
#ifndef TANDEM_ENGINE_CALL_STATE_CALLS_H
#define TANDEM_ENGINE_CALL_STATE_CALLS_H

#include <engine/call/state/state.h>

/* "1732220776.12" */
void call_id_format(const struct td_engine *e, uint64_t number, char out[static TD_CALL_ID_BYTES]);
struct contact *contact_by_id(
	const struct td_engine *e, const char *id);                 /* NULL: its CDR is written */
struct call *call_by_id(const struct td_engine *e, const char *id); /* the same, of voice alone */
struct contact *contact_lookup(const struct td_engine *e, uint32_t contact); /* NULL: it has left */

void call_party_add(struct call *c, struct party *p); /* fewer than PARTIES_MAX are there */
void call_party_del(struct call *c, const struct party *p);
struct party *call_ringing(const struct call *c); /* the first one who is rung; NULL: nobody */
/* A caller whose ACK to our 200 is waited for. */
bool call_unconfirmed(const struct party *p);
const char *party_role_name(const struct party *p); /* "agent" */
/* Of those who have joined, who take turns to talk to the caller. */
unsigned call_talkers(const struct call *c);
/* Whose turn it is to talk to the caller: of these, the first. The two hear each
 * other unless one holds; the others wait. NULL: nobody's. */
struct party *call_talker(const struct call *c);
/* The other side: whose turn it is; else who is rung; else who talked last; NULL: nobody. */
struct party *call_other(const struct call *c);

#endif
