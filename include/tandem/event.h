/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal: what happened, in order, each record once.
 *
 * engine -> ring in memory -> journal thread -> preallocated segment files -> tandemd. A segment is
 * a sequence of records, each a header and `len` payload bytes padded with zeros to 8; a header of
 * zeros ends the written part. Sequence numbers start at 1, never skip and never repeat over the
 * life of a journal directory, restarts included. tandemd writes rows and the sequence it has
 * reached in one transaction, and tells the engine, which then reuses segments.
 *
 * All payloads are plain data of fixed size, little endian. Strings are NUL-terminated UTF-8.
 * `wall` fields are nanoseconds since 1970 UTC; 0 means that it did not happen.
 */
#ifndef TANDEM_EVENT_H
#define TANDEM_EVENT_H

#include <tandem/acd.h>
#include <tandem/codec.h>
#include <tandem/types.h>

#define TD_REC_MAGIC 0x43525454u /* "TTRC" */
#define TD_REC_MAX   1024u       /* longest payload, bytes */

struct td_rec {
	uint32_t magic;
	uint32_t crc;  /* CRC32C of the header from `len` on and the payload, padding excluded */
	uint32_t len;  /* payload bytes */
	uint16_t type; /* enum td_event_type */
	uint16_t unused;
	uint64_t seq;
	uint64_t wall; /* when it happened */
};

/*
 * The one table of what is journaled. From it follow the structs below, their sizes' checks, and by
 * engine/base/event.h the store's tables and columns, the keys of rows in JSON, and the document
 * build/docs/events.md. E(number, id, name, shape, bytes, keep, help):
 *
 *     number, id  enum td_event_type, TD_EV_`id`; journals keep it: add at the end, never reorder
 *     name        of the store's table; struct td_ev_`name` is the payload
 *     shape       FIELDS: TD_EV_`id`_FIELDS has the payload's; EMPTY: there is no payload; BYTES: a
 *                 struct td_`name` of include/tandem/acd.h, kept as it is
 *     bytes       of the payload, today's
 *     keep        ALWAYS, or DAYS: tandemd deletes them after --keep-days
 */
/* clang-format off */
#define TD_EVENTS(E)                                                                              \
	E(1, START, start, FIELDS, 32, ALWAYS, "The engine started.")                             \
	E(2, STOP, stop, EMPTY, 0, ALWAYS, "It stopped in order.")                                \
	E(3, GAP, gap, FIELDS, 32, ALWAYS, "Records were lost: the journal's reserve was full.")  \
	E(4, CDR, cdr, FIELDS, 600, ALWAYS, "A call ended.")                                      \
	E(5, QUEUE_LOG, queue_log, FIELDS, 268, ALWAYS,                                           \
		"A line of Asterisk's queue_log, with its names.")                                \
	E(6, AGENT_SESSION, agent_session, FIELDS, 88, ALWAYS,                                    \
		"An agent's stay in a state ended.")                                              \
	E(7, RECORDING, recording, FIELDS, 176, ALWAYS,                                           \
		"A recording is whole on disk, one row a file.")                                  \
	E(8, ALARM, alarm, FIELDS, 240, ALWAYS, "An operator should know.")                       \
	E(9, CONFIG, config, FIELDS, 80, ALWAYS, "A configuration took effect.")                  \
	E(10, ACD_IN, acd_in, BYTES, 112, DAYS, "What went into the call distributor.")           \
	E(11, ACD_OUT, acd_out, BYTES, 32, DAYS, "What came out of the call distributor.")        \
	E(12, STORY, story, FIELDS, 224, DAYS,                                                    \
		"A step of a call. Diagnostic: these are shed first when the journal is full.")   \
	/* the next event goes above this line */
/* clang-format on */

#define TD_EV_NUMBER(number, id, ...) TD_EV_##id = (number),
enum td_event_type { TD_EVENTS(TD_EV_NUMBER) TD_EV_END };

/* How a call came out: X(id, name, help). */
#define TD_DISPOSITIONS(X)                                                             \
	X(ANSWERED, "answered", "an agent answered, or whom a trunk reached")          \
	X(ABANDONED, "abandoned", "the caller hung up while waiting or ringing")       \
	X(OVERFLOWED, "overflowed",                                                    \
		"left its queue by time-out or maximum length, and no agent answered") \
	X(REJECTED, "rejected", "refused before it was answered: 403, 404, 488, 503")  \
	X(FAILED, "failed", "anything else")
