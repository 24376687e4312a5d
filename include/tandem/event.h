/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal: what happened, in order, each record once.
 *
 * engine -> ring in memory -> journal thread -> preallocated segment files -> tandemd. A segment is
 * a sequence of records, each a header and `len` payload bytes padded with zeros to 8; a header of
 * zeros ends the written part. Sequence numbers start at 1, never skip and never repeat over the
 * life of a journal directory, restarts included. tandemd writes rows and the sequence it has
 * reached in one transaction, and tells the engine, which then deletes segments.
 *
 * All payloads are plain data of fixed size, little endian. Strings are NUL-terminated UTF-8.
 * `wall` fields are nanoseconds since 1970 UTC; 0 means that it did not happen.
 */
#ifndef TANDEM_EVENT_H
#define TANDEM_EVENT_H

#include <tandem/acd.h>
#include <tandem/codec.h>
#include <tandem/column.h>
#include <tandem/contact.h>
#include <tandem/types.h>

#define TD_REC_MAGIC 0x43525454u /* "TTRC" */
#define TD_REC_MAX   1024u       /* longest payload, bytes */

struct td_rec {
	uint32_t magic;
	uint32_t crc;     /* CRC32C of the header from `len` on and the payload, padding excluded */
	uint32_t len;     /* payload bytes */
	uint16_t type;    /* enum td_event_type */
	uint16_t version; /* of the payload's layout, from 1; 0: an engine before 0.2 wrote it */
	uint64_t seq;
	uint64_t wall; /* when it happened */
};

/*
 * The one table of what is journaled. From it follow the structs below, their sizes' checks, and by
 * engine/base/event.h the store's tables, columns and indexes, the keys of rows in JSON, the tables
 * of tandemctl, and the document build/docs/events.md.
 * E(number, id, name, shape, bytes, keep, place, index, help):
 *
 *     number, id  enum td_event_type, TD_EV_`id`; journals keep it: add at the end, never reorder
 *     name        of the store's table; struct td_ev_`name` is the payload
 *     shape       FIELDS: TD_EV_`id`_FIELDS has the payload's; EMPTY: there is no payload; BYTES: a
 *                 struct td_`name` of include/tandem/acd.h, kept as it is
 *     bytes       of the payload, today's
 *     keep        ALWAYS: rows of the store; LIST: elements of a list in the row of the call's
 *                 `cdr`, shown by a view as rows; or JOURNAL: steps, decisions and live events,
 *                 read by call or in their order and never asked for by SQL. They go to the
 *                 store's archive. tandemd deletes them after --keep-days. SHED: likewise, and
 *                 not kept while the journal is nearly full: diagnostics, of which none decides
 *     place,      of the column `time`, which each table has, as of a field below
 *     index
 */
/* clang-format off */
#define TD_EVENTS(E)                                                                              \
	E(1, START, start, FIELDS, 32, ALWAYS, 0, NONE, "The engine started.")                    \
	E(2, STOP, stop, EMPTY, 0, ALWAYS, 0, NONE, "It stopped in order.")                       \
	E(3, GAP, gap, FIELDS, 32, ALWAYS, 0, NONE,                                               \
		"Records were lost: the journal's reserve was full.")                             \
	E(4, CDR, cdr, FIELDS, 704, ALWAYS, 0, NONE, "A call, or another contact, ended.")        \
	E(5, QUEUE_LOG, queue_log, FIELDS, 332, ALWAYS, 1, PLAIN,                                 \
		"A line of Asterisk's queue_log, with its names.")                                \
	E(6, AGENT_SESSION, agent_session, FIELDS, 88, ALWAYS, 0, NONE,                           \
		"An agent's stay in a state ended.")                                              \
	E(7, RECORDING, recording, FIELDS, 176, ALWAYS, 0, NONE,                                  \
		"A recording is whole on disk, one row a file.")                                  \
	E(8, ALARM, alarm, FIELDS, 288, ALWAYS, 1, NONE, "An operator should know.")              \
	E(9, CONFIG, config, FIELDS, 80, ALWAYS, 0, NONE, "A configuration took effect.")         \
	E(10, ACD_IN, acd_in, BYTES, 112, JOURNAL, 0, NONE,                                       \
		"What went into the call distributor.")                                           \
	E(11, ACD_OUT, acd_out, BYTES, 32, JOURNAL, 0, NONE,                                      \
		"What came out of the call distributor.")                                         \
	E(12, STORY, story, FIELDS, 224, SHED, 0, NONE,                                           \
		"A step of a call. Shed first when the journal is full, as live events are.")   \
	E(13, SEGMENT, segment, FIELDS, 176, LIST, 0, NONE,                                     \
		"A segment of a contact ended: a stay in a queue, a talk, or the ringing that followed a transfer.") \
	E(14, PARTY, party, FIELDS, 224, LIST, 0, NONE, "A party has left its call, and its leg is gone.") \
	E(15, LIVE, live, FIELDS, 192, SHED, 0, NONE,                                             \
		"Something began or changed. The end of a contact is its `cdr`, of a segment its "  \
		"`segment`, of a party that answered its `party`, of an agent's state its "         \
		"`agent_session`.")                                                                 \
	E(16, CONTACT_DATA, contact_data, FIELDS, 312, JOURNAL, 0, NONE,                          \
		"A key was attached to a contact, got another value, or was taken away.")         \
	/* the next event goes above this line */
