/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bench/load/bridge.h>
#include <dataplane/dataplane.h>
#include <engine/base/buf.h>

#define BRIDGE_BATCH     64 /* calls a turn; commands come slower than the worker takes them */
#define BRIDGE_EVENTS    64
#define BRIDGE_MEMORY_MB 160
#define PER_ADDRESS      ((BRIDGE_PORT_MAX + 1 - BRIDGE_PORT_MIN) / 2)

struct bridge {
	struct bridge_params p;
	struct dp *dp;
	uint32_t made; /* calls. signalling */
	int rc;
};

static volatile sig_atomic_t bridge_stop;

static void on_signal(int number)
{
	bridge_stop = 1;
}

static uint32_t leg_of(const struct bridge *b, const struct td_addr *a)
{
	uint32_t index = 0;

	for (unsigned i = 0; i < b->p.ports; i++)
		for (unsigned j = 0; j < b->p.port[i].address_count; j++, index++)
			if (b->p.port[i].address[j].addr.ip4 == a->ip4 &&
				a->port >= BRIDGE_PORT_MIN && a->port < BRIDGE_PORT_MAX)
				return td_leg_number(index, a->port, BRIDGE_PORT_MIN, PER_ADDRESS);
	return TD_LEG_NONE;
}

static int add_leg(struct bridge *b, uint32_t leg, const struct td_addr *remote)
{
	struct td_media_cmd cmd = {.op = TD_MEDIA_LEG_ADD, .leg = leg};

	cmd.leg_params = (struct td_leg_params){.remote = *remote,
		.ssrc = leg * 2654435761u + 1,
		.ts_offset = leg * 40503u,
		.seq = (uint16_t)(leg * 7919u),
		.codec = TD_CODEC_PCMA,
		.pt = LOAD_PT,
		.dtmf_pt = 101,
		.policy = TD_SOURCE_STRICT,
		.flags = TD_LEG_SEND | TD_LEG_RECV | TD_LEG_RTCP,
		.ptime_ms = 20};
	return leg == TD_LEG_NONE ? -EINVAL : dp_media_cmd(b->dp, &cmd);
}

static int add_call(struct bridge *b, const struct load_call *c)
{
	struct td_media_cmd cmd = {.op = TD_MEDIA_BRIDGE,
		.leg = leg_of(b, &c->relay_a),
		.other = leg_of(b, &c->relay_b)};
	int rc = add_leg(b, cmd.leg, &c->a);

	if (!rc)
		rc = add_leg(b, cmd.other, &c->b);
	return rc ? rc : dp_media_cmd(b->dp, &cmd);
}

static uint64_t turn(void *ctx, uint64_t now)
{
	struct bridge *b = ctx;
	struct td_media_event ev[BRIDGE_EVENTS];
	unsigned events = dp_media_events(b->dp, ev, BRIDGE_EVENTS);

	for (unsigned i = 0; i < BRIDGE_BATCH && b->made < b->p.calls && !b->rc; i++) {
		b->rc = add_call(b, &b->p.call[b->made]);
		b->made += !b->rc;
	}
	return events == BRIDGE_EVENTS || (b->made < b->p.calls && !b->rc) ? 0 : TD_NEVER;
}

static void note(void *ctx, const char *line)
{
	fprintf(stderr, "tandem-bench: %s\n", line);
}

static int bridge_open(struct bridge *b)
{
	struct td_conf_site site = {.name = "bridge",
		.sip_port = 5060,
		.rtp_port_min = BRIDGE_PORT_MIN,
		.rtp_port_max = BRIDGE_PORT_MAX,
		.max_calls = b->p.calls,
		.max = {.sounds = 16, .bandwidth_rows = 1024},
		.signalling_core = -1,
		.worker_cores = {(uint8_t)b->p.core},
		.worker_count = 1,
		.hugepages = TD_HUGEPAGES_NEVER,
		.latency = b->p.latency,
		.memory_mb = BRIDGE_MEMORY_MB + b->p.calls / 512};
	struct dp_params p = {.site = &site,
		.ports = b->p.port,
		.port_count = b->p.ports,
		.turn = turn,
		.turn_ctx = b,
		.note = note};
	struct td_text err = {""};
	int rc = 0;

	b->dp = dp_alloc(&p, &err);
	if (!b->dp) {
		rc = -errno;
		fprintf(stderr, "tandem-bench: %s\n", err.s);
	}
	return rc;
}

/* Once all legs are there. */
static void tell_ready(struct bridge *b)
{
	struct dp_memory m;

	if (b->p.ready < 0)
		return;
	dp_memory(b->dp, &m);
	if (m.legs_in_use < b->p.calls * 2)
		return;
	(void)!write(b->p.ready, "\n", 1);
	close(b->p.ready);
	b->p.ready = -1;
}

static void json_port(struct td_buf *b, const struct dp_port_info *p)
{
	static const char *const drop[] = {
#define X(id, name, text) name,
		TD_DROPS(X)
#undef X
	};

	json_str(b, "port", str_of(p->name));
	json_str(b, "driver", str_of(p->driver));
	json_u64(b, "in", p->stats.in);
	json_u64(b, "out", p->stats.out);
	json_u64(b, "originated", p->stats.originated);
	json_u64(b, "kernel_dropped", p->kernel_dropped);
	json_object_start(b, "dropped");
	for (unsigned i = 0; i < TD_DROP_COUNT; i++)
		if (p->stats.dropped[i])
			json_u64(b, drop[i], p->stats.dropped[i]);
	json_object_end(b);
}

static void tell_balance(struct bridge *b, FILE *out)
{
	struct dp_worker_info w;

	dp_worker_info(b->dp, 0, &w);
	for (unsigned i = 0; i < dp_port_count(b->dp); i++) {
		struct dp_port_info info;
		struct td_buf buf;

		dp_port_info(b->dp, i, &info);
		buf_init(&buf);
		json_object_start(&buf, NULL);
		json_port(&buf, &info);
		json_u64(&buf, "wakeups", w.wakeups);
		json_u64(&buf, "busy_ns", w.busy_ns);
		json_object_end(&buf);
		if (!buf.error)
			fprintf(out, "%.*s\n", (int)buf.len, buf.data);
		buf_free(&buf);
	}
	fflush(out);
}

int bridge_run(const struct bridge_params *p, FILE *out)
{
	static const struct sigaction act = {.sa_handler = on_signal};
	struct bridge b = {.p = *p};
	int rc;

	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	rc = bridge_open(&b);
	if (!rc)
		rc = dp_start(b.dp);
	while (!rc && !bridge_stop) {
		struct pollfd fd = {.fd = dp_main_fd(b.dp), .events = POLLIN};

		(void)poll(&fd, 1, b.p.ready < 0 ? 1000 : 10);
		dp_main_turn(b.dp);
		tell_ready(&b);
		rc = b.rc;
	}
	if (rc)
		fprintf(stderr,
			"tandem-bench: call %u: %s; relay addresses must be those of --port, ports "
			"%d to %d\n",
			b.made + 1, strerror(-rc), BRIDGE_PORT_MIN, BRIDGE_PORT_MAX);
	else if (out)
		tell_balance(&b, out);
	dp_free(b.dp);
	return rc;
}
