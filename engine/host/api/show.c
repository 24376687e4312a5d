/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/base/view.h>
#include <engine/host/api/bandwidth.h>
#include <engine/host/api/show.h>
#include <engine/host/api/state.h>
#include <engine/host/clock.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name, *text;
} drops[TD_DROP_COUNT] = {
#define DROP_TEXT(id, name, text) [TD_DROP_##id] = {name, text},
	TD_DROPS(DROP_TEXT)
#undef DROP_TEXT
};

static uint64_t sum(const uint64_t *counters, unsigned n)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < n; i++)
		total += counters[i];
	return total;
}

static void show_ports(const struct ops *o, struct td_buf *out)
{
	for (unsigned i = 0; i < dp_port_count(o->dp); i++) {
		struct dp_port_info p;

		dp_port_info(o->dp, i, &p);
		VIEW_PUT(ports, out,
			{
				.port = p.name,
				.device = p.device,
				.driver = p.driver,
				.up = p.up,
				.mtu = p.mtu,
				.queues = p.queues,
				.steering = p.steering,
				.kernel_owned = p.kernel_owned,
				.zero_copy = p.zero_copy,
				.in = p.stats.in,
				.in_bytes = p.stats.in_bytes,
				.out = p.stats.out,
				.out_bytes = p.stats.out_bytes,
				.originated = p.stats.originated,
				.crossed_in = p.stats.crossed_in,
				.crossed_out = p.stats.crossed_out,
				.consumed = sum(p.stats.consumed, TD_CONSUMED_COUNT),
				.dropped = sum(p.stats.dropped, TD_DROP_COUNT),
				.held = p.stats.held,
				.kernel_dropped = p.kernel_dropped,
			});
	}
}

static const char *const aparts[TD_APART_COUNT] = {
#define APART_NAME(id, name) [TD_APART_##id] = (name),
	TD_APARTS(APART_NAME)
#undef APART_NAME
};

static void frames_row(struct td_buf *out, const char *port, const char *direction,
	const char *kind, const struct td_frames *f)
{
	VIEW_PUT(port_bandwidth, out,
		{
			.port = port,
			.direction = direction,
			.kind = kind,
			.packets = f->packets,
			.ethernet_bytes = f->bytes,
			.wire_bytes = f->bytes +
				      f->packets * (TD_LAYER_WIRE_BYTES - TD_LAYER_ETHERNET_BYTES),
		});
}

/* All frames of one direction: RTP, what is not RTP, what is the kernel's; and the sum, which is
 * what the interface itself has counted. */
static void port_frames(struct td_buf *out, const struct dp_port_info *p, enum td_direction way)
{
	const char *direction = direction_names[way];
	struct td_frames total = {.packets = way == TD_DIR_IN ? p->stats.in : p->stats.out,
		.bytes = way == TD_DIR_IN ? p->stats.in_bytes : p->stats.out_bytes};
	struct td_frames rtp = total, kernel = p->kernel[way];

	for (unsigned k = 0; k < TD_APART_COUNT; k++) {
		const struct td_frames *f = &p->stats.apart[k][way];

		rtp.packets -= f->packets;
		rtp.bytes -= f->bytes;
	}
	frames_row(out, p->name, direction, "rtp", &rtp);
	for (unsigned k = 0; k < TD_APART_COUNT; k++)
		if (p->stats.apart[k][way].packets && k != TD_APART_KERNEL)
			frames_row(out, p->name, direction, aparts[k], &p->stats.apart[k][way]);
	total.packets += kernel.packets;
	total.bytes += kernel.bytes;
	kernel.packets += p->stats.apart[TD_APART_KERNEL][way].packets;
	kernel.bytes += p->stats.apart[TD_APART_KERNEL][way].bytes;
	if (kernel.packets)
		frames_row(out, p->name, direction, aparts[TD_APART_KERNEL], &kernel);
	frames_row(out, p->name, direction, "total", &total);
}

static void show_port_bandwidth(const struct ops *o, struct td_buf *out)
{
	for (unsigned i = 0; i < dp_port_count(o->dp); i++) {
		struct dp_port_info p;

		dp_port_info(o->dp, i, &p);
		port_frames(out, &p, TD_DIR_IN);
		port_frames(out, &p, TD_DIR_OUT);
	}
}

static void show_drops(const struct ops *o, struct td_buf *out)
{
	for (unsigned i = 0; i < dp_port_count(o->dp); i++) {
		struct dp_port_info p;

		dp_port_info(o->dp, i, &p);
		for (unsigned k = 0; k < TD_DROP_COUNT; k++) {
			if (!p.stats.dropped[k])
				continue;
			VIEW_PUT(drops, out,
				{
					.port = p.name,
					.reason = drops[k].name,
					.packets = p.stats.dropped[k],
					.text = drops[k].text,
				});
		}
	}
}