/* clang-format on */

#define TD_EV_NUMBER(number, id, ...) TD_EV_##id = (number),
enum td_event_type { TD_EVENTS(TD_EV_NUMBER) TD_EV_END };

/* Not kept while the journal is nearly full. A record of TD_EV_GAP counts those that were not. */
#define TD_EV_SHED_ALWAYS                                     0u
#define TD_EV_SHED_LIST                                       0u
#define TD_EV_SHED_JOURNAL                                    0u
#define TD_EV_SHED_SHED                                       1u
#define TD_EV_SHED(number, id, name, shape, bytes, keep, ...) | TD_EV_SHED_##keep << (number)
static inline bool td_event_shed(uint16_t type)
{
	_Static_assert((int)TD_EV_END <= 32, "a bit for each event");
	return type < TD_EV_END && (0u TD_EVENTS(TD_EV_SHED)) >> type & 1;
}

/* How a call came out: X(id, name, help). */
#define TD_DISPOSITIONS(X)                                                             \
	X(ANSWERED, "answered", "an agent answered, or whom a trunk reached")          \
	X(ABANDONED, "abandoned", "the caller hung up while waiting or ringing")       \
	X(OVERFLOWED, "overflowed",                                                    \
		"left its queue by time-out or maximum length, and no agent answered") \
	X(REJECTED, "rejected", "refused before it was answered: 403, 404, 488, 503")  \
	X(FAILED, "failed", "anything else")                                           \
	X(LOST, "lost", "the engine ended while it was there, whatever it had come to")
#define TD_CALL_ID_(id, name, help) TD_CALL_##id,
enum td_disposition { TD_CALL_NONE, TD_DISPOSITIONS(TD_CALL_ID_) TD_DISPOSITION_COUNT };

/* Who ended a call: X(id, name, help). Journals keep the order. */
#define TD_ENDED_BY(X)                                     \
	X(US, "us", "Tandem itself")                       \
	X(CALLER, "caller", "who called, or the customer") \
	X(CALLEE, "callee", "the agent, or whom a trunk reached")
#define TD_ENDED_BY_ID(id, name, help) TD_ENDED_BY_##id,
enum td_ended_by { TD_ENDED_BY(TD_ENDED_BY_ID) TD_ENDED_BY_COUNT };

/* What a segment of a contact is: X(id, name, help). Journals keep the order, here and below. */
#define TD_SEGMENT_KINDS(X)                                                                   \
	X(QUEUE, "queue", "a stay in a queue")                                                \
	X(TALK, "talk", "a talk to one party, or an agent's work on a contact without media") \
	X(RING, "ring", "the caller waits for whom a transfer rings")
#define TD_SEGMENT_KIND_ID(id, name, help) TD_SEGMENT_##id,
enum td_segment_kind { TD_SEGMENT_KINDS(TD_SEGMENT_KIND_ID) TD_SEGMENT_KIND_COUNT };

/* Why a segment ended: X(id, name, help). */
#define TD_SEGMENT_ENDS(X)                                                        \
	X(ANSWERED, "answered", "who was rung answered")                          \
	X(COMPLETED, "completed", "the talk was over")                            \
	X(TRANSFERRED, "transferred", "this party left, and the contact went on") \
	X(ABANDONED, "abandoned", "the caller hung up")                           \
	X(TIMEOUT, "time-out", "the longest wait that the queue allows")          \
	X(NO_QUEUE, "no queue", "the queue is gone")                              \
	X(WITHDRAWN, "withdrawn", "the call ended, and not by the caller")        \
	X(NO_ANSWER, "no answer", "nobody answered")                              \
	X(OPERATOR, "operator", "an operator moved the contact to another queue") \
	X(LOST, "lost", "the engine ended, and was not told to")                  \
	X(FULL, "full", "the queue had no place: `max_length`")
