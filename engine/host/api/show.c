/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/host/api/ops.h>
#include <engine/host/api/show.h>
#include <engine/host/clock.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
	const char *name, *text;
} drops[TD_DROP_COUNT] = {
#define DROP_TEXT(id, name, text) [TD_DROP_##id] = {name, text},
	TD_DROPS(DROP_TEXT)
#undef DROP_TEXT
};

static const char *const consumed[TD_CONSUMED_COUNT] = {
#define CONSUMED_NAME(id, name, text) [TD_CONSUMED_##id] = name,
	TD_CONSUMED(CONSUMED_NAME)
#undef CONSUMED_NAME
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
		json_object_start(out, NULL);
		json_str(out, "port", str_of(p.name));
		json_str(out, "device", str_of(p.device));
		json_str(out, "driver", str_of(p.driver));
		json_bool(out, "up", p.up);
		json_u64(out, "mtu", p.mtu);
		json_u64(out, "queues", p.queues);
		json_str(out, "steering", str_of(p.steering));
		json_bool(out, "kernel_owned", p.kernel_owned);
		json_bool(out, "zero_copy", p.zero_copy);
		json_u64(out, "in", p.stats.in);
		json_u64(out, "in_bytes", p.stats.in_bytes);
		json_u64(out, "out", p.stats.out);
		json_u64(out, "out_bytes", p.stats.out_bytes);
		json_u64(out, "originated", p.stats.originated);
		json_u64(out, "crossed_in", p.stats.crossed_in);
		json_u64(out, "crossed_out", p.stats.crossed_out);
		json_u64(out, "consumed", sum(p.stats.consumed, TD_CONSUMED_COUNT));
		json_u64(out, "dropped", sum(p.stats.dropped, TD_DROP_COUNT));
		json_u64(out, "held", p.stats.held);
		json_u64(out, "kernel_dropped", p.kernel_dropped);
		json_object_end(out);
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
	json_object_start(out, NULL);
	json_str(out, "port", str_of(port));
	json_str(out, "direction", str_of(direction));
	json_str(out, "kind", str_of(kind));
	json_u64(out, "packets", f->packets);
	json_u64(out, "ethernet_bytes", f->bytes);
	json_u64(out, "wire_bytes",
		f->bytes + f->packets * (TD_LAYER_WIRE_BYTES - TD_LAYER_ETHERNET_BYTES));
	json_object_end(out);
}

/* All that passed one way: RTP, what is not, what is the kernel's; and the sum, which is what the
 * interface itself has counted. */
static void port_frames(struct td_buf *out, const struct dp_port_info *p, enum td_direction way)
{
	const char *direction = way == TD_DIR_IN ? "in" : "out";
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
			json_object_start(out, NULL);
			json_str(out, "port", str_of(p.name));
			json_str(out, "reason", str_of(drops[k].name));
			json_u64(out, "packets", p.stats.dropped[k]);
			json_str(out, "text", str_of(drops[k].text));
			json_object_end(out);
		}
	}
}

static void memory_row(
	struct td_buf *out, const char *what, uint64_t bytes, uint64_t used, uint64_t count)
{
	json_object_start(out, NULL);
	json_str(out, "what", str_of(what));
	json_u64(out, "bytes", bytes);
	json_u64(out, "used", used);
	json_u64(out, "of", count);
	json_object_end(out);
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
		json_object_start(out, NULL);
		json_u64(out, "worker", i);
		json_u64(out, "core", w.core);
		json_u64(out, "turns", w.turns);
		json_f64(out, "busy", (double)w.busy_ns / TD_NSEC_PER_SEC);
		json_f64(out, "asleep", (double)w.asleep_ns / TD_NSEC_PER_SEC);
		json_u64(out, "wakeups", w.wakeups);
		json_u64(out, "packets", w.packets);
		json_u64(out, "handed_in", w.handed_in);
		json_u64(out, "handed_out", w.handed_out);
		json_object_end(out);
	}
}