#define TD_CALL_ID_(id, name, help) TD_CALL_##id,
enum td_disposition { TD_CALL_NONE, TD_DISPOSITIONS(TD_CALL_ID_) TD_DISPOSITION_COUNT };

/* clang-format off */
/*
 * Fields, in their order in the record, which has no holes.
 * F(since, place, kind, C type, name, dimension, unit, help, S...), S being passed through:
 *
 *     since   the version of the event that brought it, from 1. Fields are only ever added at the
 *             end: records of older engines lack them, and then their columns are NULL
 *     place   NEXT: the column stands in this order; FIRST: before those that are NEXT
 *     kind    TEXT     NUL-terminated UTF-8
 *             UINT, INT
 *             WALL     nanoseconds since 1970 UTC, 0: it did not happen; the store has seconds,
 *                      or NULL
 *             SCORE    hundredths, 0: not known; the store has a number or NULL
 *             WORD     a number; the store has its word of the list that is named as unit
 *             TEXTS    an array of five: columns data1 to data5
 *             PAD      no column
 *             MEDIA, QUALITY, RATING  all fields of that struct, `unit` before their names
 */
#define TD_EV_START_FIELDS(F, S...)                                                               \
	F(1, NEXT, UINT, uint64_t, wall_offset, , "ns", "wall - monotonic time", S)               \
	F(1, NEXT, INT, uint64_t, seed, , "", "seed of the run's randomness", S)                  \
	F(1, FIRST, TEXT, char, version, [16], "", "the engine's", S)

#define TD_EV_GAP_FIELDS(F, S...)                                                                 \
	F(1, NEXT, UINT, uint64_t, lost, , "records", "that could not be kept", S)                \
	F(1, NEXT, UINT, uint64_t, lost_diag, , "records", "of these, steps of calls", S)         \
	F(1, NEXT, WALL, uint64_t, from, , "", "when the first of them was", S)                   \
	F(1, NEXT, WALL, uint64_t, to, , "", "when the last of them was", S)

/* What one leg carried; see struct td_leg_stats. */
#define TD_EV_MEDIA_FIELDS(F, S...)                                                               \
	F(1, NEXT, UINT, uint64_t, in_packets, , "packets", "RTP that came", S)                   \
	F(1, NEXT, UINT, uint64_t, in_bytes, , "bytes", "of IP", S)                               \
	F(1, NEXT, UINT, uint64_t, out_packets, , "packets", "RTP that left", S)                  \
	F(1, NEXT, UINT, uint64_t, out_bytes, , "bytes", "of IP", S)                              \
	F(1, NEXT, INT, int32_t, in_lost, , "packets", "that did not come", S)                    \
	F(1, NEXT, UINT, uint32_t, in_jitter_us, , "us", "at its end", S)                         \
	F(1, NEXT, UINT, uint32_t, rtt_us, , "us", "round trip; 0: unknown", S)                   \
	F(1, NEXT, WORD, uint8_t, codec, , codecs, "its name", S)                                 \
	F(1, NEXT, PAD, uint8_t, unused, [3], "", "", S)

/* How one direction was rated by the E-model over windows of some 5 s (engine/base/emodel.h). 0:
 * not at all, nothing came or nobody reported. */
#define TD_EV_RATING_FIELDS(F, S...)                                                              \
	F(1, NEXT, SCORE, uint16_t, r, , "", "R, mean", S)                                        \
	F(1, NEXT, SCORE, uint16_t, r_worst, , "", "R, worst window", S)                          \
	F(1, NEXT, SCORE, uint16_t, mos, , "", "MOS, mean", S)                                    \
	F(1, NEXT, SCORE, uint16_t, mos_worst, , "", "MOS, worst window", S)

/* What it was like on one leg. "in": the peer's stream as we got it; "out": ours, as the peer's
 * RTCP says. */