#define TD_SEGMENT_END_ID(id, name, help) TD_SEGMENT_END_##id,
enum td_segment_end { TD_SEGMENT_ENDS(TD_SEGMENT_END_ID) TD_SEGMENT_END_COUNT };

/*
 * What a party is in its call: X(id, name, takes turns, help). Of those who have joined and take
 * turns, the first talks to the caller. The talk lasts while there is one of them.
 */
#define TD_ROLES(X)                              \
	X(CALLER, "caller", false, "who called") \
	X(AGENT, "agent", true, "an agent")      \
	X(TRUNK, "trunk", true, "a number, by a trunk")
#define TD_ROLE_ID(id, ...) TD_ROLE_##id,
enum td_role { TD_ROLES(TD_ROLE_ID) TD_ROLE_COUNT };

#define TD_ROLE_TURNS(id, name, turns, help) | (unsigned)(turns) << TD_ROLE_##id
static inline bool td_role_takes_turns(uint8_t role)
{
	return (0u TD_ROLES(TD_ROLE_TURNS)) >> role & 1;
}

/* What became of a party: X(id, name, help). */
#define TD_PARTY_ENDS(X)                                                                      \
	X(TALKED, "talked", "it talked to the caller; of the caller: somebody talked to it")  \
	X(NO_TURN, "no turn", "it answered, and left before its turn to talk came")           \
	X(UNUSABLE, "unusable",                                                               \
		"it answered, but its SDP was of no use: no common codec, for example")       \
	X(LATE, "late", "it answered when nobody waited for that any more")                   \
	X(BUSY, "busy", "it answered with SIP 486 or 600")                                    \
	X(FAILED, "failed", "it answered with another error, or nothing could be sent there") \
	X(NO_ANSWER, "no answer", "it did not answer in time")                                \
	X(ELSEWHERE, "elsewhere", "somebody else who was rung answered first")                \
	X(ABANDONED, "abandoned", "the caller hung up while it was rung")                     \
	X(WITHDRAWN, "withdrawn", "an operator, or Tandem, gave it up while it was rung")
#define TD_PARTY_END_ID(id, name, help) TD_PARTY_END_##id,
enum td_party_end { TD_PARTY_END_NONE, TD_PARTY_ENDS(TD_PARTY_END_ID) TD_PARTY_END_COUNT };

/* What a live event is about, and its name, other and state: X(id, name, help). */
#define TD_OBJECTS(X)                                                                          \
	X(CONTACT, "contact",                                                                  \
		"name: the caller, or the customer; other: what was dialled, or the queue; "   \
		"state: the channel")                                                          \
	X(SEGMENT, "segment", "name: who; other: the queue; state: the kind")                  \
	X(PARTY, "party",                                                                      \
		"name: the party; other: its role; state: ringing, joined, or left; at the "   \
		"end of one that never answered, why, in the words of `why` of `party`")       \
	X(AGENT, "agent", "name: the agent; other: the reason of a pause; state: the agent's") \
	X(REGISTRATION, "registration",                                                        \
		"name: the agent; state: registered, refreshed, unregistered, expired or "     \
		"disconnected; or reachable or not, as the configuration says")                \
	X(TRUNK, "trunk",                                                                      \
		"name: the trunk; state: configured, removed, full, has room, unresolved, or " \
		"resolved")                                                                    \
	X(LINK, "link", "name: the link; state: full, or has room")                            \
	X(BRIDGE, "bridge", "name and other: the two parties who hear each other")
#define TD_OBJECT_ID(id, name, help) TD_OBJECT_##id,
enum td_object { TD_OBJECTS(TD_OBJECT_ID) TD_OBJECT_COUNT };

/* X(id, name, help) */
#define TD_PHASES(X)            \
	X(BEGIN, "begin", "")   \
	X(CHANGE, "change", "") \
	X(END, "end", "it has no record of its end beside this one")
#define TD_PHASE_ID(id, name, help) TD_PHASE_##id,
enum td_phase { TD_PHASES(TD_PHASE_ID) TD_PHASE_COUNT };

