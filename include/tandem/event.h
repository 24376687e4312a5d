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

enum td_event_type {
	TD_EV_START = 1,     /* struct td_ev_start: the engine started */
	TD_EV_STOP,          /* none: it stopped in order */
	TD_EV_GAP,           /* struct td_ev_gap: records were lost, the reserve was full */
	TD_EV_CDR,           /* struct td_ev_cdr: a call ended */
	TD_EV_QUEUE_LOG,     /* struct td_ev_queue_log: a line of Asterisk's queue_log */
	TD_EV_AGENT_SESSION, /* struct td_ev_agent_session: an agent's stay in a state ended */
	TD_EV_RECORDING,     /* struct td_ev_recording: a recording is whole on disk */
	TD_EV_ALARM,         /* struct td_ev_alarm: an operator should know */
	TD_EV_CONFIG,        /* struct td_ev_config: a configuration took effect */
	TD_EV_ACD_IN,        /* struct td_acd_in */
	TD_EV_ACD_OUT,       /* struct td_acd_out */
	TD_EV_STORY,         /* struct td_ev_story: a step of a call; diagnostic, shed first */
};

struct td_ev_start {
	uint64_t wall_offset; /* wall - monotonic */
	uint64_t seed;
	char version[16];
};

struct td_ev_gap {
	uint64_t lost;      /* records that could not be kept */
	uint64_t lost_diag; /* of these, diagnostics (TD_EV_STORY) */
	uint64_t from, to;  /* wall, first and last of them */
};

enum td_disposition {
	TD_CALL_ANSWERED = 1, /* an agent answered, or whom a trunk reached */
	TD_CALL_ABANDONED,    /* the caller hung up while waiting or ringing */
	TD_CALL_OVERFLOWED,   /* left its queue by time-out or maximum length, and no agent answered
			       */
	TD_CALL_REJECTED,     /* refused before it was answered: 403, 404, 488, 503 */
	TD_CALL_FAILED,       /* anything else */
};

/* What one leg carried; see struct td_leg_stats. */
struct td_ev_media {
	uint64_t in_packets, in_bytes, out_packets, out_bytes;
	int32_t in_lost;
	uint32_t in_jitter_us;
	uint32_t rtt_us;
	uint8_t codec; /* enum td_codec */
	uint8_t unused[3];
};

/* How one direction was rated by the E-model over windows of some 5 s (engine/base/emodel.h), in
 * hundredths; 0: not at all, nothing came or nobody reported. */
struct td_ev_rating {
	uint16_t r_mean, r_worst, mos_mean, mos_worst;
};

/* What it was like on one leg. "in": the peer's stream as we got it; "out": ours, as the peer's
 * RTCP says. */
struct td_ev_quality {
	struct td_ev_rating in, out;
	uint16_t xr_r, xr_mos; /* what the peer itself thinks of `out` (RFC 3611), hundredths */
	uint16_t silences;     /* of TD_SILENCE_MS and more, though it should have sent */
	uint16_t unused;
	uint32_t silent_ms; /* how long these lasted */
	uint32_t in_jitter_max_us;
	int32_t out_lost;
	uint32_t out_jitter_us;
	uint32_t rtt_max_us;
};

struct td_ev_cdr {
	char id[TD_CALL_ID_BYTES];
	char caller[TD_NUMBER_BYTES];
	char dialled[TD_NUMBER_BYTES];
	char trunk[TD_NAME_BYTES];
	char queue[TD_NAME_BYTES]; /* the last one; empty when none */
	char agent[TD_NAME_BYTES]; /* who answered; empty when no one */
	char digits[32];           /* RFC 4733 digits the caller pressed, in order */
	char sip_call_id[96];      /* the caller's Call-ID, cut when longer */
	uint64_t offered, answered, queued, connected, ended; /* wall: INVITE, our 200, queue entry,
								 agent's 200, end */
	uint32_t wait_ms; /* in queues until connected or left */
	uint32_t ring_ms; /* of the agent who answered */
	uint32_t talk_ms;
	uint16_t sip_code;   /* the final response to the caller's INVITE */
	uint8_t disposition; /* enum td_disposition */
	uint8_t ended_by;    /* 0 we, 1 caller, 2 agent */
	uint16_t attempts;   /* agents rung */
	uint16_t unused;
	uint32_t recording; /* its number, 0 none */
	struct td_ev_media caller_media, agent_media;
	struct td_ev_quality caller_quality, agent_quality; /* older engines' records lack these */
	/* as do these: */
	char to_trunk[TD_NAME_BYTES]; /* a call out: the trunk that was called last */
	uint16_t cause; /* why it ended, ITU-T Q.850; 34: no bandwidth, or no calls left */
	uint8_t unused2[6];
};

struct td_ev_queue_log {
	char call[TD_CALL_ID_BYTES]; /* "NONE" for agent and system events */
	char queue[TD_NAME_BYTES];   /* "NONE" when there is none */
	char agent[TD_NAME_BYTES];
	char event[20]; /* ENTERQUEUE, CONNECT, ... */
	char data[5][TD_NUMBER_BYTES];
};

struct td_ev_agent_session {
	char agent[TD_NAME_BYTES];
	char reason[TD_NAME_BYTES]; /* of a pause */
	uint64_t from, to;          /* wall */
	uint8_t state;              /* enum td_agent_state */
	uint8_t unused[7];
};

struct td_ev_recording {
	uint32_t recording;
	uint8_t codec;
	uint8_t recovered; /* 1: made from the log after a crash */
	uint16_t unused;
	uint64_t samples; /* per channel, 8000 a second */
	uint64_t missing; /* samples filled with silence */
	char call[TD_CALL_ID_BYTES];
	char file[128]; /* path relative to the recordings directory */
};

struct td_ev_alarm {
	char name[TD_NAME_BYTES]; /* "recording-disk-full", ... */
	char text[200];
	uint8_t raised; /* 1 raised, 0 cleared */
	uint8_t unused[7];
};

struct td_ev_config {
	uint32_t set, deleted; /* objects */
	char digest[72];
};

struct td_ev_story {
	char call[TD_CALL_ID_BYTES];
	char text[200]; /* "agent alice rings", "486 Busy Here from bob" */
};

#endif
