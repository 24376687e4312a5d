/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Side memory: what only some legs need. A leg that relays and no more has none of it.
 *
 * Each kind is a table of its own, by leg number like the records of leg.h. A table is reserved as
 * address space, and its pages cost memory once a leg on them takes its place. The record of a leg
 * says which places it has taken. A new leg has none, whatever its number's last leg left there.
 */
#ifndef TANDEM_DATAPLANE_LEG_SIDE_H
#define TANDEM_DATAPLANE_LEG_SIDE_H

#include <tandem/media.h>
#include <dataplane/leg/renumber.h>
#include <dataplane/rtp/digit.h>
#include <dataplane/rtp/wheel.h>

/* X(ID, name): struct leg_##name. leg_##name() is a leg's, NULL while it has none; take_##name()
 * gives it one, of zeroes at first. */
#define LEG_SIDES(X)          \
	X(PLAY, play)         \
	X(DIGIT, digit)       \
	X(PROOF, proof)       \
	X(HEARD, heard)       \
	X(RENUMBER, renumber) \
	X(ASIDE, aside)

/* A play of a sound; `number` is signalling's, and comes back with TD_MEDIA_PLAYED. */
struct play {
	uint32_t sound, number;
	bool loop;
};

/* What plays to the peer, or did last (play.c). */
struct leg_play {
	struct wheel_timer timer;
	struct play play;
	uint32_t position;
	uint8_t phase; /* the millisecond of 20 in which it is sent */
};

/* The telephone event that comes from the peer, or came last (digits.c). */
struct leg_digit {
	struct wheel_timer timer;
	struct digit digit;
};

/* How a source proves itself (source.c): with TD_SOURCE_LATCH; or, with TD_SOURCE_ADDRESS, another
 * port than the settled one. Addresses are marks. */
struct leg_proof {
	uint32_t probe_ip, probe_ssrc;
	uint32_t probe_since; /* ticks */
	uint16_t probe_port, probe_seq;
	uint32_t sip_ip;    /* where its SIP comes from, 0 unknown */
	uint32_t former_ip; /* where it was before signalling moved it */
	uint16_t former_port;
	bool far;          /* the source is a far one's: a near one may take its place */
	uint8_t probe_run; /* packets of the probe in sequence, with TD_SOURCE_ADDRESS */
};

#define LEG_SR 4 /* a report of the peer's may answer an SR before the last one */

/* What the peer's reports said, and the SRs of ours that they can answer (rtcp.c). */
struct leg_heard {
	int32_t out_lost;
	uint32_t out_reports, out_seq_max, out_jitter, rtt_us;
	struct td_leg_xr xr;
	uint32_t sr_ntp;  /* middle bits of its last SR, 0 none */
	uint32_t sr_time; /* and when it came, 1/65536 s */
	struct {
		uint32_t ntp;  /* middle bits of an SR that we sent, 0 none */
		uint32_t time; /* and when, 1/65536 s, whatever the wall clock does */
	} sent[LEG_SR];
	uint8_t sent_next;
};

/* Numbers that close up (renumber.h): of what arrives, and of what another worker hands over. */
struct leg_renumber {
	struct renumber in, fed;
	uint16_t gone; /* so many packets were kept since the other worker's stream began */
};

/* Events on an SSRC of their own (aside.h). */
struct leg_aside {
	/* that arrive */
	uint32_t ssrc, seen; /* as in struct leg */
	uint16_t seq;        /* highest */
	bool started;
	/* that leave */
	bool placed;          /* such a packet has left: */
	uint32_t placed_ssrc; /* with which it came */
	uint32_t placed_ts, ts_add;
};

#define LEG_SIDE_ENUM(id, name) LEG_SIDE_##id,
enum leg_side { LEG_SIDES(LEG_SIDE_ENUM) LEG_SIDE_COUNT };

#endif