/* Why a call ended, the causes of Q.850 that there can be: X(id, number, name, help). */
#define TD_CAUSES(X)                                                                           \
	X(UNALLOCATED, 1, "unallocated number", "")                                            \
	X(NORMAL, 16, "normal", "")                                                            \
	X(BUSY, 17, "user busy", "")                                                           \
	X(NO_USER, 18, "no user responding", "")                                               \
	X(NO_ANSWER, 19, "no answer", "")                                                      \
	X(REJECTED, 21, "call rejected", "")                                                   \
	X(ROUTING, 25, "exchange routing error", "a call that runs in a circle: SIP 482, 483") \
	X(UNREACHED, 27, "destination out of order",                                           \
		"transport failed: nothing got to the caller any more, before the ACK")        \
	X(INVALID_NUMBER, 28, "invalid number format", "")                                     \
	X(NO_CIRCUIT, 34, "no circuit available",                                              \
		"no calls or bits left of a trunk, link or site")                              \
	X(OUT_OF_ORDER, 38, "network out of order", "")                                        \
	X(TEMPORARY, 41, "temporary failure", "")                                              \
	X(INCOMPATIBLE, 88, "incompatible destination", "")                                    \
	X(TIMER, 102, "recovery on timer expiry", "")                                          \
	X(INTERWORKING, 127, "interworking", "")
#define TD_CAUSE_ID(id, number, name, help) TD_CAUSE_##id = (number),
enum td_cause { TD_CAUSES(TD_CAUSE_ID) };

/* clang-format off */
/*
 * Fields, in their order in the record, which has no holes.
 * F(since, order, place, index, TYPE, C type, name, dimension, UNIT, help, S...), S being passed
 * through. A field is a column of the event's table:
 *
 *     since       the version of the event that brought it, from 1. Fields are only ever added at
 *                 the end: records of older engines lack them, and then their columns are NULL
 *     order       NEXT: the column stands in this order; FIRST: before those that are NEXT
 *     place       its place in a table for people, as in include/tandem/view.h; 0: in JSON alone
 *     index       enum td_index, of the store
 *     TYPE, UNIT  as in include/tandem/column.h; WORD and CODE have the list of their words as UNIT
 *
 * These types are not one column:
 *
 *     TEXTS           an array of five: columns data1 to data5, of which data2 is LONG
 *     LONG            a TEXT of which more than fits is in the field `name`_whole, a WHOLE
 *     WHOLE           none of its own: all of a LONG that has been cut, else empty
 *     PAD             none
 *     MEDIA, QUALITY  all fields of that struct, UNIT before their names
 *     RATING          all fields of that struct, the field's own name before theirs
 */
#define TD_EV_START_FIELDS(F, S...)                                                               \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, wall_offset, , NS, "wall - monotonic time", S)       \
	F(1, NEXT, 0, NONE, INT, uint64_t, seed, , NONE, "0; before 0.2: what decided the run's numbers", S)       \
	F(1, FIRST, 0, NONE, TEXT, char, version, [16], NONE, "the engine's", S)

#define TD_EV_GAP_FIELDS(F, S...)                                                                 \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, lost, , RECORDS, "that could not be kept", S)        \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, lost_diag, , RECORDS, "of these, steps of calls and live events", S) \
	F(1, NEXT, 0, NONE, TIME, uint64_t, from, , TIME, "when the first of them was", S)        \
	F(1, NEXT, 0, NONE, TIME, uint64_t, to, , TIME, "when the last of them was", S)

/* What one leg carried; see struct td_leg_stats. */
#define TD_EV_MEDIA_FIELDS(F, S...)                                                               \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, in_packets, , PACKETS, "RTP that came", S)           \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, in_bytes, , BYTES, "of IP", S)                       \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, out_packets, , PACKETS, "RTP that left", S)          \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, out_bytes, , BYTES, "of IP", S)                      \
	F(1, NEXT, 0, NONE, INT, int32_t, in_lost, , PACKETS, "that did not come", S)             \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, in_jitter_us, , US, "at its end", S)                 \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, rtt_us, , US, "round trip; 0: unknown", S)           \
	F(1, NEXT, 0, NONE, WORD, uint8_t, codec, , codecs, "its name", S)                        \
	F(1, NEXT, 0, NONE, PAD, uint8_t, unused, [3], NONE, "", S)

/* How one direction was rated by the E-model over windows of some 5 s (engine/base/emodel.h). 0:
 * not at all, nothing came or nobody reported. */