static void stats_balance(const struct ops *o, struct td_buf *out)
{
	struct td_port_stats t = {0};

	for (unsigned i = 0; i < dp_port_count(o->dp); i++) {
		struct dp_port_info p;

		dp_port_info(o->dp, i, &p);
		t.in += p.stats.in;
		t.in_bytes += p.stats.in_bytes;
		t.out += p.stats.out;
		t.out_bytes += p.stats.out_bytes;
		t.originated += p.stats.originated;
		t.held += p.stats.held;
		for (unsigned k = 0; k < TD_CONSUMED_COUNT; k++)
			t.consumed[k] += p.stats.consumed[k];
		for (unsigned k = 0; k < TD_DROP_COUNT; k++)
			t.dropped[k] += p.stats.dropped[k];
	}
	json_u64(out, "packets_in", t.in);
	json_u64(out, "bytes_in", t.in_bytes);
	json_u64(out, "packets_originated", t.originated);
	json_u64(out, "packets_out", t.out);
	json_u64(out, "bytes_out", t.out_bytes);
	json_u64(out, "packets_consumed", sum(t.consumed, TD_CONSUMED_COUNT));
	json_u64(out, "packets_held", t.held);
	json_u64(out, "packets_dropped_total", sum(t.dropped, TD_DROP_COUNT));
	json_object_start(out, "packets_dropped");
	for (unsigned k = 0; k < TD_DROP_COUNT; k++)
		json_u64(out, drops[k].name, t.dropped[k]);
	json_object_end(out);
	json_object_start(out, "consumed");
	for (unsigned k = 0; k < TD_CONSUMED_COUNT; k++)
		json_u64(out, consumed[k], t.consumed[k]);
	json_object_end(out);
}

/* One row, for programs: the balance over all ports, and the host's own counters. */
static void show_stats(const struct ops *o, struct td_buf *out)
{
	struct recorder_stats rec = {0};
	struct journal_usage u;
	struct turn_stats t;
	uint64_t lost;

	if (o->recorder)
		recorder_stats(o->recorder, &rec);
	journal_usage(o->journal, &u, &lost);
	turn_stats(o->turn, &t);
	json_object_start(out, NULL);
	json_f64(out, "uptime", (double)(clock_monotonic() - o->started) / TD_NSEC_PER_SEC);
	json_bool(out, "draining", o->draining);
	stats_balance(o, out);
	json_object_start(out, "sip");
	json_u64(out, "in", t.sip_in);
	json_u64(out, "out", t.sip_out);
	json_u64(out, "out_by_kernel", t.sip_kernel);
	json_u64(out, "not_sent", t.sip_failed);
	json_u64(out, "lost", t.sip_lost);
	json_object_end(out);
	json_object_start(out, "journal");
	json_u64(out, "written", u.written);
	json_u64(out, "acked", u.acked);
	json_u64(out, "used_bytes", u.used);
	json_u64(out, "reserve_bytes", u.reserve);
	json_u64(out, "lost", lost);
	json_object_end(out);
	json_object_start(out, "recorder");
	json_u64(out, "live", rec.live);
	json_u64(out, "made", rec.made);
	json_u64(out, "failed", rec.failed + t.record_failed);
	json_u64(out, "packets_lost", rec.lost);
	json_bool(out, "disk_full", rec.full);
	json_object_end(out);
	json_u64(out, "media_commands_refused", t.media_failed);
	json_u64(out, "trace_lost", t.trace_lost);
	json_object_end(out);
}

int show_rows(const struct ops *o, const char *what, struct td_buf *out)
{
	static const struct {
		const char *what;
		void (*show)(const struct ops *o, struct td_buf *out);
	} tables[] = {
		{"ports", show_ports},
		{"port-bandwidth", show_port_bandwidth},
		{"drops", show_drops},
		{"memory", show_memory},
		{"workers", show_workers},
		{"stats", show_stats},
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcmp(what, tables[i].what) != 0)
			continue;
		tables[i].show(o, out);
		return 0;
	}
	return -EINVAL;
}
