/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An ACD on a table, for the unit tests: inputs by short functions, outputs as one line of text,
 * time in milliseconds. Queues are q1.., agents a1.., contacts c1..
 */
#ifndef TANDEM_ENGINE_ACD_TEST_FIXTURE_H
#define TANDEM_ENGINE_ACD_TEST_FIXTURE_H

#include <engine/acd/acd.h>
#include <tests/unit/unit.h>

#define FIXTURE_LIMITS \
	((struct td_acd_limits){.queues = 8, .groups = 8, .agents = 8, .contacts = 16, .links = 2})

extern struct acd *acd;
extern uint64_t at; /* ms; what the next input's now is */

int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Fails unless the outputs since the last call were exactly these:
 * "queued c1 #1, a1 reserved, offer a1 c1, cancel a1 c1 no answer, overflow c1 full, a1 available"
 */
void expect(const char *text);

int step(enum td_acd_in_type type, uint32_t agent, uint32_t contact, uint32_t reason);
int step_in(struct td_acd_in *in, enum td_acd_in_type type); /* the rest of *in is the caller's */
int advance(uint64_t ms); /* to this time, by way of every deadline, as the engine does */
/* Ring 10 s, wrap-up 2 s, back-off 3 s, service level 20 s, no time-out, no maximum length. */
struct td_acd_queue queue_conf(uint32_t group1, uint32_t group2);
int set_queue(uint32_t queue, const struct td_acd_queue *conf);
int set_agent(uint32_t agent, uint32_t group1, uint32_t group2);
/* In group 1, with a slot for each bit of `channels`, behind the link. */
int set_slots(uint32_t agent, uint32_t channels, uint32_t link);
void ready(uint32_t agent, uint32_t group1, uint32_t group2); /* set, reachable, logged in */
int add(uint32_t queue, uint32_t contact);
int add_with(uint32_t queue, uint32_t contact, int32_t priority, uint32_t waited_ms);
int add_message(uint32_t queue, uint32_t contact);
int link_room(uint32_t link, uint32_t room);
int pause_agent(uint32_t agent, const char *reason);

struct acd_agent_info agent(uint32_t agent);
struct acd_queue_info queue(uint32_t queue);
struct acd_contact_info contact(uint32_t contact);

#endif