#define TD_EV_RATING_FIELDS(F, S...)                                                              \
	F(1, NEXT, 0, NONE, SCORE, uint16_t, r, , R, "R, mean", S)                                \
	F(1, NEXT, 0, NONE, SCORE, uint16_t, r_worst, , R, "R, worst window", S)                  \
	F(1, NEXT, 0, NONE, SCORE, uint16_t, mos, , MOS, "MOS, mean", S)                          \
	F(1, NEXT, 0, NONE, SCORE, uint16_t, mos_worst, , MOS, "MOS, worst window", S)

/* What it was like on one leg. "in": the peer's stream as we got it; "out": ours, as the peer's
 * RTCP says. */
#define TD_EV_QUALITY_FIELDS(F, S...)                                                             \
	F(1, NEXT, 0, NONE, RATING, struct td_ev_rating, in, , NONE, "what came", S)              \
	F(1, NEXT, 0, NONE, RATING, struct td_ev_rating, out, , NONE, "what it got", S)           \
	F(1, NEXT, 0, NONE, SCORE, uint16_t, xr_r, , R,                                           \
		"R that the telephone itself reports (RFC 3611)", S)                              \
	F(1, NEXT, 0, NONE, SCORE, uint16_t, xr_mos, , MOS, "MOS that it reports", S)             \
	F(1, NEXT, 0, NONE, COUNT, uint16_t, silences, , NONE,                                    \
		"pauses of 1.5 s and more in which the peer sent nothing but should have", S)     \
	F(1, NEXT, 0, NONE, PAD, uint16_t, unused, , NONE, "", S)                                 \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, silent_ms, , MS,                                     \
		"how long these pauses lasted in all", S)                                         \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, in_jitter_max_us, , US, "highest", S)                \
	F(1, NEXT, 0, NONE, INT, int32_t, out_lost, , PACKETS, "of ours that it reports lost", S) \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, out_jitter_us, , US, "of ours, as it reports", S)    \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, rtt_max_us, , US, "longest round trip", S)

#define TD_EV_CDR_FIELDS(F, S...)                                                                 \
	F(1, NEXT, 1, CALL, TEXT, char, id, [TD_CALL_ID_BYTES], NONE,                             \
		"the call: the engine's start in epoch seconds, a dot, a counter", S)             \
	F(1, NEXT, 2, PLAIN, TEXT, char, caller, [TD_NUMBER_BYTES], NONE,                           \
		"who called; what does not fit is left out: parameters first, then the end", S)   \
	F(1, NEXT, 2, NONE, TEXT, char, dialled, [TD_NUMBER_BYTES], NONE,                          \
		"what was called; likewise, and a number that did not fit was refused", S)        \
	F(1, NEXT, 0, NONE, TEXT, char, trunk, [TD_NAME_BYTES], NONE, "by which it came", S)      \
	F(1, NEXT, 2, QUEUE, TEXT, char, queue, [TD_NAME_BYTES], NONE,                            \
		"the last one; empty: none", S)                                                   \
	F(1, NEXT, 2, PLAIN, TEXT, char, agent, [TD_NAME_BYTES], NONE,                            \
		"the agent who talked to the caller last; empty: none", S)                        \
	F(1, NEXT, 5, NONE, TEXT, char, digits, [32], NONE,                                       \
		"RFC 4733 digits that the caller pressed, in order", S)                           \
	F(1, NEXT, 0, NONE, TEXT, char, sip_call_id, [96], NONE,                                  \
		"the caller's Call-ID, cut when longer", S)                                       \
	F(1, NEXT, 1, PLAIN, TIME, uint64_t, offered, , TIME, "the caller's INVITE", S)           \
	F(1, NEXT, 0, NONE, TIME, uint64_t, answered, , TIME, "our 200", S)                       \
	F(1, NEXT, 0, NONE, TIME, uint64_t, queued, , TIME, "entry into the queue", S)            \
	F(1, NEXT, 0, NONE, TIME, uint64_t, connected, , TIME, "the agent's 200", S)              \
	F(1, NEXT, 0, NONE, TIME, uint64_t, ended, , TIME, "its end", S)                          \
	F(1, NEXT, 4, NONE, COUNT, uint32_t, wait_ms, , MS,                                       \
		"in queues until connected or left", S)                                           \
	F(1, NEXT, 4, NONE, COUNT, uint32_t, ring_ms, , MS, "of the agent who answered", S)       \
	F(1, NEXT, 4, NONE, COUNT, uint32_t, talk_ms, , MS, "the talk", S)                        \
	F(1, NEXT, 6, NONE, COUNT, uint16_t, sip_code, , NONE,                                    \
		"the final response to the caller's INVITE", S)                                   \
	F(1, NEXT, 3, NONE, WORD, uint8_t, disposition, , dispositions, "how it came out", S)     \
	F(1, NEXT, 5, NONE, CODE, uint8_t, ended_by, , ended_by, "who ended it", S)               \
	F(1, NEXT, 0, NONE, COUNT, uint16_t, attempts, , NONE,                                    \
		"agents rung, or trunks called", S)                                               \
	F(1, NEXT, 0, NONE, PAD, uint16_t, unused, , NONE, "", S)                                 \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, recording, , NONE,                                   \
		"its number in `recording`; 0: none", S)                                          \
	F(1, NEXT, 0, NONE, MEDIA, struct td_ev_media, caller_media, , caller_,                   \
		"the caller's leg", S)                                                            \
	F(1, NEXT, 0, NONE, MEDIA, struct td_ev_media, agent_media, , agent_, "the other leg", S) \
	F(2, NEXT, 0, NONE, QUALITY, struct td_ev_quality, caller_quality, , caller_,             \
		"the caller's leg", S)                                                            \
	F(2, NEXT, 0, NONE, QUALITY, struct td_ev_quality, agent_quality, , agent_,               \
		"the other leg", S)                                                               \
	F(3, NEXT, 0, NONE, TEXT, char, to_trunk, [TD_NAME_BYTES], NONE,                          \
		"the trunk by which the caller's last partner was reached, whose leg `agent_...` " \
		"is then; empty: an agent. Of a call that nobody answered: the trunk called last", \
		S)                                                                                \
	F(3, NEXT, 6, NONE, CODE, uint16_t, cause, , causes, "why it ended, by Q.850", S)         \
	F(3, NEXT, 0, NONE, PAD, uint8_t, unused2, [6], NONE, "", S)                              \
	F(4, NEXT, 2, NONE, TEXT, char, customer, [TD_CUSTOMER_BYTES], NONE,                      \
		"who asks, of a contact without media; empty: not known", S)                      \
	F(4, NEXT, 0, NONE, TEXT, char, tenant, [TD_NAME_BYTES], NONE,                            \
		"whose contact it is, of one without media; empty: nobody's", S)                  \
	F(4, NEXT, 3, NONE, WORD, uint8_t, channel, , channels, "what it came by", S)             \
	F(4, NEXT, 0, NONE, PAD, uint8_t, unused3, [7], NONE, "", S)                              \
	/* the next field goes above this line */

