/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an operator, or a program in the name of an agent or a customer, does to a contact. A call
 * is made by its INVITE, and its telephones lead it. A contact without media is made and led by
 * these requests alone. Both wait in the same queues, for the same agents.
 *
 *     create -> it waits in its queue -> it is offered to an agent -> accept -> conclude
 *                   ^                              | decline, or no answer in the queue's ring time
 *                   +------------------------------+
 *     withdraw: the customer is gone. While it waits it is abandoned; after the accept it is over
 *     requeue: an operator moves it to another queue, in which it waits, whatever it was in. A call
 *     too, while it waits
 */
#ifndef TANDEM_CONTACT_H
#define TANDEM_CONTACT_H

#include <tandem/acd.h>
#include <tandem/types.h>

/* X(ID, word). People and programs write the word; `tandemctl help` says what each does. */
#define TD_CONTACT_ACTIONS(X)   \
	X(CREATE, "create")     \
	X(DATA, "data")         \
	X(ACCEPT, "accept")     \
	X(DECLINE, "decline")   \
	X(CONCLUDE, "conclude") \
	X(WITHDRAW, "withdraw") \
	X(REQUEUE, "requeue")

#define TD_CONTACT_ACTION_ENUM(id, ...) TD_CONTACT_##id,
enum td_contact_action { TD_CONTACT_ACTIONS(TD_CONTACT_ACTION_ENUM) TD_CONTACT_ACTION_COUNT };

/* What a contact without media is in while it is there: X(ID, name). */
#define TD_CONTACT_STATES(X)                                            \
	X(WAITING, "waiting") /* in a queue, and nobody has an offer */ \
	X(OFFERED, "offered") /* an agent may accept it */              \
	X(HANDLED, "handled") /* an agent has accepted it */

/* Data of one contact. An empty value takes the key away. A request beyond a limit is refused as a
 * whole, and counted. */
#define TD_CONTACT_DATA_MAX   8   /* keys */
#define TD_CONTACT_DATA_BYTES 256 /* of all keys and values, without NULs */

#define TD_CUSTOMER_BYTES 64

struct td_contact_pair {
	const char *key, *value; /* UTF-8; a key is shorter than TD_NAME_BYTES, and not empty */
};

struct td_contact_request {
	enum td_contact_action action;
	char contact[TD_CALL_ID_BYTES]; /* all but CREATE: its id */
	char agent[TD_NAME_BYTES];      /* ACCEPT, DECLINE, CONCLUDE: in whose name */
	/* CREATE: */
	enum td_channel channel;          /* one without media */
	char queue[TD_NAME_BYTES];        /* REQUEUE too */
	char customer[TD_CUSTOMER_BYTES]; /* who asks; may be empty */
	char tenant[TD_NAME_BYTES];       /* whose contact it is; may be empty */
	/* CREATE, DATA: borrowed, until the request is answered */
	const struct td_contact_pair *data;
	uint32_t count;
};

#endif
