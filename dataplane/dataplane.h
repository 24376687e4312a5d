/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The dataplane as engine/host and tandem-bench see it: ports, workers, and the rings between them
 * and the signalling lcore. DPDK stays behind this header.
 *
 * Threads: `main` is the thread that called dp_alloc(). `signalling` is wherever the turn function
 * runs: an lcore of its own, or worker 0's loop. Errors that a person must read are one line in
 * err: what, where, what to do.
 */
#ifndef TANDEM_DATAPLANE_DATAPLANE_H
#define TANDEM_DATAPLANE_DATAPLANE_H

#include <engine/base/random.h>
#include <tandem/config.h>
#include <tandem/media.h>
#include <tandem/view.h>
#include <tandem/text.h>
#include <dataplane/tap.h>

struct dp;

struct dp_params {
	const struct td_conf_site
		*site; /* cores, memory, hugepages, ports of SIP and RTP, max_calls */
	const struct td_conf_port
		*ports; /* in the order of their names; address index = position in
			   the list of all their addresses (include/tandem/media.h) */
	unsigned port_count;
	/* The signalling lcore's work: takes a bounded batch from each ring, returns the next
	 * deadline (monotonic ns, TD_NEVER), or 0 when it wants to be called again at once. */
	uint64_t (*turn)(void *ctx, uint64_t now);
	void *turn_ctx;
	uint64_t wall_offset; /* wall clock - dp_now(); dp_wall() */
	bool tap;             /* make the recorder's rings */
	/* One line that a person should read, though nothing failed: a fallback and what it costs.
	 * NULL: lost. main. */
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
	const char *file_prefix; /* of EAL; NULL: its own */
	/* Of every number that a peer could guess: the host draws it, and it is not kept. */
	uint8_t key[RANDOM_KEY_BYTES];
};

/* main. EAL, memory, ports, leg tables; nothing runs yet. NULL with errno and err. */
struct dp *dp_alloc(const struct dp_params *p, struct td_text *err);
int dp_start(struct dp *dp); /* main: launches the workers */
void dp_stop(struct dp *dp); /* main: workers leave their loops, XDP programs are detached */
void dp_free(struct dp *dp);

/* Monotonic nanoseconds, as `now` everywhere (CLOCK_MONOTONIC; any thread). */
uint64_t dp_now(void);

/* main: the wall clock was stepped. RTCP's time stamps follow. */
void dp_wall(struct dp *dp, uint64_t wall_offset);

/* signalling: SIP in and out. Data of a datagram stays valid until the release. */
struct dp_datagram {
	struct td_addr local, remote;
	const uint8_t *data;
	uint32_t len;
	void *owner;
};
unsigned dp_sip_recv(struct dp *dp, struct dp_datagram *out, unsigned n);
void dp_sip_release(struct dp *dp, struct dp_datagram *d, unsigned n);
/* 0; -EMSGSIZE too long for a packet of a port whose kernel has a socket for it (the host then uses
 * that one), or for UDP; -ENOBUFS; -EHOSTUNREACH no port or route. Counted. `dscp`: 0..63. */
int dp_sip_send(struct dp *dp, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len);

/* signalling: media. The command ring cannot fill while credits are kept; -ENOBUFS is a bug and
 * counted. */
int dp_media_cmd(struct dp *dp, const struct td_media_cmd *cmd);
unsigned dp_media_events(struct dp *dp, struct td_media_event *out, unsigned n);

/* Any thread: the signalling turn runs within 1 ms, asleep or not. */
void dp_signal_wake(struct dp *dp);

/* main: reads netlink (routes, neighbours, link state), ages our own neighbours, replaces what
 * workers use by RCU. fd for poll(); call when readable and once a second. */
int dp_main_fd(const struct dp *dp);
void dp_main_turn(struct dp *dp);

/* main: a sound, encoded already (20 ms multiples), number as in PLAY. The dataplane copies it. 0,
 * -ENOMEM. Replaces by RCU; what is never replaced stays, for legs that may play it. */
int dp_sound_set(
	struct dp *dp, uint32_t sound, enum td_codec codec, const uint8_t *data, size_t bytes);

/* recorder thread: one tap ring a worker. */
unsigned dp_worker_count(const struct dp *dp);
struct tap *dp_tap(struct dp *dp, unsigned worker);

/* Any thread: sums over workers, racy reads of monotonic counters. */
unsigned dp_port_count(const struct dp *dp);
struct dp_port_info {
	const char *name, *device, *driver; /* driver as in use: "af_xdp", "af_packet (fallback)" */
	struct td_port_stats stats;
	uint16_t mtu;
	unsigned queues;      /* a worker each; the others hand their packets to those */
	const char *steering; /* how packets find their worker's queue, steer_name() */
	bool up, kernel_owned, zero_copy;
	uint64_t kernel_dropped;               /* packets the driver or kernel lost before us */
	struct td_frames kernel[TD_DIR_COUNT]; /* the kernel's own, beside `stats` */
};
void dp_port_info(struct dp *dp, unsigned port, struct dp_port_info *out);
void dp_acct(struct dp *dp, uint32_t row, struct td_acct_row *out);
uint32_t dp_acct_rows(const struct dp *dp);
struct dp_memory {
	uint64_t legs_bytes, pool_bytes, rings_bytes, sounds_bytes;
	uint32_t mbufs, mbufs_in_use, legs, legs_in_use;
	bool hugepages;
};
void dp_memory(struct dp *dp, struct dp_memory *out);
struct dp_worker_info {
	unsigned core;
	uint64_t turns, busy_ns, asleep_ns;
	TD_WORKER_COUNTS(TD_FIELD, )
};
void dp_worker_info(struct dp *dp, unsigned worker, struct dp_worker_info *out);

#endif
