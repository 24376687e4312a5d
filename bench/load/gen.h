/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generator and sink: a load (bench/load/load.h) sent and received by ports of any kind, opened
 * as the engine opens its own. One thread polls; it is the caller's, pinned to a core.
 */
#ifndef TANDEM_BENCH_LOAD_GEN_H
#define TANDEM_BENCH_LOAD_GEN_H

#include <bench/load/load.h>
#include <bench/load/usage.h>
#include <tandem/config.h>

#define GEN_PORT_MIN 10000 /* of ours: RTP ends, even ports */
#define GEN_PORT_MAX 59999
/* Ethernet, IPv4, UDP, RTP, FCS: as every benchmark counts a frame. */
#define GEN_FRAME_BYTES (14 + 20 + 8 + LOAD_RTP + 4)

struct gen_params {
	const struct td_conf_port *port; /* each call's ends are addresses of these */
	unsigned ports;
	unsigned core;
	bool checksums; /* UDP's are checked; a kernel's relay leaves them to a device on veth */
	struct load_params load;
};

struct gen_result {
	struct load_counts counts;
	struct hist latency;  /* ns from before the send to after the reception */
	struct hist lateness; /* ns from due to sent: the generator's own */
	uint64_t in_time;     /* relayed while the window lasted: what usage is of */
	uint64_t ns;          /* that it lasted */
	struct usage usage;   /* of the process watched, and of the kernel */
};

struct gen;

/* NULL, told on stderr. */
struct gen *gen_alloc(const struct gen_params *p);
void gen_free(struct gen *g);
/* Waits until the links are up and the relays' addresses are resolved. 0, or -EHOSTUNREACH, told.
 */
int gen_resolve(struct gen *g);
/* `calls` calls send for `warm` ns, then for `ns` more, which are counted, until what is on its way
 * is there. pid: the process watched, 0: none. 0, or -ESRCH when it is gone. */
int gen_window(
	struct gen *g, uint32_t calls, uint64_t warm, uint64_t ns, int pid, struct gen_result *r);

#endif
