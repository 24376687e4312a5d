/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Host names to addresses, by c-ares in main's loop: as /etc/hosts and the name servers of
 * /etc/resolv.conf have them. Nothing blocks but the reading of these two files, at each question:
 * so a change of theirs counts at once.
 */
#ifndef TANDEM_ENGINE_HOST_NET_RESOLVER_H
#define TANDEM_ENGINE_HOST_NET_RESOLVER_H

#include <tandem/engine.h>

struct loop;
struct resolver;

#define RESOLVER_ADDRESSES 16 /* of an answer; what comes after these is left out */

/* Main, all of them. `answer` is called once for each question, maybe from within resolver_ask();
 * what it gets is borrowed. `servers`: "127.0.0.1:5300" in place of those of /etc/resolv.conf, for
 * tests; else NULL. NULL with errno. */
struct resolver *resolver_alloc(struct loop *loop, const char *servers,
	void (*answer)(void *ctx, const struct td_resolved *r), void *ctx);
void resolver_free(struct resolver *r); /* open questions get no answer; NULL is fine */
void resolver_ask(struct resolver *r, uint32_t request, const char *name);

#endif
