/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/alarm.h>
#include <engine/base/utf8.h>
#include <engine/host/clock.h>
#include <engine/host/journal/keep.h>
#include <system/log.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void loss_add(struct td_ev_gap *loss, uint64_t wall, uint16_t type, const void *payload)
{
	struct td_ev_gap more = {
		.lost = 1, .lost_diag = td_event_shed(type), .from = wall, .to = wall};

	if (type == TD_EV_GAP) /* itself lost: what it told of still is */
		memcpy(&more, payload, sizeof(more));
	if (!loss->lost)
		loss->from = more.from;
	loss->lost += more.lost;
	loss->lost_diag += more.lost_diag;
	loss->to = more.to;
}

void alarm_fill(
	struct td_ev_alarm *ev, enum td_alarm alarm, bool raised, const char *format, va_list args)
{
	alarm_init(ev, alarm, NULL, raised);
	if (vsnprintf(ev->text, sizeof(ev->text), format, args) >= (int)sizeof(ev->text))
		utf8_cut(ev->text);
	log_line(raised ? LOG_ERR : LOG_NOTICE, raised ? "alarm raised" : "alarm cleared",
		"name=%s text=\"%s\"", ev->name, ev->text);
}

void keep_last(struct keep *k)
{
	struct journal_usage u;

	journal_writer_usage(k->writer, &u);
	atomic_store(&k->last, u.last);
}

/* The record waits for a flush, be it by the next put, and until then nobody reads it. */
static int writer_put(
	struct keep *k, uint64_t wall, uint16_t type, const void *payload, uint32_t len)
{
	int rc = journal_writer_put(k->writer, wall, type, payload, len);

	keep_last(k);
	return rc;
}

/* The journal thread's own alarms go straight to the file. They are about missing room, so they
 * may fail for the same reason; then the log has the line. */
__attribute__((format(printf, 3, 4))) static void own_alarm(
	struct keep *k, bool raised, const char *format, ...)
{
	struct td_ev_alarm ev;
	va_list args;

	va_start(args, format);
	alarm_fill(&ev, TD_ALARM_JOURNAL_RESERVE, raised, format, args);
	va_end(args);
	if (writer_put(k, clock_wall(), TD_EV_ALARM, &ev, sizeof(ev)) == 0)
		standing_note(&k->standing, &ev);
}

/* The next start tells what finds no room now. */
static void alarms_end(struct keep *k, const char *why)
{
	struct td_ev_alarm ev;

	while (standing_get(&k->standing, why, &ev)) {
		if (writer_put(k, clock_wall(), TD_EV_ALARM, &ev, sizeof(ev)))
			return;
		standing_note(&k->standing, &ev);
		log_line(LOG_NOTICE, "alarm cleared", "name=%s object=\"%s\" text=\"%s\"", ev.name,
			ev.object, ev.text);
	}
}

static void noted(struct keep *k, uint16_t type, const void *payload, uint16_t len)
{
	struct td_ev_alarm ev;

	if (type == TD_EV_START)
		alarms_end(k, "the engine has started anew");
	if (type != TD_EV_ALARM || len != sizeof(ev))
		return;
	memcpy(&ev, payload, sizeof(ev));
	standing_note(&k->standing, &ev);
}

static void shed_start(struct keep *k)
{
	if (k->shedding)
		return;
	k->shedding = true;
	own_alarm(k, true,
		"3/4 of journal_reserve is used, the steps of calls and live events are no "
		"longer kept: is tandemd running and its store writable?");
}

/* Room again? Hysteresis of a segment (1/16), so that it does not flutter at the mark. */
static void look_for_room(struct keep *k, uint64_t now)
{
	struct journal_usage u;

	journal_writer_usage(k->writer, &u);
	if (k->full && u.used <= u.reserve - u.reserve / 16 && now >= k->full_until) {
		k->full = false;
		log_line(LOG_NOTICE, "journal has room again", "lost=%" PRIu64, k->loss.lost);
	}
	if (k->shedding && u.used <= u.reserve / 4 * 3 - u.reserve / 16) {
		k->shedding = false;
		own_alarm(k, false, "the steps of calls and live events are kept again");
	}
}

/* The writer refused a record: since when, and until when nothing is tried again. */
static void refused(struct keep *k, int rc, uint16_t type, uint64_t now)
{
	if (rc == -ENOBUFS && td_event_shed(type)) {
		shed_start(k);
		return;
	}
	k->full = true;
	k->full_until = rc == -ENOBUFS ? 0 : now + KEEP_RETRY_NS;
	log_line(LOG_ERR, "journal full, records are lost and counted", "reason=\"%s\"",
		rc == -ENOBUFS ? "journal_reserve is used up: start tandemd" : strerror(-rc));
}

static void tell_gap(struct keep *k, uint64_t now)
{
	if (!k->loss.lost || k->full || (k->shedding && now < k->gap_told + TD_NSEC_PER_SEC))
		return;
	int rc = writer_put(k, clock_wall(), TD_EV_GAP, &k->loss, sizeof(k->loss));
	if (rc) {
		refused(k, rc, TD_EV_GAP, now);
		return;
	}
	k->gap_told = now;
	k->loss = (struct td_ev_gap){0};
}

void keep_put(struct keep *k, uint64_t wall, uint16_t type, const void *payload, uint16_t len,
	uint64_t now)
{
	int rc = -ENOBUFS;

	tell_gap(k, now);
	if (!k->full && !(k->shedding && td_event_shed(type))) {
		rc = writer_put(k, wall, type, payload, len);
		if (rc == 0) {
			noted(k, type, payload, len);
			return;
		}
		refused(k, rc, type, now);
	}
	uint64_t before = k->loss.lost;
	loss_add(&k->loss, wall, type, payload);
	k->lost += k->loss.lost - before;
}

void keep_turn(struct keep *k, uint64_t now)
{
	standing_save(&k->standing);
	look_for_room(k, now);
	tell_gap(k, now);
}

void keep_stop(struct keep *k, uint64_t now)
{
	tell_gap(k, now);
	if (k->full)
		return;
	alarms_end(k, "the engine stops");
	writer_put(k, clock_wall(), TD_EV_STOP, "", 0);
}

bool keep_rests(const struct keep *k)
{
	return !k->full && !k->shedding && !k->loss.lost && !k->standing.dirty;
}
