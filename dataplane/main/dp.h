/* SPDX-License-Identifier: BSD-3-Clause */
/* What stands behind struct dp, for the files of this folder. */
#ifndef TANDEM_DATAPLANE_MAIN_DP_H
#define TANDEM_DATAPLANE_MAIN_DP_H

#include <dataplane/port/port.h>
#include <dataplane/worker/worker.h>

struct neighbours;
struct netlink;

struct dp {
	struct td_conf_site site;
	struct td_conf_port *conf; /* copies, as many as ports */
	struct port port[PORT_MAX];
	unsigned ports, opened;
	struct workers workers;
	uint64_t wall_offset; /* at the start */
	void (*note)(void *ctx, const char *line);
	void *note_ctx;
	struct netlink *netlink;       /* main; NULL when the kernel owns no port */
	struct neighbours *neighbours; /* main */
	struct sounds *sounds;
	uint64_t rings_bytes;
	bool running;
	int main_epoll;
	struct wake main_wake;             /* posted by any thread */
	uint64_t main_second, main_minute; /* main: when ageing was done last */
};

/* workers.c: the workers, not running. `tap`: each has a ring for the recorder. */
int dp_workers_init(struct dp *dp, const struct dp_params *params, struct td_text *err);
void dp_workers_fini(struct dp *dp);

/* home.c: routes and neighbours. */
int home_start(struct dp *dp, struct td_text *err);
void home_stop(struct dp *dp);

#endif
