/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What operators see: every view and every column, once. From these lists follow the structs that
 * rows are filled into, JSON (the keys are the columns' names, in this order), the tables of
 * tandemctl, completion, errors and the documents.
 *
 * A column: X(V, TYPE, name, UNIT, place, help)
 *   V      the struct's name, for macros that need it
 *   TYPE   one of TD_COLUMN_TYPES
 *   UNIT   one of TD_UNITS
 *   place  its place in a table for people; 0: in JSON alone. Columns with the same place keep the
 *          order of this list. TD_TOP + place: `tandemctl top` has it as well, which shows fewer
 *          columns, as a line that wraps would spoil its picture
 * A view: X(ID, id, name, SHAPE, help, what is said when it has no row). SHAPE: ROWS; OLDEST for
 * rows of calls or contacts, which come in no order: tandemctl puts the oldest first, by `id`; or
 * ONE for a view that is always one object. Its columns are TD_VIEW_ID, its row is struct
 * td_view_id.
 *
 * To add a column: its line here, and the row's function, which fills the field of its name.
 * engine/base/view.h has the tables at run time.
 */
#ifndef TANDEM_VIEW_H
#define TANDEM_VIEW_H

#include <tandem/acd.h>
#include <tandem/column.h>
#include <tandem/contact.h>
#include <tandem/stats.h>

/* Words of a list, for help: " `ip` `ethernet` `wire`". */
#define TD_TICKED(id, word, ...) " `" word "`"

/* --- answered by signalling: engine/call/show.c --- */

/* What a call is in, for people. engine/call makes them of its own states. */
#define TD_CALL_STATES(X)         \
	X(ANSWERING, "answering") \
	X(WAITING, "waiting")     \
	X(RINGING, "ringing")     \
	X(DIALLING, "dialling")   \
	X(TALKING, "talking")     \
	X(HELD, "held")           \
	X(ENDING, "ending")
#define TD_CALL_STATE_ENUM(id, word) TD_CALL_STATE_##id,
enum td_call_state { TD_CALL_STATES(TD_CALL_STATE_ENUM) TD_CALL_STATE_COUNT };

#define TD_VIEW_CALLS(X, V)                                                                     \
	X(V, TEXT, id, NONE, TD_TOP + 1, "the call's name everywhere: records, story, journal") \
	X(V, TEXT, caller, NONE, TD_TOP + 3, "number of who called")                            \
	X(V, TEXT, dialled, NONE, TD_TOP + 3, "number that was called")                         \
	X(V, TEXT, trunk, NONE, 3, "trunk by which it came; nothing: from an agent")            \
	X(V, TEXT, queue, NONE, TD_TOP + 3, "queue it waits in, or was answered from")          \
	X(V, TEXT, to_trunk, NONE, 6, "trunk by which it goes out")                             \
	X(V, TEXT, agent, NONE, TD_TOP + 5, "agent who is rung, or talks to the caller")        \
	X(V, TEXT, state, NONE, TD_TOP + 2, "one of" TD_CALL_STATES(TD_TICKED))                 \
	X(V, COUNT, position, PLACE, TD_TOP + 4, "place in the queue, from 1; 0 in none")       \
	X(V, NUMBER, seconds, SECONDS, TD_TOP + 2, "since it came")                             \
	X(V, NUMBER, waited, SECONDS, 7, "in queues, up to now")                                \
	X(V, NUMBER, talked, SECONDS, 7, "to anybody, up to now")                               \
	X(V, TEXT, codec, NONE, TD_TOP + 7, "codec of both legs")                               \
	X(V, NUMBER, mos, MOS, 7, "of its worst direction at the moment; null: not known")      \
	X(V, TEXT, audio, NONE, 7, "who is heard")                                              \
	X(V, TEXT, digits, NONE, 7, "digits that the caller pressed")                           \
	X(V, COUNT, recording, NONE, 0, "number of its recording; 0 none")                      \
	X(V, TEXT, sip_call_id, NONE, 0, "Call-ID of the caller's leg")

/* Of every channel. */
#define TD_VIEW_CONTACTS(X, V)                                                                     \
	X(V, TEXT, id, NONE, TD_TOP + 1, "the contact's name everywhere; of a call, the call's")   \
	X(V, TEXT, channel, NONE, TD_TOP + 1, "what it came by:" TD_CHANNELS(TD_TICKED))           \
	X(V, TEXT, customer, NONE, TD_TOP + 2,                                                     \
		"the caller's number, or the customer that was named")                             \
	X(V, TEXT, queue, NONE, TD_TOP + 2, "queue it waits in, or came from")                     \
	X(V, TEXT, state, NONE, TD_TOP + 1,                                                        \
		"of a call as in `calls`; of another contact one of" TD_CONTACT_STATES(TD_TICKED)) \
	X(V, TEXT, agent, NONE, TD_TOP + 3, "agent to whom it is offered, or who has it")          \
	X(V, COUNT, position, PLACE, TD_TOP + 3, "place in the queue, from 1; 0 in none")          \
	X(V, NUMBER, seconds, SECONDS, TD_TOP + 1, "since it came")                                \
	X(V, TEXT, tenant, NONE, 3, "whose contact it is; nothing: nobody's, or a call")           \
	X(V, PAIRS, data, NONE, 4, "keys and values attached to it")

/* Each agent who is logged in is in one of these: fields of struct acd_queue_agents too. */
#define TD_QUEUE_AGENTS(X, V)                                                                  \
	X(V, COUNT, available, NONE, TD_TOP + 3,                                               \
		"of them, free for what waits; for anything, while nothing does")              \
	X(V, COUNT, paused, NONE, TD_TOP + 3, "of them, paused")                               \
	X(V, COUNT, wrap_up, NONE, 3, "of them, in wrap-up")                                   \
	X(V, COUNT, engaged, NONE, TD_TOP + 3,                                                 \
		"of them, available, but in a call that no queue gave them")                   \
	X(V, COUNT, backed_off, NONE, TD_TOP + 3,                                              \
		"of them, available, but not rung for a while after a refusal")                \
	X(V, COUNT, not_responding, NONE, TD_TOP + 3,                                          \
		"of them, not responding: they did not answer in time")                        \
	X(V, COUNT, ringing, NONE, 3, "of them, rung, or offered another contact")             \
	X(V, COUNT, handling, NONE, 3, "of them, with a call or another contact of any queue") \
	X(V, COUNT, unable, NONE, 3,                                                           \
		"of them, available, but without what the contacts need that wait: a "         \
		"telephone that is registered, room on its link, or their channel")

#define TD_VIEW_QUEUES(X, V)                                                                   \
	X(V, TEXT, name, NONE, TD_TOP + 1, "the queue")                                        \
	X(V, COUNT, waiting, NONE, TD_TOP + 1,                                                 \
		"callers and other contacts that wait, offered ones too")                      \
	X(V, COUNT, offered, NONE, 0, "of them, whose agent is rung")                          \
	X(V, COUNT, talking, NONE, TD_TOP + 3, "calls and other contacts with an agent")       \
	X(V, NUMBER, oldest, SECONDS, TD_TOP + 2, "how long the first one has waited")         \
	X(V, COUNT, agents, NONE, 3, "agents logged in: the sum of the next nine columns")     \
	TD_QUEUE_AGENTS(X, V)                                                                  \
	X(V, COUNT, entered, NONE, 3,                                                          \
		"contacts that came, since the engine's start; they are answered, abandoned, " \
		"timed out, withdrawn, or waiting")                                            \
	X(V, COUNT, answered, NONE, TD_TOP + 3, "of them, answered")                           \
	X(V, COUNT, abandoned, NONE, TD_TOP + 3,                                               \
		"of them, whose caller or customer was gone before an answer")                 \
	X(V, COUNT, timed_out, NONE, 3, "of them, whom the queue's timeout sent away")         \
	X(V, COUNT, full, NONE, 3, "contacts that found it full, and did not enter")           \
	X(V, COUNT, withdrawn, NONE, 3,                                                        \
		"of those that entered, taken out before an answer by somebody else than "     \
		"the customer, as by `tandemctl hangup` or `contact requeue`")                 \
	X(V, COUNT, no_answer, NONE, 0, "agents rung who did not answer")                      \
	X(V, COUNT, refused, NONE, 0, "agents rung who refused")                               \
	X(V, NUMBER, service_level, RATIO, TD_TOP + 3,                                         \
		"answered within `service_level`, of all answered and of those abandoned "     \
		"or timed out after it; null: none yet")                                       \
	X(V, NUMBER, asa, SECONDS, 3, "average speed of answer; null: none yet")               \
	X(V, LIMIT, max_length, NONE, 0, "most contacts at once; null: no limit")              \
	X(V, BOOL, unattended, NONE, TD_TOP + 2,                                               \
		"somebody waits or has waited, and no agent with the channel for it is "       \
		"logged in and responds")

/* A row for each queue and channel by which somebody waits, or which an agent of the queue takes.
 */
#define TD_VIEW_CHANNELS(X, V)                                                                   \
	X(V, TEXT, queue, NONE, 1, "the queue")                                                  \
	X(V, TEXT, channel, NONE, 1, "one of" TD_CHANNELS(TD_TICKED))                            \
	X(V, COUNT, waiting, NONE, 1, "contacts of it that wait in the queue, offered ones too") \
	X(V, COUNT, agents, NONE, 2, "agents of the queue logged in who take it")                \
	X(V, COUNT, available, NONE, 2, "of them, free for it")                                  \
	X(V, COUNT, handling, NONE, 2, "of them, with a call or another contact of any channel") \
	X(V, COUNT, not_responding, NONE, 2,                                                     \
		"of them, not responding: they did not answer in time")                          \
	X(V, BOOL, unattended, NONE, 1,                                                          \
		"somebody waits or has waited, and no agent who takes it is logged in and "      \
		"responds")

#define TD_VIEW_AGENTS(X, V)                                                                \
	X(V, TEXT, name, NONE, TD_TOP + 1, "the agent")                                     \
	X(V, TEXT, state, NONE, TD_TOP + 1, "what the agent is in")                         \
	X(V, NUMBER, seconds, SECONDS, TD_TOP + 1, "for how long")                          \
	X(V, TEXT, reason, NONE, TD_TOP + 1, "why paused, as it was given")                 \
	X(V, BOOL, engaged, NONE, TD_TOP + 1,                                               \
		"in a call that no queue gave the agent, so no queue rings it")             \
	X(V, BOOL, reachable, NONE, TD_TOP + 1,                                             \
		"the telephone is registered, or has a fixed contact")                      \
	X(V, BOOL, backed_off, NONE, TD_TOP + 1,                                            \
		"available, and not rung for a while after a refusal")                      \
	X(V, TEXT, channels, NONE, 1, "what the agent can take, of" TD_CHANNELS(TD_TICKED)) \
	X(V, TEXT, link, NONE, 0, "link to the telephone")                                  \
	X(V, BOOL, link_full, NONE, 1, "that link has no room for one more call")           \
	X(V, TEXT, contact, NONE, 1, "address of the telephone")                            \
	X(V, TEXT, call, NONE, TD_TOP + 3,                                                  \
		"call, or other contact, that the agent is offered, has, or made")          \
	X(V, TEXT, queue, NONE, TD_TOP + 2, "the queue of it")                              \
	X(V, COUNT, answered, NONE, TD_TOP + 3,                                             \
		"contacts taken, calls too, since the engine's start")                      \
	X(V, COUNT, missed, NONE, TD_TOP + 3, "offers that were not answered")              \
	X(V, TEXT, queues, NONE, 4, "all queues that may ring the agent, commas between")

#define TD_VIEW_TRUNKS(X, V)                                                                       \
	X(V, TEXT, name, NONE, 1, "the trunk")                                                     \
	X(V, TEXT, address, NONE, 1, "its first address or network")                               \
	X(V, COUNT, calls, NONE, 1, "calls at this moment, in and out")                            \
	X(V, COUNT, calls_in, NONE, 1, "of them, those that came by it")                           \
	X(V, COUNT, calls_out, NONE, 1, "of them, those that went out by it")                      \
	X(V, LIMIT, max_calls, NONE, 1, "most calls at once; null: no limit")                      \
	X(V, COUNT, offered, NONE, 1,                                                              \
		"INVITEs of calls that came by it, since the start; each is answered, rejected, "  \
		"cancelled, failed, or open. One that is refused for what it is itself, as by "    \
		"400 for a header that cannot be read, is no call: it counts here and has no CDR") \
	X(V, COUNT, answered, NONE, 1, "of them, answered by 200")                                 \
	X(V, COUNT, rejected, NONE, 1, "of them, answered by 300 to 699, but not for a CANCEL")    \
	X(V, COUNT, cancelled, NONE, 1, "of them, whose caller hung up before")                    \
	X(V, COUNT, failed, NONE, 1, "of them, whose caller could not be answered any more")       \
	X(V, COUNT, out_offered, NONE, 1,                                                          \
		"INVITEs that went out by it, to each address tried; likewise")                    \
	X(V, COUNT, out_answered, NONE, 1, "of them, answered by 200")                             \
	X(V, COUNT, out_rejected, NONE, 1, "of them, answered by 300 to 699")                      \
	X(V, COUNT, out_cancelled, NONE, 1, "of them, given up before, by CANCEL")                 \
	X(V, COUNT, out_failed, NONE, 1,                                                           \
		"of them, not answered at all, not sent, or with an answer of no use")             \
	X(V, TEXT, server, NONE, 1, "where calls out go; nothing: its name has no address yet")    \
	X(V, TEXT, server_name, NONE, 1, "the host name that has this address")                    \
	X(V, NUMBER, server_age, SECONDS, 1,                                                       \
		"how long the name has had it; null: no name, or no address")                      \
	X(V, NUMBER, rests, SECONDS, 1,                                                            \
		"how long no call goes out by it yet: its 503 had Retry-After; null: it does not " \
		"rest")

#define TD_VIEW_LINKS(X, V)                                                                      \
	X(V, TEXT, name, NONE, 2, "the link, or the trunk")                                      \
	X(V, TEXT, kind, NONE, 1, "`link` or `trunk`")                                           \
	X(V, TEXT, layer, NONE, 2, "what its limit counts:" TD_LAYERS(TD_TICKED))                \
	X(V, LIMIT, limit_bps, BITS_S, 2, "limit in each direction; null: none")                 \
	X(V, COUNT, reserved_bps, BITS_S, 2, "reserved of it by the calls there are")            \
	X(V, COUNT, calls, NONE, 4, "calls at this moment; a link's key `calls` is `max_calls`") \
	X(V, LIMIT, max_calls, NONE, 4, "most calls at once; null: no limit")                    \
	X(V, COUNT, refused, NONE, 4, "calls that found no room")                                \
	X(V, BOOL, full, NONE, 4,                                                                \
		"it has no room for one more usual call, or the alarm stands: a call was "       \
		"refused, "                                                                      \
		"and little has ended since")                                                    \
	X(V, NUMBER, in_bps, BITS_S, 3, "received in the last second, at its layer")             \
	X(V, NUMBER, out_bps, BITS_S, 3, "sent in the last second, at its layer")

/* A counter a row: engine/sip and engine/call have the lists. */
#define TD_VIEW_SIP(X, V)                                               \
	X(V, TEXT, counter, NONE, 1, "name of the counter")             \
	X(V, COUNT, value, NONE, 1, "since the engine's start, or now") \
	X(V, TEXT, text, NONE, 1, "what it counts")

#define TD_VIEW_BLOCKED(X, V)                                                  \
	X(V, TEXT, kind, NONE, 1, "`user and source`, `source` or `user`")     \
	X(V, TEXT, user, NONE, 1, "whose password was guessed, known or not")  \
	X(V, TEXT, source, NONE, 1, "address; of IPv6 the network of 64 bits") \
	X(V, NUMBER, left, SECONDS, 1, "until it is free again")

/* Names of the accounting table's rows, which the host joins with their figures. */
#define TD_VIEW_ACCT(X, V)                               \
	X(V, COUNT, row, NONE, 1, "number of the row")   \
	X(V, TEXT, codec, NONE, 1, "codec")              \
	X(V, TEXT, trunk, NONE, 1, "trunk, or `agents`") \
	X(V, TEXT, queue, NONE, 1, "queue")              \
	X(V, TEXT, link, NONE, 1, "link")

/* --- answered by the engine's host: engine/host/api/show.c, bandwidth.c, connections.c --- */

/* X(ID, name) */
#define TD_CONNECTION_STATES(X)     \
	X(CONNECTING, "connecting") \
	X(STRANGER, "stranger")     \
	X(OPEN, "open")             \
	X(LEFT, "left")             \
	X(CLOSING, "closing")
#define TD_CONNECTION_STATE_ENUM(id, word) TD_CONNECTION_##id,
enum td_connection_state { TD_CONNECTION_STATES(TD_CONNECTION_STATE_ENUM) };

/* Of SIP by streams. */
#define TD_VIEW_CONNECTIONS(X, V)                                                                  \
	X(V, COUNT, number, NONE, 0, "its number, which no later one gets")                        \
	X(V, TEXT, transport, NONE, 1, "`tcp`")                                                    \
	X(V, TEXT, local, NONE, 1, "our address and port")                                         \
	X(V, TEXT, remote, NONE, 1, "the peer's")                                                  \
	X(V, TEXT, trunk, NONE, 1, "trunk at the other end; nothing: an agent, or not known")      \
	X(V, TEXT, agent, NONE, 1, "agent whose telephone registered by it")                       \
	X(V, TEXT, opened_by, NONE, 1, "`us` or `peer`")                                           \
	X(V, TEXT, state, NONE, 1,                                                                 \
		"one of" TD_CONNECTION_STATES(                                                     \
			TD_TICKED) ": ours, and not answered yet; of "                             \
				   "somebody who is neither trunk nor agent; of a trunk or "       \
				   "agent; of a telephone that is not registered by it any more; " \
				   "closed by the peer, for a second")                             \
	X(V, NUMBER, age, SECONDS, 1, "since it was begun")                                        \
	X(V, NUMBER, idle, SECONDS, 1, "since a message, or a keep-alive after one, came or went") \
	X(V, COUNT, in, NONE, 2, "messages that came by it")                                       \
	X(V, COUNT, in_bytes, BYTES, 2, "all octets that came by it")                              \
	X(V, COUNT, out, NONE, 2, "messages given to it")                                          \
	X(V, COUNT, out_bytes, BYTES, 2, "octets that the kernel has taken of them")               \
	X(V, COUNT, queued, BYTES, 2, "octets that wait, as the peer does not read them")

#define TD_VIEW_BANDWIDTH(X, V)                                                        \
	X(V, TEXT, codec, NONE, 1, "codec; `other`: rows beyond the table's room")     \
	X(V, TEXT, trunk, NONE, 1, "trunk, or `agents`")                               \
	X(V, TEXT, queue, NONE, 1, "queue")                                            \
	X(V, TEXT, link, NONE, 1, "link")                                              \
	X(V, TEXT, direction, NONE, 1, "one of" TD_DIRECTIONS(TD_TICKED))              \
	X(V, COUNT, packets, PACKETS, 1, "RTP and RTCP, since the engine's start")     \
	X(V, COUNT, ip_bytes, BYTES, 1, "IP header and all above it")                  \
	X(V, COUNT, ethernet_bytes, BYTES, 1, "frames without FCS")                    \
	X(V, COUNT, wire_bytes, BYTES, 1, "frames with FCS, preamble and gap")         \
	X(V, NUMBER, packets_per_s, PACKETS_S, 1, "packets in the last second")        \
	X(V, NUMBER, ip_bps, BITS_S, 1, "IP in the last second")                       \
	X(V, NUMBER, ethernet_bps, BITS_S, 1, "frames without FCS in the last second") \
	X(V, NUMBER, wire_bps, BITS_S, 1, "frames with FCS, preamble and gap in the last second")

#define TD_VIEW_PORTS(X, V)                                                      \
	X(V, TEXT, port, NONE, 1, "the port")                                    \
	X(V, TEXT, device, NONE, 1, "interface, socket or PCI address")          \
	X(V, TEXT, driver, NONE, 1, "driver as in use")                          \
	X(V, BOOL, up, NONE, 1, "the link is up")                                \
	X(V, COUNT, mtu, BYTES, 0, "longest IP packet")                          \
	X(V, COUNT, queues, NONE, 0, "queues in use, a worker each")             \
	X(V, TEXT, steering, NONE, 0, "how packets find their worker's queue")   \
	X(V, BOOL, kernel_owned, NONE, 0, "the kernel has the interface too")    \
	X(V, BOOL, zero_copy, NONE, 0, "packets are not copied on their way in") \
	X(V, COUNT, in, PACKETS, 1, "received")                                  \
	X(V, COUNT, in_bytes, BYTES, 0, "received, frames without FCS")          \
	X(V, COUNT, out, PACKETS, 3, "sent")                                     \
	X(V, COUNT, out_bytes, BYTES, 0, "sent, frames without FCS")             \
	X(V, COUNT, originated, PACKETS, 2, "made by us: music, RTCP, SIP, ARP") \
	X(V, COUNT, crossed_in, PACKETS, 2, "came from another port")            \
	X(V, COUNT, crossed_out, PACKETS, 4, "left by another port")             \
	X(V, COUNT, consumed, PACKETS, 3, "ended here as intended")              \
	X(V, COUNT, dropped, PACKETS, 3, "dropped, by the reasons of `drops`")   \
	X(V, COUNT, held, PACKETS, 3, "in a ring or a queue now")                \
	X(V, COUNT, kernel_dropped, PACKETS, 5, "lost by driver or kernel before us")

#define TD_VIEW_PORT_BANDWIDTH(X, V)                                                          \
	X(V, TEXT, port, NONE, 1, "the port")                                                 \
	X(V, TEXT, direction, NONE, 1, "one of" TD_DIRECTIONS(TD_TICKED))                     \
	X(V, TEXT, kind, NONE, 1, "`rtp`, what is not, and `total`, as the interface counts") \
	X(V, COUNT, packets, PACKETS, 1, "since the engine's start")                          \
	X(V, COUNT, ethernet_bytes, BYTES, 1, "frames without FCS")                           \
	X(V, COUNT, wire_bytes, BYTES, 1, "frames with FCS, preamble and gap")

#define TD_VIEW_DROPS(X, V)                                                  \
	X(V, TEXT, port, NONE, 1, "the port")                                \
	X(V, TEXT, reason, NONE, 1, "why")                                   \
	X(V, COUNT, packets, PACKETS, 1, "dropped since the engine's start") \
	X(V, TEXT, text, NONE, 1, "what the reason means")

#define TD_VIEW_MEMORY(X, V)                                               \
	X(V, TEXT, what, NONE, 1, "what the memory is for")                \
	X(V, COUNT, bytes, BYTES, 1, "taken")                              \
	X(V, COUNT, used, NONE, 1, "places in use; of the journal, bytes") \
	X(V, COUNT, of, NONE, 1, "places there are; of the journal, bytes")

/* Counted by each worker for itself: fields of struct dp_worker_info too. */
#define TD_WORKER_COUNTS(X, V)                                                                \
	X(V, COUNT, wakeups, NONE, 1, "times it was woken")                                   \
	X(V, COUNT, packets, PACKETS, 1, "packets that its queues brought")                   \
	X(V, COUNT, handed_in, PACKETS, 1, "packets that other workers handed over")          \
	X(V, COUNT, bridged_in, PACKETS, 1, "of these, media of bridges between two workers") \
	X(V, COUNT, handed_out, PACKETS, 1, "packets handed over to other workers")           \
	X(V, COUNT, events_lost, NONE, 1, "events for signalling that a full ring refused")

#define TD_VIEW_WORKERS(X, V)                                           \
	X(V, COUNT, worker, NONE, 1, "number of the worker, from 0")    \
	X(V, COUNT, core, NONE, 1, "its CPU")                           \
	X(V, COUNT, turns, NONE, 1, "turns of its loop")                \
	X(V, NUMBER, busy, SECONDS, 1, "time in turns that found work") \
	X(V, NUMBER, asleep, SECONDS, 1, "time asleep")                 \
	TD_WORKER_COUNTS(X, V)

#define TD_VIEW_STATS(X, V)                                                                     \
	X(V, NUMBER, uptime, SECONDS, 1, "since the engine's start")                            \
	X(V, BOOL, draining, NONE, 1, "no new calls are taken")                                 \
	X(V, COUNT, packets_in, PACKETS, 1, "received by all ports")                            \
	X(V, COUNT, bytes_in, BYTES, 1, "received, frames without FCS")                         \
	X(V, COUNT, packets_originated, PACKETS, 1, "made by us: music, RTCP, SIP, ARP")        \
	X(V, COUNT, packets_out, PACKETS, 1, "sent")                                            \
	X(V, COUNT, bytes_out, BYTES, 1, "sent, frames without FCS")                            \
	X(V, COUNT, packets_consumed, PACKETS, 1, "ended here as intended")                     \
	X(V, COUNT, packets_held, PACKETS, 1, "in a ring or a queue now")                       \
	X(V, COUNT, packets_dropped_total, PACKETS, 1, "dropped, for whatever reason")          \
	X(V, SECTION, packets_dropped, PACKETS, 1, "dropped, by reason")                        \
	X(V, SECTION, consumed, PACKETS, 1, "consumed, by reason")                              \
	X(V, SECTION, sip, NONE, 1, "SIP messages between signalling and the workers")          \
	X(V, SECTION, tcp, NONE, 1, "SIP over TCP")                                             \
	X(V, SECTION, journal, NONE, 1, "the journal")                                          \
	X(V, SECTION, recorder, NONE, 1, "the recorder")                                        \
	X(V, COUNT, media_commands_refused, NONE, 1, "media commands that a full ring refused") \
	X(V, COUNT, trace_lost, NONE, 1, "SIP messages that a trace lost")

#define TD_SECTION_SIP(X, V)                                                               \
	X(V, COUNT, in, NONE, 1, "messages taken from the workers")                        \
	X(V, COUNT, out, NONE, 1,                                                          \
		"messages taken by the workers, the kernel or the thread of TCP")          \
	X(V, COUNT, out_by_kernel, NONE, 1, "of them, above the MTU: given to the kernel") \
	X(V, COUNT, kernel_refused, NONE, 1, "of these, refused by the kernel")            \
	X(V, COUNT, lost, NONE, 1, "messages that a full ring lost")

#define TD_SECTION_TCP(X, V)                                                                     \
	X(V, COUNT, open, NONE, 1, "connections at this moment")                                 \
	X(V, COUNT, telephones, NONE, 1, "of these, by which a telephone is registered")         \
	X(V, COUNT, strangers, NONE, 1, "of these, of those whom nobody knows, or not any more") \
	X(V, COUNT, accepted, NONE, 1, "connections that peers made")                            \
	X(V, COUNT, made, NONE, 1, "connections begun by us")                                    \
	X(V, COUNT, in, NONE, 1, "messages taken from connections")                              \
	X(V, COUNT, out, NONE, 1, "messages given to connections")                               \
	X(V, COUNT, pings, NONE, 1, "keep-alives answered")                                      \
	X(V, COUNT, refused_full, NONE, 1,                                                       \
		"connections refused: `max_connections`, or no descriptor")                      \
	X(V, COUNT, refused_source, NONE, 1, "connections refused: `source_connections`")        \
	X(V, COUNT, not_made, NONE, 1, "connections of ours that failed before they were there") \
	X(V, COUNT, ended_by_peer, NONE, 1, "connections that the peer closed")                  \
	X(V, COUNT, ended_idle, NONE, 1,                                                         \
		"connections closed after `connection_idle`, or idle ones that made room")       \
	X(V, COUNT, ended_slow, NONE, 1, "connections closed: no whole message within 10 s")     \
	X(V, COUNT, ended_full, NONE, 1, "connections closed: the peer does not read")           \
	X(V, COUNT, broken, NONE, 1, "connections that broke")                                   \
	X(V, COUNT, not_sip, NONE, 1, "connections closed: what came is not SIP")                \
	X(V, COUNT, no_length, NONE, 1, "connections closed: a message without Content-Length")  \
	X(V, COUNT, bad_length, NONE, 1,                                                         \
		"connections closed: a Content-Length that is none, or a second one")            \
	X(V, COUNT, too_long, NONE, 1, "connections closed: a message beyond 65,535 octets")     \
	X(V, COUNT, lost, NONE, 1, "messages that the full ring to the connections lost")        \
	X(V, COUNT, ended_stranger, NONE, 1,                                                     \
		"connections closed: a stranger's, as others needed the place")                  \
	X(V, COUNT, anew, NONE, 1, "messages by a new connection: theirs had just ended")        \
	X(V, COUNT, unsent, NONE, 1, "requests not sent: their connection had just ended")       \
	X(V, COUNT, full, NONE, 1, "connections that found all places taken")                    \
	X(V, COUNT, unsent_stranger, NONE, 1,                                                    \
		"messages not sent: the connection had ended, and none is made to a stranger")

#define TD_SECTION_JOURNAL(X, V)                                           \
	X(V, COUNT, written, NONE, 1, "number of the last record written") \
	X(V, COUNT, acked, NONE, 1, "number of the last record stored")    \
	X(V, COUNT, used_bytes, BYTES, 1, "bytes used of the reserve")     \
	X(V, COUNT, reserve_bytes, BYTES, 1, "the reserve")                \
	X(V, COUNT, lost, NONE, 1, "records that found no room")

#define TD_SECTION_RECORDER(X, V)                                                       \
	X(V, COUNT, live, NONE, 1, "recordings under way")                              \
	X(V, COUNT, made, NONE, 1, "files made")                                        \
	X(V, COUNT, failed, NONE, 1, "recordings refused, or cut off by a full disk")   \
	X(V, COUNT, packets_lost, PACKETS, 1, "packets that the rings had no room for") \
	X(V, BOOL, disk_full, NONE, 1, "the disk is full")

/* --- answered by tandemd: control/ops.c --- */

#define TD_VIEW_STATUS(X, V)                                                                \
	X(V, TEXT, release, NONE, 1, "tandemd's")                                           \
	X(V, TEXT, site, NONE, 1, "the site's file, site.yaml")                             \
	X(V, TEXT, name, NONE, 1, "what the site is called")                                \
	X(V, COUNT, applied, NONE, 1, "number of what is applied; 0: nothing was yet")      \
	X(V, TEXT, applied_at, NONE, 1, "when, in ISO 8601 with the zone")                  \
	X(V, TEXT, applied_from, NONE, 1, "file that was applied, or what else")            \
	X(V, TEXT, not_applied, NONE, 1,                                                    \
		"what the site's file says that is not applied; nothing: it is applied")    \
	X(V, TEXT, restart, NONE, 1,                                                        \
		"what takes effect when the engine starts next; nothing: all is in force")  \
	X(V, BOOL, engine, NONE, 1, "the engine is reached")                                \
	X(V, TEXT, compiled, NONE, 1, "file that the engine starts with")                   \
	X(V, TEXT, alarms, NONE, 1,                                                         \
		"alarms that stand, each with what it is about; nothing: none")             \
	X(V, TEXT, store, NONE, 1, "database of what happened")                             \
	X(V, TEXT, journal, NONE, 1, "directory of the engine's journal")                   \
	X(V, COUNT, stored_seq, NONE, 1, "number of the last record stored")                \
	X(V, COUNT, missing, NONE, 1, "records that never came, of all time")               \
	X(V, COUNT, damaged, NONE, 1, "places of the journal that could not be read")       \
	X(V, COUNT, unknown, NONE, 1, "records of a newer release, in the archive")         \
	X(V, TEXT, store_error, NONE, 1, "why the store does not follow; nothing: it does") \
	X(V, TEXT, journal_error, NONE, 1,                                                  \
		"why the engine does not free what is stored; nothing: it does")

/* What is in force, and how it came to be. */
#define TD_VIEW_CONFIG_HISTORY(X, V)                                              \
	X(V, COUNT, number, NONE, 1, "one more with each apply")                  \
	X(V, TEXT, at, NONE, 1, "when, in ISO 8601 with the zone")                \
	X(V, COUNT, set, OBJECTS, 1, "objects that were new or had other values") \
	X(V, COUNT, deleted, OBJECTS, 1, "objects that were deleted")             \
	X(V, TEXT, from, NONE, 1, "file that was applied, or what else")          \
	X(V, BOOL, applied, NONE, 1, "this is what is applied now")
#define TD_VIEW_CONFIG_CHANGES(X, V)                                                     \
	X(V, TEXT, path, NONE, 1, "where it stands in site.yaml: `queues.sales.ring`")   \
	X(V, TEXT, change, NONE, 1, "`set`; or of an object as a whole `new` or `gone`") \
	X(V, TEXT, old, NONE, 1, "value before")                                         \
	X(V, TEXT, new, NONE, 1, "value behind")                                         \
	X(V, BOOL, restart, NONE, 1, "takes effect when the engine starts next")

/* X(ID, id, name, SHAPE, help, when there is no row), by who answers; in the order of the errors
 * and documents. PART: rows that the host joins to others; nobody else asks for them.
 * Signalling's rows are all made by td_engine_show(). To those of LINKS the host adds what is
 * carried now (joins[] in engine/host/api/pages.c). */
#define TD_VIEWS_SIGNALLING(X)                                                                    \
	X(CALLS, calls, "calls", OLDEST, "calls at this moment, the oldest first", "no calls")    \
	X(CONTACTS, contacts, "contacts", OLDEST,                                                 \
		"contacts of every channel at this moment, the oldest first", "no contacts")      \
	X(QUEUES, queues, "queues", ROWS, "queues and their agents",                              \
		"no queues: the site has none yet")                                               \
	X(CHANNELS, channels, "channels", ROWS,                                                   \
		"who waits in each queue by channel, and for whom",                               \
		"no queue has an agent, and nobody waits")                                        \
	X(AGENTS, agents, "agents", ROWS, "agents and what they are in",                          \
		"no agents: the site has none yet")                                               \
	X(TRUNKS, trunks, "trunks", ROWS, "trunks and their calls",                               \
		"no trunks: the site has none yet")                                               \
	X(LINKS, links, "links", ROWS,                                                            \
		"limits of links and trunks, what is reserved of them, what they carry",          \
		"no links and no trunks: the site has none yet")                                  \
	X(BLOCKED, blocked, "blocked", ROWS, "who is blocked, as it guessed passwords", "nobody") \
	X(SIP, sip, "sip", ROWS, "counters of SIP, registrations and refusals", "nothing")        \
	X(ACCT, acct, "acct", PART, "names of the rows of bandwidth", "nothing")
/* The host makes the rows, from what it knows itself and a PART of signalling's, or the names that
 * signalling has. */
#define TD_VIEWS_JOINED(X)                                                                      \
	X(BANDWIDTH, bandwidth, "bandwidth", ROWS,                                              \
		"packets and bytes by codec, trunk, queue, link and direction", "no media yet") \
	X(CONNECTIONS, connections, "connections", ROWS,                                        \
		"connections of SIP over TCP, the oldest first", "no connections")
#define TD_VIEWS_HOST(X)                                                                          \
	X(PORTS, ports, "ports", ROWS, "ports and their packet balance", "no ports")              \
	X(PORT_BANDWIDTH, port_bandwidth, "port-bandwidth", ROWS,                                 \
		"what each port carried, by kind and direction", "no ports")                      \
	X(DROPS, drops, "drops", ROWS, "packets dropped, by port and reason",                     \
		"nothing was dropped")                                                            \
	X(MEMORY, memory, "memory", ROWS, "memory, and what it is for", "nothing")                \
	X(WORKERS, workers, "workers", ROWS, "workers and their time", "no workers")              \
	X(STATS, stats, "stats", ONE, "the packet balance of all ports, and the host's counters", \
		"nothing")
#define TD_VIEWS_TANDEMD(X)                                                                        \
	X(STATUS, status, "status", ONE,                                                           \
		"whether tandemd reaches the engine, and how far "                                 \
		"its store is",                                                                    \
		"nothing")                                                                         \
	X(CONFIG_HISTORY, config_history, "config-history", ROWS, "what was applied, newest last", \
		"nothing was applied yet")                                                         \
	X(CONFIG_CHANGES, config_changes, "config-changes", ROWS,                                  \
		"what differs between two configurations", "no difference")
#define TD_VIEWS(X) TD_VIEWS_SIGNALLING(X) TD_VIEWS_JOINED(X) TD_VIEWS_HOST(X) TD_VIEWS_TANDEMD(X)

#define TD_VIEW_ENUM(ID, id, name, shape, help, empty) TD_VIEW_ID_##ID,
enum td_view_id { TD_VIEWS(TD_VIEW_ENUM) TD_VIEW_COUNT };

/* X(ID, id): objects within a view's row. Those of the reasons are counters by enum. */
#define TD_SECTIONS(X) X(SIP, sip) X(TCP, tcp) X(JOURNAL, journal) X(RECORDER, recorder)

struct td_section_packets_dropped {
	uint64_t count[TD_DROP_COUNT];
};
struct td_section_consumed {
	uint64_t count[TD_CONSUMED_COUNT];
};

#define TD_FIELD_TEXT(name)                            const char *name;
#define TD_FIELD_COUNT(name)                           uint64_t name;
#define TD_FIELD_LIMIT(name)                           uint64_t name;
#define TD_FIELD_NUMBER(name)                          double name;
#define TD_FIELD_BOOL(name)                            bool name;
#define TD_FIELD_SECTION(name)                         struct td_section_##name name;
#define TD_FIELD_PAIRS(name)                           struct td_pairs name;
#define TD_FIELD(owner, type, name, unit, place, help) TD_FIELD_##type(name)
/* In the initialiser of a row: these columns, from the fields of another struct. */
#define TD_FIELD_OF(from, type, name, unit, place, help) .name = (from).name,
#define TD_SECTION_STRUCT(ID, id)                          \
	struct td_section_##id {                           \
		TD_SECTION_##ID(TD_FIELD, td_section_##id) \
	};
#define TD_VIEW_STRUCT(ID, id, view, shape, help, empty) \
	struct td_view_##id {                            \
		TD_VIEW_##ID(TD_FIELD, td_view_##id)     \
	};
TD_SECTIONS(TD_SECTION_STRUCT)
TD_VIEWS(TD_VIEW_STRUCT)

#endif
