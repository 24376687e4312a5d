/* SPDX-License-Identifier: BSD-3-Clause */
/* A contact of a user, and how long it holds. */
#ifndef TANDEM_ENGINE_SIP_REGISTRAR_BINDING_H
#define TANDEM_ENGINE_SIP_REGISTRAR_BINDING_H

#include <tandem/checkpoint.h>
#include <tandem/flow.h>

#define REGISTRAR_CONTACT_BYTES TD_CONTACT_URI_BYTES   /* longer: 513 */
#define REGISTRAR_CONTACTS      TD_CHECKPOINT_BINDINGS /* of one user; a fifth replaces the oldest */

struct registrar_binding {
	char contact[REGISTRAR_CONTACT_BYTES]; /* URI for the Request-URI of calls */
	struct td_flow flow; /* of the REGISTER, and so of calls: it passes a NAT */
	uint64_t expires;    /* monotonic ns */
	uint64_t order;      /* of the last refresh: the greatest is the newest */
};

#endif
