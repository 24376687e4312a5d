/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What holds in a distributor after every input, link by link: X(name, text). Whoever breaks a rule
 * is named before the text. check.c has a function for each name, check_test.c breaks each.
 */
#ifndef TANDEM_ENGINE_ACD_RULES_H
#define TANDEM_ENGINE_ACD_RULES_H

/* clang-format off */
/* Those of one object look at it and at what it points to. */
#define ACD_AGENT_RULES(X)                                                                        \
	X(agent_number, "has the number of another agent")                                        \
	X(agent_offer, "rings without a contact, or has one and does not ring")                   \
	X(agent_contact, "rings for a contact that is offered to somebody else")                  \
	X(agent_given, "rings for a contact without its slot, or of a queue that it does not serve") \
	X(agent_talk, "talks without a contact, or keeps one that it neither rings nor talks for") \
	X(agent_timer, "has a timer that its state has not, or lacks the one that it has")        \
	X(agent_heap, "has a timer that is not among those that will fire")                       \
	X(agent_slots, "has no slot, or one for a channel that there is not")                     \
	X(agent_idles, "is counted idle and cannot take a contact, or the reverse")               \
	X(agent_sets, "is not in its groups' sets while idle, or is in one while not")            \
	X(agent_link, "is not among the agents behind its link")                                  \
	X(agent_waits, "waits for the end of a talk without a talk")
#define ACD_UNUSED_RULES(X) X(unused, "is deleted, and has still an offer, a timer, a set or a link")
#define ACD_CONTACT_RULES(X)                                                                      \
	X(contact_found, "is not the one found by its number")                                    \
	X(contact_line, "is not in its queue's line")                                             \
	X(contact_channel, "is of a channel that there is not")                                   \
	X(contact_waits, "waits and is rung for, or neither")                                     \
	X(contact_agent, "is offered to an agent who does not ring for it")                       \
	X(contact_timer, "has another time-out than its queue says")
#define ACD_QUEUE_RULES(X)                                                                        \
	X(queue_number, "has the number of another queue, or is deleted in part")                 \
	X(queue_best, "takes another contact for its best one")                                   \
	X(queue_sets, "is not in its groups' sets while somebody waits, or is in one while not")  \
	X(queue_counts, "has counted in more or fewer contacts than left it or wait")
/* These walk through all that it has. */
#define ACD_LINE_RULES(X)                                                                         \
	X(line_order, "has a line that is out of order")                                          \
	X(line_count, "has a line, a list and contacts being offered that do not add up")
#define ACD_GROUP_RULES(X)                                                                        \
	X(group_one, "has an idle agent and a contact that waits, of one channel, or may have")   \
	X(group_order, "has a set that is out of order")
#define ACD_LINK_RULES(X) X(link_agents, "has somebody else in the list of its agents")
#define ACD_WHOLE_RULES(X)                                                                        \
	X(whole_sets, "the groups' sets have others than idle agents and queues that wait")       \
	X(whole_takers, "the groups count more or fewer agents than they have")                   \
	X(whole_links, "links' lists have others than the agents who are behind a link")          \
	X(whole_contacts, "the lines, the table of numbers and the pool differ in their contacts") \
	X(whole_timers, "the heap of timers is out of order, or has others than are set")
#define ACD_RULES(X)                                                                              \
	ACD_AGENT_RULES(X) ACD_UNUSED_RULES(X) ACD_CONTACT_RULES(X) ACD_QUEUE_RULES(X)            \
	ACD_LINE_RULES(X) ACD_GROUP_RULES(X) ACD_LINK_RULES(X) ACD_WHOLE_RULES(X)
/* clang-format on */

#endif