#define TD_EV_QUEUE_LOG_FIELDS(F, S...)                                                           \
	F(1, NEXT, 1, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE,                           \
		"`NONE`: of an agent or the system", S)                                           \
	F(1, NEXT, 1, QUEUE, TEXT, char, queue, [TD_NAME_BYTES], NONE,                            \
		"`NONE`: there is none", S)                                                       \
	F(1, NEXT, 1, NONE, TEXT, char, agent, [TD_NAME_BYTES], NONE, "`NONE`: there is none", S) \
	F(1, NEXT, 1, NONE, TEXT, char, event, [20], NONE,                                        \
		"what happened: see Events of queue_log", S)                                         \
	F(1, NEXT, 1, NONE, TEXTS, char, data, [5][TD_NUMBER_BYTES], NONE,                        \
		"as the event has it", S)                                                         \
	F(2, NEXT, 0, NONE, WHOLE, char, data2_whole, [TD_CUSTOMER_BYTES], NONE, "", S)

#define TD_EV_AGENT_SESSION_FIELDS(F, S...)                                                       \
	F(1, FIRST, 0, PLAIN, TEXT, char, agent, [TD_NAME_BYTES], NONE, "the agent", S)           \
	F(1, NEXT, 0, NONE, TEXT, char, reason, [TD_NAME_BYTES], NONE, "why the agent paused", S) \
	F(1, NEXT, 0, THEN, TIME, uint64_t, from, , TIME,                                         \
		"when it began; quote the name in SQL", S)                                        \
	F(1, NEXT, 0, NONE, TIME, uint64_t, to, , TIME,                                           \
		"when it ended; quote the name in SQL", S)                                        \
	F(1, FIRST, 0, NONE, WORD, uint8_t, state, , agent_states,                                \
		"state that the agent was in", S)                                                 \
	F(1, NEXT, 0, NONE, PAD, uint8_t, unused, [7], NONE, "", S)

