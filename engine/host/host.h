/* SPDX-License-Identifier: BSD-3-Clause */
/* tandem-engine's main thread: what it owns, started by main.c, served by serve.c. */
#ifndef TANDEM_ENGINE_HOST_HOST_H
#define TANDEM_ENGINE_HOST_HOST_H

#include <engine/host/api/ops.h>
#include <engine/host/net/tcp_full.h>
#include <engine/host/options.h>
#include <system/loop.h>

struct host {
	struct engine_options options;
	const char *log;
	struct ops ops;                /* dp, turn, tcp, journal, recorder, conf */
	struct checkpoint_image image; /* of an earlier run, while this one starts */
	struct kernel_sip *kernel_sip;
	struct tcp_full tcp_full;
	struct resolver *resolver;
	struct api *api;
	struct loop *loop;
	struct loop_work kick; /* signalling or the thread of TCP has something for main */
	struct loop_fd dataplane;
	struct loop_timer second;
	struct loop_timer look; /* while somebody waits for the last call: is there one left? */
	struct loop_timer end;  /* the latest, once a stop at once is asked for */
	uint64_t look_interval; /* ns */
	uint64_t wall_offset;   /* as last told */
	uint64_t wall_told;
	bool counting; /* a REQUEST_CALLS is under way */
	bool served;   /* it ran; else the start failed */
	bool told;     /* a signal has told to end; the next one to end at once */
	struct td_text err;
};

/* The loop, its signals and timers; before any thread is made. 0 or -errno. */
int serve_init(struct host *h);
void serve_fini(struct host *h); /* also after a serve_init() that failed */
/* Until the last call has ended, or it is told to stop at once. 0 or -errno. */
int serve_run(struct host *h);
/* For resolver_alloc(): ctx is the host. */
void host_resolved(void *ctx, const struct td_resolved *r);
/* The wall clock's offset to the monotonic one, ns. */
uint64_t host_wall_offset(void);

#endif