#define TD_EV_QUALITY_FIELDS(F, S...)                                                             \
	F(1, NEXT, RATING, struct td_ev_rating, in, , "in_", "what came", S)                      \
	F(1, NEXT, RATING, struct td_ev_rating, out, , "out_", "what it got", S)                  \
	F(1, NEXT, SCORE, uint16_t, xr_r, , "",                                                   \
		"R that the telephone itself reports (RFC 3611)", S)                              \
	F(1, NEXT, SCORE, uint16_t, xr_mos, , "", "MOS that it reports", S)                       \
	F(1, NEXT, UINT, uint16_t, silences, , "",                                                \
		"pauses of 1.5 s and more in which the peer sent nothing but should have", S)     \
	F(1, NEXT, PAD, uint16_t, unused, , "", "", S)                                            \
	F(1, NEXT, UINT, uint32_t, silent_ms, , "ms", "how long these pauses lasted in all", S)   \
	F(1, NEXT, UINT, uint32_t, in_jitter_max_us, , "us", "highest", S)                        \
	F(1, NEXT, INT, int32_t, out_lost, , "packets", "of ours that it reports lost", S)        \
	F(1, NEXT, UINT, uint32_t, out_jitter_us, , "us", "of ours, as it reports", S)            \
	F(1, NEXT, UINT, uint32_t, rtt_max_us, , "us", "longest round trip", S)

#define TD_EV_CDR_FIELDS(F, S...)                                                                 \
	F(1, NEXT, TEXT, char, id, [TD_CALL_ID_BYTES], "",                                        \
		"the call: the engine's start in epoch seconds, a dot, a counter", S)             \
	F(1, NEXT, TEXT, char, caller, [TD_NUMBER_BYTES], "", "who called", S)                    \
	F(1, NEXT, TEXT, char, dialled, [TD_NUMBER_BYTES], "", "what was called", S)              \
	F(1, NEXT, TEXT, char, trunk, [TD_NAME_BYTES], "", "by which it came", S)                 \
	F(1, NEXT, TEXT, char, queue, [TD_NAME_BYTES], "", "the last one; empty: none", S)        \
	F(1, NEXT, TEXT, char, agent, [TD_NAME_BYTES], "", "who answered; empty: no one", S)      \
	F(1, NEXT, TEXT, char, digits, [32], "",                                                  \
		"RFC 4733 digits that the caller pressed, in order", S)                           \
	F(1, NEXT, TEXT, char, sip_call_id, [96], "",                                             \
		"the caller's Call-ID, cut when longer", S)                                       \
	F(1, NEXT, WALL, uint64_t, offered, , "", "the caller's INVITE", S)                       \
	F(1, NEXT, WALL, uint64_t, answered, , "", "our 200", S)                                  \
	F(1, NEXT, WALL, uint64_t, queued, , "", "entry into the queue", S)                       \
	F(1, NEXT, WALL, uint64_t, connected, , "", "the agent's 200", S)                         \
	F(1, NEXT, WALL, uint64_t, ended, , "", "its end", S)                                     \
	F(1, NEXT, UINT, uint32_t, wait_ms, , "ms", "in queues until connected or left", S)       \
	F(1, NEXT, UINT, uint32_t, ring_ms, , "ms", "of the agent who answered", S)               \
	F(1, NEXT, UINT, uint32_t, talk_ms, , "ms", "the talk", S)                                \
	F(1, NEXT, UINT, uint16_t, sip_code, , "",                                                \
		"the final response to the caller's INVITE", S)                                   \
	F(1, NEXT, WORD, uint8_t, disposition, , dispositions, "how it came out", S)              \
	F(1, NEXT, UINT, uint8_t, ended_by, , "",                                                 \
		"0 we, 1 the caller, 2 the agent, or who was called by a trunk", S)               \
	F(1, NEXT, UINT, uint16_t, attempts, , "", "agents rung, or trunks called", S)            \
	F(1, NEXT, PAD, uint16_t, unused, , "", "", S)                                            \
	F(1, NEXT, UINT, uint32_t, recording, , "", "its number in `recording`; 0: none", S)      \
	F(1, NEXT, MEDIA, struct td_ev_media, caller_media, , "caller_", "the caller's leg", S)   \
	F(1, NEXT, MEDIA, struct td_ev_media, agent_media, , "agent_", "the other leg", S)        \
	F(2, NEXT, QUALITY, struct td_ev_quality, caller_quality, , "caller_",                    \
		"the caller's leg", S)                                                            \
	F(2, NEXT, QUALITY, struct td_ev_quality, agent_quality, , "agent_",                      \
		"the other leg", S)                                                               \
	F(3, NEXT, TEXT, char, to_trunk, [TD_NAME_BYTES], "",                                     \
		"of a call out: the trunk called last; `agent_...` is that leg", S)               \
	F(3, NEXT, UINT, uint16_t, cause, , "Q.850",                                              \
		"why it ended: 16 normal, 17 busy, 34 no bandwidth or calls left on a trunk "     \
		"or link", S)                                                                     \
	F(3, NEXT, PAD, uint8_t, unused2, [6], "", "", S)                                         \
	/* the next field goes above this line */