#define TD_EV_RECORDING_FIELDS(F, S...)                                                           \
	F(1, FIRST, 0, NONE, COUNT, uint32_t, recording, , NONE, "its number", S)                 \
	F(1, NEXT, 0, NONE, WORD, uint8_t, codec, , codecs, "codec of the file", S)               \
	F(1, NEXT, 0, NONE, FLAG, uint8_t, recovered, , NONE,                                     \
		"1: made from the log after a crash", S)                                          \
	F(1, NEXT, 0, NONE, PAD, uint16_t, unused, , NONE, "", S)                                 \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, samples, , SAMPLES, "a channel, 8000 a second", S)   \
	F(1, NEXT, 0, NONE, COUNT, uint64_t, missing, , SAMPLES,                                  \
		"of both channels, of packets that never came: silence stands for them", S)                                           \
	F(1, FIRST, 0, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE, "whose", S)              \
	F(1, FIRST, 0, UNIQUE, TEXT, char, file, [128], NONE,                                     \
		"its path below the recordings' directory", S)

#define TD_ALARM_OBJECT_BYTES 48 /* a name, a space and a channel, with NUL */
#define TD_EV_ALARM_FIELDS(F, S...)                                                               \
	F(1, NEXT, 1, NONE, TEXT, char, name, [TD_NAME_BYTES], NONE,                              \
		"`recording-disk-full` and the like", S)                                          \
	F(1, NEXT, 2, NONE, TEXT, char, text, [200], NONE, "what an operator should know", S)     \
	F(1, NEXT, 1, NONE, FLAG, uint8_t, raised, , NONE, "1 raised, 0 cleared", S)              \
	F(1, NEXT, 0, NONE, PAD, uint8_t, unused, [7], NONE, "", S)                               \
	F(2, NEXT, 3, NONE, TEXT, char, object, [TD_ALARM_OBJECT_BYTES], NONE,                    \
		"what it is about: a link, a trunk, a limit, or a queue and a channel. Who clears " \
		"an alarm names the same one", S)

#define TD_EV_CONFIG_FIELDS(F, S...)                                                              \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, set, , OBJECTS, "that are new or changed", S)        \
	F(1, NEXT, 0, NONE, COUNT, uint32_t, deleted, , OBJECTS, "that are gone", S)              \
	F(1, NEXT, 0, NONE, TEXT, char, digest, [72], NONE,                                       \
		"SHA-256 of its compiled text, in hex", S)

#define TD_EV_STORY_FIELDS(F, S...)                                                               \
	F(1, NEXT, 0, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE, "whose", S)               \
	F(1, NEXT, 0, NONE, TEXT, char, text, [200], NONE,                                        \
		"`agent alice rings`, `486 Busy Here from bob`", S)

#define TD_EV_CONTACT_DATA_FIELDS(F, S...)                                                        \
	F(1, NEXT, 0, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE, "whose", S)               \
	F(1, NEXT, 1, NONE, TEXT, char, key, [TD_NAME_BYTES], NONE, "the key", S)                 \
	F(1, NEXT, 1, NONE, TEXT, char, value, [TD_CONTACT_DATA_BYTES], NONE, "its value now; empty: none", S)

#define TD_EV_SEGMENT_FIELDS(F, S...)                                                             \
	F(1, NEXT, 0, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE, "whose", S)               \
	F(1, NEXT, 4, NONE, TEXT, char, queue, [TD_NAME_BYTES], NONE, "empty: none", S)           \
	F(1, NEXT, 5, NONE, TEXT, char, who, [TD_NAME_BYTES], NONE,                               \
		"the agent, or the trunk; empty: nobody yet", S)                                  \
	F(1, NEXT, 0, NONE, TEXT, char, came_from, [TD_NAME_BYTES], NONE,                         \
		"the queue or party that had the contact before; empty: none", S)                 \
	F(1, NEXT, 6, NONE, TEXT, char, went_to, [TD_NAME_BYTES], NONE,                           \
		"the queue or party that has it now; empty: none", S)                             \
	F(1, NEXT, 2, NONE, TIME, uint64_t, began, , TIME, "its begin", S)                        \
	F(1, NEXT, 0, NONE, TIME, uint64_t, ended, , TIME, "its end", S)                          \
	F(1, NEXT, 3, NONE, COUNT, uint32_t, lasted_ms, , MS, "from begin to end", S)             \
	F(1, FIRST, 1, NONE, COUNT, uint8_t, number, , NONE, "in their order, from 1", S)         \
	F(1, FIRST, 1, NONE, WORD, uint8_t, kind, , segment_kinds, "what it is", S)               \
	F(1, NEXT, 7, NONE, WORD, uint8_t, why, , segment_ends, "why it ended", S)                \
	F(1, NEXT, 8, NONE, CODE, uint8_t, ended_by, , ended_by, "who ended it", S)