static void memory_row(
	struct td_buf *out, const char *what, uint64_t bytes, uint64_t used, uint64_t count)
{
	VIEW_PUT(memory, out,
		{
			.what = what,
			.bytes = bytes,
			.used = used,
			.of = count,
		});
}

static uint64_t resident_bytes(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(f);
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void show_memory(const struct ops *o, struct td_buf *out)
{
	struct journal_usage u;
	struct dp_memory m;
	uint64_t lost;

	dp_memory(o->dp, &m);
	journal_usage(o->journal, &u, &lost);
	memory_row(out, "legs", m.legs_bytes, m.legs_in_use, m.legs);
	memory_row(out, m.hugepages ? "packet buffers (hugepages)" : "packet buffers", m.pool_bytes,
		m.mbufs_in_use, m.mbufs);
	memory_row(out, "rings", m.rings_bytes, 0, 0);
	memory_row(out, "sounds", m.sounds_bytes, 0, 0);
	memory_row(out, "process (resident)", resident_bytes(), 0, 0);
	memory_row(out, "journal (disk)", u.used, u.used, u.reserve);
}

static void show_workers(const struct ops *o, struct td_buf *out)
{
	for (unsigned i = 0; i < dp_worker_count(o->dp); i++) {
		struct dp_worker_info w;

		dp_worker_info(o->dp, i, &w);
		VIEW_PUT(workers, out,
			{.worker = i,
				.core = w.core,
				.turns = w.turns,
				.busy = (double)w.busy_ns / TD_NSEC_PER_SEC,
				.asleep = (double)w.asleep_ns / TD_NSEC_PER_SEC,
				TD_WORKER_COUNTS(TD_FIELD_OF, w)});
	}
}

/* The balance over all ports. */
static void stats_balance(const struct ops *o, struct td_port_stats *t)
{
	for (unsigned i = 0; i < dp_port_count(o->dp); i++) {
		struct dp_port_info p;

		dp_port_info(o->dp, i, &p);
		t->in += p.stats.in;
		t->in_bytes += p.stats.in_bytes;
		t->out += p.stats.out;
		t->out_bytes += p.stats.out_bytes;
		t->originated += p.stats.originated;
		t->held += p.stats.held;
		for (unsigned k = 0; k < TD_CONSUMED_COUNT; k++)
			t->consumed[k] += p.stats.consumed[k];
		for (unsigned k = 0; k < TD_DROP_COUNT; k++)
			t->dropped[k] += p.stats.dropped[k];
	}
}

static struct td_section_journal stats_journal(const struct ops *o)
{
	struct journal_usage u;
	uint64_t lost;

	journal_usage(o->journal, &u, &lost);
	return (struct td_section_journal){
		.written = u.written,
		.acked = u.acked,
		.used_bytes = u.used,
		.reserve_bytes = u.reserve,
		.lost = lost,
	};
}

static struct td_section_recorder stats_recorder(const struct ops *o, const struct turn_stats *t)
{
	struct recorder_stats rec = {0};

	if (o->recorder)
		recorder_stats(o->recorder, &rec);
	rec.shown.failed += t->record_failed;
	return rec.shown;
}

/* One row, for programs: the balance over all ports, and the host's own counters. */
static void show_stats(const struct ops *o, struct td_buf *out)
{
	struct td_section_packets_dropped dropped;
	struct td_section_consumed consumed;
	struct td_port_stats all = {0};
	struct turn_stats t;

	stats_balance(o, &all);
	turn_stats(o->turn, &t);
	memcpy(dropped.count, all.dropped, sizeof(dropped.count));
	memcpy(consumed.count, all.consumed, sizeof(consumed.count));
	VIEW_PUT(stats, out,
		{
			.uptime = (double)(clock_monotonic() - o->started) / TD_NSEC_PER_SEC,
			.draining = o->draining,
			.packets_in = all.in,
			.bytes_in = all.in_bytes,
			.packets_originated = all.originated,
			.packets_out = all.out,
			.bytes_out = all.out_bytes,
			.packets_consumed = sum(all.consumed, TD_CONSUMED_COUNT),
			.packets_held = all.held,
			.packets_dropped_total = sum(all.dropped, TD_DROP_COUNT),
			.packets_dropped = dropped,
			.consumed = consumed,
			.sip = t.sip,
			.tcp = t.tcp,
			.journal = stats_journal(o),
			.recorder = stats_recorder(o, &t),
			.media_commands_refused = t.media_failed,
			.trace_lost = t.trace_lost,
		});
}

int show_rows(const struct ops *o, const char *what, struct td_buf *out)
{
	static void (*const table[TD_VIEW_COUNT])(const struct ops *o, struct td_buf *out) = {
#define SHOW(ID, id, name, shape, help, empty) [TD_VIEW_ID_##ID] = show_##id,
		TD_VIEWS_HOST(SHOW)
#undef SHOW
	};
	const struct td_view *v = view_lookup(what);

	if (!v || !table[v - td_views])
		return -EINVAL;
	table[v - td_views](o, out);
	return 0;
}