#define TD_EV_QUEUE_LOG_FIELDS(F, S...)                                                           \
	F(1, NEXT, TEXT, char, call, [TD_CALL_ID_BYTES], "",                                      \
		"`NONE`: of an agent or the system", S)                                           \
	F(1, NEXT, TEXT, char, queue, [TD_NAME_BYTES], "", "`NONE`: there is none", S)            \
	F(1, NEXT, TEXT, char, agent, [TD_NAME_BYTES], "", "`NONE`: there is none", S)            \
	F(1, NEXT, TEXT, char, event, [20], "", "`ENTERQUEUE`, `CONNECT` and so on", S)           \
	F(1, NEXT, TEXTS, char, data, [5][TD_NUMBER_BYTES], "", "as the event wants it", S)

#define TD_EV_AGENT_SESSION_FIELDS(F, S...)                                                       \
	F(1, FIRST, TEXT, char, agent, [TD_NAME_BYTES], "", "the agent", S)                       \
	F(1, NEXT, TEXT, char, reason, [TD_NAME_BYTES], "", "why the agent paused", S)            \
	F(1, NEXT, WALL, uint64_t, from, , "", "when it began; quote the name in SQL", S)         \
	F(1, NEXT, WALL, uint64_t, to, , "", "when it ended; quote the name in SQL", S)           \
	F(1, FIRST, WORD, uint8_t, state, , agent_states, "state that the agent was in", S)       \
	F(1, NEXT, PAD, uint8_t, unused, [7], "", "", S)

#define TD_EV_RECORDING_FIELDS(F, S...)                                                           \
	F(1, FIRST, UINT, uint32_t, recording, , "", "its number", S)                             \
	F(1, NEXT, WORD, uint8_t, codec, , codecs, "codec of the file", S)                        \
	F(1, NEXT, UINT, uint8_t, recovered, , "", "1: made from the log after a crash", S)       \
	F(1, NEXT, PAD, uint16_t, unused, , "", "", S)                                            \
	F(1, NEXT, UINT, uint64_t, samples, , "samples", "a channel, 8000 a second", S)           \
	F(1, NEXT, UINT, uint64_t, missing, , "samples",                                          \
		"of these, that silence stands for", S)                                           \
	F(1, FIRST, TEXT, char, call, [TD_CALL_ID_BYTES], "", "whose", S)                         \
	F(1, FIRST, TEXT, char, file, [128], "", "its path below the recordings' directory", S)

#define TD_EV_ALARM_FIELDS(F, S...)                                                               \
	F(1, NEXT, TEXT, char, name, [TD_NAME_BYTES], "",                                         \
		"`recording-disk-full` and the like", S)                                          \
	F(1, NEXT, TEXT, char, text, [200], "", "what an operator should know", S)                \
	F(1, NEXT, UINT, uint8_t, raised, , "", "1 raised, 0 cleared", S)                         \
	F(1, NEXT, PAD, uint8_t, unused, [7], "", "", S)

#define TD_EV_CONFIG_FIELDS(F, S...)                                                              \
	F(1, NEXT, UINT, uint32_t, set, , "objects", "that are new or changed", S)                \
	F(1, NEXT, UINT, uint32_t, deleted, , "objects", "that are gone", S)                      \
	F(1, NEXT, TEXT, char, digest, [72], "", "SHA-256 of its compiled text, in hex", S)

#define TD_EV_STORY_FIELDS(F, S...)                                                               \
	F(1, NEXT, TEXT, char, call, [TD_CALL_ID_BYTES], "", "whose", S)                          \
	F(1, NEXT, TEXT, char, text, [200], "",                                                   \
		"`agent alice rings`, `486 Busy Here from bob`", S)
/* clang-format on */

#define TD_EV_MEMBER(since, place, kind, type, name, dimension, ...) type name dimension;

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