#define TD_EV_PARTY_FIELDS(F, S...)                                                               \
	F(1, NEXT, 0, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE, "whose", S)               \
	F(1, NEXT, 3, NONE, TEXT, char, name, [TD_NAME_BYTES], NONE,                              \
		"the agent, the trunk, or the caller's number", S)                                \
	F(1, NEXT, 4, NONE, TIME, uint64_t, began, , TIME, "the INVITE", S)                       \
	F(1, NEXT, 0, NONE, TIME, uint64_t, joined, , TIME,                                       \
		"the 200, of the caller and of who talked to the caller", S)                      \
	F(1, NEXT, 0, NONE, TIME, uint64_t, ended, , TIME, "the BYE", S)                          \
	F(1, NEXT, 0, NONE, MEDIA, struct td_ev_media, media, , , "its leg", S)                   \
	F(1, NEXT, 0, NONE, QUALITY, struct td_ev_quality, quality, , , "its leg", S)             \
	F(1, FIRST, 1, NONE, COUNT, uint8_t, number, , NONE, "in their order, from 1", S)         \
	F(1, FIRST, 2, NONE, WORD, uint8_t, role, , roles, "what it is in the call", S)           \
	F(1, NEXT, 0, NONE, PAD, uint8_t, unused, [2], NONE, "", S)                               \
	F(2, NEXT, 3, NONE, TEXT, char, dialled, [TD_NUMBER_BYTES], NONE,                         \
		"the number that was called by the trunk; empty: no trunk", S)                    \
	F(2, NEXT, 4, NONE, TIME, uint64_t, answered, , TIME, "the 200, of whomever", S)          \
	F(2, NEXT, 5, NONE, WORD, uint8_t, why, , party_ends,                                     \
		"what became of it; empty: the caller, to whom nobody talked", S)                 \
	F(2, NEXT, 0, NONE, PAD, uint8_t, unused2, [7], NONE, "", S)

#define TD_EV_LIVE_FIELDS(F, S...)                                                                \
	F(1, NEXT, 0, CALL, TEXT, char, call, [TD_CALL_ID_BYTES], NONE, "empty: of no call", S)   \
	F(1, NEXT, 0, NONE, LONG, char, name, [TD_NAME_BYTES], NONE, "as `object` says", S)       \
	F(1, NEXT, 0, NONE, TEXT, char, other, [TD_NAME_BYTES], NONE, "likewise", S)              \
	F(1, NEXT, 0, NONE, TEXT, char, state, [TD_NAME_BYTES], NONE, "likewise", S)              \
	F(1, FIRST, 0, NONE, WORD, uint8_t, object, , objects, "what it is about", S)             \
	F(1, FIRST, 0, NONE, WORD, uint8_t, phase, , phases, "what happened to it", S)            \
	F(1, NEXT, 0, NONE, COUNT, uint8_t, number, , NONE,                                       \
		"of a segment or party, in the contact", S)                                       \
	F(1, NEXT, 0, NONE, PAD, uint8_t, unused, [5], NONE, "", S)                               \
	F(2, NEXT, 0, NONE, WHOLE, char, name_whole, [TD_CUSTOMER_BYTES], NONE, "", S)
/* clang-format on */

#define TD_EV_MEMBER(since, order, place, index, type, c_type, name, dimension, ...) \
	c_type name dimension;

/* Structs that events have in them. */
struct td_ev_media {
	TD_EV_MEDIA_FIELDS(TD_EV_MEMBER)
};
struct td_ev_rating {
	TD_EV_RATING_FIELDS(TD_EV_MEMBER)
};
struct td_ev_quality {
	TD_EV_QUALITY_FIELDS(TD_EV_MEMBER)
};

#define TD_EV_STRUCT_EMPTY(id, name)
#define TD_EV_STRUCT_BYTES(id, name)
#define TD_EV_STRUCT_FIELDS(id, name)                   \
	struct td_ev_##name {                           \
		TD_EV_##id##_FIELDS(TD_EV_MEMBER, name) \
	};
#define TD_EV_STRUCT(number, id, name, shape, ...) TD_EV_STRUCT_##shape(id, name)
TD_EVENTS(TD_EV_STRUCT)

#endif
